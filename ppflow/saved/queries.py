"""Which saved views somebody has: their own, and those shared with a programme of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, literal, or_, select

from ppflow.access import Role, Standing
from ppflow.db import db
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project
from ppflow.saved.models import SavedView


def is_visible_to(standing: Standing) -> ColumnElement[bool]:
    """SQL condition: my own, or shared with a programme where I answer or coordinate."""
    own = SavedView.owner_id == standing.person_id
    if standing.all_programmes:
        return or_(own, SavedView.programme_id.is_not(None))
    return or_(own, SavedView.programme_id.in_(_programmes_of(standing)))


def _programmes_of(standing: Standing) -> Select[Any]:
    answered = select(Project.programme_id).where(Project.id.in_(sorted(standing.projects)))
    return select(Programme.id).where(
        or_(Programme.id.in_(sorted(standing.programmes)), Programme.id.in_(answered))
    )


def shown_to(standing: Standing) -> Select[*tuple[Any, ...]]:
    """(what, id, name, query) of a person's saved views, to stand beside the queue."""
    named = SavedView.name.label("name")
    return select(literal("saved").label("what"), SavedView.id, named, SavedView.query).where(
        is_visible_to(standing)
    )


@dataclass(frozen=True)
class Listed:
    """One saved view on the page where they are looked after."""

    row: Row[*tuple[Any, ...]]
    is_mine: bool


def listed(standing: Standing) -> list[Listed]:
    """All saved views of this person, their own first; one statement."""
    rows = db.session.execute(
        select(
            SavedView.id,
            SavedView.name,
            SavedView.query,
            SavedView.owner_id,
            Person.name.label("owner"),
            Programme.name.label("programme"),
        )
        .join(Person, Person.id == SavedView.owner_id)
        .outerjoin(Programme, Programme.id == SavedView.programme_id)
        .where(is_visible_to(standing))
        .order_by(SavedView.owner_id != standing.person_id, SavedView.name, SavedView.id)
    )
    return [Listed(row, row.owner_id == standing.person_id) for row in rows]


def mine(view_id: int, standing: Standing) -> SavedView | None:
    """One that this person may change: their own, or shared with a programme they coordinate."""
    found = db.session.get(SavedView, view_id)
    if found is None or found.owner_id == standing.person_id:
        return found
    is_shared = found.programme_id is not None and standing.has(Role.COORDINATOR)
    return found if is_shared and standing.coordinates(found.programme_id or 0) else None


def programmes(standing: Standing) -> list[tuple[int, str]]:
    """(id, name) of the programmes with which this person may share."""
    chosen = select(Programme.id, Programme.name).order_by(Programme.position, Programme.id)
    if not standing.all_programmes:
        chosen = chosen.where(Programme.id.in_(_programmes_of(standing)))
    return [(row.id, row.name) for row in db.session.execute(chosen)]
