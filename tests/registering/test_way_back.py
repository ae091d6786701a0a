"""The mailed way back to a form: one link works, the newest, until the form is sent."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from ppflow import keys
from ppflow.applicants.models import Draft
from ppflow.db import db
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import PRIVATE_LINK, Letter
from ppflow.outbox.workflow import LetterState
from tests.registering import walking
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor, new_visitor
from tests.support.smtp import MailServer

SAVE = "Save and continue"
STOP = "Stop now and come back later"
WRONG, RIGHT = "amina@mial.example", "amina@mail.example"


def stopped(client: Visitor) -> Page:
    """A form begun, with something private in it, and the page where a link can be asked for."""
    page = walking.start(client, "/register").submit(walking.GENERAL["help"], button=SAVE)
    return page.submit({"access": "Large print"}, button=STOP)


def ask(page: Page, address: str) -> Page:
    return page.submit({"email": address}, button="Send me a link")


def path_in(mailbox: MailServer, address: str) -> str:
    """The address in the newest email to somebody, without the host."""
    (link,) = mailbox.to(address)[-1].links
    return "/drafts/" + link.rpartition("/drafts/")[2]


def test_the_link_in_the_mailbox_opens_the_form_elsewhere(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    ask(stopped(client), RIGHT)
    work_once(app)
    assert PRIVATE_LINK not in mailbox.to(RIGHT)[0].text
    phone = new_visitor(app)
    page = phone.visit(path_in(mailbox, RIGHT)).submit(button="Open my form")
    page = page.follow("Carry on with my form")
    assert "Large print" in page.form(SAVE).get_text()


def test_a_corrected_address_ends_the_link_that_went_astray(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    page = ask(stopped(client), WRONG)
    work_once(app)
    ask(page, RIGHT)
    work_once(app)
    astray, mine = path_in(mailbox, WRONG), path_in(mailbox, RIGHT)
    assert astray != mine
    stranger = new_visitor(app)
    gone = stranger.visit(astray, status=410)
    assert "Large print" not in gone.text
    assert stranger.post(astray).status_code == 410
    assert "Carry on with my form" not in stranger.visit("/register").links
    page = new_visitor(app).visit(mine).submit(button="Open my form")
    assert "Carry on with my form" in page.links


def test_whoever_opened_the_old_link_loses_the_form_too(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    page = ask(stopped(client), WRONG)
    work_once(app)
    stranger = new_visitor(app)
    stranger.visit(path_in(mailbox, WRONG)).submit(button="Open my form")
    assert "Carry on with my form" in stranger.visit("/register").links
    ask(page, RIGHT)
    assert "Carry on with my form" not in stranger.visit("/register").links


def test_a_link_still_waiting_never_goes_to_the_old_address(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    ask(ask(stopped(client), WRONG), RIGHT)
    work_once(app)
    assert mailbox.to(WRONG) == []
    assert len(mailbox.to(RIGHT)) == 1
    astray = db.session.scalars(select(Letter).where(Letter.to_address == WRONG)).one()
    assert astray.state is LetterState.CANCELLED
    assert astray.trouble == "A newer link took its place."


def test_a_link_back_to_a_form_that_was_sent_does_not_go(
    app: Flask, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    ask(stopped(client), RIGHT)
    page = client.visit("/register").follow("Carry on with my form")
    for slug in ("support", "you", "contact"):
        page = page.submit(walking.GENERAL[slug], button=SAVE)
    walking.send(page)
    work_once(app)
    assert [letter.subject for letter in mailbox.to(RIGHT)] == [
        f"{walking.the_expression().reference}: We have your form"
    ]


def test_the_link_is_not_made_of_the_number_alone(app: Flask, client: Visitor, cast: Cast) -> None:
    ask(stopped(client), RIGHT)
    draft = db.session.scalars(select(Draft)).one()
    assert draft.return_hash == keys.token_hash(keys.draft_token(draft.id, 1))
    assert keys.draft_token(draft.id, 1) != keys.draft_token(draft.id, 2)
    client.visit(f"/drafts/{keys.draft_token(draft.id, 2)}", status=410)


def test_the_button_pressed_from_an_old_page_is_asked_for_again(
    app: Flask, client: Visitor, cast: Cast
) -> None:
    ask(stopped(client), RIGHT)
    draft = db.session.scalars(select(Draft)).one()
    phone = new_visitor(app)
    page = phone.visit(f"/drafts/{keys.draft_token(draft.id, 1)}")
    with phone.session_transaction() as cookie:
        cookie.clear()
    page = page.submit(button="Open my form", status=422)
    assert "Please press the button again." in page.text
    page = page.submit(button="Open my form")
    assert "Carry on with my form" in page.links
