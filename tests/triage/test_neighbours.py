"""Walking a list from page to page: previous, next, and no one is skipped when a form moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ppflow import clock
from ppflow.db import writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page
from tests.triage.conftest import SignedIn


@pytest.fixture
def five(cast: Cast, register: Register) -> list[Expression]:
    """Five people of the facilitator's, each a day after the other."""
    found = [register(f"Rosa Reed{n}", cast.panel) for n in range(5)]
    with writing():
        for number, each in enumerate(found):
            each.reply_by = clock.today() + timedelta(days=number + 1)
    return found


def pager(page: Page) -> str:
    return page.soup.select_one(".pp-pager").get_text(" ", strip=True)


def test_the_whole_list_is_walked_there_and_back(
    cast: Cast, five: list[Expression], as_staff: SignedIn
) -> None:
    page = as_staff(cast.facilitator).visit("/triage").follow("Rosa Reed0")
    seen = [page.heading]
    while "Next" in page.links:
        page = page.follow("Next")
        seen.append(page.heading)
    assert seen == [f"Rosa Reed{n}" for n in range(5)]
    assert pager(page) == "Previous 5 of 5"
    while "Previous" in page.links:
        page = page.follow("Previous")
    assert (page.heading, pager(page)) == ("Rosa Reed0", "1 of 5 Next")


def test_an_answer_that_moves_a_form_skips_nobody(
    cast: Cast, five: list[Expression], as_staff: SignedIn
) -> None:
    browser = as_staff(cast.facilitator)
    page = browser.visit("/triage").follow("Rosa Reed1")
    with writing():
        acts.perform(
            "message", five[1], by=standing(cast.facilitator), body="Soon.",
            next_reply_by=clock.today() + timedelta(days=40),
        )  # fmt: skip
    again = browser.visit(_here(page))
    assert again.follow("Next").heading == "Rosa Reed2"
    assert again.follow("Previous").heading == "Rosa Reed0"


def _here(page: Page) -> str:
    request = page.response.request
    return f"{request.path}?{request.query_string.decode()}"


def test_one_who_left_the_list_still_has_somebody_next(
    cast: Cast, five: list[Expression], as_staff: SignedIn
) -> None:
    browser = as_staff(cast.facilitator)
    page = browser.visit("/triage?view=mine&status=received").follow("Rosa Reed2")
    with writing():
        acts.perform("start", five[2], by=standing(cast.facilitator))
    again = browser.visit(_here(page))
    assert "Not in this view now; 4 in it" in pager(again)
    assert again.follow("Next").heading == "Rosa Reed3"


def test_filters_and_order_are_walked_too(
    cast: Cast, five: list[Expression], as_staff: SignedIn
) -> None:
    with writing():
        five[1].has_needs = five[4].has_needs = True
    address = "/triage?view=open&needs=yes&sort=newest"
    page = as_staff(cast.facilitator).visit(address).follow("Rosa Reed4")
    assert page.follow("Next").heading == "Rosa Reed1"
    assert "All open (2)" in page.links
    assert page.links["All open (2)"] == "/triage?view=open&needs=yes&sort=newest"


def test_a_page_opened_by_itself_belongs_to_no_list(
    cast: Cast, five: list[Expression], as_staff: SignedIn
) -> None:
    browser = as_staff(cast.facilitator)
    page = browser.visit(f"/expressions/{five[0].reference}")
    assert page.soup.select_one(".pp-pager") is None
    odd = browser.visit(f"/expressions/{five[0].reference}?view=mine&at=nonsense~x&sort=odd")
    assert pager(odd) == "1 of 5 Next"


def test_nobody_walks_into_what_is_not_theirs(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    register("Omar Oak", cast.other_panel)
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?view=open")
    assert pager(page) == "1 of 1"
