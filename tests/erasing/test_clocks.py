"""The clocks of retention: each rule a day before and a day after, and the brake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from ppflow import clock, config, events
from ppflow.applicants.models import Draft
from ppflow.db import db, writing
from ppflow.erasing import clocks, queries
from ppflow.erasing.models import Erasure, RunState, Why
from ppflow.erasing.workflow import BY_KEY, EVERYTHING, RULES, months_before
from ppflow.errors import SettingsError
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, LastContact
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity
from ppflow.outbox import jobs as outbox_jobs
from ppflow.outbox import periodic
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.erasing.conftest import traces
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.pages import Visitor

S = Status
Ended = Callable[..., Expression]


@pytest.fixture
def ended(register: Register, cast: Cast) -> Ended:
    """A form that ended some days ago: `ended(Status.LAPSED, days=180)`."""

    def make(status: Status, days: int, *, agreed: tuple[str, ...] = (), **more: Any) -> Expression:
        found = register("Rosa Reed", cast.panel, agreed=agreed)
        then = clock.now() - timedelta(days=days)
        columns = {"closed_at": then, "last_contact_at": then, "reason": "full", **more}
        if status is S.DUPLICATE:
            columns["duplicate_of_id"] = found.id
        with writing():
            theirs = update(Expression).where(Expression.id == found.id)
            db.session.execute(theirs.values(status=status, **columns))
        db.session.refresh(found)
        return found

    return make


def days_ago(rule: str) -> int:
    """How many days ago something ended that is over its time just now."""
    return (clock.now() - BY_KEY[rule].before(clock.now())).days


def due(rule: str) -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(queries.due(BY_KEY[rule])).all())


@pytest.mark.parametrize(
    ("status", "agreed", "rule"),
    [
        (S.NOT_THIS_TIME, (), "not_taken_up"),
        (S.LAPSED, (), "not_taken_up"),
        (S.DUPLICATE, (), "not_taken_up"),
        (S.NOT_THIS_TIME, ("keep_for_future",), "kept_for_future"),
        (S.LAPSED, ("keep_for_future",), "kept_for_future"),
        (S.WITHDRAWN, ("keep_for_future",), "withdrawn"),
        (S.COMPLETED, (), "joined"),
        (S.PASSED_TO_STUDY, (), "joined"),
        (S.SPAM, (), "spam"),
    ],
    ids=lambda value: value.value if isinstance(value, Status) else None,
)
def test_a_day_before_it_stays_and_a_day_after_it_goes(
    status: Status, agreed: tuple[str, ...], rule: str, ended: Ended
) -> None:
    ended(status, days_ago(rule) - 1, agreed=agreed)
    late = ended(status, days_ago(rule) + 1, agreed=agreed)
    assert {key.key: due(key.key) for key in RULES if due(key.key)} == {rule: [late.id]}


def test_open_forms_have_no_clock(ended: Ended, register: Register, cast: Cast) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        rosa.received_at = rosa.last_contact_at = clock.now() - timedelta(days=3000)
    assert [due(rule.key) for rule in RULES] == [[] for _rule in RULES]


def test_who_takes_the_permission_back_is_no_longer_kept(ended: Ended) -> None:
    rosa = ended(S.LAPSED, 200, agreed=("keep_for_future",))
    assert due("not_taken_up") == []
    with writing():
        rosa.consents[0].withdrawn_at = clock.now()
    assert due("not_taken_up") == [rosa.id]


def test_somebody_who_wrote_lately_is_not_erased_unanswered(ended: Ended) -> None:
    rosa = ended(
        S.NOT_THIS_TIME, 300, last_contact_at=clock.now(), last_contact=LastContact.THEY_WROTE
    )
    assert due("not_taken_up") == []
    with writing():
        rosa.last_contact_at = clock.now() - timedelta(days=200)
    assert due("not_taken_up") == [rosa.id]


def test_a_place_ends_with_its_last_day(ended: Ended, cast: Cast) -> None:
    rosa = ended(S.JOINED, 800)

    def last_on(day: date | None) -> None:
        with writing():
            panel = update(Opportunity).where(Opportunity.id == cast.panel.id)
            db.session.execute(panel.values(first_on=None, last_on=day))

    over = clock.today() - timedelta(days=days_ago("joined"))
    last_on(over + timedelta(days=2))
    assert due("joined") == []
    last_on(over - timedelta(days=2))
    assert due("joined") == [rosa.id]
    assert queries.places_without_end() == 0
    db.session.rollback()
    last_on(None)
    assert due("joined") == [], "nobody knows that it has ended"
    assert queries.places_without_end() == 1


def test_drafts_and_letters_go_by_their_settings(
    register: Register, cast: Cast, installation: Installation, client: Visitor
) -> None:
    register("Rosa Reed", cast.panel)
    with writing():
        letter = db.session.scalars(select(Letter).order_by(Letter.id)).first()
        assert letter is not None
        letter.state = LetterState.SENT
        letter.created_at = letter.ended_at = clock.now() - timedelta(days=4)
    with installation.with_settings(retention_letters_days=5, retention_drafts_days=3):
        page = client.visit("/register").follow("Start now")
        page.submit(button="Stop now and come back later")
        draft = db.session.scalars(select(Draft)).one()
        left = draft.expires_at - clock.now()
        assert timedelta(days=2, hours=23) < left <= timedelta(days=3)
        periodic_now()
        letter = db.session.get_one(Letter, letter.id)
        assert letter.body
    with installation.with_settings(retention_letters_days=3):
        assert queries.counts_of_the_rest()["letters"] == 1
        periodic_now()
        letter = db.session.get_one(Letter, letter.id)
        assert (letter.body, letter.to_address) == ("", "")


def periodic_now() -> None:
    """Everything periodic, as if its time had just come; the outbox's work too."""
    assert outbox_jobs.blank_old_letters in {row.work for row in periodic.TABLE}
    db.session.remove()
    for row in periodic.TABLE:
        with writing():
            afterwards = row.work()
        if afterwards is not None:
            afterwards()
    db.session.rollback()


def test_the_worker_erases_what_is_over_its_time(
    app: Flask, ended: Ended, register: Register, cast: Cast
) -> None:
    late, early = ended(S.LAPSED, 200), ended(S.LAPSED, 20)
    subject = late.event_subject
    periodic_now()
    db.session.expire_all()
    rows = db.session.execute(select(Erasure.expression_id, Erasure.why, Erasure.rule)).all()
    assert rows == [(late.id, Why.RETENTION, "not_taken_up")]
    assert db.session.get_one(Expression, early.id).applicant.first_name == "Rosa"
    told = select(Event.verb, Event.reason).where(Event.subject == subject)
    assert ("erase", "not_taken_up") in db.session.execute(told).all()
    run = clocks.last_run()
    assert run is not None
    assert (run.state, run.due, run.erased) == (RunState.DONE, 1, 1)
    of_the_run = select(Event.verb).where(Event.subject == run.event_subject)
    assert db.session.scalars(of_the_run).all() == ["retention"]
    assert db.session.scalars(select(Letter.name).where(Letter.name.like("%erased%"))).all() == []
    periodic_now()
    assert db.session.scalars(select(Erasure.expression_id)).all() == [late.id]
    assert set(traces()) == set()


def test_a_run_killed_half_way_goes_on(ended: Ended, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "BATCH", 2)
    for _each in range(5):
        ended(S.SPAM, 40)
    with writing():
        clocks.start()
    with writing():
        clocks.go_on()
        db.session.rollback()  # the power went
    with writing():
        run = clocks.go_on()
    assert run is not None
    assert (run.erased, run.state) == (2, RunState.GOING)
    for _batch in range(2):
        with writing():
            run = clocks.go_on()
    assert run is not None
    assert (run.erased, run.state) == (5, RunState.DONE)
    with writing():
        assert clocks.go_on() is None


# --- the brake --------------------------------------------------------------------------------


def start(**more: bool) -> RunState:
    with writing():
        return clocks.start(**more).state


def finish() -> None:
    with writing():
        clocks.go_on()


def test_the_brake_holds_too_many_at_once(
    ended: Ended, register: Register, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "ALWAYS_FINE", 2)
    for _each in range(3):
        ended(S.SPAM, 40)
    assert start() is RunState.HELD
    run = clocks.last_run()
    assert run is not None
    assert run.held_because == "3 forms would go at once, more than 5% of all."
    finish()
    assert db.session.scalars(select(Erasure.id)).all() == []
    assert start() is RunState.HELD
    assert start(is_confirmed=True) is RunState.GOING
    finish()
    assert len(db.session.scalars(select(Erasure.id)).all()) == 3


@pytest.mark.parametrize(
    ("moved", "state"),
    [
        ({"hours": 24}, RunState.GOING),
        ({"hours": 47}, RunState.GOING),
        ({"hours": 49}, RunState.HELD),
        ({"days": 400}, RunState.HELD),
        ({"hours": -2}, RunState.GOING),
        ({"hours": -25}, RunState.HELD),
    ],
    ids=str,
)
def test_the_brake_holds_a_clock_that_moved(
    moved: dict[str, float], state: RunState, cast: Cast, later: Callable[..., None]
) -> None:
    assert start() is RunState.GOING
    finish()
    later(**moved)
    assert start() is state


def test_a_held_run_stays_held_until_somebody_confirms(
    ended: Ended, later: Callable[..., None]
) -> None:
    ended(S.SPAM, 40)
    start()
    finish()
    erased = len(db.session.scalars(select(Erasure.id)).all())
    later(days=400)
    for _day in range(3):
        later(days=1)
        assert start() is RunState.HELD
        finish()
    assert len(db.session.scalars(select(Erasure.id)).all()) == erased
    assert start(is_confirmed=True) is RunState.GOING


# --- the table ----------------------------------------------------------------------------------


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("moment", "months", "found"),
    [
        (datetime(2027, 8, 31, 12, tzinfo=UTC), 6, datetime(2027, 2, 28, 13, tzinfo=UTC)),
        (datetime(2028, 8, 31, 12, tzinfo=UTC), 6, datetime(2028, 2, 29, 13, tzinfo=UTC)),
        (datetime(2027, 1, 15, 12, tzinfo=UTC), 12, datetime(2026, 1, 15, 12, tzinfo=UTC)),
        (datetime(2027, 3, 31, 9, tzinfo=UTC), 1, datetime(2027, 2, 28, 10, tzinfo=UTC)),
    ],
)
def test_months_are_those_of_the_wall(moment: datetime, months: int, found: datetime) -> None:
    assert months_before(moment, months) == found


@pytest.mark.sqlite_only
def test_the_defaults_are_the_promised_ones(app: Flask) -> None:
    assert {rule.key: rule.time for rule in EVERYTHING} == {
        "drafts": "30 days",
        "not_taken_up": "6 months",
        "kept_for_future": "12 months",
        "withdrawn": "30 days",
        "joined": "12 months",
        "spam": "30 days",
        "letters": "7 days",
    }


@pytest.mark.sqlite_only
def test_a_clock_of_nothing_is_refused() -> None:
    with pytest.raises(SettingsError, match="PPFLOW_RETENTION_SPAM_DAYS must be 1 or more"):
        config.load({"PPFLOW_ENV": "test", "PPFLOW_RETENTION_SPAM_DAYS": "0"})


def test_withdrawing_takes_the_sensitive_answers_at_once(register: Register, cast: Cast) -> None:
    rosa = register("Rosa Reed", cast.panel, sealed={"health": "asthma"})
    with writing():
        acts.perform("withdraw", rosa, by=events.APPLICANT)
    db.session.refresh(rosa.answers[0])
    assert rosa.answers[0].sealed is None
    with writing():
        acts.perform("reopen", rosa, by=standing(cast.facilitator))
    assert rosa.status is S.IN_REVIEW
