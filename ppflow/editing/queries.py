"""The doors to what somebody may edit, and what stands beside it."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import abort, g
from sqlalchemy import Select, func, select

from ppflow import access
from ppflow.access import Role, Standing
from ppflow.db import db, is_writing
from ppflow.events import ActorKind, Event, HasEvents
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.programmes.models import Programme, Theme
from ppflow.programmes.queries import FACE, Face
from ppflow.projects.models import Project


def _one(chosen: Select[Any]) -> Any:
    """The one row, locked while something is being changed; 404 when there is none.

    Its key does not change, so whatever names it can be written meanwhile.
    """
    locked = chosen.with_for_update(key_share=True) if is_writing() else chosen
    return db.session.scalars(locked).one_or_none() or abort(404)


def _lock_forms(column: Any, thing: Select[int]) -> None:
    """Before the thing they are about, as every act does: in one order nobody waits in a ring."""
    if is_writing():
        waiting = select(Expression.id).where(column == thing.scalar_subquery(), in_queue())
        in_order = waiting.order_by(Expression.received_at, Expression.id)
        db.session.execute(in_order.with_for_update())


def _is_kept(column: Any, standing: Standing) -> Any:
    if not standing.has(Role.COORDINATOR):
        return column.in_([])
    return column.is_not(None) if standing.all_programmes else column.in_(standing.programmes)


def _face(programme_id: int) -> None:
    """The page belongs to this programme: its name and phone stand round it."""
    g.programme = Face(*db.session.execute(select(*FACE).where(Programme.id == programme_id)).one())


def programme(slug: str) -> Programme:
    """A programme that this person coordinates, published or not; else 404."""
    kept = _is_kept(Programme.id, access.standing())
    found: Programme = _one(select(Programme).where(Programme.slug == slug, kept))
    _face(found.id)
    return found


def theme(slug: str, theme_slug: str) -> Theme:
    """A theme of such a programme; else 404."""
    owner = programme(slug)
    chosen = select(Theme).where(Theme.programme_id == owner.id, Theme.slug == theme_slug)
    found: Theme = _one(chosen)
    return found


def project(slug: str) -> Project:
    """A project of a programme that this person coordinates; else 404."""
    kept = _is_kept(Project.programme_id, access.standing())
    _lock_forms(Expression.project_id, select(Project.id).where(Project.slug == slug, kept))
    found: Project = _one(select(Project).where(Project.slug == slug, kept))
    _face(found.programme_id)
    return found


def reported_project(slug: str) -> Project:
    """A project that this person runs, covers or coordinates; else 404."""
    standing = access.standing()
    theirs = _is_kept(Project.programme_id, standing) | Project.id.in_(standing.projects)
    found: Project = _one(select(Project).where(Project.slug == slug, theirs))
    _face(found.programme_id)
    return found


def opportunity(slug: str) -> Opportunity:
    """An opportunity of a programme that this person coordinates; else 404."""
    kept = _is_kept(Opportunity.programme_id, access.standing())
    mine = select(Opportunity.id).where(Opportunity.slug == slug, kept)
    _lock_forms(Expression.opportunity_id, mine)
    found: Opportunity = _one(select(Opportunity).where(Opportunity.slug == slug, kept))
    _face(found.programme_id)
    return found


def kept_programmes() -> list[Programme]:
    """The programmes this person coordinates, in their order."""
    kept = _is_kept(Programme.id, access.standing())
    return list(db.session.scalars(select(Programme).where(kept).order_by(Programme.position)))


def projects_to_choose() -> list[tuple[int, str]]:
    """(id, number and title) of the projects this person coordinates."""
    kept = _is_kept(Project.programme_id, access.standing())
    rows = select(Project.id, Project.number, Project.title, Programme.name)
    chosen = rows.join(Programme, Programme.id == Project.programme_id).where(kept)
    found = db.session.execute(chosen.order_by(Programme.position, Project.number)).all()
    has_many = len({row.name for row in found}) > 1
    return [
        (row.id, f"{row.number}. {row.title}" + (f" ({row.name})" if has_many else ""))
        for row in found
    ]


def themes_to_choose(programme_id: int) -> list[tuple[int, str]]:
    """(id, number and title) of a programme's themes."""
    rows = select(Theme.id, Theme.number, Theme.title).where(Theme.programme_id == programme_id)
    found = db.session.execute(rows.order_by(Theme.number))
    return [(id_, f"{number}. {title}") for id_, number, title in found]


def themes_of(programme_id: int) -> list[Theme]:
    """A programme's themes in order."""
    chosen = select(Theme).where(Theme.programme_id == programme_id).order_by(Theme.number)
    return list(db.session.scalars(chosen))


def people_to_choose(*also: int | None) -> list[tuple[int, str]]:
    """(id, name and role) of everybody who may sign in, and of those who stand there already."""
    here = Person.active | Person.id.in_([id_ for id_ in also if id_])
    rows = select(Person.id, Person.name, Person.job_role).where(here).order_by(Person.name)
    return [
        (id_, f"{name}, {role}" if role else name) for id_, name, role in db.session.execute(rows)
    ]


class LastChange(NamedTuple):
    """Who changed a thing last, and when."""

    name: str
    at: Any


def last_change(thing: HasEvents) -> LastChange | None:
    """The last change of a thing by somebody of the staff."""
    theirs = select(Person.name, Event.at).join(Person, Person.id == Event.actor_id)
    row = db.session.execute(
        theirs.where(Event.subject == thing.event_subject, Event.actor_kind == ActorKind.STAFF)
        .order_by(Event.id.desc())
        .limit(1)
    ).first()
    return LastChange(*row) if row else None


def open_of(column: Any, thing_id: int) -> Select[Expression]:
    """The open expressions of a project or an opportunity, in order of arrival."""
    rows = select(Expression).where(column == thing_id, in_queue(), Expression.erased_at.is_(None))
    return rows.order_by(Expression.id)


def count_open(column: Any, thing_id: int) -> int:
    """How many people wait for an answer of a project or an opportunity."""
    waiting = open_of(column, thing_id).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(waiting)) or 0
