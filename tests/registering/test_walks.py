"""The forms in a real browser: 320 pixels wide, without JavaScript, by the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.registering import walking
from tests.support.accessibility import fits
from tests.support.cast import Cast
from tests.support.keyboard import Keyboard

pytestmark = pytest.mark.browser

SAVE = "Save and continue"


def save(page: Page, keyboard: Keyboard) -> None:
    fits(page)
    keyboard.press(SAVE)


def test_a_patient_by_keyboard_alone(plain_phone: Page, cast: Cast) -> None:
    page, keyboard = plain_phone, Keyboard(plain_phone)
    page.goto(f"/opportunities/{cast.panel.slug}/register")
    fits(page)
    keyboard.press("Start now")  # a link that looks and works like a button
    keyboard.press(SAVE)
    fits(page)  # with its errors
    keyboard.choose("Yes", question="Are you 16 or over?")
    save(page, keyboard)
    keyboard.type("Why does this interest you?", "I care for my father.")
    save(page, keyboard)
    save(page, keyboard)
    keyboard.type("What would help? (optional)", "Papers by post")
    save(page, keyboard)
    keyboard.type("First name", "Amina")
    keyboard.type("Last name", "Specimen")
    keyboard.choose("Me", question="Who is this form for?")
    save(page, keyboard)
    keyboard.choose("Email", question="What works best for you?")
    keyboard.type("Email address", "amina@mail.example")
    save(page, keyboard)
    save(page, keyboard)
    fits(page)
    keyboard.press("Send my form")
    fits(page)  # the permission is missing
    keyboard.tick(
        "I agree that you use what I wrote under ‘Help to take part’, "
        "to arrange my support and to choose people for this group."
    )
    keyboard.press("Send my form")
    fits(page)
    expect(page.get_by_text(walking.the_expression().reference).first).to_be_visible()


@pytest.mark.parametrize(
    "address",
    [
        "/needs",
        "/register",
        "/register/help",
        "/register/need/need",
        "/receipt/nothing-here",
        "/projects/better-sleep/register",
        "/projects/better-sleep/register/staff/offer",
        "/opportunities/sleep-study/register/study",
        "/drafts/nothing-here",
    ],
)
def test_a_page_is_fits(window: Page, cast: Cast, address: str) -> None:
    window.goto(address)
    fits(window)


def test_the_pages_beside_the_form_are_fits(window: Page, cast: Cast) -> None:
    window.goto("/register/need/need")
    window.check("input[value=public]")
    window.fill("#need", "There is abuse on the ward.")
    window.get_by_role("button", name=SAVE).click()
    fits(window)
    window.get_by_role("button", name="Go on with the form").click()
    window.get_by_role("button", name="Stop now and come back later").click()
    fits(window)
    window.get_by_role("button", name="Send me a link").click()
    fits(window)
