"""The day has passed by which they were to hear: their page says so, no letter promises it."""

from __future__ import annotations

from datetime import timedelta

from ppflow import clock
from ppflow.db import writing
from ppflow.expressions import acts, mail
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor


def test_a_late_answer_is_owned_up_to(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa)
    assert "You will hear by" in page.text
    with writing():
        rosa.reply_by = clock.today() - timedelta(days=3)
    page = client.visit("/status")
    assert "We are late, and we are sorry" in page.text
    assert "You were to hear by" in page.text
    assert "You will hear by" not in page.text
    assert "Next: you hear from us." not in page.text


def test_while_it_is_their_turn_nobody_of_ours_is_late(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="Which days?\n\nWhich hours?")
        rosa.reply_by = clock.today() - timedelta(days=3)
        rosa.undo, rosa.messages[-1].letter_id = None, None  # the question went long ago
    page = opened(client, rosa)
    assert "We are late" not in page.text
    box = page.soup.select_one(".pp-now .pp-typed")
    assert box is not None
    assert box.get_text().split("\n\n") == ["Which days?", "Which hours?"]


def test_a_reminder_promises_no_day_that_has_passed(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    assert (
        "You will hear from us by" in mail.for_applicant("expression-confirm-reminder", rosa).body
    )
    with writing():
        rosa.reply_by = clock.today() - timedelta(days=1)
    assert "hear from us by" not in mail.for_applicant("expression-confirm-reminder", rosa).body


def test_staff_are_given_no_date_for_somebody_who_has_joined(
    cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("offer", rosa, by=standing(cast.facilitator), accept_by=clock.today())
        acts.perform("accept", rosa, by=standing(cast.facilitator))
        (letter,) = mail.tell_staff("staff-place-taken", rosa, [cast.facilitator.person])
    assert rosa.reply_by is not None
    assert "Reply by" not in letter.body


def test_an_offer_whose_day_has_passed_can_still_be_answered(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    last = clock.today() + timedelta(days=10)
    with writing():
        acts.perform("offer", rosa, by=standing(cast.facilitator), accept_by=last)
        rosa.undo = None  # long ago
    page = opened(client, rosa)
    assert "Please tell us by" in page.text
    with writing():
        rosa.accept_by = clock.today() - timedelta(days=2)
    for page in (client.visit("/status"), client.visit("/status/place")):
        assert "You can still answer, as long as the place is free." in page.text
        assert "Please tell us by" not in page.text
    page = page.submit({"choice": "accept"})
    assert page.soup.select_one(".pp-now h2") is not None
    assert "You have a place" in page.text


def test_a_form_we_closed_for_want_of_an_answer_asks_once_more(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    by = standing(cast.facilitator)
    with writing():
        acts.perform("ask", rosa, by=by, body="Which days?")
    with writing():
        rosa.asked_at = clock.now() - timedelta(days=40)
    with writing():
        acts.perform("lapse", rosa, by=by)
        rosa.undo = None
    page = opened(client, rosa)
    assert "We did not hear from you" in page.text
    page.submit({"body": "I was in hospital. I still want to."}, button="Send message")
    assert rosa.reference in client.visit("/status").text
