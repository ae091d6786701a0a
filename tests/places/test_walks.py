"""Conversations and places in a real browser: by axe, at a desk, and on a phone without scripts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity
from ppflow.releasing import acts as releasing
from tests.places.test_places import offer, refuse, wait
from tests.status.test_status_page import private_link
from tests.support.accessibility import fits
from tests.support.arrivals import Register, standing
from tests.support.browser import DESK, PHONE, Open
from tests.support.cast import Cast, Staff
from tests.talks.test_talks import propose, ten
from tests.triage.conftest import SignedIn

pytestmark = pytest.mark.browser
WIDTHS = ((DESK, True), (PHONE, False))


@pytest.fixture
def sit_down(app: Flask, site: str, as_staff: SignedIn) -> Any:
    """Somebody signed in at a window: `sit_down(cast.facilitator, window)`."""

    def sit(who: Staff, window: Page) -> Page:
        cookie = as_staff(who).get_cookie("ppflow")
        assert cookie is not None
        window.context.add_cookies([{"name": "ppflow", "value": cookie.value, "url": site}])
        return window

    return sit


def a_panel_at_work(cast: Cast, register: Register) -> dict[str, Expression]:
    """Somebody in every place: offered, joined, waiting, prepared, new."""
    names = ("Rosa Reed", "Omar Oak", "Lea Lund", "Ivo Ives", "Mina Moor", "Noor Nash")
    rosa, omar, lea, ivo, mina, noor = (register(name, cast.panel) for name in names)
    offer(rosa, cast)
    wait(omar, cast)
    wait(lea, cast)
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).is_joint_release = True
    with writing():
        releasing.prepare(
            "offer", ivo, by=standing(cast.facilitator), accept_by=clock.today() + timedelta(days=9)
        )
        releasing.prepare("not_this_time", mina, by=standing(cast.facilitator), reason="balance")
    return {"offered": rosa, "waiting": omar, "prepared": ivo, "new": noor}


def test_the_places_of_an_opportunity(
    cast: Cast, register: Register, sit_down: Any, open_window: Open
) -> None:
    people = a_panel_at_work(cast, register)
    places = "/opportunities/sleep-panel/places"
    prepared, new = people["prepared"].reference, people["new"].reference
    for width, javascript in WIDTHS:
        window = sit_down(cast.coordinator, open_window(width=width, javascript=javascript))
        for path in (
            places,
            f"/expressions/{prepared}",
            *(f"/expressions/{new}?act={act}" for act in ("offer", "not_this_time", "propose")),
        ):
            window.goto(path)
            fits(window)
    window.goto(places)
    day = clock.today() + timedelta(days=25)
    for part in ("day", "month", "year"):
        window.fill(f"[name=decide_on-{part}]", str(getattr(day, part)))
    window.get_by_role("button", name="Show who will be told").click()
    fits(window)  # the reason is missing
    window.fill("[name=why]", "The panel meets on that day.")
    window.get_by_role("button", name="Show who will be told").click()
    fits(window)
    window.get_by_role("button", name="Tell 5 people").click()
    window.get_by_role("button", name="Release 2 decisions").click()
    fits(window)


def test_what_the_person_chooses(cast: Cast, register: Register, open_window: Open) -> None:
    rosa, omar, lea = (register(n, cast.panel) for n in ("Rosa Reed", "Omar Oak", "Lea Lund"))
    propose(rosa, cast, 3, 4, how="By video: https://meet.example/a-very-long-address-of-a-room")
    offer(omar, cast)
    refuse(lea, cast, cast.other_panel)
    for width, javascript in WIDTHS:
        window = open_window(width=width, javascript=javascript)
        for each, words in ((omar, "Say yes or no"), (lea, cast.other_panel.title)):
            _open(window, each)
            window.locator("main").get_by_text(words, exact=True).click()
            fits(window)
        _open(window, rosa)
        if width == DESK:
            window.locator("main").get_by_text("Choose a time", exact=True).click()
            fits(window)
            continue
        window.locator("main").get_by_text("Choose a time", exact=True).click()
        window.get_by_role("button", name="Send my choice").click()
        fits(window)  # nothing chosen
        window.locator(f"[value='{ten(4).isoformat()}']").check()
        window.get_by_role("button", name="Send my choice").click()
        fits(window)
        expect(window.locator("main")).to_contain_text("Put it in my calendar")


def _open(window: Page, expression: Expression) -> None:
    window.goto(private_link(expression))
    window.get_by_role("button", name="Open my page").click()
    fits(window)


def test_a_conversation_at_the_desk(
    cast: Cast, register: Register, sit_down: Any, open_window: Open
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform(
            "arrange", rosa, by=standing(cast.facilitator), talk_at=ten(2), talk_how="By phone"
        )
    for width, javascript in WIDTHS:
        window = sit_down(cast.facilitator, open_window(width=width, javascript=javascript))
        for act in ("", "move", "talked_sooner"):
            window.goto(f"/expressions/{rosa.reference}?act={act}")
            fits(window)
