"""Beside "not this time" for many stand other opportunities, each only for those whom it fits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ppflow import clock
from ppflow.db import db, writing
from ppflow.opportunities.models import Opportunity, Publication
from tests.bulk.conftest import Many, body_for, fresh, letters, pick, shown
from tests.support.arrivals import Register
from tests.support.cast import Cast, Thing
from tests.support.pages import Page
from tests.triage.conftest import SignedIn

TELL_2 = "Tell 2 people: not this time and send 2 emails"
Similar = Callable[..., Opportunity]


@pytest.fixture
def similar(cast: Cast) -> Similar:
    """Another open opportunity of the panel's kind, in the same project."""

    def make(slug: str, about: Thing | None = None, **columns: Any) -> Opportunity:
        with writing():
            first = db.session.get_one(Opportunity, (about or cast.panel).id)
            skipped = {"id", "slug", "title", "interest_count"}
            same = {
                column.key: getattr(first, column.key)
                for column in Opportunity.__mapper__.column_attrs
                if column.key not in skipped
            }
            found = Opportunity(**same | {"slug": slug, "title": slug.title()} | columns)
            db.session.add(found)
        return found

    return make


def offered(page: Page) -> list[str]:
    """Slugs of the opportunities that may be named."""
    return [str(box["value"]) for box in page.soup.select("input[name=alternatives]")]


def test_one_is_named_to_all_whom_it_fits(
    cast: Cast, many: Many, similar: Similar, as_staff: SignedIn
) -> None:
    similar("walking-group", places=4)
    chosen = many(2)
    page = pick(as_staff(cast.facilitator), "not_this_time", chosen)
    assert sorted(offered(page)) == [cast.other_panel.slug, "walking-group"]
    assert "4 of 4 places left" in page.text
    page = shown(page, reason="full", alternatives="walking-group")
    assert "Walking-Group" in body_for(page, chosen[1]) or "on your private page" in body_for(
        page, chosen[1]
    )
    page.submit(button=TELL_2)
    assert [fresh(each).alternatives for each in chosen] == [["walking-group"]] * 2
    assert all("may suit you" in each.body for each in letters("expression-not-this-time"))


def test_who_asked_about_it_already_does_not_read_of_it(
    cast: Cast, many: Many, similar: Similar, register: Register, as_staff: SignedIn
) -> None:
    other = similar("walking-group")
    rosa, omar = many(2)
    register("Rosa Reed", Thing(other.id, other.slug, other.title))
    page = pick(as_staff(cast.facilitator), "not_this_time", [rosa, omar])
    page = shown(page, reason="full", alternatives="walking-group")
    assert "may suit you" not in body_for(page, rosa)
    assert "may suit you" in body_for(page, omar)
    page.submit(button=TELL_2)
    assert [fresh(each).alternatives for each in (rosa, omar)] == [None, ["walking-group"]]


def test_who_shares_only_an_address_reads_of_it(
    cast: Cast, many: Many, similar: Similar, register: Register, as_staff: SignedIn
) -> None:
    other = similar("walking-group")
    rosa = register("Rosa Reed", cast.panel, email="home@mail.example")
    register("Omar Reed", Thing(other.id, other.slug, other.title), email="home@mail.example")
    page = pick(as_staff(cast.facilitator), "not_this_time", [rosa])
    page = shown(page, reason="full", alternatives="walking-group")
    assert "may suit you" in body_for(page, rosa)


def test_only_open_ones_with_places_and_something_in_common_are_offered(
    cast: Cast, many: Many, similar: Similar, as_staff: SignedIn
) -> None:
    similar("closed", closes_on=clock.today() - timedelta(days=1))
    similar("draft", publication=Publication.DRAFT)
    similar("full", places=0)
    similar("a-study", cast.study)
    page = pick(as_staff(cast.facilitator), "not_this_time", many(1))
    assert offered(page) == [cast.other_panel.slug]


def test_a_mixed_list_names_each_kind_only_to_its_own(
    cast: Cast, many: Many, similar: Similar, register: Register, as_staff: SignedIn
) -> None:
    similar("walking-group")
    similar("second-study", cast.study)
    rosa, stan = many(1)[0], register("Stan Study", cast.study)
    page = pick(as_staff(cast.facilitator), "not_this_time", [rosa, stan])
    assert {"second-study", "walking-group"} <= set(offered(page))
    page = shown(page, reason="full", alternatives=("walking-group", "second-study"))
    page.submit(button=TELL_2)
    assert [fresh(each).alternatives for each in (rosa, stan)] == [
        ["walking-group"], ["second-study"]
    ]  # fmt: skip


def test_at_most_three_are_named(
    cast: Cast, many: Many, similar: Similar, as_staff: SignedIn
) -> None:
    slugs = [f"group-{number}" for number in range(4)]
    for slug in slugs:
        similar(slug)
    page = pick(as_staff(cast.facilitator), "not_this_time", many(1))
    page = page.submit(
        {"reason": "full", "alternatives": slugs}, button="Show what will happen", status=422
    )
    assert page.errors == ["Tick at most 3."]
    assert len(page.soup.select("input[name=alternatives][checked]")) == 4


def test_one_that_nobody_offered_is_a_choice_to_make_again(
    cast: Cast, many: Many, similar: Similar, as_staff: SignedIn
) -> None:
    similar("walking-group")
    page = pick(as_staff(cast.facilitator), "not_this_time", many(1))
    page.submit(
        {"reason": "full", "alternatives": "made-up"}, button="Show what will happen", status=422
    )
