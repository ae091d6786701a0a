"""The one clock: now, today in England, working days, and the database's own now.

Everything that asks for the time asks here, so that tests can move it and so that several
machines agree: leases and due dates are compared with the database's time, not a worker's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from flask import current_app, has_app_context
from sqlalchemy import String, bindparam, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from ppflow.db import UtcDateTime

LONDON = ZoneInfo("Europe/London")


def _offset_seconds() -> int:
    return current_app.config["PPFLOW"].clock_offset_seconds if has_app_context() else 0


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC) + timedelta(seconds=_offset_seconds())


def today() -> date:
    """The present day in England."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """A moment as the clock on an English wall shows it."""
    return moment.astimezone(LONDON)


def end_of(day: date) -> datetime:
    """23:59:59 of a day in England: closing dates count to the end of their day."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=LONDON).astimezone(UTC)


def start_of(day: date, at: time = time(0)) -> datetime:
    """The beginning of a day in England, or a time on it."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year).keys())


def is_working_day(day: date) -> bool:
    """Monday to Friday and not a bank holiday in England."""
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def working_days_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`; 0 gives `day`, or the next working day."""
    while count > 0 or not is_working_day(day):
        day += timedelta(days=1)
        if is_working_day(day) and count > 0:
            count -= 1
    return day


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(end, start)
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, days + 1))


def moved(plus: timedelta = timedelta(0)) -> str:
    """How far from its own now the database is to look, the test offset included."""
    return f"{_offset_seconds() + plus.total_seconds():+.3f} seconds"


class sql_now(FunctionElement[datetime]):  # noqa: N801 - reads as SQL
    """The database's own now, moved by the test offset only.

    A statement that is built once names instead a `value` that is given later: what `moved` says.
    """

    type = UtcDateTime()
    inherit_cache = True  # how far it is moved is a bound value

    def __init__(self, plus: timedelta = timedelta(0), *, value: str = "") -> None:
        super().__init__(bindparam(value, type_=String()) if value else literal(moved(plus)))


@compiles(sql_now, "sqlite")
def _sqlite_now(element: sql_now, compiler: Any, **kw: Any) -> str:
    # The same shape as SQLAlchemy stores: six digits of a second, so that text compares as time.
    moved = compiler.process(element.clauses, **kw)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {moved}) || '000')"


@compiles(sql_now)
def _postgresql_now(element: sql_now, compiler: Any, **kw: Any) -> str:
    moved = compiler.process(element.clauses, **kw)
    return f"(clock_timestamp() + CAST({moved} AS interval))"
