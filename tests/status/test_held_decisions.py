"""A decision that can still be taken back: the person sees and loses nothing by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.mailing import acts as mailing
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.routing import acts as routing
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor


@pytest.fixture(autouse=True)
def held(installation: Any) -> Iterator[None]:
    with installation.with_settings(hold_decisions_minutes=10, hold_messages_minutes=2):
        yield


def decide(verb: str, expression: Expression, cast: Cast, **details: Any) -> None:
    with writing():
        acts.perform(verb, expression, by=standing(cast.facilitator), **details)


def take_back(expression: Expression, cast: Cast) -> None:
    with writing():
        acts.undo(expression, by=standing(cast.facilitator))


def test_a_message_while_a_decision_is_held_tells_nothing_of_it(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    decide("not_this_time", rosa, cast, reason="full")
    page = opened(client, rosa).submit({"body": "I can do Mondays too"}, button="Send message")
    assert "I can do Mondays too" in page.text
    assert "not this time" not in page.text.lower()
    take_back(rosa, cast)
    assert (rosa.status, rosa.has_answered) == (Status.RECEIVED, True)


def test_who_withdraws_while_a_decision_is_held_withdraws(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa)
    decide("not_this_time", rosa, cast, reason="full")
    page = page.visitor.visit("/status").follow("Withdraw my form")
    page = page.submit({"sure": "yes"}, button="Continue")
    assert "Withdrawn by you" in page.text
    assert "not this time" not in page.text.lower()
    letters = select(Letter.state).where(Letter.name == "expression-not-this-time")
    assert db.session.scalars(letters).all() == [LetterState.CANCELLED]


def test_an_answer_comes_before_the_decision_that_did_not_wait_for_it(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    decide("start", rosa, cast)
    decide("ask", rosa, cast, body="Which days?")
    with writing():
        rosa.undo = None
        db.session.scalars(
            select(Letter).where(Letter.name == "expression-question")
        ).one().due_at = clock.now()
    page = opened(client, rosa)
    decide("offer", rosa, cast, accept_by=clock.today() + timedelta(days=10))
    page = page.submit({"body": "Mondays"}, button="Send answer")
    assert "Mondays" in page.text
    assert "offered" not in page.text
    db.session.refresh(rosa)
    assert (rosa.status, rosa.has_answered) == (Status.IN_REVIEW, True)


def test_what_was_taken_back_was_never_told(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    decide("start", rosa, cast)
    decide("not_this_time", rosa, cast, reason="full")
    take_back(rosa, cast)
    page = opened(client, rosa)
    assert "started to look at it" in page.text
    assert "not this time" not in page.text.lower()


def test_a_new_time_or_question_shows_only_when_it_has_gone(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    first, second = clock.now() + timedelta(days=3), clock.now() + timedelta(days=5)
    decide("arrange", rosa, cast, talk_at=first, talk_how="by phone")
    with writing():
        rosa.undo = None
    decide("move", rosa, cast, talk_at=second, talk_how="in canary hall")
    assert "canary" not in opened(client, rosa).text


def test_taking_back_puts_everything_back(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    decide("ask", rosa, cast, body="Which days?")
    kept = (rosa.status, rosa.reply_by, rosa.asked_at, rosa.last_contact, rosa.last_contact_at)
    decide("offer", rosa, cast, accept_by=clock.today() + timedelta(days=10))
    take_back(rosa, cast)
    assert kept == (
        rosa.status, rosa.reply_by, rosa.asked_at, rosa.last_contact, rosa.last_contact_at
    )  # fmt: skip
    question = select(Letter).where(Letter.name == "expression-question")
    assert db.session.scalars(question).one().state is LetterState.QUEUED
    other = register("Omar Oak", cast.panel)
    decide("message", other, cast, body="Thank you")
    take_back(other, cast)
    assert other.first_replied_at is None


def test_suspects_and_spam_never_move_the_public_number(cast: Cast, register: Register) -> None:
    ines = standing(cast.coordinator)
    panel = register("Rosa Reed", cast.panel).opportunity_id

    def interest() -> int:
        chosen = select(Opportunity.interest_count).where(Opportunity.id == panel)
        return db.session.scalars(chosen).one()

    at_first = interest()
    suspect = register("Spam Bot", cast.panel, is_set_aside=True)
    with writing():
        acts.perform("spam", suspect, by=ines)
    assert interest() == at_first
    with writing():
        routing.release(suspect, by=ines)
    assert interest() == at_first + 1
    with writing():
        acts.perform("spam", suspect, by=ines)
    assert interest() == at_first


def test_an_offer_sent_at_once_can_be_taken_at_once(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    decide("offer", rosa, cast, accept_by=clock.today() + timedelta(days=10))
    letter = db.session.scalars(select(Letter).where(Letter.name == "expression-offered")).one()
    with writing():
        mailing.send_now(letter, by=standing(cast.facilitator))
    assert "Say yes or no" in opened(client, rosa).text
