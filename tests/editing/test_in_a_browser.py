"""Editing on a narrow phone without JavaScript, and on a desk: every page and state is usable."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ppflow import clock
from ppflow.db import db, writing
from ppflow.opportunities.models import Opportunity, Publication
from tests.support.accessibility import fits
from tests.support.arrivals import Register
from tests.support.browser import DESK, PHONE, Open
from tests.support.cast import Cast, sign_in
from tests.support.pages import new_visitor

PAGES = (
    "/programmes/new",
    "/programmes/west-midlands/edit",
    "/programmes/west-midlands/stages/edit",
    "/programmes/west-midlands/themes/edit",
    "/projects/new",
    "/projects/better-sleep/edit",
    "/projects/better-sleep/members/edit",
    "/projects/better-sleep/brief/edit",
    "/projects/better-sleep/plan/edit",
    "/projects/better-sleep/progress/new",
    "/opportunities/new",
    "/opportunities/sleep-panel/edit",
    "/opportunities/sleep-panel/questions/edit",
    "/opportunities/sleep-study/publication",
)


@pytest.fixture
def signed_in(app: Flask, cast: Cast, open_window: Open) -> Open:
    """Opens windows in which the coordinator has signed in."""
    visitor = sign_in(new_visitor(app), cast.coordinator)
    cookies = list(visitor._cookies.values())

    def open_signed_in(**how: object) -> Page:
        page = open_window(**how)
        page.goto("/sign-in")
        page.context.add_cookies(
            [{"name": c.key, "value": c.value, "url": page.url} for c in cookies]
        )
        return page

    return open_signed_in


@pytest.mark.browser
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_page_fits(width: int, signed_in: Open, cast: Cast) -> None:
    with writing():
        study = db.session.get_one(Opportunity, cast.study.id)
        study.publication, study.lay_summary = Publication.DRAFT, ""
        study.closes_on = clock.today() + timedelta(days=2)
    page = signed_in(width=width, javascript=width == DESK)
    for address in PAGES:
        page.goto(address)
        fits(page)


@pytest.mark.browser
def test_a_change_is_made_seen_and_told_by_phone(
    signed_in: Open, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    page = signed_in(width=PHONE, javascript=False)
    page.goto("/opportunities/sleep-panel")
    page.get_by_role("link", name="Edit this opportunity").click()
    page.get_by_label("Venue").fill("Library")
    page.get_by_label("Lowest age").fill("x")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_title(re.compile("^Error: "))
    fits(page)
    page.get_by_role("link", name="Enter a whole number").click()
    page.get_by_label("Lowest age").fill("18")
    page.get_by_role("button", name="Save").click()
    fits(page)
    page.get_by_role("button", name="Save and tell 1 person").click()
    expect(page.locator("main")).to_contain_text("1 person is told")
    expect(page.locator("main")).to_contain_text("Library")


@pytest.mark.browser
def test_two_windows_at_once(signed_in: Open) -> None:
    late, early = signed_in(width=PHONE, javascript=False), signed_in()
    for page in (late, early):
        page.goto("/projects/better-sleep/edit")
    early.get_by_label("Place").fill("Walsall")
    early.get_by_role("button", name="Save").click()
    expect(early.locator("main")).to_contain_text("Walsall")
    late.get_by_label("Place").fill("Dudley")
    late.get_by_role("button", name="Save").click()
    expect(late.locator("main")).to_contain_text("Someone else changed this first")
    fits(late)
    late.get_by_role("button", name="Save").click()
    expect(late.locator("main")).to_contain_text("Dudley")


@pytest.mark.browser
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_long_form_has_its_parts_and_its_button_in_reach(width: int, signed_in: Open) -> None:
    page = signed_in(width=width, javascript=False)
    page.goto("/opportunities/sleep-panel/edit")
    page.get_by_role("navigation", name="On this page").get_by_text("Pay and costs").click()
    expect(page.get_by_role("heading", name="Pay and costs")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Save")).to_be_in_viewport()
    page.get_by_label("Amount in pounds").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("navigation", name="On this page")).to_contain_text(
        "Pay and costs 1 to change"
    )
    page.get_by_role("alert").get_by_role("link").click()
    amount = page.get_by_label("Amount in pounds")
    expect(amount).to_be_focused()
    box, save = amount.bounding_box(), page.get_by_role("button", name="Save").bounding_box()
    assert box
    assert save
    assert box["y"] + box["height"] <= save["y"], "the button never covers what has the focus"
