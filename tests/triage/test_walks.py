"""Triage in a real browser: by axe, at every width, with and without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ppflow.db import db, writing
from ppflow.expressions.models import Expression, Note
from ppflow.outbox.models import Letter
from tests.support.accessibility import fits
from tests.support.arrivals import Register
from tests.support.browser import PHONE, Open
from tests.support.cast import Cast, Staff
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


def one_with_everything(register: Register, cast: Cast) -> Expression:
    rosa = register(
        "Rosa Reed", cast.panel, sealed={"my_condition": "Asthma", "access": "Large print, please"}
    )
    register("Rosa Twin", cast.panel)
    with writing():
        rosa.has_needs = True
        db.session.add(Note(expression_id=rosa.id, by_id=cast.deputy.id, body="Sounds kind."))
    return rosa


def test_triage_at_every_width(
    cast: Cast, register: Register, sit_down: Any, open_window: Open
) -> None:
    rosa = one_with_everything(register, cast)
    for width, javascript in ((1280, True), (PHONE, False)):
        window = sit_down(cast.facilitator, open_window(width=width, javascript=javascript))
        for path in (
            "/triage", "/triage?view=closed", "/triage?q=zzz",
            *(f"/expressions/{rosa.reference}?act={act}" for act in ("offer", "pass_on")),
        ):  # fmt: skip
            window.goto(path)
            fits(window)


def test_the_email_is_shown_while_somebody_types(
    cast: Cast, register: Register, sit_down: Any, window: Page
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    sit_down(cast.facilitator, window).goto(f"/expressions/{rosa.reference}?act=message")
    window.get_by_label("Your message").fill("We ring you on Tuesday.")
    window.get_by_label("Year").focus()
    sheet = window.locator(".pp-email__body")
    expect(sheet).to_contain_text("We ring you on Tuesday.")
    fits(window)
    window.get_by_role("button", name="Send 1 email").click()
    expect(window.locator(".pp-notice")).to_contain_text("1 email goes")
    bodies = [letter.body for letter in db.session.query(Letter).all()]
    assert any("We ring you on Tuesday." in body for body in bodies)


def test_filters_change_the_list_without_a_reload(
    cast: Cast, register: Register, sit_down: Any, window: Page
) -> None:
    register("Rosa Reed", cast.panel)
    register("Omar Oak", cast.study)
    sit_down(cast.facilitator, window).goto("/triage")
    window.evaluate("window.isSamePage = true")
    window.get_by_label("Kind").select_option("ppie_contributor")
    window.get_by_role("button", name="Filter").click()
    expect(window.locator(".pp-queue .pp-who")).to_have_text(["Rosa Reed"])
    expect(window.locator("#announcements")).to_have_text("1 to 1 of 1")
    assert window.evaluate("window.isSamePage") is True
    expect(window).to_have_url(re.compile("kind=ppie_contributor"))
