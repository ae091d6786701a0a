"""The walks that must work: a form sent as people send it, an answer, and the mailbox between."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask

from ppflow.db import db, writing
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.jobs import work_once
from tests.editing.test_from_nothing import add_programme, cora, day
from tests.registering import walking
from tests.support.cast import Cast, Staff, sign_in
from tests.support.pages import Page, Visitor, new_visitor
from tests.support.smtp import Fault, MailServer, Received

__all__ = ["cora"]
PANEL = "/opportunities/sleep-panel/register"
AMINA, HOME = "amina@mail.example", "home@mail.example"


def path_in(letter: Received) -> str:
    """The private link in a letter, as the address bar shows it."""
    (link,) = [link for link in letter.links if "/status/" in link]
    return urlsplit(link).path


def opened(app: Flask, letter: Received) -> Page:
    """Somebody's page, from the link in their letter, on a device of their own."""
    return new_visitor(app).visit(path_in(letter)).submit(button="Open my page")


def decision(app: Flask, staff: Staff, expression: Expression, act: str = "") -> Page:
    query = f"?act={act}" if act else ""
    desk = sign_in(new_visitor(app), staff)
    return desk.visit(f"/expressions/{expression.reference}{query}")


def write_to(app: Flask, staff: Staff, expression: Expression, words: str) -> Page:
    """A message, read before it goes; the worker sends it."""
    panel = decision(app, staff, expression, "message")
    shown = panel.submit({"body": words}, button="Show the email")
    done = shown.submit(button="Send 1 email")
    work_once(app)
    return done


def test_a_couple_with_one_mailbox(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    for name in ("Ruth", "Samuel"):
        you = {"first_name": name, "last_name": "Sample"}
        contact = {"contact_by": "email", "email": HOME}
        walking.register(client, PANEL, walking.said(walking.PUBLIC, you=you, contact=contact))
    ruth, samuel = walking.sent()
    work_once(app)
    write_to(app, cast.facilitator, ruth, "We ring you on Tuesday, Ruth.")
    *receipts, answer = mailbox.to(HOME)  # the receipts went at the same time, in either order
    assert sorted(ruth.reference in letter.subject for letter in receipts) == [False, True]
    hers, his = sorted(receipts, key=lambda letter: ruth.reference not in letter.subject)
    assert "We ring you on Tuesday, Ruth." in answer.text
    for letter, own, other in ((hers, ruth, samuel), (his, samuel, ruth)):
        assert other.reference not in letter.subject + letter.text
        page = opened(app, letter)
        everything = page.text + page.follow("See or correct my answers").text
        assert own.reference in everything
        assert other.reference not in everything
        assert other.applicant.first_name not in everything
        assert ("We ring you on Tuesday" in everything) is (own is ruth)
    assert "Same address" in sign_in(new_visitor(app), cast.facilitator).visit("/triage").text


def test_a_daughter_registers_her_father_and_is_the_one_contacted(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    you = {
        "first_name": "Leroy",
        "last_name": "Sample",
        "on_behalf": "someone",
        "helper_name": "Grace Sample",
        "helper_relation": "Daughter",
        "who_to_contact": "helper",
    }
    walking.register(client, PANEL, walking.said(walking.PUBLIC, you=you))
    leroy = walking.the_expression()
    work_once(app)
    page = decision(app, cast.facilitator, leroy)
    assert page.heading == "Leroy Sample"
    assert "Grace Sample" in page.text
    assert "Daughter" in page.text
    opened(app, mailbox.to(AMINA)[0])  # the address is confirmed, so names may be written
    write_to(app, cast.facilitator, leroy, "May we ring on Tuesday?")
    answer = mailbox.to(AMINA)[-1]
    assert answer.text.startswith("Dear Grace Sample,")
    assert "May we ring on Tuesday?" in opened(app, answer).text


def test_staff_take_a_form_by_phone_ring_and_print_the_answer(
    app: Flask, cast: Cast, mailbox: MailServer
) -> None:
    desk = sign_in(new_visitor(app), cast.facilitator)
    page = desk.visit("/help-someone").submit(
        {"about": f"opportunity {cast.panel.slug}"}, button="Start the form"
    )
    contact = {**walking.BY_PHONE, "email": "", "post_address": "1 Mill Lane\nLeek"}
    for values in walking.said(walking.PUBLIC, contact=contact).values():
        page = page.submit(values, button="Save and continue")
    took = {"source": "phone", "read_out": "yes", **day("taken_on", 0)}
    walking.send(page, took)
    amina = walking.the_expression()
    work_once(app)
    waiting = desk.visit("/home")
    assert "0121 496 0199" in waiting.links  # the receipt, to be read out
    panel = waiting.follow(f"Ring them : Amina Specimen, {amina.reference}")
    rang = panel.submit({"how": "rang_spoke", "note": "Likes Tuesdays."}, button="Keep the call")
    assert "Likes Tuesdays." in rang.text
    panel = decision(app, cast.facilitator, amina, "offer")
    done = panel.submit(button="Offer and keep 1 letter to print or read out")
    words = next(words for words in done.links if words.startswith("Print this letter"))
    printed = done.follow(words)
    assert "1 Mill Lane" in printed.text
    assert "Dear Amina," in printed.text
    assert "/status/" not in printed.text
    work_once(app)
    assert {to for letter in mailbox.letters for to in letter.recipients} == {
        staff.email for staff in (cast.facilitator, cast.deputy, cast.coordinator)
    }


@pytest.mark.parametrize("is_sent_already", [False, True])
def test_a_mistyped_address_is_corrected_on_the_receipt(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer, is_sent_already: bool
) -> None:
    wrong = {"contact_by": "email", "email": "amina@mial.example"}
    receipt = walking.register(client, PANEL, walking.said(walking.PUBLIC, contact=wrong))
    if is_sent_already:
        work_once(app)
    receipt.submit({"email": AMINA}, button="Send it to this address instead")
    work_once(app)
    astray = mailbox.to("amina@mial.example")
    assert len(astray) == is_sent_already
    for letter in astray:
        page = new_visitor(app).visit(path_in(letter), status=404)
        assert page.heading == "This link has ended"
        assert "Amina" not in page.text
    (letter,) = mailbox.to(AMINA)
    assert "We have your form" in opened(app, letter).text


def test_a_number_beside_a_person_is_theirs_and_beside_an_advert_its_own(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    """The help line of the programme, at the foot of each page, never stands in for another."""
    with writing():
        advert = db.session.get_one(Opportunity, cast.panel.id, populate_existing=True)
        advert.contact_phone = "0121 496 0777"
    contact = {"contact_by": "email", "email": AMINA, "phone": "0121 496 0198"}
    walking.register(client, PANEL, walking.said(walking.PUBLIC, contact=contact))
    walking.register(client, PANEL, walking.said(walking.PUBLIC, contact={"email": HOME}))
    mailbox.fail(Fault.NO_SUCH_ADDRESS_550, recipient=AMINA)
    work_once(app)
    desk = sign_in(new_visitor(app), cast.coordinator)
    letter = desk.visit("/outbox").follow("See the ways out")
    assert "Phone: 0121 496 0198" in letter.text
    assert "0121 496 0777" in opened(app, mailbox.to(HOME)[0]).text


def test_the_link_is_never_opened_and_the_answer_still_arrives(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    walking.register(client, PANEL, walking.PUBLIC)
    amina = walking.the_expression()
    work_once(app)
    panel = decision(app, cast.facilitator, amina, "not_this_time")
    shown = panel.submit({"reason": "full"}, button="Show the email")
    shown.submit(button="Close and send 1 email")
    work_once(app)
    answer = mailbox.to(AMINA)[-1]
    assert amina.reference in answer.subject
    assert "place" in answer.text
    db.session.refresh(amina)
    assert amina.confirmed_at is None
    assert amina.first_replied_at is not None


def test_the_facilitator_is_away_and_the_deputy_has_it_with_the_needs_in_view(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    away = sign_in(new_visitor(app), cast.facilitator).visit("/settings")
    names = [box["name"] for box in away.form("Keep these dates").select("input[name$=-day]")]
    since, until = (str(name).removesuffix("-day") for name in names)
    away.submit({**day(since, 0), **day(until, 9)}, button="Keep these dates")
    receipt = walking.register(client, PANEL, walking.PUBLIC)
    assert "You will hear from Dev" in receipt.text
    amina = walking.the_expression()
    work_once(app)
    assert len(mailbox.to(cast.deputy.email)) == 1
    desk = sign_in(new_visitor(app), cast.deputy)
    assert "Access needs" in desk.visit("/home").text
    page = desk.visit("/home").follow("Amina Specimen")
    needs = page.soup.select_one(".pp-needs")
    assert needs is not None
    assert "Papers by post, please." in needs.get_text()
    assert "because you cover for Farah Aziz, who is away" in page.text
    write_to(app, cast.deputy, amina, "Papers are in the post.")
    assert "Papers are in the post." in opened(app, mailbox.to(AMINA)[-1]).text


def test_a_sixth_theme_a_project_an_advert_and_someone_registers(
    app: Flask, client: Visitor, cora: Staff, mailbox: MailServer
) -> None:
    """From an empty installation to an answer, without a line of the database typed by hand."""
    sign_in(client, cora)
    programme = add_programme(client).path
    for number in range(1, 7):
        page = client.visit(f"{programme}/themes/new")
        page.submit({"title": f"Theme about sleep {number}"}, button="Add the theme")
    page = client.visit("/projects/new")
    sixth = page.soup.find("option", string=lambda text: bool(text) and text.endswith("sleep 6"))
    assert sixth is not None
    project = {"title": "Quieter wards", "theme_id": str(sixth["value"]), "is_published": "yes"}
    page = page.submit(project, button="Add the project")
    page.submit({"facilitator": str(cora.id)}, button="Save")
    advert = {
        "title": "Quiet nights group",
        "kind": "involvement",
        "lay_summary": "Tell us what keeps you awake.",
        "format": "online",
        "payment": "none",
    }
    page = client.visit("/opportunities/new")
    quieter = page.soup.find("option", string=lambda text: bool(text) and "Quieter" in text)
    assert quieter is not None
    edit = page.submit({**advert, "project_id": str(quieter["value"])}, button="Add the draft")
    rest = {"how_we_choose": "First come.", "accessibility": "Captions", **day("closes_on", 30)}
    edit.submit({**rest, **day("decision_by", 40)}, button="Save")
    page = client.visit("/opportunities/quiet-nights-group/publication").submit(button="Publish")

    public = new_visitor(app)
    page = public.visit("/opportunities").follow("Quiet nights group")
    walking.register(public, page.follow("Put my name forward").path, walking.PUBLIC)
    amina = walking.the_expression()
    work_once(app)
    assert "Theme about sleep 6" in public.visit("/projects").text
    write_to(app, cora, amina, "Welcome, Amina.")
    assert "Welcome, Amina." in opened(app, mailbox.to(AMINA)[-1]).text
