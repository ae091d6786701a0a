"""The pages about what we hold, in a browser: at the desk, on a phone, without JavaScript."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ppflow.db import writing
from ppflow.erasing import acts as erasing
from ppflow.expressions.models import Expression
from ppflow.outbox.jobs import work_once
from tests.correcting.test_correcting import amina
from tests.journeys.looking import Look
from tests.rights.test_rights import link_in
from tests.status.test_status_page import private_link
from tests.support.browser import Open
from tests.support.cast import PASSWORD, Cast, Staff
from tests.support.pages import Visitor, let_go
from tests.support.smtp import MailServer

pytestmark = pytest.mark.browser
ADDRESS = "amina@mail.example"


@pytest.fixture
def form(client: Visitor, cast: Cast, app: Flask) -> Expression:
    sent = amina(client, cast)
    work_once(app)
    return sent


def enter(page: Page, form: Expression) -> None:
    page.goto(private_link(form))
    page.get_by_role("button", name="Open my page").click()


def confirm(look: Look, app: Flask, mailbox: MailServer) -> None:
    look.press("Send me the email")
    work_once(app)
    let_go()
    look.at(link_in(mailbox, ADDRESS))
    look.press("Yes, it is me")


def sign_in(page: Page, staff: Staff) -> None:
    page.goto("/sign-in")
    page.get_by_role("textbox", name="Email").fill(staff.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_every_page_of_their_rights_fits(
    app: Flask, form: Expression, mailbox: MailServer, open_window: Open
) -> None:
    look = Look(open_window(javascript=False))
    enter(look.page, form)
    look.at("/status", "/status/answers")
    for slug in ("eligibility", "interest", "experience", "support", "you"):
        look.at(f"/status/answers/{slug}")
    look.page.get_by_label("First name").fill("")
    look.press("Save")
    look.at("/status/preferences")
    look.page.get_by_label("Phone", exact=True).check()
    look.press("Save")
    look.at("/status/address")
    look.press("Send the link there")
    look.at("/status/download")
    confirm(look, app, mailbox)
    look.at("/status/download/everything")
    look.at("/status/erase")
    confirm(look, app, mailbox)
    look.press("Continue")
    look.page.get_by_label("Yes, erase everything about me").check()
    look.press("Continue")
    expect(look.page).to_have_url(re.compile("/status/erased$"))
    look.at("/status/sure/nothing", status=404)
    look.at("/privacy", "/cookies")
    look.end()


def test_every_page_of_staff_for_them_fits(form: Expression, cast: Cast, open_window: Open) -> None:
    look = Look(open_window())
    sign_in(look.page, cast.facilitator)
    here = f"/expressions/{form.reference}"
    look.at(f"{here}/answers", f"{here}/answers/support", f"{here}/answers/contact")
    look.page.get_by_label("Phone", exact=True).check()
    look.press("Save")
    look.at(f"{here}/erase")
    look.press("Erase it")
    look.page.get_by_label("Yes, they asked us to erase their form").check()
    look.page.get_by_label("Type the reference of the form").fill(form.reference)
    look.press("Erase it")
    expect(look.page).to_have_url(re.compile("/triage"))
    look.end()


def test_a_page_left_open_meets_the_erasing(
    form: Expression, open_window: Open, app: Flask
) -> None:
    page = open_window()
    enter(page, form)
    with writing():
        erasing.erase(form, by=erasing.events.APPLICANT)
    let_go()
    page.get_by_label("Your message").fill("Are you there?")
    page.get_by_role("button", name="Send message").click()
    page.wait_for_url("**/status/find")
