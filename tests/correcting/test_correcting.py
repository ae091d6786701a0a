"""Answers are put right: by the person, with locked ones never shown, or by staff for them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import events, keys, search
from ppflow.answers.models import Answers, Consent
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.errors import Conflict
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.kinds import KINDS
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter
from tests.registering.walking import GENERAL, NEED, PUBLIC, STAFF, STUDY, Said, register, said
from tests.status.test_status_page import opened, private_link
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Staff, sign_in
from tests.support.pages import Page, Visitor, new_visitor
from tests.support.smtp import MailServer

ADVERT = "/opportunities/sleep-champion/register"  # of a form whose own words are not locked


def nurse(client: Visitor, cast: Cast) -> Expression:
    return amina(client, cast, STAFF, ADVERT)


def amina(client: Visitor, cast: Cast, form: Said = PUBLIC, address: str = "") -> Expression:
    """A real form, sent page by page."""
    register(client, address or f"/opportunities/{cast.panel.slug}/register", form)
    return present()


def present() -> Expression:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Expression)).one()


def answers(number: int | None = None) -> Answers:
    db.session.rollback()
    db.session.expire_all()
    chosen = select(Answers).order_by(Answers.number.desc())
    if number is not None:
        chosen = chosen.where(Answers.number == number)
    return db.session.scalars(chosen.limit(1)).one()


def last_event(verb: str = "correct_answers") -> Event:
    chosen = select(Event).where(Event.verb == verb).order_by(Event.id.desc()).limit(1)
    return db.session.scalars(chosen).one()


def see(client: Visitor, cast: Cast, who: Staff, reference: str) -> str:
    return sign_in(client, who).visit(f"/expressions/{reference}").text


def own_answers(client: Visitor, expression: Expression) -> Page:
    return opened(client, expression).follow("See or correct my answers")


def test_a_plain_answer_is_put_right(client: Visitor, cast: Cast) -> None:
    form = nurse(client, cast)
    version = form.version
    page = own_answers(client, form)
    page = page.visitor.visit("/status/answers/offer")
    assert "Our ward is loud" in page.text
    page = page.submit({"reason": "Our ward is bright at night."}, button="Save")
    assert page.path == "/status/answers"
    assert "Our ward is bright at night." in page.text
    assert answers().number == 2
    assert answers(1).plain["reason"] == "Our ward is loud at night."
    assert answers().plain["hours"] == "4"
    assert last_event().fields == ["reason"]
    assert present().version > version


def test_the_event_names_fields_and_no_value(client: Visitor, cast: Cast) -> None:
    form = nurse(client, cast)
    own_answers(client, form)
    page = client.visit("/status/answers/offer")
    page.submit({"reason": "canary", "hours": "3"}, button="Save")
    assert sorted(last_event().fields) == ["hours", "reason"]
    for event in db.session.scalars(select(Event)):
        assert "canary" not in repr((event.fields, event.reason, event.subject))


def test_staff_see_which_fields_changed_and_the_assignee_is_told_once(
    app: Flask, client: Visitor, cast: Cast
) -> None:
    form = nurse(client, cast)
    own_answers(client, form)
    client.visit("/status/answers/offer").submit({"reason": "canary"}, button="Save")
    told = select(Letter).where(Letter.name == "staff-they-changed")
    (letter,) = db.session.scalars(told).all()
    assert letter.to_address == cast.facilitator.email
    assert "canary" not in letter.subject + letter.body
    text = see(new_visitor(app), cast, cast.facilitator, form.reference)
    short = next(f.short for f in KINDS["staff_volunteer"].fields() if f.key == "reason")
    assert f"They corrected the answers: {short.lower()}." in text
    assert "canary" in text


def test_changes_that_come_together_are_told_in_one_email(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer, later: Any
) -> None:
    form = nurse(client, cast)
    work_once(app)
    mailbox.clear()
    own_answers(client, form)
    for hours in ("3", "5"):
        client.visit("/status/answers/offer").submit({"hours": hours}, button="Save")
    work_once(app)
    assert mailbox.to(cast.facilitator.email) == []
    later(minutes=11)
    work_once(app)
    assert len(mailbox.to(cast.facilitator.email)) == 1
    client.visit(private_link(form)).submit(button="Open my page")
    client.visit("/status/answers/offer").submit({"hours": "6"}, button="Save")
    later(minutes=11)
    work_once(app)
    assert len(mailbox.to(cast.facilitator.email)) == 2


def test_a_locked_answer_is_replaced_and_never_shown(client: Visitor, cast: Cast) -> None:
    form = amina(client, cast)
    page = own_answers(client, form)
    assert "Six years" not in page.text
    assert "Papers by post" not in page.text
    page = client.visit("/status/answers/experience")
    assert "Six years" not in page.response.text
    assert "Kept locked, so it is not shown here." in page.text
    page.submit({"experience": "Seven years now."}, button="Save")
    assert keys.unseal(answers().sealed)["experience"] == "Seven years now."
    assert keys.unseal(answers().sealed)["access"] == "Papers by post, please."
    assert last_event().fields == ["experience"]
    assert "Seven years" not in client.visit("/status/answers").text


def test_left_empty_a_locked_answer_stays(client: Visitor, cast: Cast) -> None:
    form = amina(client, cast)
    own_answers(client, form)
    client.visit("/status/answers/support").submit(button="Save")
    assert answers().number == 1, "nothing was changed, so there is no new version"
    client.visit("/status/answers/support").submit({"formats": ["audio"]}, button="Save")
    locked = keys.unseal(answers().sealed)
    assert (locked["access"], locked["formats"]) == ("Papers by post, please.", ["audio"])


def test_a_locked_answer_is_deleted_from_every_version(client: Visitor, cast: Cast) -> None:
    form = amina(client, cast)
    own_answers(client, form)
    client.visit("/status/answers/support").submit({"access": "Step-free, please."}, button="Save")
    page = client.visit("/status/answers/support")
    page.submit({"forget": ["access"]}, button="Save")
    for number in (1, 2, 3):
        assert "access" not in keys.unseal(answers(number).sealed)
    assert present().has_needs is True, "the format is still needed"
    client.visit("/status/answers/support").submit({"forget": ["formats"]}, button="Save")
    assert present().has_needs is False


def test_something_sensitive_for_the_first_time_needs_a_permission(
    client: Visitor, cast: Cast
) -> None:
    plain = said(PUBLIC, experience={"experience": ""}, support={"access": "", "formats": []})
    form = amina(client, cast, plain)
    given = select(Consent).where(Consent.key == "consent_special")
    assert db.session.scalars(given).all() == []
    own_answers(client, form)
    page = client.visit("/status/answers/support")
    page = page.submit({"access": "A ramp, please."}, button="Save", status=422)
    assert "Tick the box to agree" in page.text
    assert "A ramp, please." in page.response.text, "what was typed is kept"
    page.submit({"access": "A ramp, please.", "consent_special": "yes"}, button="Save")
    assert present().has_needs is True
    assert "Help to take part" in db.session.scalars(given).one().wording
    page = client.visit("/status/answers/support")
    page.submit({"access": "Two ramps."}, button="Save")
    assert keys.unseal(answers().sealed)["access"] == "Two ramps."


def test_wrong_input_is_said_and_kept(client: Visitor, cast: Cast) -> None:
    form = amina(client, cast)
    own_answers(client, form)
    page = client.visit("/status/answers/you").submit({"first_name": ""}, button="Save", status=422)
    assert page.errors == ["Enter a first name, or an initial."]
    long = "word " * 2000
    page = client.visit("/status/answers/interest").submit({"why": long}, button="Save", status=422)
    assert len(page.errors) == 1
    assert answers().number == 1


def test_what_would_have_ended_the_form_cannot_be_said_here(client: Visitor, cast: Cast) -> None:
    form = amina(client, cast)
    own_answers(client, form)
    page = client.visit("/status/answers/eligibility")
    page = page.submit({"age_ok": "no"}, button="Save", status=422)
    assert page.errors == [
        "This cannot be changed here. Please ring us, or write to us on your page."
    ]


def test_a_name_is_put_right_and_found_again(client: Visitor, cast: Cast) -> None:
    form = amina(client, cast)
    own_answers(client, form)
    client.visit("/status/answers/you").submit({"first_name": "Aminah"}, button="Save")
    assert present().applicant.first_name == "Aminah"
    assert last_event().fields == ["first_name"]
    found = search.matching("expression", "aminah")
    assert found is not None
    assert len(db.session.scalars(found).all()) == 1


def test_a_helper_is_named_later(client: Visitor, cast: Cast) -> None:
    form = amina(client, cast)
    own_answers(client, form)
    page = client.visit("/status/answers/you")
    page = page.submit({"on_behalf": "someone"}, button="Save", status=422)
    assert len(page.errors) == 3
    page.submit(
        {"on_behalf": "someone", "helper_name": "Zara", "helper_relation": "daughter",
         "who_to_contact": "helper"},
        button="Save",
    )  # fmt: skip
    applicant = present().applicant
    assert (applicant.helper_name, applicant.contact_is_helper) == ("Zara", True)


@pytest.mark.parametrize(
    ("form", "address"),
    [
        (STAFF, ADVERT),
        (STUDY, "/opportunities/sleep-study/register"),
        (NEED, "/register/need"),
        (GENERAL, "/register"),
    ],
    ids=["staff", "study", "need", "general"],
)  # fmt: skip
def test_every_page_of_every_form_opens_and_saves_nothing_unasked(
    form: Said, address: str, client: Visitor, cast: Cast
) -> None:
    sent = amina(client, cast, said(form, contact={"email": "amina@mail.example"}), address)
    page = own_answers(client, sent)
    pages = {href for href in page.links.values() if href.startswith("/status/answers/")}
    assert len(pages) >= 2
    for href in sorted(pages):
        client.visit(href).submit(button="Save")
    assert (answers().number, present().version) == (1, sent.version)
    assert "correct_answers" not in db.session.scalars(select(Event.verb)).all()


def test_the_answers_of_a_closed_form_can_be_put_right_too(client: Visitor, cast: Cast) -> None:
    form = nurse(client, cast)
    with writing():
        acts.perform("withdraw", form, by=events.APPLICANT)
    own_answers(client, present())
    client.visit("/status/answers/offer").submit({"reason": "Still true."}, button="Save")
    assert answers().plain["reason"] == "Still true."


def test_somebody_elses_page_does_not_open(app: Flask, client: Visitor, cast: Cast) -> None:
    amina(client, cast)
    stranger = new_visitor(app)
    assert stranger.visit("/status/answers/interest").heading == "Check your form"
    assert client.get("/status/answers/nothing").status_code in {303, 404}


# --- by staff -------------------------------------------------------------------------------------


def test_staff_put_it_right_for_somebody_who_rings(app: Flask, client: Visitor, cast: Cast) -> None:
    form = nurse(client, cast)
    staff = sign_in(new_visitor(app), cast.facilitator)
    page = staff.visit(f"/expressions/{form.reference}/answers")
    assert "Our ward is loud" in page.text
    page = staff.visit(f"/expressions/{form.reference}/answers/offer")
    page = page.submit({"reason": ""}, button="Save", status=422)
    page.submit({"reason": "Said on the phone."}, button="Save")
    event = last_event()
    assert (event.actor_id, event.fields) == (cast.facilitator.id, ["reason"])
    names = db.session.scalars(select(Letter.name)).all()
    assert "staff-they-changed" not in names, "the actor gets no letter"
    assert "Farah corrected your answers, as you asked." in opened(client, form).text


def test_staff_put_a_phone_number_right(client: Visitor, cast: Cast, register: Register) -> None:
    walter = register("Walter Wren", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0111")
    sign_in(client, cast.facilitator)
    page = client.visit(f"/expressions/{walter.reference}/answers").follow(
        "Change how we reach them"
    )
    page = page.submit({"phone": "12"}, button="Save", status=422)
    assert len(page.errors) == 1
    page.submit({"phone": "0121 496 0222"}, button="Save")
    assert present().applicant.phone == "0121 496 0222"
    assert (last_event("prefer").actor_id, last_event("prefer").fields) == (
        cast.facilitator.id, ["phone"],
    )  # fmt: skip


@pytest.mark.parametrize("who", ["other_facilitator", "other_coordinator"])
def test_nobody_elses_staff_open_it(
    who: str, client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    sign_in(client, getattr(cast, who))
    for page in ("answers", "answers/interest", "answers/contact"):
        assert client.get(f"/expressions/{rosa.reference}/{page}").status_code == 404


def test_a_decision_that_was_open_meets_the_correction(client: Visitor, cast: Cast) -> None:
    form = amina(client, cast)
    opened_at = form.version
    own_answers(client, form)
    client.visit("/status/answers/interest").submit({"why": "Other."}, button="Save")
    farah = standing(cast.facilitator)
    with pytest.raises(Conflict), writing():
        acts.perform("message", present(), by=farah, expected_version=opened_at, body="Hello")
