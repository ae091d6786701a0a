"""A tag finds forms again; the person never sees it, and it spoils nobody's decision."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ppflow.db import db, writing
from ppflow.erasing import acts as erasing
from ppflow.errors import NotAllowed, NotComplete, NotNow
from ppflow.events import Event
from ppflow.tagging import acts
from ppflow.tagging.models import ExpressionTag
from tests.bulk.conftest import Many, fresh, pick, shown
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor
from tests.triage.conftest import SignedIn


def test_many_are_tagged_and_found_again(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar, lea = many(3)
    browser = as_staff(cast.facilitator)
    page = shown(pick(browser, "tag", [rosa, omar]), tag="Summer  Panel")
    assert "2 forms will change. Nobody gets an email." in page.text
    page.submit(button="Tag 2 forms")
    found = browser.visit("/triage?view=open&tag=summer+panel")
    assert rosa.reference in found.text
    assert omar.reference in found.text
    assert lea.reference not in found.text
    chips = [chip.get_text() for chip in found.soup.select(".pp-chip")]
    assert any("summer panel" in words for words in chips)


def test_the_filter_offers_the_tags_of_what_they_may_see(
    cast: Cast, many: Many, register: Register, as_staff: SignedIn
) -> None:
    rosa, elsa = many(1)[0], register("Elsa Else", cast.project_elsewhere)
    with writing():
        acts.tag(rosa, "panel", by=standing(cast.coordinator))
    with writing():
        acts.tag(elsa, "elsewhere", by=standing(cast.other_coordinator))
    page = as_staff(cast.facilitator).visit("/triage?view=open")
    options = [option.get_text() for option in page.soup.select("select[name=tag] option")]
    assert options == ["With any or none", "panel"]


def test_without_any_tag_there_is_no_filter(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    many(1)
    page = as_staff(cast.facilitator).visit("/triage?view=open")
    assert page.soup.find(attrs={"name": "tag"}) is None


def test_who_has_it_already_is_skipped(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar = many(2)
    with writing():
        acts.tag(rosa, "panel", by=standing(cast.facilitator))
    page = shown(pick(as_staff(cast.facilitator), "tag", [rosa, omar]), tag="PANEL")
    assert "1: It has this tag already." in page.text
    page.submit(button="Tag 1 form")
    assert db.session.query(ExpressionTag).count() == 2


def test_a_tag_is_taken_off_again(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar = many(2)
    with writing():
        acts.tag(rosa, "panel", by=standing(cast.facilitator))
    page = shown(pick(as_staff(cast.facilitator), "untag", [rosa, omar]), tag="panel")
    assert "1: It does not have this tag." in page.text
    page.submit(button="Take the tag off 1 form")
    assert db.session.query(ExpressionTag).count() == 0


def test_a_word_is_needed_and_it_is_short(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    page = pick(as_staff(cast.facilitator), "tag", many(1))
    page = page.submit(button="Show what will happen", status=422)
    assert page.errors == ["Write a word, for example: summer panel."]
    page = page.submit({"tag": "x" * 31}, button="Show what will happen", status=422)
    assert page.errors == ["Use at most 30 letters."]
    with pytest.raises(NotComplete):
        acts.word_of("  ")


def test_a_tag_spoils_no_decision_and_its_event_does_not_name_it(cast: Cast, many: Many) -> None:
    rosa = many(1)[0]
    version = rosa.version
    with writing():
        acts.tag(rosa, "panel", by=standing(cast.facilitator))
    assert fresh(rosa).version == version
    made = db.session.scalars(select(Event).where(Event.verb == "tag")).one()
    assert (made.fields, made.reason, made.actor_id) == (["tags"], None, cast.facilitator.id)


def test_strangers_tag_nothing(cast: Cast, many: Many) -> None:
    rosa = many(1)[0]
    for stranger in (cast.outsider, cast.other_facilitator, cast.board_member):
        with pytest.raises(NotAllowed), writing():
            acts.tag(rosa, "panel", by=standing(stranger))
    with pytest.raises(NotNow), writing():
        acts.untag(rosa, "panel", by=standing(cast.facilitator))
    assert db.session.query(ExpressionTag).count() == 0


def test_the_person_never_sees_it(cast: Cast, many: Many, client: Visitor) -> None:
    rosa = many(1)[0]
    with writing():
        acts.tag(rosa, "plumword", by=standing(cast.facilitator))
    page = opened(client, rosa)
    assert "plumword" not in page.response.get_data(as_text=True)


def test_it_goes_when_the_form_is_erased(cast: Cast, many: Many) -> None:
    rosa = many(1)[0]
    with writing():
        acts.tag(rosa, "panel", by=standing(cast.facilitator))
    with writing():
        erasing.erase(rosa, by=standing(cast.coordinator))
    assert db.session.query(ExpressionTag).count() == 0
