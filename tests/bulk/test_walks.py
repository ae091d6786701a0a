"""Acts on many in a real browser: by axe, at every width, with and without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ppflow.applicants.models import ContactBy
from ppflow.bulk import jobs, routes, showing
from ppflow.db import writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.outbox.periodic import run_due
from tests.bulk.conftest import fresh, the_run
from tests.support.accessibility import fits
from tests.support.arrivals import Register, standing
from tests.support.browser import PHONE, Open
from tests.support.cast import Cast
from tests.triage.test_walks import sit_down as sit_down

pytestmark = pytest.mark.browser


def four(register: Register, cast: Cast) -> list[Expression]:
    """Two with an email, one without, and one whose status will be in the way."""
    found = [
        register("Rosa Reed", cast.panel),
        register("Omar Oak", cast.panel),
        register("Lea Lund", cast.panel, contact_by=ContactBy.POST, post_address="1 Elm Row"),
        register("Ivo Ives", cast.panel),
    ]
    with writing():
        acts.perform("start", found[3], by=standing(cast.deputy))
    return found


def test_every_page_of_an_act_on_many(
    cast: Cast, register: Register, sit_down: Any, open_window: Open, installation: Any
) -> None:
    """With a mouse at a desk and with a thumb on a phone without JavaScript: the same pages."""
    for width, javascript in ((1280, True), (PHONE, False)):
        four(register, cast)
        window = sit_down(cast.facilitator, open_window(width=width, javascript=javascript))
        with installation.with_settings(hold_decisions_minutes=10):
            _walk(window, cast)


def _walk(window: Page, cast: Cast) -> None:
    window.goto("/triage?view=open&status=received")
    window.get_by_label("What to do").select_option("not_this_time")
    window.get_by_role("button", name="Go on").click()
    expect(window.get_by_role("alert")).to_contain_text("Nobody is selected.")
    fits(window)
    window.get_by_label("For whom").select_option("all")
    window.get_by_role("button", name="Go on").click()
    fits(window)
    window.get_by_label("Looking for other experience").check()
    window.get_by_role("button", name="Show what will happen").click()
    expect(window.get_by_role("heading", name="Each email, to read and to change")).to_be_visible()
    window.get_by_text("Who gets no email").click()
    letters = window.locator(".pp-letter")
    letters.first.get_by_label("The whole email").fill("For you alone.")
    letters.nth(1).locator("summary").click()
    letters.nth(1).get_by_label("Do not send").check()
    fits(window)
    window.get_by_role("button", name="Show it again").click()
    expect(letters.nth(1).locator("summary")).to_contain_text("is not sent")
    expect(letters.first.get_by_label("The whole email")).to_have_value("For you alone.")
    fits(window)
    window.get_by_role("button", name="Tell").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("Not this time: what came of it")
    fits(window)
    window.get_by_role("button", name="Undo all of it").click()
    expect(window.get_by_text("could not be undone")).to_be_visible()
    fits(window)
    window.goto("/triage/bulk")
    fits(window)
    window.goto("/triage?view=open")
    window.get_by_label("For whom").select_option("all")
    window.get_by_label("What to do").select_option("export")
    window.get_by_role("button", name="Go on").click()
    expect(window.get_by_role("heading", level=1)).to_contain_text("Download")
    fits(window)


def test_the_progress_goes_on_by_itself_and_is_said(
    cast: Cast, register: Register, sit_down: Any, window: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (jobs, routes, showing):
        monkeypatch.setattr(room, "IN_BACKGROUND", 1)
    rosa, omar, *_ = four(register, cast)
    sit_down(cast.facilitator, window).goto("/triage")
    for each in (rosa, omar):
        window.locator(f'input[value="{each.reference}"]').check()
    expect(window.locator("[data-selected]")).to_have_text("2 people selected")
    window.get_by_label("What to do").select_option("message")
    window.get_by_role("button", name="Go on").click()
    window.get_by_label("Your message").fill("We meet on Monday.")
    window.get_by_role("button", name="Show what will happen").click()
    window.get_by_role("button", name="Send the message to 2 people").click()
    expect(window.get_by_text("0 of 2 done.")).to_be_visible()
    fits(window)
    run_due()
    expect(window.locator("#progress")).to_contain_text("2 people done.")
    expect(window.locator("#announcements")).to_have_text("2 people done.")
    assert the_run().ended_at is not None
    assert [each.body for each in fresh(rosa).messages] == ["We meet on Monday."]
