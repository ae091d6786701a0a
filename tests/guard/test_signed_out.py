"""Signed out in another window, or timed out, while writing: the text stays, and the way back."""

from __future__ import annotations

from flask import Flask

from tests.guard.conftest import token_of
from tests.support.arrivals import Register
from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.pages import Page, Visitor

WORDS = "A long text that must not be lost."


def interrupted(client: Visitor, path: str, button: str) -> Page:
    """Write on a page of staff, sign out in another tab, and press its button."""
    page = client.visit(path)
    client.post("/sign-out", data={"csrf_token": token_of(client)})
    return page.submit({"body": WORDS}, button=button, status=401)


def test_the_text_stays_and_signing_in_leads_back(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    path = f"/expressions/{rosa.reference}?act=message"
    sign_in(client, cast.facilitator)
    page = interrupted(client, path, "Show the email")
    assert page.heading == "Please sign in"
    assert WORDS in page.text
    said = [heading.get_text() for heading in page.soup.select("main h3")]
    assert not {"Seen", "Shown", "Preview", "Letter"} & set(said)
    assert not [label for label in said if label.endswith(" was")]
    page = page.follow("Sign in")
    page = page.submit({"email": cast.facilitator.email, "password": PASSWORD})
    assert page.heading == "Rosa Reed"
    assert page.soup.select_one("textarea[name=body]") is not None


def test_where_no_page_can_be_opened_none_is_promised(
    app: Flask, client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = Page.of(client, client.post(f"/expressions/{rosa.reference}/notes"), 401)
    assert page.links["Sign in"] == "/sign-in"


def test_a_form_of_the_public_is_not_led_to_sign_in(client: Visitor, cast: Cast) -> None:
    assert client.post("/status/find", data={"reference": "PP-0001"}).status_code == 400
