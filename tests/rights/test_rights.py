"""What people may do with what we hold: take it along, erase it, say how we reach them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock, keys
from ppflow.applicants.jobs import delete_old_checks
from ppflow.applicants.models import ContactBy, MailedCheck, StatusLink
from ppflow.db import db, writing
from ppflow.erasing.models import Erasure
from ppflow.events import ActorKind, Event
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, Note
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.status.test_status_page import opened, private_link
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, sign_in
from tests.support.installation import Installation
from tests.support.pages import Page, Visitor, new_visitor
from tests.support.smtp import MailServer

BUTTON = "Send me the email"


def link_in(mailbox: MailServer, address: str = "rosa@mail.example") -> str:
    """The address in the newest email there that asks to confirm."""
    letters = [each for each in mailbox.to(address) if "confirm that it is you" in each.subject]
    (link,) = letters[-1].links
    return "/" + link.split("/", 3)[3]


def confirmed(page: Page, app: Flask, mailbox: MailServer, **to: str) -> Page:
    """Ask on a page, open the email's link and press its button."""
    page.submit(button=BUTTON)
    work_once(app)
    return page.visitor.visit(link_in(mailbox, **to)).submit(button="Yes, it is me")


def read(expression: Expression) -> Expression:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Expression, expression.id)


# --- download -----------------------------------------------------------------------------------


def test_everything_is_there_and_no_note(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register(
        "Rosa Reed", cast.panel, phone="0121 496 0999", sealed={"experience": "canary-sealed"}
    )
    with writing():
        db.session.add(Note(expression_id=rosa.id, by_id=cast.facilitator.id, body="canary-note"))
        acts.perform("message", rosa, by=standing(cast.facilitator), body="Thank you, Rosa.")
    work_once(app)
    page = opened(client, rosa).follow("Everything you hold about me")
    assert "canary" not in page.text
    assert "Those are not in this file. You have a right to ask for them." in page.text
    page = confirmed(page, app, mailbox)
    assert page.path == "/status/download"
    page = page.follow("Read it on a page")
    for held in (
        "canary-sealed", "I like walking", "0121 496 0999", "rosa@mail.example", rosa.reference,
        "Thank you, Rosa.", "I agree: keep_for_future", "We got your form.", "Farah Aziz",
    ):  # fmt: skip
        assert held in page.text, held
    assert "canary-note" not in page.text
    answer = client.get("/status/download/everything.json")
    document = json.loads(answer.text)
    sections = {each["section"]: each["rows"] for each in document["sections"]}
    assert any(name.startswith("Your answers") for name in sections)
    assert {"what": "Phone", "value": "0121 496 0999"} in sections[
        "Who you are and how we reach you"
    ]
    assert "canary-sealed" in answer.text
    assert "canary-note" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{rosa.reference}.json"'


def test_without_a_fresh_email_nothing_is_shown(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel, sealed={"experience": "canary-sealed"})
    page = opened(client, rosa)
    for address in ("/status/download/everything", "/status/download/everything.json"):
        assert client.visit(address).path == "/status/download"
    page.visitor.visit("/status/download").submit(button=BUTTON)
    assert client.visit("/status/download/everything").path == "/status/download"
    work_once(app)
    client.visit(link_in(mailbox))  # looking is not pressing
    assert client.visit("/status/download/everything").path == "/status/download"


def test_what_is_confirmed_lasts_10_minutes_and_is_for_one_thing(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer, later: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = confirmed(opened(client, rosa).follow("Everything you hold about me"), app, mailbox)
    assert client.visit("/status/download/everything").path == "/status/download/everything"
    assert BUTTON in client.visit("/status/erase").text, "a download allows no erasing"
    later(minutes=11)
    assert page.visitor.visit("/status/download/everything").path == "/status/download"


def test_the_mailed_link_lasts_10_minutes(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer, later: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    opened(client, rosa).follow("Everything you hold about me").submit(button=BUTTON)
    work_once(app)
    later(minutes=11)
    assert client.visit(link_in(mailbox), status=404).heading == "This link has ended"


def test_somebody_elses_mailed_check_opens_nothing_here(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel, sealed={"experience": "canary"})
    omar = register("Omar Oak", cast.panel)
    confirmed(opened(client, rosa).follow("Everything you hold about me"), app, mailbox)
    opened(client, omar)  # the same browser, another form: the check is of the first
    assert client.visit("/status/download/everything").path == "/status/download"


def test_the_link_works_on_another_device(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    opened(client, rosa).follow("Everything you hold about me").submit(button=BUTTON)
    work_once(app)
    phone = new_visitor(app)
    page = phone.visit(link_in(mailbox)).submit(button="Yes, it is me")
    assert page.follow("Read it on a page").heading == f"Everything we hold about {rosa.reference}"


def test_a_held_decision_is_not_in_it(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer,
    installation: Installation,
) -> None:  # fmt: skip
    rosa = register("Rosa Reed", cast.panel)
    page = confirmed(opened(client, rosa).follow("Everything you hold about me"), app, mailbox)
    with installation.with_settings(hold_decisions_minutes=10):
        with writing():
            acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
        text = page.visitor.visit("/status/download/everything").text
    assert "not this time" not in text.lower()


def test_five_emails_an_hour_are_enough(client: Visitor, cast: Cast, register: Register) -> None:
    page = opened(client, register("Rosa Reed", cast.panel)).follow("Everything you hold about me")
    for _each in range(5):
        page.submit(button=BUTTON)
    assert "five times" in page.submit(button=BUTTON, status=409).text


# --- erase ----------------------------------------------------------------------------------------


def test_erasing_needs_an_email_and_a_choice(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa).follow("Erase my form")
    assert "What stays" in page.text
    page = confirmed(page, app, mailbox)
    assert page.path == "/status/erase"
    page = page.submit(button="Continue", status=422)
    assert page.errors == ["Choose yes or no."]
    page.submit({"sure": "no"}, button="Continue")
    assert read(rosa).erased_at is None
    page = client.visit("/status/erase").submit({"sure": "yes"}, button="Continue")
    assert page.path == "/status/erased"
    assert "Your form is erased" in page.text
    erased = read(rosa)
    assert erased.erased_at is not None
    assert (erased.applicant.name, erased.applicant.email) == ("No name given", "")
    done = db.session.scalars(select(Erasure)).one()
    assert (done.by_kind, done.by_id) == (ActorKind.APPLICANT, None)


def test_after_erasing_no_page_knows_them(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    old = private_link(rosa)
    page = confirmed(opened(client, rosa).follow("Erase my form"), app, mailbox)
    page.submit({"sure": "yes"}, button="Continue")
    assert client.visit("/status").heading == "Check your form"
    assert new_visitor(app).visit(old, status=404).heading == "This link has ended"
    sign_in(client, cast.facilitator)
    assert client.get(f"/expressions/{rosa.reference}").status_code == 404
    assert "Rosa" not in client.visit("/triage").text
    client.visit("/status/find").submit(
        {"reference": rosa.reference, "email": "rosa@mail.example"}, button="Send me a link"
    )
    mailbox.clear()
    work_once(app)
    subjects = [each.subject for each in mailbox.to("rosa@mail.example")]
    assert subjects == [f"{rosa.reference}: Your form is erased"]


def test_posting_the_choice_without_the_email_erases_nothing(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa).follow("Erase my form")
    token = page.form(BUTTON).find(attrs={"name": "csrf_token"})
    data = {"sure": "yes", **({"csrf_token": token["value"]} if token else {})}
    client.post("/status/erase", data=data)
    assert read(rosa).erased_at is None


def test_staff_erase_for_somebody_without_email(
    client: Visitor, cast: Cast, register: Register
) -> None:
    walter = register("Walter Wren", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0111")
    sign_in(client, cast.facilitator)
    page = client.visit(f"/expressions/{walter.reference}/erase")
    assert "Tell the person by phone or post" in page.text
    page = page.submit({"asked": "yes", "reference": "PP-0000000"}, button="Erase it", status=422)
    assert page.errors == [f"This is not the reference of this form: {walter.reference}."]
    page = page.submit(
        {"asked": "no", "reference": walter.reference}, button="Erase it", status=422
    )
    assert page.errors == ["Erase a form only when the person asks. Otherwise, close it."]
    assert read(walter).erased_at is None
    page.submit({"asked": "yes", "reference": walter.reference.lower()}, button="Erase it")
    assert read(walter).applicant.phone == ""
    done = db.session.scalars(select(Erasure)).one()
    assert (done.by_kind, done.by_id) == (ActorKind.STAFF, cast.facilitator.id)
    event = select(Event.actor_id).where(Event.verb == "erase")
    assert db.session.scalars(event).all() == [cast.facilitator.id]


@pytest.mark.parametrize("who", ["other_facilitator", "other_coordinator"])
def test_nobody_elses_staff_erase_it(
    who: str, client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    sign_in(client, getattr(cast, who))
    assert client.get(f"/expressions/{rosa.reference}/erase").status_code == 404
    sign_in(client, cast.administrator)
    assert client.get(f"/expressions/{rosa.reference}/erase").status_code == 403


# --- how we reach them ----------------------------------------------------------------------------


def test_they_choose_how_we_reach_them(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    version = rosa.version
    page = opened(client, rosa).follow("How you reach me")
    page = page.submit({"contact_by": "phone"}, button="Save", status=422)
    assert page.errors == ["Enter a phone number, as you chose phone, or choose another way."]
    page = page.submit(
        {"contact_by": "phone", "phone": "0121 496 0130", "best_time": ["evening", "message"]},
        button="Save",
    )
    assert "You changed how we reach you." in page.text
    rosa = read(rosa)
    applicant = rosa.applicant
    assert (applicant.contact_by, applicant.phone) == (ContactBy.PHONE, "0121 496 0130")
    assert (applicant.best_time, applicant.may_leave_message) == (["evening"], True)
    assert rosa.version > version
    event = db.session.scalars(select(Event).where(Event.verb == "prefer")).one()
    assert event.fields == ["contact_by", "phone", "best_time", "may_leave_message"]
    told = select(Letter.to_address).where(Letter.name == "staff-they-changed")
    assert db.session.scalars(told).all() == [cast.facilitator.email]
    sign_in(client, cast.facilitator)
    assert (
        "They changed how we reach them: how we reach you"
        in client.visit(f"/expressions/{rosa.reference}").text
    )


def test_a_new_address_counts_when_it_is_confirmed(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    work_once(app)
    page = opened(client, rosa).follow("How you reach me").follow("Change the address")
    page = page.submit({"email": "no address"}, button="Send the link there", status=422)
    assert len(page.errors) == 1
    page.submit({"email": "Rosa.New@Mail.example"}, button="Send the link there")
    work_once(app)
    assert read(rosa).applicant.email == "rosa@mail.example", "not before the link is opened"
    asked = mailbox.to("rosa.new@mail.example")[-1]
    assert asked.text.startswith("Hello,")
    assert "Rosa" not in asked.text.replace("rosa", "")
    old_link = private_link(rosa)
    page = client.visit(link_in(mailbox, "rosa.new@mail.example")).submit(button="Yes, it is me")
    assert page.path == "/status"
    assert read(rosa).applicant.email == "rosa.new@mail.example"
    assert new_visitor(app).visit(old_link, status=404).heading == "This link has ended"
    mailbox.clear()
    work_once(app)
    (told,) = mailbox.to("rosa@mail.example")
    assert "Your email address was changed" in told.subject
    assert "Rosa.New" not in told.text
    with writing():
        acts.perform("message", read(rosa), by=standing(cast.facilitator), body="Hello again")
    work_once(app)
    assert "Hello again" in mailbox.to("rosa.new@mail.example")[-1].text
    assert len(mailbox.to("rosa@mail.example")) == 1


def test_emails_that_wait_go_to_the_new_address(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer,
    installation: Installation,
) -> None:  # fmt: skip
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa)
    work_once(app)
    with installation.with_settings(hold_messages_minutes=2):
        with writing():
            acts.perform("message", rosa, by=standing(cast.facilitator), body="Still waiting")
        page.visitor.visit("/status/address").submit(
            {"email": "new@mail.example"}, button="Send the link there"
        )
        work_once(app)
        client.visit(link_in(mailbox, "new@mail.example")).submit(button="Yes, it is me")
    waiting = db.session.scalars(select(Letter).where(Letter.name == "expression-message")).one()
    assert (waiting.to_address, waiting.state) == ("new@mail.example", LetterState.QUEUED)


def test_the_link_to_a_new_address_works_once(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    opened(client, rosa)
    client.visit("/status/address").submit(
        {"email": "new@mail.example"}, button="Send the link there"
    )
    work_once(app)
    link = link_in(mailbox, "new@mail.example")
    client.visit(link).submit(button="Yes, it is me")
    assert new_visitor(app).visit(link, status=404).heading == "This link has ended"


def test_tokens_are_kept_as_hashes_and_differ_by_purpose(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    opened(client, rosa).follow("Everything you hold about me").submit(button=BUTTON)
    work_once(app)
    check = db.session.scalars(select(MailedCheck)).one()
    token = link_in(mailbox).rpartition("/")[2]
    assert check.token_hash == keys.token_hash(token)
    assert len(token) == 43
    link = db.session.scalars(select(StatusLink)).one()
    assert token not in {keys.link_token(link.id, n) for n in range(5)}
    assert new_visitor(app).visit(f"/status/{token}", status=404).heading == "This link has ended"
    for letter in db.session.scalars(select(Letter)):
        assert token not in letter.body


def test_the_way_back_to_a_form_leads_there(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    page = client.visit("/register").follow("Start now")
    page = page.submit(button="Stop now and come back later")
    page.submit({"email": "rosa@mail.example"}, button="Send me a link")
    work_once(app)
    (letter,) = mailbox.to("rosa@mail.example")
    (link,) = letter.links
    phone = new_visitor(app)
    assert phone.visit("/" + link.split("/", 3)[3]).submit(button="Open my form").heading


def test_a_check_too_late_is_cancelled_and_not_sent(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer, later: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    opened(client, rosa).follow("Everything you hold about me").submit(button=BUTTON)
    later(minutes=11)
    work_once(app)
    assert not [each for each in mailbox.letters if "confirm that it is you" in each.subject]
    letter = db.session.scalars(select(Letter).where(Letter.name == "status-sure")).one()
    assert letter.state is LetterState.CANCELLED
    assert clock.now() - letter.created_at > timedelta(minutes=10)


def test_an_address_that_nobody_confirmed_is_not_kept(
    client: Visitor, cast: Cast, register: Register, later: Any
) -> None:
    opened(client, register("Rosa Reed", cast.panel))
    client.visit("/status/address").submit(
        {"email": "new@mail.example"}, button="Send the link there"
    )
    with writing():
        delete_old_checks()
    assert len(db.session.scalars(select(MailedCheck)).all()) == 1
    db.session.rollback()
    later(minutes=11)
    with writing():
        delete_old_checks()
    assert db.session.scalars(select(MailedCheck)).all() == []


def test_it_is_recorded_that_they_confirmed(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    confirmed(opened(client, rosa).follow("Everything you hold about me"), app, mailbox)
    verbs = select(Event.verb).where(Event.subject == rosa.event_subject)
    assert "confirm_download_by_email" in db.session.scalars(verbs).all()
