"""Several people, one mailbox; one person for another; and staff for somebody on the phone."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from ppflow import clock
from ppflow.answers.models import Consent
from ppflow.db import db
from ppflow.events import ActorKind, Event
from ppflow.expressions.models import Source
from tests.registering import walking
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor, new_visitor

JOINT = {"contact_by": "email", "email": "the.samples@mail.example"}


def named(first: str) -> walking.Said:
    return walking.said(
        walking.PUBLIC, you={"first_name": first, "last_name": "Sample"}, contact=JOINT
    )


def test_a_couple_with_one_mailbox_sends_two_forms(client: Visitor, cast: Cast) -> None:
    address = f"/opportunities/{cast.panel.slug}/register"
    first = walking.register(client, address, named("Ruth"))
    again = client.visit(address)
    assert "You sent a form about this today." in again.text
    second = walking.register(client, address, named("Samuel"))
    ruth, samuel = walking.sent()
    assert (ruth.shares_address, samuel.shares_address) == (True, True)
    assert "Thank you, Samuel" in second.text
    assert "Ruth" not in second.text
    assert first.path != second.path
    assert "Samuel" not in client.visit(first.path).text


def test_two_browsers_never_see_each_others_receipt(
    app: Flask, client: Visitor, cast: Cast
) -> None:
    address = f"/opportunities/{cast.panel.slug}/register"
    first = walking.register(client, address, named("Ruth"))
    other = new_visitor(app)
    page = other.visit(first.path, status=404)
    assert page.heading == "This receipt opens only where the form was sent"
    assert walking.the_expression().reference not in page.text


def test_a_daughter_registers_her_father_and_is_the_one_contacted(
    client: Visitor, cast: Cast
) -> None:
    you = {
        "first_name": "Leroy",
        "last_name": "Sample",
        "on_behalf": "someone",
        "helper_name": "Grace Sample",
        "helper_relation": "Daughter",
        "who_to_contact": "helper",
    }
    form = walking.said(walking.PUBLIC, you=you)
    receipt = walking.register(client, f"/opportunities/{cast.panel.slug}/register", form)
    applicant = walking.the_expression().applicant
    assert (applicant.name, applicant.greeting_name) == ("Leroy Sample", "Grace Sample")
    assert applicant.is_for_someone_else
    assert "Thank you, Grace Sample. You will hear from Farah" in receipt.text


def test_a_helper_says_who_they_are(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register").submit(
        walking.GENERAL["help"], button="Save and continue"
    )
    page = page.submit(button="Save and continue")
    page = page.submit(
        {**walking.AMINA, "on_behalf": "someone"}, button="Save and continue", status=422
    )
    assert page.errors == [
        "Enter your own name, as you fill this in for someone else.",
        "Say how you know them, for example daughter or friend.",
        "Choose whom we should contact: them or you.",
    ]


def test_somebody_who_does_not_know_is_not_registered(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register").submit(
        walking.GENERAL["help"], button="Save and continue"
    )
    page = page.submit(button="Save and continue")
    page = page.submit({**walking.AMINA, "on_behalf": "not_agreed"}, button="Save and continue")
    assert page.heading == "Please ask them first"
    assert client.visit("/register").links.get("Carry on with my form") is None


def test_staff_enter_a_form_from_the_phone(client: Visitor, cast: Cast) -> None:
    sign_in(client, cast.facilitator)
    page = client.visit("/help-someone").submit(
        {"about": f"opportunity {cast.panel.slug}"}, button="Start the form"
    )
    form = walking.said(walking.PUBLIC, contact=walking.BY_PHONE)
    for values in form.values():
        assert "Helping someone." in page.text
        page = page.submit(values, button="Save and continue")
    page = page.submit({"consent_special": "yes"}, button="Send my form", status=422)
    assert page.errors == [
        "Choose how you took the form: by phone or on paper.",
        "Enter the day on which you took the form, for example 23 11 2026.",
        "Read the permissions out, or show them, and then tick the box.",
    ]
    yesterday = clock.today() - timedelta(days=1)
    receipt = page.submit(
        {
            "consent_special": "yes",
            "source": "phone",
            "taken_on-day": str(yesterday.day),
            "taken_on-month": str(yesterday.month),
            "taken_on-year": str(yesterday.year),
            "read_out": "yes",
        },
        button="Send my form",
    )
    expression = walking.the_expression()
    assert expression.reference in receipt.text
    assert expression.source is Source.PHONE
    assert expression.entered_by_id == cast.facilitator.id
    assert clock.local(expression.received_at).date() == yesterday
    assert expression.reply_by == clock.working_days_after(yesterday, 5)
    read_out = db.session.scalars(
        select(Consent.read_out_by_id).where(Consent.expression_id == expression.id)
    ).all()
    assert set(read_out) == {cast.facilitator.id}
    received = db.session.scalars(select(Event).where(Event.verb == "receive")).one()
    assert (received.actor_kind, received.actor_id) == (ActorKind.STAFF, cast.facilitator.id)


def test_only_those_who_answer_forms_enter_them(app: Flask, client: Visitor, cast: Cast) -> None:
    for staff in (cast.administrator, cast.board_member, cast.outsider):
        assert sign_in(client, staff).get("/help-someone").status_code == 403
    assert new_visitor(app).get("/help-someone").headers["Location"].startswith("/sign-in")


def test_a_form_begun_by_staff_is_gone_for_whoever_uses_the_browser_next(
    client: Visitor, cast: Cast
) -> None:
    sign_in(client, cast.facilitator)
    client.visit("/help-someone").submit({"about": "general"}, button="Start the form")
    with client.session_transaction() as cookie:
        cookie.clear()
    assert "Carry on with my form" not in client.visit("/register").links
