"""The real site answers the browser, and what it answers is looked at."""

import pytest
from playwright.sync_api import Page

from tests.support.accessibility import fits
from tests.support.browser import PHONE, Open
from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.html import SeenPages
from tests.support.pages import Visitor

pytestmark = pytest.mark.browser


def test_a_page_that_is_not_there(plain_phone: Page, cast: Cast) -> None:
    answer = plain_phone.goto("/nowhere")
    assert answer is not None
    assert answer.status == 404
    fits(plain_phone)


@pytest.mark.parametrize("javascript", [True, False])
def test_signing_in_with_the_form(open_window: Open, cast: Cast, javascript: bool) -> None:
    page = open_window(width=PHONE, javascript=javascript)
    page.goto("/sign-in")
    fits(page)
    page.get_by_label("Email address").fill(cast.facilitator.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/home")
    fits(page)


def test_a_cast_member_is_let_in_and_the_outsider_is_not(client: Visitor, cast: Cast) -> None:
    assert "Sign in" in client.visit("/home").heading
    assert sign_in(client, cast.facilitator).visit("/home").path == "/home"


def test_pages_are_looked_at(client: Visitor, cast: Cast, seen_pages: SeenPages) -> None:
    client.visit("/nowhere", status=404)
    assert seen_pages.found == []
