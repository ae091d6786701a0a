"""What staff do in a window of their own, in more than one story."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.support.cast import PASSWORD, Staff


def sign_in(page: Page, staff: Staff) -> Page:
    """From the front page through the form, as people do."""
    page.goto("/")
    page.get_by_role("link", name="Staff sign in").click()
    page.get_by_role("textbox", name="Email").fill(staff.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What waits for me")).to_be_visible()
    return page
