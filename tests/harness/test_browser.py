"""The browser of the tests sees, presses and complains as it should, scripts on and off."""

import pytest
from flask import Flask, request
from playwright.sync_api import Page

from tests.support.accessibility import fits, no_axe_violations, no_sideways_scrolling
from tests.support.browser import DESK, PHONE, Open
from tests.support.keyboard import Keyboard

pytestmark = pytest.mark.browser

FORM = """<!doctype html><html lang="en"><head><title>Form</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static.css"></head><body><main><h1>{heading}</h1>
<p><a href="/faulty">A faulty page</a></p>
<form method="post" action="/"><label for="name">Name</label><input id="name" name="name">
<fieldset><legend>How many?</legend>
<input type="radio" name="n" id="one" value="1"><label for="one">One</label>
<input type="radio" name="n" id="two" value="2"><label for="two">Two</label>
<input type="radio" name="n" id="three" value="3"><label for="three">Three</label></fieldset>
<input type="checkbox" id="agree" name="agree"><label for="agree">I agree</label>
<button>Send</button></form></main></body></html>"""
FAULTY = """<!doctype html><html><head><title>Faulty</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/static.css"></head>
<body><main><h1>Faulty</h1><img src="data:,"><input><div class="wide">Wide</div></main></body>
</html>"""
POLICY = "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'"
STYLE = "a, input { display: inline-block; min-height: 24px } .wide { width: 2000px }"


@pytest.fixture
def app() -> Flask:
    """A stand-in for the site: a form, and a page with faults."""
    app = Flask("stand-in")

    @app.route("/", methods=["GET", "POST"])
    def form() -> str:
        sent = request.form.to_dict()
        return FORM.replace("{heading}", f"Sent {sent}" if sent else "Form")

    app.add_url_rule("/faulty", view_func=lambda: FAULTY, endpoint="faulty")
    app.add_url_rule(
        "/static.css",
        view_func=lambda: app.response_class(STYLE, mimetype="text/css"),
        endpoint="style",
    )

    @app.after_request
    def protect(response):  # type: ignore[no-untyped-def]
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


@pytest.mark.parametrize("javascript", [True, False])
def test_a_form_by_keyboard(open_window: Open, javascript: bool) -> None:
    page = open_window(width=PHONE, javascript=javascript)
    page.goto("/")
    fits(page)
    keyboard = Keyboard(page)
    keyboard.type("Name", "Zoë 李")
    keyboard.choose("Three", question="How many?")
    keyboard.tick("I agree")
    keyboard.press("Send")
    assert page.inner_text("h1") == "Sent {'name': 'Zoë 李', 'n': '3', 'agree': 'on'}"
    fits(page)
    Keyboard(page).follow("A faulty page")
    assert page.title() == "Faulty"


@pytest.mark.parametrize("javascript", [True, False])
def test_faults_are_found(open_window: Open, javascript: bool) -> None:
    page = open_window(width=DESK, javascript=javascript)
    page.goto("/faulty")
    with pytest.raises(AssertionError, match=r"(?s)html-has-lang.*image-alt.*label"):
        no_axe_violations(page)
    with pytest.raises(AssertionError, match="wider than the window"):
        no_sideways_scrolling(page)


def test_what_the_keyboard_cannot_reach_fails(window: Page) -> None:
    window.goto("/faulty")
    with pytest.raises(AssertionError, match="does not reach"):
        Keyboard(window).go_to(window.locator("img"))
