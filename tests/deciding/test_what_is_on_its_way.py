"""An email has not gone yet, and another act follows: the page says what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest

from ppflow import clock
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.events import APPLICANT
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.outbox.workflow import LetterState
from tests.deciding.looking import address, letters, part
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn

NOT_YET = "The question has not gone yet."


@pytest.fixture(autouse=True)
def held(installation: Any) -> Iterator[None]:
    with installation.with_settings(hold_messages_minutes=2, hold_decisions_minutes=10):
        yield


@pytest.fixture
def asked(cast: Cast, register: Register) -> Expression:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="Do you need a lift?")
    return rosa


def test_times_after_a_question_leave_it_alone(
    asked: Expression, cast: Cast, as_staff: SignedIn
) -> None:
    page = as_staff(cast.facilitator).visit(address(asked, "propose"))
    assert f"{NOT_YET} It goes too." in part(page, "act")


def test_not_this_time_says_that_the_question_is_not_sent(
    asked: Expression, cast: Cast, as_staff: SignedIn
) -> None:
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(asked, "not_this_time"))
    assert f"{NOT_YET} It will not be sent." in part(page, "act")
    page = page.submit({"reason": "full"}, button="Show the email")
    page = page.submit(button="Close and send 1 email")
    assert "The question that had not gone yet will not be sent." in page.text
    assert "Cancelled. “Not this time” took its place." in part(page, "timeline")
    assert "What it replaced then goes after all" in part(page, "undo")
    page = page.submit(button="Undo")
    assert "Taken back. The question goes after all." in page.text
    (question,) = letters(asked, "expression-question")
    db.session.refresh(question)
    assert question.state is LetterState.QUEUED


def test_an_act_without_an_email_says_it_too(
    asked: Expression, cast: Cast, as_staff: SignedIn
) -> None:
    page = as_staff(cast.facilitator).visit(address(asked, "answer"))
    assert f"{NOT_YET} It will not be sent." in part(page, "act")
    page = page.submit({"body": "She said it on the phone."}, button="Keep the answer")
    assert (
        "No email goes to them. The question that had not gone yet will not be sent." in page.text
    )


def test_a_letter_to_print_is_taken_off_the_list(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0001")
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="Do you need a lift?")
    page = as_staff(cast.facilitator).visit(address(rosa, "not_this_time"))
    words = "The question has not been printed or read out yet. You do not need to."
    assert words in part(page, "act")


def test_times_on_paper_are_a_letter_and_no_email(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0001")
    first = clock.start_of(clock.today() + timedelta(days=3), time(10))
    times = [first, first + timedelta(days=1)]
    farah = standing(cast.facilitator)
    with writing():
        acts.perform("propose", rosa, by=farah, talk_times=times, talk_how="By phone")
    page = as_staff(cast.facilitator).visit(address(rosa, "pick"))
    page = page.submit({"slot": first.isoformat()}, button="Show the letter")
    words = "The letter with times to choose from has not been printed or read out yet."
    assert words in part(page, "act")
    assert "We remind you" not in part(page, "act")  # only by email


def test_undo_is_offered_for_as_long_as_it_is(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """A message after an offer waits for the offer: the page says 10 minutes, not 2."""
    rosa, browser = register("Rosa Reed", cast.panel), as_staff(cast.facilitator)
    page = browser.visit(address(rosa, "offer")).submit(button="Offer and send 1 email")
    page = browser.visit(address(rosa, "message"))
    assert "The offer has not gone yet. It goes too." in part(page, "act")
    page = page.submit({"body": "Papers come by post."}, button="Show the email")
    assert "You can undo this for 10 minutes." in page.text
    page = page.submit(button="Send 1 email")
    page = page.submit(button="Undo")
    assert "Offer a place: the email goes in" in part(page, "undo")
    page = page.submit(button="Undo")
    assert part(page, "undo") == ""


def test_staff_read_what_was_taken_back_as_they_acted_first(
    asked: Expression, cast: Cast, as_staff: SignedIn
) -> None:
    with writing():
        acts.perform("withdraw", asked, by=APPLICANT)
    line = part(as_staff(cast.facilitator).visit(address(asked)), "timeline")
    assert "They acted first: what was decided before is taken back. Its email did not go." in line
    assert "Do you need a lift?" in line
    assert "Cancelled. They acted before it went, so it was taken back." in line
