"""Opportunities: somebody finds one, compares, and decides by its page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from ppflow import clock
from ppflow.db import db, writing
from ppflow.opportunities import acts
from ppflow.opportunities.models import (
    Format,
    Opportunity,
    OpportunityKind,
    Payment,
    Publication,
    Question,
)
from tests.public.conftest import Statements
from tests.support.cast import Cast, sign_in
from tests.support.pages import Page, Visitor


def titles(page: Page) -> list[str]:
    return [title.get_text() for title in page.soup.select(".pp-card__title")]


def count(page: Page) -> str:
    return page.soup.select_one("main [role=status]").get_text()


def chips(page: Page) -> dict[str, str]:
    return {
        a.get_text(" ", strip=True).removeprefix("Remove filter: ").removesuffix(" ✕"): a["href"]
        for a in page.soup.select(".pp-chip")
    }


def change(slug: str, **facts: Any) -> None:
    with writing():
        opportunity = db.session.scalars(select(Opportunity).where(Opportunity.slug == slug)).one()
        for name, value in facts.items():
            setattr(opportunity, name, value)
        acts.reindex(opportunity)


# --- finding one ------------------------------------------------------------------------------


def test_the_list_shows_what_is_open_closing_soonest_first(client: Visitor, sample: None) -> None:
    page = client.visit("/opportunities")
    found = db.session.execute(
        select(Opportunity.title, Opportunity.closes_on).where(
            Opportunity.publication == Publication.PUBLISHED,
            Opportunity.opens_on <= clock.today(),
            Opportunity.closes_on.is_(None) | (Opportunity.closes_on >= clock.today()),
        )
    ).all()
    dated = sorted((row for row in found if row.closes_on), key=lambda row: row.closes_on)
    assert [row.closes_on for row in dated] == sorted(row.closes_on for row in dated)
    assert count(page) == f"{len(found)} open opportunities"
    assert sorted(titles(page)) == sorted(row.title for row in found)
    undated = {row.title for row in found if row.closes_on is None}
    assert set(titles(page)[len(dated) :]) == undated


def test_every_card_says_time_pay_where_and_closes_in_that_order(
    client: Visitor, sample: None
) -> None:
    for card in client.visit("/opportunities").soup.select(".pp-card"):
        assert [dt.get_text() for dt in card.find_all("dt")] == ["Time", "Pay", "Where", "Closes"]
        assert all(dd.get_text(strip=True) for dd in card.find_all("dd"))


@pytest.mark.parametrize("words", ["condition", "conditions", "CONDIT", "long-term condit"])
def test_search_finds_stems_and_beginnings_of_words(
    client: Visitor, sample: None, words: str
) -> None:
    page = client.visit(f"/opportunities?q={words}")
    assert "Living with several long-term conditions - advisory group" in titles(page)
    assert "Plain words readers" not in titles(page)


def test_search_finds_a_place_and_a_project(client: Visitor, sample: None) -> None:
    assert titles(client.visit("/opportunities?q=walsall")) == [
        "What should social care research look at next?"
    ]
    assert len(titles(client.visit("/opportunities?q=grand+challenges"))) == 2


def test_search_with_nothing_but_signs_shows_everything(client: Visitor, cast: Cast) -> None:
    assert len(titles(client.visit("/opportunities?q=%22%27*%20-%20)("))) == 4


@pytest.mark.parametrize(
    ("asked", "slugs"),
    [
        ("kind=participation", ["sleep-study"]),
        ("kind=participation&kind=staff_project_role", ["sleep-champion", "sleep-study"]),
        ("only=paid", ["sleep-panel"]),
        ("only=soon", ["sleep-study"]),
        ("where=online", ["sleep-champion"]),
        ("where=in_person", ["falls-panel"]),
        ("where=both&kind=involvement", ["sleep-panel"]),
        ("place=Walsall", ["falls-panel"]),
        ("place=Nowhere", []),
        ("theme=ageing-well", ["falls-panel", "sleep-champion", "sleep-panel", "sleep-study"]),
        ("programme=elsewhere", []),
        ("kind=unheard-of", ["falls-panel", "sleep-champion", "sleep-panel", "sleep-study"]),
    ],
)
def test_each_filter_narrows_the_list(
    client: Visitor, cast: Cast, asked: str, slugs: list[str]
) -> None:
    change("sleep-study", closes_on=clock.today() + timedelta(days=10))
    change("sleep-champion", format=Format.ONLINE)
    change("falls-panel", format=Format.IN_PERSON, place="Walsall")
    page = client.visit(f"/opportunities?{asked}")
    links = [a["href"].rsplit("/", 1)[-1] for a in page.soup.select(".pp-card__title a")]
    assert sorted(links) == slugs
    assert count(page).startswith(f"{len(slugs)} open opportunit")


def test_the_theme_filter_leaves_other_themes_out(client: Visitor, sample: None) -> None:
    assert titles(client.visit("/opportunities?theme=systems&q=care+home")) == [
        "Winter chest infections in care homes - register interest (demo study)"
    ]
    assert titles(client.visit("/opportunities?theme=digital&q=care+home")) == []


def test_filters_are_kept_in_the_address_and_each_can_be_taken_away(
    client: Visitor, cast: Cast
) -> None:
    page = client.visit("/opportunities").submit(
        {"q": "sleep", "kind": ["involvement", "participation"], "only": ["paid"]},
        button="Show results",
    )
    assert page.response.request.args.getlist("kind") == ["involvement", "participation"]
    assert list(chips(page)) == [
        "“sleep”", "Shape the research", "Take part in a study", "Paid or a voucher"
    ]  # fmt: skip
    assert titles(page) == ["Join our sleep panel"]
    without = page.visitor.visit(chips(page)["Paid or a voucher"])
    assert titles(without) == ["Join our sleep panel", "Take part in a sleep study"]
    assert chips(page)["“sleep”"] == (
        "/opportunities?kind=involvement&kind=participation&only=paid"
    )
    assert page.links["Clear all"] == "/opportunities"


def test_numbers_beside_the_options_say_what_choosing_them_would_show(
    client: Visitor, sample: None
) -> None:
    page = client.visit("/opportunities?where=online&only=paid")
    for box in page.soup.select(".pp-filters input[type=checkbox]"):
        label = page.soup.find("label", {"for": box["id"]}).get_text()
        number = int(label.rpartition("(")[2].rstrip(")"))
        name, value = box["name"], box["value"]
        if name == "only":
            continue  # two yes-or-no questions: they narrow each other
        asked = f"where=online&only=paid&{name}={value}" if name != "where" else (
            f"only=paid&where={value}"
        )  # fmt: skip
        assert len(titles(client.visit(f"/opportunities?{asked}"))) == number, label


def test_nothing_found_says_what_to_do(client: Visitor, cast: Cast) -> None:
    page = client.visit("/opportunities?q=zebra")
    assert count(page) == "0 open opportunities"
    assert "Take one thing away" in page.text
    assert page.links["See everything that is open"] == "/opportunities"


def test_pages_follow_each_other_and_keep_the_filters(client: Visitor, cast: Cast) -> None:
    _many(cast, 45)
    seen = []
    page = client.visit("/opportunities?kind=engagement")
    while True:
        seen += titles(page)
        following = page.soup.select_one("a[rel=next]")
        if following is None:
            break
        assert "kind=engagement" in following["href"]
        page = client.visit(following["href"])
    assert len(seen) == len(set(seen)) == 45
    assert page.soup.select_one("a[rel=prev]")["href"].endswith("page=2")
    assert titles(client.visit("/opportunities?page=999")) == []
    assert client.visit("/opportunities?page=-1&place=%00&q=" + "x" * 5000).response.status_code


def _many(cast: Cast, number: int) -> None:
    like = db.session.get_one(Opportunity, cast.panel.id)
    with writing():
        for n in range(number):
            opportunity = Opportunity(
                programme_id=like.programme_id,
                project_id=like.project_id,
                slug=f"visit-{n}",
                title=f"Visit number {n}",
                kind=OpportunityKind.ENGAGEMENT,
                publication=Publication.PUBLISHED,
                format=Format.ONLINE,
                payment=Payment.NONE,
                closes_on=clock.today() + timedelta(days=n % 7) if n % 3 else None,
            )
            db.session.add(opportunity)


def test_one_card_costs_as_many_queries_as_fifty(
    client: Visitor, cast: Cast, statements: Statements
) -> None:
    with writing():
        db.session.execute(delete(Opportunity).where(Opportunity.id != cast.panel.id))
    with statements() as for_one:
        client.visit("/opportunities?q=sleep")
    _many(cast, 50)
    with statements() as for_fifty:
        client.visit("/opportunities")
    assert len(for_one) == len(for_fifty) == 3


def test_beyond_a_thousand_the_count_says_more(
    client: Visitor, cast: Cast, statements: Statements
) -> None:
    _many(cast, 1001)
    with statements() as asked:
        page = client.visit("/opportunities?kind=engagement")
    assert count(page) == "More than 1,000 open opportunities"
    assert count(client.visit("/opportunities?kind=involvement")) == "2 open opportunities"
    assert len(asked) == 4


# --- deciding -----------------------------------------------------------------------------------


def facts(page: Page) -> dict[str, str]:
    rows = page.soup.select(".pp-facts__row")
    return {row.dt.get_text(): row.dd.get_text(" ", strip=True) for row in rows}


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
                if isinstance(text, str) and not hasattr(text, "value"):
                    for sentence in text.rstrip(".").split(". "):
                        shown = " ".join(sentence.split())
                        assert shown.lower() in words.lower(), (opportunity.slug, column.name)


def test_places_are_told_as_they_are(client: Visitor, cast: Cast) -> None:
    change("sleep-panel", places=12, interest_count=9)
    assert "12 places, 9 people interested There is room" in client.visit("/opportunities").text
    change("sleep-panel", interest_count=12)
    assert "As many people as places" in client.visit("/opportunities").text
    change("sleep-panel", interest_count=13)
    assert "More people than places" in client.visit("/opportunities").text
    page = client.visit("/opportunities/sleep-panel")
    assert "You are still welcome" in facts(page)["Places"]
    change("sleep-panel", places=None)
    assert facts(client.visit("/opportunities/sleep-panel"))["Places"] == "13 people interested"


def test_the_benefits_warning_stands_wherever_there_is_pay_and_only_there(
    client: Visitor, cast: Cast
) -> None:
    for payment in Payment:
        change("sleep-panel", payment=payment)
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
    change(
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
    change("sleep-panel", closes_on=clock.today(), opens_on=clock.today())
    page = client.visit("/opportunities/sleep-panel")
    assert page.links["Put my name forward"] == REGISTER
    assert "Today is the last day" in facts(page)["Closes"]


# --- who may see it -----------------------------------------------------------------------------


def test_a_draft_is_seen_by_those_who_keep_it_and_nobody_else(client: Visitor, cast: Cast) -> None:
    change("sleep-panel", publication=Publication.DRAFT)
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
