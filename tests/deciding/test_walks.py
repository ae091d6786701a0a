"""The decision page in a real browser: by axe, at every width, with and without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

import pytest
from flask import Flask
from playwright.sync_api import Page, Response, expect
from sqlalchemy import select

from ppflow.db import db, writing
from ppflow.deciding.models import StaffDraft
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.handling import acts as handling
from ppflow.replies import acts as replies
from tests.support.accessibility import fits
from tests.support.arrivals import Register, standing
from tests.support.browser import PHONE, Open
from tests.support.cast import Cast, Staff
from tests.support.pages import let_go
from tests.triage.conftest import SignedIn

pytestmark = pytest.mark.browser


@pytest.fixture
def sit_down(app: Flask, site: str, as_staff: SignedIn) -> Any:
    """Somebody signed in at a window: `sit_down(cast.facilitator, window)`."""

    def sit(who: Staff, window: Page) -> Page:
        cookie = as_staff(who).get_cookie("ppflow")
        assert cookie is not None
        window.context.add_cookies([{"name": "ppflow", "value": cookie.value, "url": site}])
        return window

    return sit


def drafts() -> list[str]:
    let_go()
    return list(db.session.scalars(select(StaffDraft.panel)))


def everything(cast: Cast, register: Register) -> Expression:
    """A form with a double, a mention, call answers, a ready-made reply."""
    rosa = register("Rosa Reed", cast.panel)
    register("Rosa Reed", cast.panel)
    register("Omar Reed", cast.study, email="rosa@mail.example")
    with writing():
        by = standing(cast.facilitator)
        handling.write_note(rosa, "@Dev Patel, do you know her?", by=by)
        question = "What would you like to get out of this?"
        handling.keep_call(rosa, {question: (True, "Company.")}, by=by)
        replies.add(
            {"programme_id": cast.programme.id, "kind": "", "title": "Tea", "body": "Have tea.",
             "is_offered": True},
            by=standing(cast.coordinator),
        )  # fmt: skip
    return rosa


def test_every_state_of_the_page_fits(
    cast: Cast, register: Register, sit_down: Any, open_window: Open
) -> None:
    """A draft, a conflict, something missing: at a desk, and on a phone without JavaScript."""
    for width, javascript in ((1280, True), (PHONE, False)):
        rosa = everything(cast, register)
        where = f"/expressions/{rosa.reference}?act=message"
        window = sit_down(cast.deputy, open_window(width=width, javascript=javascript))
        window.goto(where)
        fits(window)
        window.locator("#desk").get_by_role("button", name="Show the email").click()
        expect(window.locator(".nhsuk-error-summary")).to_be_visible()
        fits(window)
        window.get_by_label("Your message").fill("Come on Tuesday.")
        window.get_by_role("button", name="Keep as a draft").click()
        expect(window.locator("#act")).to_contain_text("You began this on")
        fits(window)
        with writing():
            acts.perform("message", rosa, by=standing(cast.facilitator), body="Hello from me.")
        window.get_by_role("button", name="Send 1 email").click()
        expect(window.locator("#refused")).to_contain_text("Hello from me.")
        fits(window)
    for path in ("/settings/replies", "/settings/replies/new"):
        window = sit_down(cast.coordinator, open_window(width=PHONE, javascript=False))
        window.goto(path)
        fits(window)


def _keeps(words: str) -> Callable[[Response], bool]:
    """Whether an answer is to these words, and not to the first of them."""
    return lambda answer: words in unquote_plus(answer.request.post_data or "")


def test_words_are_kept_while_somebody_types(
    cast: Cast, register: Register, sit_down: Any, window: Page
) -> None:
    """No button: a reload finds them, and focus stays where the hand is."""
    rosa = everything(cast, register)
    sit_down(cast.deputy, window).goto(f"/expressions/{rosa.reference}?act=message")
    box = window.get_by_label("Your message")
    with window.expect_response(_keeps("We ring you.")):
        box.press_sequentially("We ring you.")
    expect(window.locator("#draft-words")).to_contain_text("Kept as a draft")
    expect(box).to_be_focused()
    assert drafts() == ["message"]
    window.reload()
    expect(box).to_have_value("We ring you.")
    expect(window.locator(".pp-email__body")).to_contain_text("We ring you.")


def test_a_ready_made_reply_by_keyboard(
    cast: Cast, register: Register, sit_down: Any, window: Page
) -> None:
    rosa = everything(cast, register)
    sit_down(cast.deputy, window).goto(f"/expressions/{rosa.reference}?act=message")
    window.evaluate("window.isSamePage = true")
    chooser = window.get_by_label("Ready-made reply")
    chooser.focus()
    chooser.select_option("Tea")
    expect(window.get_by_label("Your message")).to_have_value("Have tea.")
    expect(window.get_by_label("Ready-made reply")).to_be_focused()
    assert window.evaluate("window.isSamePage") is True
    fits(window)


def test_the_answer_box_opens_with_its_tick(
    cast: Cast, register: Register, sit_down: Any, window: Page
) -> None:
    rosa = everything(cast, register)
    sit_down(cast.deputy, window).goto(f"/expressions/{rosa.reference}")
    question = "What would make a meeting easy, or hard, for you?"
    box = window.get_by_role("textbox", name=f"What they said: {question}")
    expect(box).to_be_hidden()
    window.get_by_label(question, exact=True).check()
    box.fill("A lift.")
    window.get_by_role("button", name="Keep what was said").click()
    expect(box).to_have_value("A lift.")
    expect(window.locator("#call")).to_contain_text("Farah Aziz, ")


def test_enter_in_a_box_sends_nothing(
    cast: Cast, register: Register, sit_down: Any, window: Page
) -> None:
    rosa = everything(cast, register)
    sit_down(cast.deputy, window).goto(f"/expressions/{rosa.reference}?act=offer")
    window.get_by_label("Day", exact=True).first.press("Enter")
    expect(window.locator("#act-title")).to_be_visible()
    let_go()
    assert db.session.get_one(Expression, rosa.id).status == "received"


def test_the_acts_are_within_reach_on_a_phone(
    cast: Cast, register: Register, sit_down: Any, open_window: Open
) -> None:
    rosa = everything(cast, register)
    window = sit_down(cast.deputy, open_window(width=PHONE, javascript=False))
    window.goto(f"/expressions/{rosa.reference}")
    link = window.get_by_role("link", name="Go to acts")
    expect(link).to_be_in_viewport()
    link.click()
    expect(window.get_by_role("navigation", name="Acts")).to_be_in_viewport()
