"""One form is sent once, however often the button is pressed; and suspects wait to be judged."""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity, Publication
from ppflow.outbox.models import Letter
from tests.registering import walking
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.pages import Visitor, filled

TIMES = 20


def test_twenty_presses_at_once_send_one_form(app: Flask, client: Visitor, cast: Cast) -> None:
    address = f"/opportunities/{cast.panel.slug}/register"
    check = walking.walk_to_check(client, address, walking.PUBLIC)
    data = filled(check.form("Send my form"))
    data["consent_special"] = "yes"
    cookies = "; ".join(
        f"{cookie.key}={cookie.value}"
        for cookie in (client.get_cookie("draft"), client.get_cookie("ppflow"))
        if cookie is not None
    )
    db.session.rollback()
    locations: list[tuple[int, str]] = []
    at_once = threading.Barrier(TIMES)

    def press() -> None:
        browser = app.test_client(use_cookies=False)
        at_once.wait()
        answer = browser.post(check.path, data=data, headers={"Cookie": cookies})
        locations.append((answer.status_code, answer.headers.get("Location", "")))

    threads = [threading.Thread(target=press) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(locations) == TIMES
    ((status, location),) = set(locations)
    assert status == 303
    receipt = client.visit(location)
    assert walking.the_expression().reference in receipt.text
    letters = db.session.scalars(select(Letter).where(Letter.name == "expression-received")).all()
    assert len(letters) == 1
    assert db.session.get_one(Opportunity, cast.panel.id).interest_count == 1


def test_going_back_and_sending_again_leads_to_the_receipt(client: Visitor, cast: Cast) -> None:
    check = walking.walk_to_check(client, "/register", walking.GENERAL)
    first = walking.send(check)
    again = walking.send(check)  # the page was still there, behind Back
    assert again.path == first.path
    assert len(walking.sent()) == 1


def test_the_box_that_nobody_sees(client: Visitor, cast: Cast) -> None:
    check = walking.walk_to_check(client, "/register", walking.GENERAL)
    receipt = walking.send(check, {"homepage": "https://buy.example"})
    expression = walking.the_expression()
    assert receipt.heading == "We have your form"
    assert expression.set_aside_at is not None
    assert db.session.scalar(select(func.count(Letter.id))) == 0


def test_a_form_filled_in_no_time_is_set_aside(
    client: Visitor, cast: Cast, installation: Installation
) -> None:
    with installation.with_settings(minimum_fill_seconds=60.0):
        walking.register(client, "/register", walking.GENERAL)
    assert walking.the_expression().set_aside_at is not None


def test_a_hospital_is_one_address_and_is_never_refused(
    client: Visitor, cast: Cast, installation: Installation
) -> None:
    with installation.with_settings(registrations_an_hour=1):
        walking.register(client, "/register", walking.GENERAL)
        receipt = walking.register(client, "/register", walking.GENERAL)
    first, second = walking.sent()
    assert first.set_aside_at is None
    assert second.set_aside_at is not None
    assert second.reference in receipt.text


def close(cast: Cast) -> None:
    with writing():
        row = db.session.get_one(Opportunity, cast.panel.id)
        row.publication = Publication.CLOSED


def test_closing_while_somebody_types_keeps_the_text(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, f"/opportunities/{cast.panel.slug}/register")
    page = page.submit(walking.PUBLIC["eligibility"], button="Save and continue")
    close(cast)
    page = page.submit(walking.PUBLIC["interest"], button="Save and continue", status=410)
    assert page.heading == "This is closed now"
    assert "I care for my father, and nobody sees his week." in page.text
    assert page.links["Offer your help in general"] == "/register"


def test_closing_before_the_sending_sends_nothing(client: Visitor, cast: Cast) -> None:
    address = f"/opportunities/{cast.panel.slug}/register"
    check = walking.walk_to_check(client, address, walking.PUBLIC)
    close(cast)
    page = check.submit({"consent_special": "yes"}, button="Send my form", status=410)
    assert "Your form was not sent." in page.text
    assert "Six years of caring with three conditions." in page.text
    assert walking.sent() == []


def test_a_closing_day_counts_to_its_end(
    client: Visitor, cast: Cast, later: Callable[..., None]
) -> None:
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).closes_on = clock.today()
    client.visit(f"/opportunities/{cast.panel.slug}/register")
    later(days=1)
    client.visit(f"/opportunities/{cast.panel.slug}/register", status=410)


def test_what_is_not_open_says_when(client: Visitor, cast: Cast) -> None:
    with writing():
        row = db.session.get_one(Opportunity, cast.panel.id)
        row.opens_on = clock.working_days_after(clock.today(), 3)
    page = client.visit(f"/opportunities/{cast.panel.slug}/register", status=409)
    assert page.heading == "This is not open yet"
    with writing():
        row = db.session.get_one(Opportunity, cast.panel.id)
        row.opens_on, row.publication = None, Publication.PAUSED
    page = client.visit(f"/opportunities/{cast.panel.slug}/register", status=409)
    assert page.heading == "This is paused for now"


def test_a_draft_advert_is_unknown(client: Visitor, cast: Cast) -> None:
    with writing():
        row = db.session.get_one(Opportunity, cast.panel.id)
        row.publication = Publication.DRAFT
    client.visit(f"/opportunities/{cast.panel.slug}/register", status=404)
    assert db.session.scalar(select(func.count(Expression.id))) == 0
