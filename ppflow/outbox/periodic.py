"""Work that is due once a period, whoever of the workers is first, and caught up when all slept.

A room adds to the table where it defines the work:

    @every("drafts", Period.HOUR)
    def delete_old_drafts() -> None: ...

The function runs in one write transaction with the row that says it is done, so it is done once.
It asks the database what is due, never which periods were missed: that is the catching up. It may
give back a function, which is then called after the commit, outside any transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from ppflow import clock
from ppflow.db import db, reading, writing
from ppflow.outbox.models import PeriodicRun
from ppflow.statements import insert

KEPT_FOR: Final = timedelta(days=7)
LADDER: Final = "ladder:"  # keys that stand for one letter of an episode, not for a period
LADDER_KEPT_FOR: Final = timedelta(days=400)
log = structlog.get_logger("ppflow")


class Period(StrEnum):
    """How often, by the clock on an English wall."""

    MINUTE = "%Y-%m-%d %H:%M"
    HOUR = "%Y-%m-%d %H"
    DAY = "%Y-%m-%d"


Afterwards = Callable[[], None]
Work = Callable[[], Afterwards | None]


@dataclass(frozen=True)
class Periodic:
    """One row of the table."""

    name: str
    period: Period
    work: Work

    def key(self, moment: datetime) -> str:
        return f"{self.name}:{clock.local(moment):{self.period.value}}"


TABLE: list[Periodic] = []
STEADY: list[Callable[[], None]] = []


def every(name: str, period: Period) -> Callable[[Work], Work]:
    """Add a function to the table."""

    def add(work: Work) -> Work:
        TABLE.append(Periodic(name, period, work))
        return work

    return add


def steady(work: Callable[[], None]) -> Callable[[], None]:
    """Add work that is asked at every turn, outside any transaction, and guards itself.

    Several workers may do it at once; it says in its own rows what is done.
    """
    STEADY.append(work)
    return work


def run_due() -> int:
    """Do what nobody has done yet in its present period; returns how many."""
    for work in STEADY:
        _go_on(work)
    now = clock.now()
    due = {row.key(now): row for row in TABLE}
    with reading():
        done = set(db.session.scalars(select(PeriodicRun.key).where(PeriodicRun.key.in_(due))))
    return sum(_run(row, key) for key, row in due.items() if key not in done)


def firsts(keys: Iterable[str]) -> set[str]:
    """Guard each of these keys by a row; those that nobody had guarded before."""
    rows = [{"key": key, "done_at": clock.now()} for key in keys]
    if not rows:
        return set()
    mine = insert(PeriodicRun).on_conflict_do_nothing().returning(PeriodicRun.key)
    return set(db.session.connection().scalars(mine, rows))  # one statement, compiled once


def _go_on(work: Callable[[], None]) -> None:
    try:
        work()
    except SQLAlchemyError as error:  # it goes on at the next turn
        log.error("steady work failed", error=type(error).__name__)


def _run(row: Periodic, key: str) -> bool:
    """One transaction: say that it is done, and do it. Another worker's row makes it nothing."""
    try:
        with writing():
            if not firsts([key]):
                return False
            afterwards = row.work()
        if afterwards is not None:
            afterwards()
    except SQLAlchemyError as error:  # this work waits for its next turn; the others go on
        log.error("periodic work failed", work=row.name, error=type(error).__name__)
        return False
    return True


@every("old-periods", Period.DAY)
def forget_old_periods() -> None:
    """Rows of periods long past."""
    is_old = PeriodicRun.done_at < clock.now() - KEPT_FOR
    is_very_old = PeriodicRun.done_at < clock.now() - LADDER_KEPT_FOR
    is_ladder = PeriodicRun.key.startswith(LADDER)
    db.session.execute(delete(PeriodicRun).where(is_old, is_very_old | ~is_ladder))
