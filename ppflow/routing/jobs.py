"""The ladder of letters that keeps a promised date: due soon, late, still late.

One letter for each person, expression, step and promised date; a new date starts a new episode.
Only in working hours: a promise is counted in working days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, String, cast, literal, or_, select
from sqlalchemy.orm import joinedload

from ppflow import clock
from ppflow.access import Role
from ppflow.db import db
from ppflow.expressions import mail
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.expressions.workflow import WORDS
from ppflow.outbox.models import PeriodicRun
from ppflow.outbox.periodic import LADDER, Period, every, firsts
from ppflow.people.models import Grant, Person, RoleName
from ppflow.projects.models import Member, MemberRole
from ppflow.workflow import Clock

DUE_SOON_SHARE: Final = 0.75  # design.md 5: of the time between the last word and the promise
ESCALATE_AFTER: Final = 2  # working days
FROM_HOUR, TO_HOUR = 8, 18
LOOK_AHEAD: Final = timedelta(days=60)
AT_ONCE: Final = 50  # a minute: rendering holds the write lock

Waiting = Row[int, date | None, datetime]  # id, reply_by, last_contact_at
OURS: Final = tuple(status for status, words in WORDS.items() if words.clock is Clock.OURS)


@every("staff-ladder", Period.MINUTE)
def keep_promises() -> None:
    """Climb the ladder, on working days between 8am and 6pm."""
    local = clock.local(clock.now())
    if clock.is_working_day(local.date()) and FROM_HOUR <= local.hour < TO_HOUR:
        climb(local.date())


def climb(today: date) -> None:
    """Write every letter of the ladder that is due on this day and was not written."""
    _step("staff-escalated", Expression.reply_by <= escalated_by(today), _coordinators)
    _step("staff-overdue", Expression.reply_by < today, _answering)
    is_near = Expression.reply_by.between(today, today + LOOK_AHEAD)
    is_ours = Expression.status.in_(OURS)
    _step("staff-due-soon", is_near & is_ours, _assignee, lambda row: _is_due_soon(row, today))


def escalated_by(today: date) -> date:
    """A promise of this day or an earlier one is told to the coordinators today."""
    day = today
    while clock.working_days_between(day, today) < ESCALATE_AFTER:
        day -= timedelta(days=1)
    return day


def _is_due_soon(row: Waiting, today: date) -> bool:
    start = clock.local(row.last_contact_at).date()
    days = max(0, (row.reply_by - start).days)
    return today > start and today >= start + timedelta(days=floor(days * DUE_SOON_SHARE))


def _step(
    name: str,
    condition: ColumnElement[bool],
    readers: Readers,
    is_due: Callable[[Waiting], bool] = lambda _row: True,
) -> None:
    """One step for every expression it is due for, once for each promised date."""
    key = literal(f"{LADDER}{name}:") + cast(Expression.id, String) + ":"
    key += cast(Expression.reply_by, String)
    written = select(PeriodicRun.key).where(PeriodicRun.key == key).exists()
    waiting = (
        select(Expression.id, Expression.reply_by, Expression.last_contact_at)
        .where(in_queue(), condition, ~written)
        .order_by(Expression.reply_by, Expression.id)
    )
    due = [row for row in db.session.execute(waiting) if is_due(row)][:AT_ONCE]
    keys = {f"{LADDER}{name}:{row.id}:{row.reply_by}": row.id for row in due}
    if not keys:
        return
    expressions = _loaded([keys[key] for key in firsts(keys)])
    people = _people_around(expressions)
    for expression in expressions:
        told = readers(expression, people)
        mail.tell_staff(name, expression, told, answering=expression.assignee)


def _loaded(ids: list[int]) -> Sequence[Expression]:
    """The expressions with all that their letters name, in one statement."""
    chosen = select(Expression).where(Expression.id.in_(ids)).order_by(Expression.id)
    around = (
        Expression.programme,
        Expression.project,
        Expression.opportunity,
        Expression.assignee,
    )
    return db.session.scalars(chosen.options(*map(joinedload, around))).unique().all()


# --- who is told ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class People:
    """Deputies and everybody by project, coordinators by programme (None: of all)."""

    deputies: dict[int | None, list[Person]]
    members: dict[int | None, list[Person]]
    coordinators: dict[int | None, list[Person]]

    def deputies_of(self, expression: Expression) -> list[Person]:
        """Who covers for whoever answers; of a form that waits for a taker, all who may take it."""
        is_in_pool = expression.assignee_id is None and not expression.is_unrouted
        covering = self.members if is_in_pool else self.deputies
        return covering.get(expression.project_id, []) if expression.project_id else []

    def coordinators_of(self, expression: Expression) -> list[Person]:
        both = (expression.programme_id, None)
        return [person for programme in both for person in self.coordinators.get(programme, [])]


Readers = Callable[[Expression, People], Iterable[Person]]


def _people_around(expressions: Sequence[Expression]) -> People:
    projects = {each.project_id for each in expressions if each.project_id}
    programmes = {each.programme_id for each in expressions}
    members = (
        select(Member.project_id, Person, Member.role)
        .join(Person, Person.id == Member.person_id)
        .where(
            Member.project_id.in_(projects),
            Member.until_on.is_(None),
            Person.active,
        )
        .order_by(Member.id)
    )
    coordinators = (
        select(Grant.programme_id, Person)
        .join(Person, Person.id == Grant.person_id)
        .join(RoleName, RoleName.id == Grant.role_id)
        .where(
            RoleName.name == Role.COORDINATOR,
            Person.active,
            or_(Grant.programme_id.in_(programmes), Grant.programme_id.is_(None)),
        )
        .order_by(Person.id)
    )
    rows = db.session.execute(members).all()
    return People(
        deputies=_grouped((key, who) for key, who, role in rows if role is MemberRole.DEPUTY),
        members=_grouped((key, who) for key, who, _ in rows),
        coordinators=_grouped(db.session.execute(coordinators)),
    )


def _grouped(pairs: Iterable[Any]) -> dict[int | None, list[Person]]:
    found: dict[int | None, list[Person]] = {}
    for key, person in pairs:
        found.setdefault(key, []).append(person)
    return found


def _assignee(expression: Expression, people: People) -> list[Person]:
    """Who answers; their deputies while they are away; the coordinators when nobody does."""
    person = expression.assignee
    if person is not None and person.is_available:
        return [person]
    covering = [deputy for deputy in people.deputies_of(expression) if deputy.is_available]
    return covering or people.coordinators_of(expression)


def _answering(expression: Expression, people: People) -> list[Person]:
    """Who answers, and the deputies."""
    answering = [expression.assignee] if expression.assignee else []
    return answering + people.deputies_of(expression) or people.coordinators_of(expression)


def _coordinators(expression: Expression, people: People) -> list[Person]:
    return people.coordinators_of(expression)
