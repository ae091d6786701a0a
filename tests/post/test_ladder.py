"""The ladder keeps a promise: each step once for a date, none while paused, none lost or doubled.

Three months of it stand in `tests/journeys/test_three_months.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, LastContact
from ppflow.outbox import periodic
from ppflow.outbox.models import Letter, PeriodicRun
from ppflow.outbox.periodic import LADDER
from ppflow.people.models import Person
from ppflow.routing.acts import hand_over, move_all
from ppflow.routing.jobs import climb
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.statements import statements

At = Callable[[datetime], AbstractContextManager[None]]
STEPS = ("staff-due-soon", "staff-overdue", "staff-escalated")
MONDAY = date(2027, 6, 7)


@pytest.fixture(autouse=True)
def ladder_alone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the ladder runs: months pass quickly."""
    alone = [row for row in periodic.TABLE if row.name == "staff-ladder"]
    monkeypatch.setattr(periodic, "TABLE", alone)


@pytest.fixture
def at(app: Flask, installation: Installation) -> At:
    """`with at(moment):` it is that moment, for us and for the database."""

    def move(moment: datetime) -> AbstractContextManager[None]:
        ahead = moment - datetime.now(moment.tzinfo)
        return installation.with_settings(clock_offset_seconds=int(ahead.total_seconds()) + 30)

    return move


@pytest.fixture
def monday(at: At) -> Iterator[None]:
    with at(clock.start_of(MONDAY, at=time(10))):
        yield


def hours(day: date) -> list[datetime]:
    return [clock.start_of(day, at=time(hour)) for hour in (3, 8, 13, 19)]


def live(at: At, first: date, last: date) -> None:
    """Each day the worker looks at night, by day and in the evening."""
    while first <= last:
        for moment in hours(first):
            with at(moment):
                periodic.run_due()
        first += timedelta(days=1)


def steps(expression: Expression | None = None) -> list[tuple[str, date, str]]:
    """Each letter of the ladder: step, day, to whom."""
    db.session.rollback()
    db.session.expire_all()
    chosen = select(Letter).where(Letter.name.in_(STEPS)).order_by(Letter.id)
    if expression is not None:
        chosen = chosen.where(Letter.expression_id == expression.id)
    return [
        (letter.name, clock.local(letter.created_at).date(), letter.to_address)
        for letter in db.session.scalars(chosen)
    ]


def by_hand(expression: Expression, reply_by: date) -> None:
    with writing():
        db.session.get_one(Expression, expression.id).reply_by = reply_by


def test_escalation_that_repeats_every_run(
    monday: None, app: Flask, at: At, cast: Cast, register: Register
) -> None:
    """A peer's wound. Runs again and again, two workers at once, and a night of no worker."""
    rosa = register("Rosa Reed", cast.panel)
    late = clock.start_of(MONDAY + timedelta(days=14), at=time(10))

    def run(_number: int) -> None:
        with app.app_context():
            periodic.run_due()

    with at(late):
        for _ in range(3):
            with writing():  # as if the period had not been seen to
                ours = PeriodicRun.key.startswith(LADDER)
                db.session.execute(delete(PeriodicRun).where(~ours))
            db.session.rollback()
            with ThreadPoolExecutor(2) as workers:
                list(workers.map(run, range(2)))
    for days in (15, 16, 30):
        with at(late + timedelta(days=days)):
            periodic.run_due()
    assert Counter(name for name, _, _ in steps(rosa)) == {"staff-overdue": 2, "staff-escalated": 1}


def test_unowned_items_get_lost(monday: None, at: At, cast: Cast, register: Register) -> None:
    """A peer's wound. What nobody answers is the coordinators', at every step."""
    nobodys = register("Rosa Reed")
    assert nobodys.assignee_id is None
    live(at, MONDAY, MONDAY + timedelta(days=11))
    told = steps(nobodys)
    assert [name for name, _, _ in told] == list(STEPS)
    assert {to for _, _, to in told} == {cast.coordinator.email}


def test_owner_not_told_of_a_transfer(monday: None, cast: Cast, register: Register) -> None:
    """A peer's wound. Whoever has it now is told, whether it was given or its owner left."""
    given, left = register("Rosa Reed", cast.panel), register("Ann Roe", cast.other_panel)
    by = standing(cast.coordinator)
    with writing():
        hand_over(given, cast.deputy.person, by=by)
        move_all(cast.other_facilitator.person, cast.deputy.person, by=by)
    db.session.rollback()
    chosen = select(Letter.expression_id, Letter.to_address).where(
        Letter.name == "staff-handed-over"
    )
    told = sorted(tuple(row) for row in db.session.execute(chosen))
    assert told == [(given.id, cast.deputy.email), (left.id, cast.deputy.email)]


def test_the_deputy_is_told_of_what_is_near_while_the_facilitator_is_away(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        db.session.get_one(Person, cast.facilitator.id).away_from_on = MONDAY
    live(at, MONDAY, MONDAY + timedelta(days=7))
    assert [to for name, _, to in steps(rosa) if name == "staff-due-soon"] == [cast.deputy.email]


def test_the_same_date_again_is_the_same_episode(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    day = MONDAY + timedelta(days=9)
    by_hand(rosa, day)
    live(at, day, day + timedelta(days=5))
    first = len(steps(rosa))
    by_hand(rosa, day + timedelta(days=60))
    by_hand(rosa, day)
    live(at, day + timedelta(days=6), day + timedelta(days=9))
    assert len(steps(rosa)) == first


def test_a_letter_of_ours_is_a_word_from_us(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    """The new time begins with the letter that named it: nobody is told at once that it is near."""
    rosa, day = register("Rosa Reed", cast.panel), MONDAY + timedelta(days=14)
    farah, soon = standing(cast.facilitator), {"next_reply_by": day + timedelta(days=7)}
    with at(clock.start_of(day, at=time(12))), writing():
        acts.perform("not_this_time", rosa, by=farah, reason="full")
        acts.perform("reopen", rosa, by=farah, **soon)
    assert rosa.last_contact is LastContact.WE_WROTE
    live(at, day, day + timedelta(days=7))
    near = [step for step in steps(rosa) if step[0] == "staff-due-soon"]
    assert [step[1] for step in near] == [day + timedelta(days=7)]


@pytest.mark.parametrize("many", [1, 12])
def test_the_ladder_asks_as_often_for_many_as_for_one(
    monday: None, cast: Cast, register: Register, many: int
) -> None:
    for number in range(many):
        by_hand(register(f"Rosa{number} Reed", cast.panel), MONDAY - timedelta(days=30))
    db.session.expunge_all()
    with statements() as asked, writing():
        climb(MONDAY)
    assert sum(statement.lstrip().startswith("SELECT") for statement in asked) == 9
    assert len(steps()) == many * 3


def test_a_coordinator_who_answers_it_is_not_told_of_a_stranger(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        hand_over(rosa, cast.coordinator.person, by=standing(cast.coordinator))
    by_hand(rosa, MONDAY - timedelta(days=7))
    live(at, MONDAY, MONDAY)
    told = select(Letter.body).where(Letter.name == "staff-escalated")
    assert "You answer this one, and the person has not heard." in db.session.scalars(told).one()
