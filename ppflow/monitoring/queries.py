"""The numbers of a quarter that is over, as they may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select

from ppflow import clock
from ppflow.access import Standing
from ppflow.db import db
from ppflow.monitoring.models import EqualityCount
from ppflow.monitoring.workflow import FEWEST_ANSWERED, QUESTIONS, shown
from ppflow.programmes.models import Programme
from ppflow.programmes.queries import coordinated_by


class Quarter(NamedTuple):
    """Three months. The present one is never shown: numbers that move each day tell who came."""

    year: int
    number: int

    @property
    def key(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def words(self) -> str:
        """July to September 2026"""
        first = date(self.year, self.number * 3 - 2, 1)
        last = date(self.year, self.number * 3, 1)
        return f"{first:%B} to {last:%B} {self.year}"

    @property
    def months(self) -> list[date]:
        return [date(self.year, self.number * 3 - back, 1) for back in (2, 1, 0)]


@dataclass(frozen=True)
class Table:
    """One question with (answer, number as it may be seen)."""

    label: str
    rows: list[tuple[str, str]]


def quarter_of(day: date) -> Quarter:
    return Quarter(day.year, (day.month + 2) // 3)


def programmes_of(standing: Standing) -> list[Programme]:
    """The programmes that ask, of those a coordinator looks after."""
    if not (standing.programmes or standing.all_programmes):
        return []
    return list(db.session.scalars(coordinated_by(standing).where(Programme.asks_equality)))


def quarters(programme_id: int) -> list[Quarter]:
    """The quarters with answers that are over, newest first."""
    months = select(EqualityCount.month).where(EqualityCount.programme_id == programme_id)
    found = {quarter_of(month) for month in db.session.scalars(months.distinct())}
    return sorted(found - {quarter_of(clock.today())}, reverse=True)


def tables(programme_id: int, quarter: Quarter) -> tuple[str, list[Table]]:
    """How many people answered in a quarter, and of what; nothing where fewer than 10 did."""
    rows = db.session.execute(
        select(EqualityCount.question, EqualityCount.answer, func.sum(EqualityCount.people))
        .where(EqualityCount.programme_id == programme_id, EqualityCount.month.in_(quarter.months))
        .group_by(EqualityCount.question, EqualityCount.answer)
    )
    people = {(question, answer): int(number) for question, answer, number in rows}
    answered = sum(people.get((QUESTIONS[0].key, value), 0) for value, _ in QUESTIONS[0].counted)
    if answered < FEWEST_ANSWERED:
        return "", []
    found = [
        Table(
            q.label, [(words, shown(people.get((q.key, value), 0))) for value, words in q.counted]
        )
        for q in QUESTIONS
    ]
    return shown(answered), found
