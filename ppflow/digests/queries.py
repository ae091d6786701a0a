"""Who is due a digest, and what is in it: a few statements for all readers, never one each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select

from ppflow import clock
from ppflow.access import Role
from ppflow.db import db
from ppflow.digests.models import Digest, DigestChoice
from ppflow.digests.workflow import Often, Part, period_of, week_of
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.people.models import Grant, Person, RoleName
from ppflow.projects.models import Member, MemberRole, Project

Line = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Reader:
    """Somebody whose digest of this period nobody has seen to yet."""

    person: Line  # id, name, email
    period: date
    is_first_of_week: bool


@dataclass
class Facilitators:
    """What waits for one person: references with their dates, oldest promise first.

    An open form stands in one of `overdue`, `now` and `new`: nobody reads it twice.
    """

    overdue: list[Line] = field(default_factory=list)
    now: list[Line] = field(default_factory=list)
    replied: list[Line] = field(default_factory=list)
    new: list[Line] = field(default_factory=list)
    failed: list[Line] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.overdue or self.now or self.replied or self.new or self.failed)


def is_away(today: date) -> ColumnElement[bool]:
    """SQL condition on a person: away on this day, both ends included."""
    return and_(
        Person.away_from_on.is_not(None),
        Person.away_from_on <= today,
        or_(Person.away_until_on.is_(None), Person.away_until_on >= today),
    )


_ANSWERS = or_(
    exists().where(Member.person_id == Person.id, Member.until_on.is_(None)),
    exists().where(Expression.assignee_id == Person.id, Expression.closed_at.is_(None)),
)
_COORDINATES = exists().where(
    Grant.person_id == Person.id,
    Grant.role_id == RoleName.id,
    RoleName.name == Role.COORDINATOR,
)
_IS_READER: Final = {Part.FACILITATOR: _ANSWERS, Part.COORDINATOR: _COORDINATES}


def due(part: Part, today: date) -> list[Reader]:
    """Active people who are here today and have not had the digest of their period."""
    people = db.session.execute(
        select(Person.id, Person.name, Person.email, DigestChoice.often)
        .outerjoin(DigestChoice, DigestChoice.person_id == Person.id)
        .where(Person.active, ~is_away(today), _IS_READER[part])
        .order_by(Person.id)
    ).all()
    this_week = select(Digest.person_id, Digest.period_on).where(
        Digest.part == part, Digest.period_on >= week_of(today)
    )
    seen: dict[int, set[date]] = defaultdict(set)
    for person_id, period in db.session.execute(this_week):
        seen[person_id].add(period)
    found = []
    for person in people:
        named = period_of(person.often or Often.DAILY, today)
        if named is not None and named not in seen[person.id]:
            found.append(Reader(person, named, is_first_of_week=not seen[person.id]))
    return found


def for_facilitators(people: Collection[int], today: date) -> dict[int, Facilitators]:
    """What waits for each: their own forms, and those of who is away and whom they cover."""
    soon = clock.working_days_after(today, 1)
    found: dict[int, Facilitators] = defaultdict(Facilitators)
    for rows in (_own(people, soon), _covered(people, soon, today)):
        for row in db.session.execute(rows):
            _sort_in(found[row.reader], row, today, soon)
    return found


def _sort_in(theirs: Facilitators, row: Line, today: date, soon: date) -> None:
    if row.closed_at is None:
        if row.reply_by < today:
            theirs.overdue.append(row)
        elif row.reply_by <= soon:
            theirs.now.append(row)
        elif row.status is Status.RECEIVED:
            theirs.new.append(row)
    if row.has_answered:
        theirs.replied.append(row)
    if row.has_email_trouble:
        theirs.failed.append(row)


def _waiting(reader: Any, soon: date) -> Select[Any]:
    is_waiting = and_(
        Expression.closed_at.is_(None),
        or_(Expression.reply_by <= soon, Expression.status == Status.RECEIVED),
    )
    return (
        select(
            reader.label("reader"),
            Expression.reference,
            Expression.reply_by,
            Expression.status,
            Expression.closed_at,
            Expression.has_answered,
            Expression.has_email_trouble,
            Project.title.label("project"),
        )
        .outerjoin(Project, Project.id == Expression.project_id)
        .where(
            Expression.set_aside_at.is_(None),
            Expression.erased_at.is_(None),
            or_(is_waiting, Expression.has_answered, Expression.has_email_trouble),
        )
        .order_by(Expression.reply_by, Expression.id)
    )


def _own(people: Collection[int], soon: date) -> Select[Any]:
    return _waiting(Expression.assignee_id, soon).where(Expression.assignee_id.in_(people))


def _covered(people: Collection[int], soon: date, today: date) -> Select[Any]:
    """Forms of somebody who is away, for the deputies of their project."""
    return (
        _waiting(Member.person_id, soon)
        .join(Person, Person.id == Expression.assignee_id)
        .join(Member, Member.project_id == Expression.project_id)
        .where(
            is_away(today),
            Member.role == MemberRole.DEPUTY,
            Member.until_on.is_(None),
            Member.person_id.in_(people),
            Member.person_id != Expression.assignee_id,
        )
    )


def coordinated_by(people: Collection[int]) -> dict[int, set[int | None]]:
    """The programmes of each coordinator; None in the set means all."""
    grants = (
        select(Grant.person_id, Grant.programme_id)
        .join(RoleName, RoleName.id == Grant.role_id)
        .where(RoleName.name == Role.COORDINATOR, Grant.person_id.in_(people))
    )
    found: dict[int, set[int | None]] = defaultdict(set)
    for person_id, programme_id in db.session.execute(grants):
        found[person_id].add(programme_id)
    return found
