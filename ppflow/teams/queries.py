"""Projects with how they share their forms: the list, and the people of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, tuple_
from sqlalchemy.orm import joinedload

from ppflow import search
from ppflow.access import Standing
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.people.models import Person
from ppflow.projects.acts import ROOM
from ppflow.projects.models import Member, Project, Strategy

ROWS: Final = 25
COUNT_TO: Final = 1000
Place = tuple[str, int]


@dataclass(frozen=True)
class Asked:
    """What is searched and filtered, and the place to read on from: (title, id)."""

    q: str = ""
    strategy: Strategy | None = None
    after: Place | None = None


@dataclass(frozen=True)
class Page:
    """Rows (id, number, title, strategy), names by project id, how many, the next place."""

    rows: list[Row[*tuple[Any, ...]]]
    people: dict[int, list[str]]
    total: int
    next: Place | None


def visible_to(standing: Standing) -> Select[Project]:
    """The door: projects of the programmes that a person coordinates."""
    return select(Project).where(standing.is_of_theirs(Project.programme_id))


def page(asked: Asked, standing: Standing) -> Page:
    """One page of projects by title; three statements."""
    conditions = _conditions(asked, standing)
    few = select(literal(1)).select_from(Project).where(*conditions).limit(COUNT_TO + 1)
    total = db.session.scalar(select(func.count()).select_from(few.subquery())) or 0
    chosen = (
        select(Project.id, Project.number, Project.title, Project.strategy)
        .where(*conditions)
        .order_by(Project.title, Project.id)
        .limit(ROWS + 1)
    )
    if asked.after is not None:
        here = tuple_(Project.title, Project.id)
        chosen = chosen.where(here > tuple_(literal(asked.after[0]), literal(asked.after[1])))
    found = list(db.session.execute(chosen))
    rows = found[:ROWS]
    place = (rows[-1].title, rows[-1].id) if len(found) > ROWS else None
    return Page(rows, _names([row.id for row in rows]), total, place)


def _conditions(asked: Asked, standing: Standing) -> list[ColumnElement[bool]]:
    found = [standing.is_of_theirs(Project.programme_id)]
    ids = search.matching(ROOM, asked.q) if asked.q else None
    if ids is not None:
        found.append(Project.id.in_(ids))
    if asked.strategy is not None:
        found.append(Project.strategy == asked.strategy)
    return found


def _names(projects: list[int]) -> dict[int, list[str]]:
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
