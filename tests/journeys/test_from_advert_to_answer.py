"""The whole way, for each of the five forms: from the front page to an answer that is read.

A member of the public on a phone of 320 pixels, without JavaScript, by the keyboard alone; staff at
a desk, with JavaScript; and every letter in the mailbox of a real mail server.
"""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ppflow.outbox.jobs import work_once
from tests.journeys.at_the_desk import sign_in
from tests.journeys.by_keyboard import EMAIL, FORMS, Walk
from tests.support.accessibility import fits
from tests.support.browser import PHONE, Open
from tests.support.cast import Cast
from tests.support.smtp import MailServer, Received

pytestmark = pytest.mark.browser

ABOUT_ONE_PROJECT = ("ppie_contributor", "staff_volunteer", "research_participation")
MAY_BE_OFFERED = ("ppie_contributor", "staff_volunteer")
WORDS = "Thank you, Amina. May we ring you on Tuesday? 🌳"


@pytest.mark.parametrize("kind", FORMS)
def test_from_the_front_page_to_an_answer(
    kind: str, app: Flask, cast: Cast, mailbox: MailServer, open_window: Open
) -> None:
    phone = open_window(width=PHONE, javascript=False)
    walk = Walk(phone)
    walk.begin()
    reference = FORMS[kind](walk)
    work_once(app)
    assert _told(mailbox) == _who_is_told(kind, cast)

    staff = cast.facilitator if kind in ABOUT_ONE_PROJECT else cast.coordinator
    desk = sign_in(open_window(), staff)
    fits(desk)
    find_in_triage(desk, reference)
    answer(desk)
    if kind in MAY_BE_OFFERED:
        offer_a_place(desk)
    work_once(app)

    letter = next(letter for letter in mailbox.to(EMAIL) if WORDS in letter.text)
    assert reference in letter.subject
    phone.goto(private_link(letter))
    fits(phone)
    walk.press("Open my page")
    expect(phone.get_by_text(WORDS)).to_be_visible()
    if kind in MAY_BE_OFFERED:
        walk.press("Say yes or no")
        walk.choose("Yes, I want the place")
        walk.press("Send my answer")
        expect(phone.get_by_role("heading", name="You have a place")).to_be_visible()


def _told(mailbox: MailServer) -> dict[str, int]:
    """How many letters lie in the mailbox for whom."""
    addresses = [address for letter in mailbox.letters for address in letter.recipients]
    return {address: addresses.count(address) for address in addresses}


def _who_is_told(kind: str, cast: Cast) -> dict[str, int]:
    """One letter each: to the person, to who answers, and to those who stand behind."""
    if kind in ABOUT_ONE_PROJECT:
        staff = [cast.facilitator, cast.deputy, cast.coordinator]
    else:
        staff = [cast.coordinator]
    return dict.fromkeys([EMAIL, *(each.email for each in staff)], 1)


def find_in_triage(page: Page, reference: str) -> None:
    """By its reference, as somebody does who has the email before them."""
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Triage").click()
    page.get_by_label("Reference, name, email or words").fill(reference)
    page.get_by_role("button", name="Filter").click()
    fits(page)
    elsewhere = page.get_by_role("link", name="in all open forms")
    if elsewhere.count():  # nobody has it yet, so it is not among hers
        elsewhere.click()
    page.get_by_role("link", name="Amina Specimen").click()
    expect(page.locator("h1")).to_have_text("Amina Specimen")
    page.wait_for_load_state()  # the heading comes before the button
    take = page.get_by_role("button", name="Take this form")
    if take.count():
        take.click()
    expect(page.get_by_text("Amina Specimen").first).to_be_visible()
    fits(page)


def answer(page: Page) -> None:
    page.get_by_role("link", name="Message", exact=True).click()
    page.get_by_label("Your message").fill(WORDS)
    page.get_by_role("button", name="Show the email").click()
    expect(page.locator("#letter")).to_contain_text(WORDS)
    fits(page)
    page.get_by_role("button", name="Send 1 email").click()
    expect(page.get_by_text("Message to Amina from you")).to_be_visible()


def offer_a_place(page: Page) -> None:
    page.get_by_role("link", name="Offer a place", exact=True).click()
    fits(page)
    page.get_by_role("button", name="Offer and send 1 email").click()
    expect(page.get_by_text("Place offered").first).to_be_visible()


def private_link(letter: Received) -> str:
    (link,) = [link for link in letter.links if "/status/" in link]
    return link
