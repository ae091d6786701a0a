"""The person follows their form: opens the link, reads, writes, decides, withdraws."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from ppflow import clock, keys
from ppflow.applicants.acts import current_link
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, Note
from ppflow.expressions.workflow import Status
from ppflow.outbox.models import Letter
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor, new_visitor


def private_link(expression: Expression) -> str:
    """The address that the email holds."""
    link = current_link(expression.id)
    return f"/status/{keys.link_token(link.id, link.generation)}"


def opened(visitor: Visitor, expression: Expression) -> Page:
    """Open the link and press its one button."""
    return visitor.visit(private_link(expression)).submit(button="Open my page")


def test_opening_the_link_confirms_the_address_and_hides_the_token(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    address = private_link(rosa)
    for _scanner in range(3):
        client.get(address)
    assert db.session.get_one(Expression, rosa.id).confirmed_at is None
    page = client.visit(address).submit(button="Open my page")
    assert page.path == "/status"
    assert "Join our sleep panel" in page.heading
    assert "We got your form." in page.text
    db.session.refresh(rosa)
    assert rosa.confirmed_at is not None
    assert rosa.reply_by is not None
    assert f"{rosa.reply_by.day} {rosa.reply_by:%B}" in page.text
    assert "Farah is the person to answer you" in page.text


def test_without_the_link_nobody_sees_anything(
    client: Visitor, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    assert client.visit("/status").heading == "Check your form"
    assert client.visit("/status/answers").heading == "Check your form"
    assert client.visit("/status/not-a-token", status=404).heading == "This link has ended"


def test_two_people_with_one_mailbox_never_see_each_other(
    app: Flask, cast: Cast, register: Register
) -> None:
    one = register("Jo Reed", cast.panel, email="home@mail.example", plain={"why": "canary-jo"})
    two = register("Sam Reed", cast.panel, email="home@mail.example", plain={"why": "canary-sam"})
    page = opened(new_visitor(app), one)
    assert one.reference in page.text
    for address in ("/status", "/status/answers", "/status/permissions"):
        text = page.visitor.visit(address).text
        assert two.reference not in text
        assert "canary-sam" not in text
        assert "Sam" not in text


def test_a_question_is_answered_and_the_facilitator_is_told(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="Which days suit you?")
    page = opened(client, rosa)
    assert "We have a question for you" in page.text
    assert "Which days suit you?" in page.text
    page = page.submit({"body": ""}, button="Send answer", status=422)
    assert page.errors == ["Write your answer."]
    page = page.submit({"body": "Tuesdays <script>alert(1)</script> 🌳"}, button="Send answer")
    assert "Tuesdays <script>alert(1)</script> 🌳" in page.text
    db.session.refresh(rosa)
    assert (rosa.status, rosa.has_answered) == (Status.IN_REVIEW, True)
    told = db.session.scalars(select(Letter).where(Letter.name == "staff-they-wrote")).all()
    assert [letter.to_address for letter in told] == [cast.facilitator.email]
    assert "Tuesdays" not in told[0].body


def test_a_note_never_shows(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        db.session.add(Note(expression_id=rosa.id, by_id=cast.facilitator.id, body="canary-note"))
        acts.perform("message", rosa, by=standing(cast.facilitator), body="Thank you, Rosa.")
    page = opened(client, rosa)
    assert "Thank you, Rosa." in page.text
    for address in ("/status", "/status/answers", "/status/permissions"):
        assert "canary-note" not in client.visit(address).text


def test_withdrawing_needs_a_choice(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel, sealed={"experience": "canary"})
    page = opened(client, rosa).follow("Withdraw my form")
    page = page.submit(button="Continue", status=422)
    assert page.errors == ["Choose yes or no."]
    page.submit({"sure": "no"}, button="Continue")
    db.session.refresh(rosa)
    assert rosa.status is Status.RECEIVED
    page = client.visit("/status/withdraw").submit({"sure": "yes"}, button="Continue")
    assert "Withdrawn by you" in page.text
    db.session.refresh(rosa)
    db.session.refresh(rosa.answers[0])
    assert (rosa.status, rosa.answers[0].sealed) == (Status.WITHDRAWN, None)


def test_a_place_is_taken(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    until = clock.today() + timedelta(days=10)
    with writing():
        acts.perform("offer", rosa, by=standing(cast.facilitator), accept_by=until)
    page = opened(client, rosa).follow("Say yes or no")
    assert "benefits" in page.text
    page = page.submit({"choice": "accept"}, button="Send my answer")
    assert "You have a place" in page.text


def test_a_decision_that_can_still_be_undone_does_not_show(
    client: Visitor, cast: Cast, register: Register, installation: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with installation.with_settings(hold_decisions_minutes=10):
        with writing():
            acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
        page = opened(client, rosa)
        assert "We have your form" in page.text
        assert "not this time" not in page.text.lower()


def test_what_is_typed_too_late_is_kept(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa)
    with time_machine.travel(clock.now() + timedelta(minutes=40)):
        page = page.submit({"body": "My long story"}, button="Send message", status=410)
        assert "We kept what you typed." in page.text
        again = opened(client, rosa)
    assert again.soup.find("textarea").text.strip() == "My long story"


def test_a_new_link_ends_the_old_one_and_the_answer_tells_nothing(
    app: Flask, client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    old, before = private_link(rosa), opened(client, rosa)
    known = {"reference": rosa.reference, "email": "ROSA@mail.example"}
    unknown = {"reference": "PP-0000000", "email": "nobody@mail.example"}
    stranger = new_visitor(app)
    answers = [
        stranger.visit("/status/find").submit(values, button="Send me a link").text
        for values in (known, unknown)
    ]
    assert answers[0] == answers[1]
    assert stranger.visit(old, status=404).heading == "This link has ended"
    assert before.visitor.visit("/status").heading == "Check your form"
    names = db.session.scalars(select(Letter.name).where(Letter.expression_id == rosa.id)).all()
    assert names.count("status-new-link") == 1


def test_an_expired_link_is_renewed_without_typing(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    address = private_link(rosa)
    with time_machine.travel(clock.now() + timedelta(days=31)):
        page = client.visit(address, status=404)
        assert page.submit(button="Send me a new link").heading == "Check your email"
    names = db.session.scalars(select(Letter.name).where(Letter.expression_id == rosa.id)).all()
    assert "status-new-link" in names


def test_a_permission_is_taken_back(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa).follow("My permissions")
    page = page.visitor.visit(f"/status/permissions/{rosa.consents[0].id}")
    page = page.submit({"sure": "yes"}, button="Continue")
    assert "You took this back" in page.text
    other = register("Omar Oak", cast.panel)
    assert client.get(f"/status/permissions/{other.consents[0].id}").status_code == 404


@pytest.mark.sqlite_only
def test_a_cookie_from_elsewhere_opens_nothing(
    client: Visitor, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    client.set_cookie("status", '{"link":1,"generation":1,"seen":9999999999}.forged')
    assert client.visit("/status").heading == "Check your form"


def test_taking_back_the_use_of_sensitive_answers_deletes_them(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register(
        "Rosa Reed", cast.panel, sealed={"experience": "canary"}, agreed=("consent_special",)
    )
    page = opened(client, rosa).visitor.visit(f"/status/permissions/{rosa.consents[0].id}")
    page = page.submit({"sure": "yes"}, button="Continue")
    assert "We have deleted your answers about health and support." in page.text
    db.session.refresh(rosa.answers[0])
    assert rosa.answers[0].sealed is None


def test_withdrawing_twice_is_withdrawing_once(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    opened(client, rosa)
    asked = client.visit("/status/withdraw")
    asked.submit({"sure": "yes"}, button="Continue")
    again = asked.submit({"sure": "yes"}, button="Continue")
    assert again.path == "/status"
    assert "Withdrawn by you" in again.text
    done = select(Event.id).where(Event.verb == "withdraw")
    assert len(db.session.scalars(done).all()) == 1


def test_a_place_taken_twice_is_taken_once(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        accept_by = clock.today() + timedelta(days=10)
        acts.perform("offer", rosa, by=standing(cast.facilitator), accept_by=accept_by)
    opened(client, rosa)
    asked = client.visit("/status/place")
    asked.submit({"choice": "accept"})
    again = asked.submit({"choice": "accept"})
    assert again.path == "/status"
    assert "You have a place" in again.text
    assert "We have your answer already" in again.text
    joined = select(Letter.id).where(Letter.name == "expression-joined")
    assert len(db.session.scalars(joined).all()) == 1
