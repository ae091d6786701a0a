"""The list of people, with search, and what is needed to change one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from ppflow import clock
from ppflow.access import Role
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.people.models import Grant, Person, RoleName
from ppflow.programmes.models import Programme
from ppflow.projects.models import Member, Project

ROWS: Final = 25


@dataclass(frozen=True)
class People:
    """One page of people: rows, how many in all, and what each is here, by person id."""

    rows: list[Row[*tuple[Any, ...]]]
    total: int
    roles: dict[int, list[str]]
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // ROWS))


def people(q: str, role: str, page: int) -> People:
    """Active people first, by name; four statements however many there are."""
    conditions = _conditions(q, role)
    total = db.session.scalar(select(func.count(Person.id)).where(*conditions)) or 0
    rows = list(
        db.session.execute(
            select(Person.id, Person.name, Person.email, Person.job_role, Person.active)
            .where(*conditions)
            .order_by(Person.active.desc(), Person.name, Person.id)
            .limit(ROWS)
            .offset((page - 1) * ROWS)
        )
    )
    return People(rows, total, _roles([row.id for row in rows]), page)


def _conditions(q: str, role: str) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_has_word(word) for word in q.split()[:8]]
    if role == Role.FACILITATOR:
        here = select(Member.person_id).where(Member.until_on.is_(None))
        found.append(Person.id.in_(here))
    elif role:
        granted = select(Grant.person_id).join(RoleName).where(RoleName.name == role)
        found.append(Person.id.in_(granted))
    return found


def _has_word(word: str) -> ColumnElement[bool]:
    columns = (Person.name, Person.email, Person.job_role)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _roles(ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {id_: [] for id_ in ids}
    granted = (
        select(Grant.person_id, RoleName.name)
        .join(RoleName)
        .where(Grant.person_id.in_(ids))
        .distinct()
        .order_by(RoleName.name)
    )
    members = select(Member.person_id).where(Member.person_id.in_(ids), Member.until_on.is_(None))
    for person_id, name in db.session.execute(granted):
        found[person_id].append(name.capitalize())
    for person_id in db.session.scalars(members.distinct()):
        found[person_id].append("Facilitator or deputy")
    return found


def open_forms(person_id: int) -> int:
    """How many open expressions somebody holds."""
    held = select(func.count(Expression.id)).where(
        Expression.assignee_id == person_id, Expression.closed_at.is_(None)
    )
    return db.session.scalar(held) or 0


def uncovered(person: Person) -> list[str]:
    """Projects of theirs, by title, on which nobody else is there on some day that they are away.

    Their new forms then go to the coordinators.
    """
    since, until = person.away_from_on, person.away_until_on
    if since is None or (until is not None and until < clock.today()):
        return []
    mine, another = aliased(Member), aliased(Member)
    begins_in_time = true() if until is None else Person.away_from_on <= until
    ends_later = Person.away_until_on.is_(None) | (Person.away_until_on >= since)
    is_away_too = Person.away_from_on.is_not(None) & begins_in_time & ends_later
    somebody = (
        select(another.id)
        .join(Person, Person.id == another.person_id)
        .where(another.project_id == mine.project_id, another.person_id != person.id)
        .where(another.until_on.is_(None), Person.active, not_(is_away_too))
    )
    chosen = select(Project.title).join(mine, mine.project_id == Project.id)
    theirs = chosen.where(mine.person_id == person.id, mine.until_on.is_(None), ~somebody.exists())
    return list(db.session.scalars(theirs.order_by(Project.title, Project.id)))


def others(person_id: int) -> list[tuple[str, str]]:
    """Who could take over: (id, name) of every other active person who answers forms here."""
    members = select(Member.person_id).where(Member.until_on.is_(None))
    granted = select(Grant.person_id).join(RoleName).where(RoleName.name == Role.COORDINATOR)
    answers = Person.id.in_(members) | Person.id.in_(granted)
    rows = db.session.execute(
        select(Person.id, Person.name)
        .where(Person.active, Person.id != person_id, answers)
        .order_by(Person.name)
    )
    return [(str(row.id), row.name) for row in rows]


def programmes() -> list[tuple[str, str]]:
    """(id, name) of every programme."""
    rows = db.session.execute(select(Programme.id, Programme.name).order_by(Programme.position))
    return [(str(row.id), row.name) for row in rows]
