"""Public pages and their states, on a desk and on a phone: no axe violation, nothing sideways.

The sample programme's pages are in `tests/public/test_walks.py`, the forms' pages in the walks
by keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask, abort

from ppflow import access, clock, keys
from ppflow.applicants.acts import current_link
from ppflow.db import db, read_only, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity, Publication
from tests.expressions.test_life import put
from tests.journeys.looking import Look
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast

pytestmark = pytest.mark.browser

FAULTS = (400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The site with `/trouble/<status>`, which fails in the way it is told."""
    app = make_app()

    def trouble(status: int) -> str:
        abort(status)

    app.add_url_rule("/trouble/<int:status>", "trouble", access.public(trouble))
    with app.app_context():
        read_only(True)
        yield app
        read_only(False)


def test_before_anything_is_written(look: Look) -> None:
    look.at("/", "/projects", "/opportunities", "/progress", "/needs", "/help", "/privacy")
    look.at("/register", status=404)


def test_what_went_wrong_is_a_page_too(cast: Cast, look: Look) -> None:
    for status in FAULTS:
        look.at(f"/trouble/{status}", status=status)


def test_signing_in(cast: Cast, look: Look) -> None:
    look.at("/sign-in?next=/triage")
    look.press("Sign in")
    for _ in range(10):
        look.page.get_by_role("textbox", name="Email").fill(cast.facilitator.email)
        look.page.get_by_role("textbox", name="Password").fill("a wrong guess")
        look.page.get_by_role("button", name="Sign in").click()
    look.here()


def test_an_advert_in_each_state(cast: Cast, look: Look) -> None:
    advert = f"/opportunities/{cast.panel.slug}"
    for publication in (Publication.PUBLISHED, Publication.PAUSED, Publication.CLOSED):
        _change(cast, publication=publication)
        look.at(advert)
    look.at(f"{advert}/register", status=410)
    later = clock.today() + timedelta(days=9)
    _change(cast, publication=Publication.PUBLISHED, opens_on=later)
    look.at(advert)
    look.at(f"{advert}/register", status=409)


def _change(cast: Cast, **facts: object) -> None:
    with writing():
        opportunity = db.session.get_one(Opportunity, cast.panel.id, populate_existing=True)
        for name, value in facts.items():
            setattr(opportunity, name, value)


def test_a_form_in_each_status(cast: Cast, register: Register, look: Look) -> None:
    rosa = register("Rosa Reed", cast.panel, plain={"why": "I like walking"})
    other = register("Omar Oak", cast.panel)
    look.at(_link(rosa))
    look.press("Open my page")
    for status in Status:
        put(rosa, status, other)
        look.page.goto("/status")
        look.here()
    put(rosa, Status.OFFERED)
    look.at("/status/answers", "/status/permissions", "/status/withdraw", "/status/place")
    look.press("Send my answer")
    look.at(f"/status/permissions/{rosa.consents[0].id}")
    look.press("Continue")


def test_a_question_and_the_answer_forgotten(cast: Cast, register: Register, look: Look) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="Which days suit you?")
    look.page.goto(_link(rosa))
    look.press("Open my page")
    look.press("Send answer")
    look.at("/status/withdraw")
    look.press("Continue")
    look.at("/status")
    look.press("Close it now")


def test_the_link_is_lost(cast: Cast, register: Register, look: Look) -> None:
    rosa = register("Rosa Reed", cast.panel)
    look.at("/status/not-a-token", status=404)
    look.at("/status", "/status/find")
    look.press("Send me a link")
    look.page.goto("/status/find")
    look.page.get_by_label("Your reference").fill(rosa.reference)
    look.page.get_by_label("Email").fill("rosa@mail.example")
    look.press("Send me a link")


def _link(expression: Expression) -> str:
    link = current_link(expression.id)
    return f"/status/{keys.link_token(link.id, link.generation)}"
