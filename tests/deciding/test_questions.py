"""A message may ask a question, with the day by which we hope for the answer."""

from __future__ import annotations

from datetime import timedelta

from ppflow import clock, web
from ppflow.db import db
from ppflow.expressions.workflow import Status
from tests.deciding.looking import address, letters, part
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn


def test_a_question_names_its_day(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "ask"))
    assert "Ask them to answer by" in part(page, "act")
    day = clock.today() + timedelta(days=9)
    named = {
        "next_reply_by-day": str(day.day), "next_reply_by-month": str(day.month),
        "next_reply_by-year": str(day.year),
    }  # fmt: skip
    shown = page.submit({"body": "Which days suit you?", **named}, button="Show the email")
    done = shown.submit(button="Ask and send 1 email")
    (letter,) = letters(rosa, "expression-question")
    assert f"Please answer by {web.day(day)}." in letter.body
    db.session.refresh(rosa)
    assert (rosa.status, rosa.reply_by) == (Status.NEEDS_INFO, day)
    assert "Question to Rosa from you" in done.text


def test_the_timeline_is_filtered_in_the_address(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """Messages, notes, emails, who answers and what was done: each alone, and all together."""
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    shown = browser.visit(address(rosa, "message")).submit(
        {"body": "Tea on Tuesday?"}, button="Show the email"
    )
    shown.submit(button="Send 1 email")
    browser.visit(address(rosa)).submit({"note_body": "Likes tea."}, button="Keep the note")
    only = {
        "Messages": "Tea on Tuesday?", "Notes": "Likes tea.", "What was done": "The form arrived.",
        "Who answers": "Assigned to you", "Emails": "We have your form",
    }  # fmt: skip
    everything = browser.visit(address(rosa))
    for label, words in only.items():
        assert words in part(everything, "timeline"), label
        alone = part(everything.follow(label), "timeline")
        assert words in alone
        others = [other for other in only.values() if other != words and other in alone]
        assert others == [], label


def test_previous_and_next_stay_with_an_act(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """A list is walked: what is done on the way leads back to the same view."""
    first = register("Ann One", cast.panel)
    second = register("Bob Two", cast.panel)
    browser = as_staff(cast.facilitator)
    page = browser.visit(f"{address(first)}?view=mine")
    assert "1 of 2" in page.text
    after = page.submit({"note_body": "Seen."}, button="Keep the note")
    assert "1 of 2" in after.text
    assert after.follow("Next").heading == "Bob Two"
    assert second.reference != first.reference
