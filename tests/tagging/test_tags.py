"""A tag finds forms again; the person never sees it, and it spoils nobody's decision."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ppflow import events
from ppflow.db import db, writing
from ppflow.erasing import acts as erasing
from ppflow.errors import NotAllowed, NotComplete, NotNow
from ppflow.events import Event
from ppflow.expressions import acts as life
from ppflow.tagging import acts
from ppflow.tagging.models import ExpressionTag
from tests.bulk.conftest import Many, fresh, pick, shown
from tests.deciding.looking import address, part, typed
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


# --- in the queue and on the decision page --------------------------------------------------------


def tags_on(expression: object) -> list[str]:
    chosen = select(ExpressionTag.word).order_by(ExpressionTag.word)
    return list(db.session.scalars(chosen.where(ExpressionTag.expression_id == expression.id)))  # type: ignore[attr-defined]


def test_the_queue_shows_the_tags_of_each(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar, _lea = many(3)
    with writing():
        for word in ("summer panel", "first time"):
            acts.tag(rosa, word, by=standing(cast.facilitator))
        acts.tag(omar, "first time", by=standing(cast.facilitator))
    page = as_staff(cast.facilitator).visit("/triage?view=open")
    rows = {row.select_one("a").get_text(): row.get_text(" ", strip=True)  # type: ignore[union-attr]
            for row in page.soup.select(".pp-queue tbody tr")}  # fmt: skip
    assert "Tags: first time, summer panel" in rows["Rosa Reed"]
    assert "Tag: first time" in rows["Omar Oak"]
    assert "Tag" not in rows["Lea Lund"]


def test_a_tag_is_put_on_and_taken_off_where_the_form_is_read(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa = many(1)[0]
    page = as_staff(cast.facilitator).visit(address(rosa))
    assert "No tag yet." in part(page, "tags")
    page = page.submit({"tag_word": "Summer  Panel"}, button="Put it on")
    assert "Tagged: summer panel. Only staff see it." in page.soup.get_text()
    assert "summer panel" in part(page, "tags")
    assert typed(page, "tag_word") == ""
    page = page.follow("summer panel")
    assert rosa.reference in page.text
    page = as_staff(cast.deputy).visit(address(rosa)).submit(button="Take off summer panel")
    assert "No tag yet." in part(page, "tags")
    made = db.session.execute(select(Event.verb, Event.actor_id).where(Event.verb.like("%tag")))
    assert sorted(tuple(row) for row in made) == [
        ("tag", cast.facilitator.id), ("untag", cast.deputy.id)
    ]  # fmt: skip


def test_a_tag_without_a_word_is_said_beside_the_field_and_the_rest_is_kept(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa = many(1)[0]
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    typed_words = {"body": "Half a message", "note_body": "Half a note"}
    page = page.submit(typed_words, button="Put it on", status=422)
    assert page.errors == ["Write a word, for example: summer panel."]
    assert typed(page, "body") == "Half a message"
    assert typed(page, "note_body") == "Half a note"
    page = page.submit({"tag_word": "x" * 31}, button="Put it on", status=422)
    assert typed(page, "tag_word") == "x" * 31


def test_another_button_keeps_the_tag_that_is_typed(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa = many(1)[0]
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(rosa, "message"))
    page = page.submit({"tag_word": "summer", "note_body": "Ring at six"}, button="Keep the note")
    assert typed(page, "tag_word") == "summer"
    assert tags_on(rosa) == []
    page = browser.visit(address(rosa, "message")).submit(button="Put it on")
    assert tags_on(rosa) == ["summer"]
    assert typed(browser.visit(address(rosa)), "tag_word") == ""


def test_pressed_twice_it_is_on_once(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa = many(1)[0]
    page = as_staff(cast.facilitator).visit(address(rosa))
    page.submit({"tag_word": "summer"}, button="Put it on")
    again = page.submit({"tag_word": "summer"}, button="Put it on")
    assert "It has this tag already." in again.soup.get_text()
    assert tags_on(rosa) == ["summer"]
    off = again.submit(button="Take off summer")
    assert "It does not have this tag." in again.submit(button="Take off summer").soup.get_text()
    assert "No tag yet." in part(off, "tags")


def test_a_form_of_others_is_not_there_to_be_tagged(
    cast: Cast, many: Many, register: Register, as_staff: SignedIn
) -> None:
    rosa = many(1)[0]
    page = as_staff(cast.facilitator).visit(address(rosa))
    token = str(page.soup.find(attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    for stranger, status in ((cast.other_facilitator, 404), (cast.board_member, 403)):
        browser = as_staff(stranger)
        for path in ("tags", "tags/off"):
            answer = browser.post(
                f"{address(rosa)}/{path}", data={"tag_word": "x", "off": "x", "csrf_token": token}
            )
            assert answer.status_code in {status, 400}
    assert tags_on(rosa) == []


def test_a_word_that_is_no_tag_of_it_takes_nothing_off(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa = many(1)[0]
    with writing():
        acts.tag(rosa, "summer", by=standing(cast.facilitator))
    page = as_staff(cast.facilitator).visit(address(rosa))
    button = page.soup.find("button", attrs={"name": "off"})
    assert button is not None
    button["value"] = "winter"
    after = page.submit(button="Take off summer")
    assert "It does not have this tag." in after.soup.get_text()
    assert tags_on(rosa) == ["summer"]


def test_a_closed_form_can_be_tagged_too(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa = many(1)[0]
    with writing():
        life.perform("withdraw", rosa, by=events.APPLICANT)
    page = as_staff(cast.facilitator).visit(address(rosa))
    page = page.submit({"tag_word": "ask again"}, button="Put it on").follow("ask again")
    assert rosa.reference in page.text
