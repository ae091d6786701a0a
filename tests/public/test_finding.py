"""Opportunities: somebody looks for one, by words and filters, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.opportunities.models import (
    Format,
    Opportunity,
    OpportunityKind,
    Payment,
    Publication,
)
from tests.public.conftest import Statements
from tests.public.looks import change_advert, chips, count, titles
from tests.support.cast import Cast
from tests.support.pages import Visitor


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
    change_advert("sleep-study", closes_on=clock.today() + timedelta(days=10))
    change_advert("sleep-champion", format=Format.ONLINE)
    change_advert("falls-panel", format=Format.IN_PERSON, place="Walsall")
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
