"""The ladder of letters that keeps a promised date: due soon, late, still late.

One letter for each person, expression, step and promised date; a new date starts a new episode.
Only in working hours: a promise is counted in working days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from math import floor
from typing import Final

from sqlalchemy import ColumnElement, Row, String, cast, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from ppflow import clock
from ppflow.db import db
from ppflow.expressions import mail
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.expressions.workflow import WORDS
from ppflow.outbox.models import PeriodicRun
from ppflow.outbox.periodic import LADDER, Period, every
from ppflow.people.models import Person
from ppflow.people.queries import coordinators_of
from ppflow.projects.models import MemberRole
from ppflow.projects.queries import members_now
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
    readers: Callable[[Expression], Iterable[Person]],
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
    due = [row for row in db.session.execute(waiting) if is_due(row)]
    for row in due[:AT_ONCE]:
        if _is_first(f"{LADDER}{name}:{row.id}:{row.reply_by}"):
            expression = db.session.get_one(Expression, row.id)
            mail.tell_staff(name, expression, readers(expression), answering=expression.assignee)


def _is_first(key: str) -> bool:
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    row = dialect.insert(PeriodicRun).values(key=key, done_at=clock.now())
    written = db.session.scalar(row.on_conflict_do_nothing().returning(PeriodicRun.key))
    return written is not None


# --- who is told ----------------------------------------------------------------------------------


def _deputies(expression: Expression) -> list[Person]:
    if expression.project_id is None:
        return []
    return members_now(expression.project_id, MemberRole.DEPUTY)


def _assignee(expression: Expression) -> list[Person]:
    """Who answers; their deputies while they are away; the coordinators when nobody does."""
    person = expression.assignee
    if person is not None and person.is_available:
        return [person]
    covering = [deputy for deputy in _deputies(expression) if deputy.is_available]
    return covering or _coordinators(expression)


def _answering(expression: Expression) -> list[Person]:
    """Who answers, and the deputies."""
    people = [expression.assignee] if expression.assignee else []
    return people + _deputies(expression) or _coordinators(expression)


def _coordinators(expression: Expression) -> list[Person]:
    return list(db.session.scalars(coordinators_of(expression.programme_id)))
