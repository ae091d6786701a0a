"""What the worker does by itself: reminders, the ladder, deleting; each once, and caught up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock, keys
from ppflow.applicants.models import Draft
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.outbox import jobs, periodic
from ppflow.outbox.models import Letter, PeriodicRun
from ppflow.outbox.periodic import Period, Periodic
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.installation import Installation

At = Callable[[datetime], AbstractContextManager[None]]


@pytest.fixture
def at(app: Flask, installation: Installation) -> At:
    """`with at(moment):` it is that moment, for us and for the database."""

    def move(moment: datetime) -> AbstractContextManager[None]:
        ahead = moment - datetime.now(moment.tzinfo)
        return installation.with_settings(clock_offset_seconds=int(ahead.total_seconds()) + 30)

    return move


@pytest.fixture
def monday(at: At) -> Iterator[date]:
    """It is ten o'clock on a Monday in June: a week of five working days lies ahead."""
    with at(clock.start_of(date(2027, 6, 7), at=time(10))):
        yield date(2027, 6, 7)


def ten(day: date) -> datetime:
    return clock.start_of(day, at=time(10))


def written(name: str) -> list[str]:
    """The addresses that letters of this name were written to, in order."""
    db.session.rollback()
    db.session.expire_all()
    found = db.session.scalars(select(Letter).where(Letter.name == name).order_by(Letter.id))
    return [letter.to_address for letter in found]


def test_one_reminder_to_confirm_after_two_days(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    confirmed = register("Ann Roe", cast.panel)
    register("Joan Roe", cast.panel, contact_by="phone")
    with writing():
        confirmed.confirmed_at = clock.now()
    periodic.run_due()
    assert written("expression-confirm-reminder") == []
    for days in (2, 3, 4):
        with at(ten(monday + timedelta(days=days)) + timedelta(minutes=1)):
            periodic.run_due()
    assert written("expression-confirm-reminder") == ["rosa@mail.example"]


def test_a_question_is_asked_again_on_days_7_and_21(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="When can you come?")
    told = []
    for days in (6, 7, 8, 20, 21, 22, 27):
        with at(ten(monday + timedelta(days=days)) + timedelta(minutes=1)):
            periodic.run_due()
            told.append(len(written("expression-question-reminder")))
    assert told == [0, 1, 1, 1, 2, 2, 2]


def test_days_on_which_no_worker_ran_are_caught_up_with_one_letter(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="When can you come?")
    with at(ten(monday + timedelta(days=22))):
        periodic.run_due()
    assert len(written("expression-question-reminder")) == 1


def test_an_offer_is_remembered_7_and_2_days_before(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    last_day = monday + timedelta(days=10)
    with writing():
        acts.perform("offer", rosa, by=standing(cast.facilitator), accept_by=last_day)
    told = []
    for days in (1, 3, 4, 7, 8, 9, 11):
        with at(ten(monday + timedelta(days=days))):
            periodic.run_due()
            told.append(len(written("expression-offer-reminder")))
    assert told == [0, 1, 1, 1, 2, 2, 2]


def test_the_ladder_climbs_once_for_each_promise(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)  # promised: the Monday after
    assert rosa.reply_by == monday + timedelta(days=7)
    names = ("staff-due-soon", "staff-overdue", "staff-escalated")
    seen = {}
    for days in range(15):
        with at(ten(monday + timedelta(days=days))):
            periodic.run_due()
            seen[days] = [len(written(name)) for name in names]
    assert seen[3] == [0, 0, 0]
    assert seen[7] == [1, 0, 0]  # farah, before the day is over
    assert seen[8] == [1, 2, 0]  # farah and dev, on the first day after
    assert seen[9] == [1, 2, 1]  # cora, on the second working day
    assert seen[14] == seen[9]
    assert written("staff-due-soon") == ["farah@nhs.example"]
    assert written("staff-overdue") == ["farah@nhs.example", "dev@nhs.example"]
    assert written("staff-escalated") == ["cora@nhs.example"]
    with at(ten(monday + timedelta(days=14))), writing():
        db.session.get_one(Expression, rosa.id).reply_by = monday + timedelta(days=15)
    with at(ten(monday + timedelta(days=16))):
        periodic.run_due()
    assert len(written("staff-overdue")) == 4  # a new promise, a new episode


def test_the_ladder_rests_at_night_and_on_sundays(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    for moment in (
        clock.start_of(monday + timedelta(days=8), at=time(5)),
        clock.start_of(monday + timedelta(days=13), at=time(10)),
    ):
        with at(moment):
            periodic.run_due()
    assert written("staff-overdue") == []


def test_what_is_answered_or_theirs_to_answer_is_not_nagged_about(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    closed, asked = register("Rosa Reed", cast.panel), register("Ann Roe", cast.panel)
    suspect = register("Sam Spam", cast.panel, is_set_aside=True)
    by = standing(cast.facilitator)
    with writing():
        acts.perform("not_this_time", closed, by=by, reason="full", body="Sorry.")
        acts.perform("ask", asked, by=by, body="When?")
    assert suspect.set_aside_at is not None
    with at(ten(monday + timedelta(days=9))):
        periodic.run_due()
    assert written("staff-overdue") == written("staff-due-soon") == []


def test_the_deputy_is_told_while_the_facilitator_is_away(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    with writing():
        db.session.get_one(Person, cast.facilitator.id).away_from_on = monday
    with at(ten(monday + timedelta(days=7))):
        periodic.run_due()
    assert written("staff-due-soon") == ["dev@nhs.example"]


def test_letters_lose_their_text_a_week_after_they_ended(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    with writing():
        ended, waiting, *_ = db.session.scalars(select(Letter).order_by(Letter.id)).all()
        ended.state, ended.ended_at = LetterState.SENT, clock.now()
    assert "blank-letters" in {row.name for row in periodic.TABLE}, jobs  # the worker's own work
    with at(ten(monday + timedelta(days=8))):
        periodic.run_due()
    db.session.rollback()
    db.session.expire_all()
    assert (ended.body, ended.to_address, ended.to_name) == ("", "", "")
    assert ended.subject
    assert waiting.body


def test_old_drafts_go(monday: date, at: At, cast: Cast) -> None:
    with writing():
        for name, days in (("old", 1), ("new", 3)):
            db.session.add(
                Draft(
                    key_hash=name,
                    submission_key=name,
                    kind="general",
                    sealed=keys.seal({"why": "x"}),
                    expires_at=clock.now() + timedelta(days=days),
                )
            )
    with at(ten(monday + timedelta(days=2))):
        periodic.run_due()
    db.session.rollback()
    assert db.session.scalars(select(Draft.key_hash)).all() == ["new"]


def test_done_once_a_period_whoever_comes(
    monday: date, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[datetime] = []
    row = Periodic("count", Period.HOUR, lambda: done.append(clock.now()))
    monkeypatch.setattr(periodic, "TABLE", [row])
    assert [periodic.run_due() for _ in range(3)] == [1, 0, 0]
    with at(ten(monday) + timedelta(hours=5)):
        assert periodic.run_due() == 1  # and the hours between are not made up for
    assert len(done) == 2
    db.session.rollback()
    keys_kept = db.session.scalars(select(PeriodicRun.key).order_by(PeriodicRun.key)).all()
    assert keys_kept == ["count:2027-06-07 10", "count:2027-06-07 15"]


def test_nothing_here_decides_about_anybody(
    monday: date, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="When?")
    with at(ten(monday + timedelta(days=90))):
        periodic.run_due()
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Expression, rosa.id).status is Status.NEEDS_INFO
