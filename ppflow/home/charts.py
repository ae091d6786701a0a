"""The numbers of the small charts: arrivals and answers, time to first reply, what is overdue.

They are of weeks, not of this minute: where there are many forms to count, they are kept for some
minutes, so that the home page of a large installation costs no more than that of a small one.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import Select, func, literal, select, union_all

from ppflow import clock, web
from ppflow.access import Standing
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue, is_visible_to
from ppflow.home.queries import told_of
from ppflow.kinds import KINDS
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project
from ppflow.ready import ready

WEEKS: Final = 6
OF_A_WEEK: Final = 200  # first replies of which a median is taken: the newest
OVERDUE_COUNTED: Final = 1000
PROJECTS: Final = 8
KEPT_SECONDS: Final = 300.0
KEPT_FROM: Final = 2000  # forms and replies; fewer are counted each time
KEPT: Final = 128

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Charts:
    """Rows of the three charts; each is empty when there is nothing to show.

    `weeks`: (week, arrived, first replies). `replies`: (week, median working days or "no reply",
    late). `promise`: the working days most of them were promised. `overdue`: (project, late by a
    working day, late by two or more); beyond `PROJECTS` the last row is of all others.
    """

    weeks: tuple[Row, ...]
    replies: tuple[Row, ...]
    promise: int
    overdue: tuple[Row, ...]


_kept: dict[tuple[Standing, date], tuple[float, Charts]] = {}


def charts(standing: Standing) -> Charts:
    """The charts of what this person may see; three statements, or none when they are kept."""
    today, now = clock.today(), time.monotonic()
    made_at, kept = _kept.get((standing, today), (-KEPT_SECONDS, None))
    if kept is not None and now - made_at < KEPT_SECONDS:
        return kept
    found = _made(standing, today)
    if sum(arrived + replied for _, arrived, replied in found.weeks) > KEPT_FROM:
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[standing, today] = now, found
    return found


def _made(standing: Standing, today: date) -> Charts:
    starts = _starts(today)
    weeks = _weeks(standing, starts)
    replies, promise = _replies(standing, starts)
    has_any = any(arrived or replied for _, arrived, replied in weeks)
    return Charts(
        weeks=weeks if has_any else (),
        replies=replies if promise else (),
        promise=promise,
        overdue=_overdue_rows(standing, today),
    )


def _starts(today: date) -> tuple[datetime, ...]:
    """The Mondays on which the last weeks began, and the one that ends the present week."""
    monday = today - timedelta(days=today.weekday())
    return tuple(clock.start_of(monday - timedelta(weeks=ago)) for ago in range(WEEKS - 1, -2, -1))


def _names_of(starts: tuple[datetime, ...]) -> list[str]:
    """The weeks by their Mondays; the present one is not over, and says so."""
    return [*(web.short_day(week).partition(" ")[2] for week in starts[:-2]), "This week"]


def _weeks(standing: Standing, starts: tuple[datetime, ...]) -> tuple[Row, ...]:
    numbers = _arrivals(standing, starts).one()
    return tuple(
        (name, numbers[2 * place], numbers[2 * place + 1])
        for place, name in enumerate(_names_of(starts))
    )


@ready
def _arrivals(standing: Standing, starts: tuple[datetime, ...]) -> Select[*tuple[Any, ...]]:
    found = []
    for start, end in pairwise(starts):
        for moment in (Expression.received_at, Expression.first_replied_at):
            within = select(func.count()).select_from(Expression).where(
                moment >= start, moment < end, is_visible_to(standing),
                Expression.set_aside_at.is_(None),
            )  # fmt: skip
            found.append(within.scalar_subquery())
    return select(*found)


def _replies(standing: Standing, starts: tuple[datetime, ...]) -> tuple[tuple[Row, ...], int]:
    """(week, median, late) of each week, and the promise that most of them were given."""
    promised: Counter[int] = Counter()
    days: list[list[int]] = [[] for _ in range(WEEKS)]
    late = [0] * WEEKS
    for week, received, replied, kind in _first_replies(standing, starts):
        took = clock.working_days_between(clock.local(received).date(), clock.local(replied).date())
        days[week].append(took)
        promised[KINDS[kind].promise_days] += 1
        late[week] += took > KINDS[kind].promise_days
    rows = [
        (name, _median(took), many)
        for name, took, many in zip(_names_of(starts), days, late, strict=True)
    ]
    return tuple(rows), promised.most_common(1)[0][0] if promised else 0


def _median(days: list[int]) -> int | str:
    return sorted(days)[(len(days) - 1) // 2] if days else "no reply"


@ready
def _first_replies(standing: Standing, starts: tuple[datetime, ...]) -> Select[*tuple[Any, ...]]:
    """When forms came and were first answered by a person: of each week the newest answers."""
    parts = []
    for week, (start, end) in enumerate(pairwise(starts)):
        of_it = (
            select(
                literal(week).label("week"),
                Expression.received_at,
                Expression.first_replied_at,
                Expression.kind,
            )
            .where(
                Expression.first_replied_at >= start,
                Expression.first_replied_at < end,
                is_visible_to(standing),
            )
            .order_by(Expression.first_replied_at.desc())
            .limit(OF_A_WEEK)
        )
        parts.append(select(of_it.subquery()))
    return select(union_all(*parts).subquery())


def _overdue_rows(standing: Standing, today: date) -> tuple[Row, ...]:
    rows = [
        (project or f"No project: {programme}", short, long)
        for project, programme, short, long in _overdue(standing, today, told_of())
    ]
    shown, others = rows[: PROJECTS - 1], rows[PROJECTS - 1 :]
    if len(others) > 1:
        rest = (sum(short for _, short, _ in others), sum(long for _, _, long in others))
        others = [(f"{len(others)} others together", *rest)]
    return (*shown, *others)


@ready
def _overdue(standing: Standing, today: date, long_ago: date) -> Select[*tuple[Any, ...]]:
    """Of the longest overdue, how many in each project, the most first."""
    few = (
        select(Expression.project_id, Expression.programme_id, Expression.reply_by)
        .where(in_queue(), Expression.reply_by < today, is_visible_to(standing))
        .order_by(Expression.reply_by)
        .limit(OVERDUE_COUNTED)
        .subquery()
    )
    is_long = few.c.reply_by <= long_ago
    many = func.count()
    return (
        select(Project.title, Programme.name, many.filter(~is_long), func.count().filter(is_long))
        .select_from(few)
        .join(Programme, Programme.id == few.c.programme_id)
        .outerjoin(Project, Project.id == few.c.project_id)
        .group_by(few.c.project_id, Project.title, Programme.id, Programme.name)
        .order_by(many.desc(), Programme.name, Project.title.is_(None), Project.title)
    )
