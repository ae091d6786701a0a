"""One opportunity's page: what people ask first, honest states, and who may see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from ppflow import clock
from ppflow.db import db, writing
from ppflow.opportunities.models import (
    Opportunity,
    Payment,
    Publication,
    Question,
)
from tests.public.looks import change_advert, facts, titles
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor


def test_eight_facts_come_first(client: Visitor, sample: None) -> None:
    page = client.visit("/opportunities/long-term-conditions-advisory-group")
    asked = ["What", "Time", "Pay", "Where", "First date", "Closes", "Places", "You will hear"]
    assert list(facts(page)) == asked
    assert facts(page)["Pay"].startswith("£55 a meeting")
    assert facts(page)["You will hear"].startswith("From a person within 5 working days")
    assert facts(page)["Places"].startswith("10 places, 1 person interested")
    assert page.soup.select_one("main h2").get_text() == "What people ask first"


def test_every_field_of_the_advert_stands_on_its_page(client: Visitor, sample: None) -> None:
    hidden = {"slug", "provenance", "imported_as", "venue_note", "place"}
    for opportunity in db.session.scalars(select(Opportunity)):
        page = client.visit(f"/opportunities/{opportunity.slug}")
        words = page.text
        for column in Opportunity.__table__.columns:
            value = getattr(opportunity, column.name)
            if column.name in hidden or column.name.startswith("payment_unit"):
                continue
            for text in value if isinstance(value, list) else [value]:
                is_said = text != "Not applicable"  # it tells nobody anything
                if is_said and isinstance(text, str) and not hasattr(text, "value"):
                    for sentence in text.rstrip(".").split(". "):
                        shown = " ".join(sentence.split())
                        assert shown.lower() in words.lower(), (opportunity.slug, column.name)


def test_places_are_told_as_they_are(client: Visitor, cast: Cast) -> None:
    change_advert("sleep-panel", places=12, interest_count=9)
    assert "12 places, 9 people interested There is room" in client.visit("/opportunities").text
    change_advert("sleep-panel", interest_count=12)
    assert "As many people as places" in client.visit("/opportunities").text
    change_advert("sleep-panel", interest_count=13)
    assert "More people than places" in client.visit("/opportunities").text
    page = client.visit("/opportunities/sleep-panel")
    assert "You are still welcome" in facts(page)["Places"]
    change_advert("sleep-panel", places=None)
    assert facts(client.visit("/opportunities/sleep-panel"))["Places"] == "13 people interested"


def test_the_benefits_warning_stands_wherever_there_is_pay_and_only_there(
    client: Visitor, cast: Cast
) -> None:
    for payment in Payment:
        change_advert("sleep-panel", payment=payment)
        page = client.visit("/opportunities/sleep-panel")
        is_paid = payment in {Payment.PER_HOUR, Payment.PER_SESSION, Payment.VOUCHER}
        assert ("Important: benefits and tax" in page.text) is is_paid


def test_a_project_that_promises_sooner_says_so(client: Visitor, cast: Cast) -> None:
    opportunity = db.session.get_one(Opportunity, cast.study.id)
    assert "within 10 working days" in client.visit("/opportunities/sleep-study").text
    with writing():
        opportunity.project.promise_days = 3
    assert "within 3 working days" in client.visit("/opportunities/sleep-study").text


def test_its_own_questions_are_known_before_the_form(client: Visitor, cast: Cast) -> None:
    with writing():
        db.session.add(
            Question(
                opportunity_id=cast.panel.id, position=1, key="why", label="Why you?", input="text"
            )
        )
    assert "Why you? (optional)" in client.visit("/opportunities/sleep-panel").text


def test_like_this_one_stays_with_its_kind(client: Visitor, cast: Cast) -> None:
    page = client.visit("/opportunities/sleep-panel")
    assert page.links["Join our falls panel"] == "/opportunities/falls-panel"
    assert "Take part in a sleep study" not in page.links


REGISTER = "/opportunities/sleep-panel/register"


@pytest.mark.parametrize(
    ("facts_now", "heading"),
    [
        ({"publication": Publication.PAUSED}, "This is paused for now"),
        ({"publication": Publication.CLOSED}, "This has closed"),
        ({"closes_on": -1}, "This has closed"),
        ({"opens_on": 3}, "This opens on"),
    ],
)
def test_what_is_not_open_says_so_and_what_to_do_instead(
    client: Visitor, cast: Cast, facts_now: dict[str, Any], heading: str
) -> None:
    today = clock.today()
    change_advert(
        "sleep-panel",
        **{
            name: today + timedelta(days=value) if isinstance(value, int) else value
            for name, value in facts_now.items()
        },
    )
    page = client.visit("/opportunities/sleep-panel")
    assert heading in page.text
    assert "What you can do instead" in page.text
    assert REGISTER not in page.links.values()
    assert "Join our sleep panel" not in titles(client.visit("/opportunities"))


def test_the_last_day_still_counts(client: Visitor, cast: Cast) -> None:
    change_advert("sleep-panel", closes_on=clock.today(), opens_on=clock.today())
    page = client.visit("/opportunities/sleep-panel")
    assert page.links["Put my name forward"] == REGISTER
    assert "Today is the last day" in facts(page)["Closes"]


# --- who may see it -----------------------------------------------------------------------------


def test_a_draft_is_seen_by_those_who_keep_it_and_nobody_else(client: Visitor, cast: Cast) -> None:
    change_advert("sleep-panel", publication=Publication.DRAFT)
    for somebody in (None, cast.outsider, cast.other_coordinator, cast.board_member):
        visitor = sign_in(client, somebody) if somebody else client
        assert visitor.get("/opportunities/sleep-panel").status_code == 404
        for asked in ("", "?q=sleep", "?state=draft", "?kind=involvement"):
            assert "Join our sleep panel" not in visitor.visit(f"/opportunities{asked}").text
        assert "Join our sleep panel" not in visitor.visit("/").text
        assert "Join our sleep panel" not in visitor.visit("/projects/better-sleep").text
        assert "Join our sleep panel" not in visitor.visit("/opportunities/falls-panel").text
    sign_in(client, cast.coordinator)
    assert titles(client.visit("/opportunities?state=draft")) == ["Join our sleep panel"]
    assert "This is a draft" in client.visit("/opportunities/sleep-panel").text


def test_only_those_who_may_edit_are_offered_it(client: Visitor, cast: Cast) -> None:
    words = "Edit this opportunity"
    assert words not in client.visit("/opportunities/sleep-panel").links
    for somebody in (cast.facilitator, cast.other_coordinator, cast.administrator):
        sign_in(client, somebody)
        assert words not in client.visit("/opportunities/sleep-panel").links
    sign_in(client, cast.coordinator)
    assert words in client.visit("/opportunities/sleep-panel").links


def test_what_somebody_typed_is_never_markup(client: Visitor, cast: Cast) -> None:
    nasty = '<script>alert("x")</script>'
    with writing():
        db.session.execute(
            update(Opportunity)
            .where(Opportunity.id == cast.panel.id)
            .values(title=nasty, lay_summary=nasty, place=nasty, venue=nasty, topics=[nasty])
        )
    addresses = ("/opportunities", f"/opportunities?q={nasty}&place={nasty}", "/", "/projects")
    for address in (*addresses, "/opportunities/sleep-panel", "/opportunities/falls-panel"):
        answer = client.get(address).get_data(as_text=True)
        assert "<script>alert" not in answer
    assert nasty in client.visit("/opportunities/sleep-panel").text


def test_an_unknown_one_is_404_with_a_way_on(client: Visitor, cast: Cast) -> None:
    page = client.visit("/opportunities/no-such-thing", status=404)
    assert "/opportunities" in page.links.values()


def test_what_has_begun_says_so_while_people_can_join(client: Visitor, cast: Cast) -> None:
    words, today = "It has begun. You can still join.", clock.today()
    for first, closes, is_said in ((-3, None, True), (3, None, False), (-3, -1, False)):
        with writing():
            panel = db.session.get_one(Opportunity, cast.panel.id)
            panel.first_on = today + timedelta(days=first)
            panel.last_on = today + timedelta(days=90)
            panel.closes_on = None if closes is None else today + timedelta(days=closes)
            panel.building_access = "Not applicable"
        page = client.visit(f"/opportunities/{cast.panel.slug}")
        assert (words in page.text) is is_said
        assert "Last one: " in page.text
        assert "Not applicable" not in page.text


def test_a_closed_advert_promises_no_day_that_has_passed(client: Visitor, cast: Cast) -> None:
    address, today = f"/opportunities/{cast.panel.slug}", clock.today()
    words = "You hear our decision by"
    for days, is_said in ((3, True), (0, True), (-1, False)):
        with writing():
            panel = db.session.get_one(Opportunity, cast.panel.id)
            panel.closes_on = today - timedelta(days=5)
            panel.decision_by = today + timedelta(days=days)
        page = client.visit(address)
        assert "This has closed" in page.text
        assert (words in page.text) is is_said
