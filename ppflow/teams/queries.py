"""Projects with how they share their forms: the list, and the people of one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from ppflow import listing, search
from ppflow.access import Standing
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.listing import Listed, Place
from ppflow.people.models import Person
from ppflow.projects.acts import ROOM
from ppflow.projects.models import Member, Project, Strategy


@dataclass(frozen=True)
class Asked:
    """What is searched and filtered, and the place to read on from."""

    q: str = ""
    strategy: Strategy | None = None
    after: Place | None = None


def visible_to(standing: Standing) -> Select[Project]:
    """The door: projects of the programmes that a person coordinates."""
    return select(Project).where(standing.is_of_theirs(Project.programme_id))


def page(asked: Asked, standing: Standing) -> Listed:
    """One page of projects by title: (id, number, title, strategy)."""
    chosen = select(Project.id, Project.number, Project.title, Project.strategy)
    return listing.by_title(chosen.where(*_conditions(asked, standing)), Project, asked.after)


def _conditions(asked: Asked, standing: Standing) -> list[ColumnElement[bool]]:
    found = [standing.is_of_theirs(Project.programme_id)]
    ids = search.matching(ROOM, asked.q) if asked.q else None
    if ids is not None:
        found.append(Project.id.in_(ids))
    if asked.strategy is not None:
        found.append(Project.strategy == asked.strategy)
    return found


def names(projects: list[int]) -> dict[int, list[str]]:
    """Who answers on each project now, and the most forms they can hold, in words."""
    rows = db.session.execute(
        select(Member.project_id, Member.most_open, Person.name)
        .join(Person, Person.id == Member.person_id)
        .where(Member.project_id.in_(projects), Member.until_on.is_(None))
        .order_by(Member.id)
    )
    found: dict[int, list[str]] = {}
    for project_id, most, name in rows:
        said = f"{name}, at most {most}" if most is not None else name
        found.setdefault(project_id, []).append(said)
    return found


def members_of(project_id: int) -> list[Member]:
    """Who answers on a project now, with their person, first appointed first."""
    now = select(Member).where(Member.project_id == project_id, Member.until_on.is_(None))
    with_person = now.options(joinedload(Member.person)).order_by(Member.id)
    return list(db.session.scalars(with_person, execution_options={"populate_existing": True}))


def held(members: list[Member]) -> dict[int, int]:
    """How many open forms each holds now, of any project, by person id."""
    ids = [member.person_id for member in members]
    counted = (
        select(Expression.assignee_id, func.count())
        .where(Expression.assignee_id.in_(ids), in_queue())
        .group_by(Expression.assignee_id)
    )
    return {id_: number for id_, number in db.session.execute(counted) if id_ is not None}
