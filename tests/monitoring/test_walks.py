"""The questions and the figures in a real browser: by keyboard, 320 pixels, and by axe."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.at_the_desk import sign_in
from tests.monitoring.conftest import counted
from tests.monitoring.test_figures import tell
from tests.support.accessibility import fits
from tests.support.cast import Cast
from tests.support.keyboard import Keyboard

pytestmark = pytest.mark.browser


def test_the_questions_by_keyboard_alone(plain_phone: Page, asking: Cast) -> None:
    page, keyboard = plain_phone, Keyboard(plain_phone)
    page.goto("/equality")
    fits(page)  # nothing to answer yet
    page.goto("/register/need")
    keyboard.press("Start now")
    keyboard.choose("An unpaid carer", question="Which of these are you?")
    keyboard.type(
        "What should be found out or made better?", "Why is night care so seldom asked about?"
    )
    keyboard.press("Save and continue")
    keyboard.press("Save and continue")
    keyboard.choose("No, I just wanted to tell you", question="Would you like to stay involved?")
    keyboard.choose("No", question="May we publish the need, without your name?")
    keyboard.press("Save and continue")
    keyboard.press("Send my form")
    fits(page)  # the receipt with its offer
    keyboard.press("Answer a few questions")
    fits(page)
    keyboard.choose("Prefer not to say", question="How old are you? (optional)")
    keyboard.press("Add my answers")
    fits(page)  # the agreement is missing
    keyboard.tick(
        "I agree that you count these answers, to see whether all kinds of people take part."
    )
    keyboard.press("Add my answers")
    fits(page)
    assert counted()["age", "not_said"] == 1


def test_the_figures(window: Page, asking: Cast) -> None:
    tell(asking, date(2026, 5, 1), female=12, male=3)
    sign_in(window, asking.coordinator)
    window.goto("/equality/figures")
    fits(window)
    expect(window.get_by_role("cell", name="1 to 7").first).to_be_visible()
