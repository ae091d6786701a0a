"""Where HTMX saves a reload: only a part is swapped, it is read out, and nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.at_the_desk import sign_in
from tests.support.accessibility import fits
from tests.support.arrivals import Register
from tests.support.cast import Cast

pytestmark = pytest.mark.browser

SEARCH = "Reference, name, email or words"


def mark(page: Page) -> None:
    """A mark that only a reload wipes out."""
    page.evaluate("document.body.dataset.here = 'still'")


def is_same_page(page: Page) -> bool:
    return page.locator("body[data-here=still]").count() == 1


def test_the_filter_swaps_the_list_and_says_how_many(
    cast: Cast, register: Register, window: Page
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    register("Omar Oak", cast.panel)
    sign_in(window, cast.facilitator)
    window.goto("/triage")
    mark(window)
    window.get_by_label(SEARCH).fill(rosa.reference)
    window.get_by_role("button", name="Filter").click()
    expect(window.get_by_role("link", name="Omar Oak")).to_have_count(0)
    expect(window.get_by_role("link", name="Rosa Reed")).to_be_visible()
    expect(window.locator("#announcements")).to_have_text(re.compile("^1 to 1 of 1"))
    expect(window).to_have_url(re.compile(f"q={rosa.reference}"))
    assert is_same_page(window)
    expect(window.get_by_role("button", name="Filter")).to_be_focused()
    fits(window)
    window.get_by_label(SEARCH).fill("nobody at all")
    window.get_by_role("button", name="Filter").click()
    expect(window.locator("#announcements")).to_have_text("Nobody here")
    window.get_by_role("link", name="in all open forms").click()
    expect(window.get_by_role("heading", name="Triage: all open")).to_be_visible()
    window.go_back()
    expect(window.get_by_role("link", name="in all open forms")).to_be_visible()
    window.go_back()
    expect(window.get_by_role("link", name="Rosa Reed")).to_be_visible()
    expect(window.get_by_role("link", name="Omar Oak")).to_have_count(0)


def test_the_email_is_shown_while_it_is_written(
    cast: Cast, register: Register, window: Page
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    sign_in(window, cast.facilitator)
    window.goto(f"/expressions/{rosa.reference}?act=message")
    mark(window)
    expect(window.get_by_role("button", name="Send 1 email")).to_have_count(0)
    window.get_by_label("Your message").fill("We ring you on Tuesday.")
    window.keyboard.press("Tab")
    expect(window.locator(".pp-email")).to_contain_text("We ring you on Tuesday.")
    expect(window.get_by_role("button", name="Send 1 email")).to_be_visible()
    assert is_same_page(window)
    expect(window.locator("input:focus")).to_have_count(1)
    fits(window)
    window.get_by_role("button", name="Send 1 email").click()
    expect(window.get_by_text("Message to Rosa from you")).to_be_visible()


def test_a_broken_connection_is_said_and_loses_nothing(
    cast: Cast, register: Register, window: Page
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    sign_in(window, cast.facilitator)
    window.goto(f"/expressions/{rosa.reference}?act=message")
    window.route("**/expressions/**", lambda route: route.fulfill(status=503, body="Busy"))
    window.get_by_label("Your message").fill("We ring you on Tuesday.")
    window.keyboard.press("Tab")
    expect(window.get_by_role("alert")).to_contain_text("What you typed is still here.")
    expect(window.get_by_label("Your message")).to_have_value("We ring you on Tuesday.")
    fits(window)
    window.unroute_all()
    window.get_by_role("button", name="Show the email").click()
    expect(window.locator(".pp-email")).to_contain_text("We ring you on Tuesday.")
