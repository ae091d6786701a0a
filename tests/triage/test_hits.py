"""Forms that hold the words searched: kept while nothing happens, never older than what happened,
and none of them lost among many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ppflow import clock, search
from ppflow.db import writing
from ppflow.expressions import acts
from ppflow.triage import finding
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn
from tests.triage.test_filters import in_search
from tests.triage.test_queue import names


@pytest.fixture(autouse=True)
def _no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept ends by an event alone, however slow this machine is."""
    monkeypatch.setattr(finding, "HOLD_SECONDS", 10**9)


def test_a_search_is_made_once_until_something_happens(
    cast: Cast, register: Register, as_staff: SignedIn, statements: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    in_search(rosa)
    browser = as_staff(cast.facilitator)

    def searched(address: str) -> int:
        with statements() as seen:
            assert names(browser.visit(address)) == ["Rosa Reed"]
        return len([each for each in seen if "search_entry" in each])

    first = searched("/triage?view=open&q=rosa")
    assert first
    assert searched("/triage?view=open&q=rosa&sort=newest") == 0
    with writing():
        acts.perform("start", rosa, by=standing(cast.facilitator))
    assert searched("/triage?view=open&q=rosa") == first


def test_who_comes_with_the_words_is_found_at_once_and_who_leaves_is_not(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    in_search(rosa)
    browser = as_staff(cast.facilitator)
    assert names(browser.visit("/triage?view=open&q=rosa")) == ["Rosa Reed"]
    other = register("Rosa Oak", cast.panel)
    in_search(other)
    assert names(browser.visit("/triage?view=open&q=rosa")) == ["Rosa Reed", "Rosa Oak"]
    with writing():
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    assert names(browser.visit("/triage?view=open&q=rosa")) == ["Rosa Oak"]
    assert names(browser.visit("/triage?view=closed&q=rosa")) == ["Rosa Reed"]


@pytest.mark.parametrize("words", ["rosa+quill", "quill+rosa", "quill", "ros+qui", "ROSA+Quills"])
def test_a_rare_form_is_found_among_many_that_hold_a_word_of_it(
    cast: Cast,
    register: Register,
    as_staff: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
) -> None:
    """More forms hold the common word than are looked at, and newer ones too."""
    monkeypatch.setattr(finding, "MOST_FOUND", 2)
    rare = register("Rosa Quill", cast.panel)
    in_search(rare, *(register(f"Rosa Reed{n}", cast.panel) for n in range(4)))
    browser = as_staff(cast.facilitator)
    found = browser.visit(f"/triage?view=open&q={words}")
    assert (names(found), "Add another word" in found.text) == (["Rosa Quill"], False)
    with writing():
        acts.perform("not_this_time", rare, by=standing(cast.facilitator), reason="full")
    assert names(browser.visit(f"/triage?view=open&q={words}")) == []
    assert names(browser.visit(f"/triage?view=closed&q={words}")) == ["Rosa Quill"]


def test_what_is_found_stands_in_the_order_of_the_view(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    found = [register(f"Rosa Reed{n}", cast.panel) for n in range(4)]
    in_search(*found)
    with writing():
        for each, days in zip(found, (7, 3, 5, 1), strict=True):
            each.reply_by = clock.today() + timedelta(days=days)
    browser = as_staff(cast.facilitator)
    by_date = [f"Rosa Reed{n}" for n in (3, 1, 2, 0)]
    by_arrival = [f"Rosa Reed{n}" for n in range(4)]
    assert names(browser.visit("/triage?view=open&q=rosa")) == by_date
    assert names(browser.visit("/triage?view=open&q=rosa&sort=oldest")) == by_arrival
    newest = browser.visit("/triage?view=open&q=rosa&sort=newest")
    assert names(newest) == by_arrival[::-1]
    page = newest.follow("Rosa Reed3")
    walked = [page.heading]
    while "Next" in page.links:
        page = page.follow("Next")
        walked.append(page.heading)
    assert walked == by_arrival[::-1]


def test_whole_words_are_looked_for_before_half_ones(cast: Cast, register: Register) -> None:
    """Where whole words alone are as many as are looked at, no half word takes their place."""
    forms = [register(f"Rosa Reed{n}", cast.panel) for n in range(4)]
    for form, word in zip(forms, ("garden", "garden", "gardener", "gardener"), strict=True):
        in_search(form, words=word)
    ids = [form.id for form in forms]

    def found(most: int) -> list[int]:
        return sorted(search.newest("expression", "garden", most, is_open=True) or ())

    assert found(1) == [ids[1]]
    assert found(2) == ids[:2]
    assert found(3) == ids[1:]
    assert found(5) == ids


def test_no_word_is_no_search(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    in_search(rosa)
    assert search.newest("expression", "?!", 5, is_open=True) is None
    assert search.newest("expression", "nobodyhere", 5, is_open=True) == ()
    browser = as_staff(cast.facilitator)
    assert names(browser.visit("/triage?view=open&q=%3F%21")) == []
    assert names(browser.visit(f"/triage?view=open&q={rosa.reference.lower()}")) == ["Rosa Reed"]
