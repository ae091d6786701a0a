"""Filters of the queue: each option with its number, orders, chips, words that too many have."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ppflow import clock, events, search
from ppflow.applicants.models import ContactBy
from ppflow.db import writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.triage import finding
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page
from tests.triage.conftest import SignedIn
from tests.triage.test_queue import counted, names, references, turn


def options(page: Page, name: str) -> dict[str, str]:
    """The words of each option of a filter, by its value."""
    return {str(o["value"]): o.get_text() for o in page.soup.select(f"select#{name} option")}


def in_search(*expressions: Expression, words: str = "") -> None:
    with writing():
        for each in expressions:
            search.index("expression", each.id, each.reference, each.applicant.name, words)


def test_each_option_says_how_many_stand_behind_it(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.study)
    una = register("Una Unrouted")
    with writing():
        acts.perform("start", omar, by=standing(cast.facilitator))
        rosa.has_needs = True
    page = as_staff(cast.coordinator).visit("/triage?view=open")
    status = options(page, "status")
    assert (status["received"], status["in_review"]) == ("New (2)", "In review (1)")
    assert status["offered"] == "Place offered (0)"
    assert options(page, "kind")["ppie_contributor"].endswith(" (1)")
    assert options(page, "opportunity")[str(cast.panel.id)] == f"{cast.panel.title} (1)"
    assert options(page, "project")[str(cast.project.id)] == f"{cast.project.title} (2)"
    assert options(page, "project")[str(cast.other_project.id)].endswith(" (0)")
    assert options(page, "assignee")["nobody"] == "Nobody yet (1)"
    assert options(page, "assignee")[str(cast.facilitator.id)] == f"{cast.facilitator.name} (2)"
    assert options(page, "needs")["yes"] == "With access needs (1)"
    assert una.is_unrouted


def test_a_chosen_filter_still_says_what_its_other_options_would_give(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    register("Rosa Reed", cast.panel)
    omar = register("Omar Oak", cast.study)
    with writing():
        acts.perform("start", omar, by=standing(cast.facilitator))
    page = as_staff(cast.facilitator).visit("/triage?view=open&status=in_review")
    assert names(page) == ["Omar Oak"]
    assert options(page, "status")["received"] == "New (1)"
    assert options(page, "opportunity")[str(cast.panel.id)].endswith(" (0)")
    assert page.soup.select_one("select#status option[selected]")["value"] == "in_review"


def test_the_programme_is_asked_of_those_who_work_for_several(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    register("Rosa Reed", cast.panel)
    assert options(as_staff(cast.coordinator).visit("/triage?view=open"), "programme") == {}
    page = as_staff(cast.facilitator).visit("/triage?view=open")
    assert page.soup.select_one("select#programme") is None


def test_chips_take_one_filter_away_and_keep_the_rest(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Rosa Oak", cast.study)
    in_search(rosa, omar)
    page = as_staff(cast.facilitator).visit(
        f"/triage?view=open&q=rosa&opportunity={cast.study.id}&sort=newest"
    )
    assert names(page) == ["Rosa Oak"]
    chips = [a for a in page.soup.select(".pp-chips a") if a["href"] != "/triage?view=open"]
    assert len(chips) == 2
    without_words = page.visitor.visit(str(chips[0]["href"]))
    assert without_words.soup.select_one("#q").get("value", "") == ""
    assert names(without_words) == ["Rosa Oak"]
    without_advert = page.visitor.visit(str(chips[1]["href"]))
    assert names(without_advert) == ["Rosa Oak", "Rosa Reed"]
    assert "sort=newest" in str(chips[1]["href"])
    assert names(page.follow("Clear all")) == ["Rosa Reed", "Rosa Oak"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("", [1, 2, 0]), ("oldest", [0, 1, 2]), ("newest", [2, 1, 0]), ("longest", [2, 0, 1])],
)
def test_the_order_is_chosen_and_kept_from_page_to_page(
    sort: str, expected: list[int], cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    three = [register(f"Rosa Reed{n}", cast.panel) for n in range(3)]
    with writing():
        for number, each in enumerate(three):
            each.received_at = clock.now() - timedelta(days=9 - number)
            each.reply_by = clock.today() + timedelta(days=(3, 1, 2)[number])
            each.last_contact_at = clock.now() - timedelta(days=(2, 1, 3)[number])
    page = as_staff(cast.facilitator).visit(f"/triage?view=open&sort={sort}")
    assert names(page) == [f"Rosa Reed{n}" for n in expected]
    assert page.soup.select_one(".pp-queue a")["href"].count("sort=") == bool(sort)


def test_an_order_pages_both_ways(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    everybody = [register(f"Rosa Reed{n:02}", cast.panel) for n in range(27)]
    with writing():
        for number, each in enumerate(everybody):
            each.received_at = clock.now() - timedelta(hours=number // 2)  # two at each moment
    first = as_staff(cast.facilitator).visit("/triage?view=open&sort=newest")
    second = first.visitor.visit(turn(first, "next"))
    found = references(first) + references(second)
    assert sorted(found) == sorted(each.reference for each in everybody)
    assert references(first.visitor.visit(turn(second, "prev"))) == references(first)


def test_half_a_word_and_other_forms_of_it_find(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa, omar = register("Rosa Kelly", cast.panel), register("Omar Keller", cast.panel)
    in_search(rosa, words="Our community garden; she walks")
    in_search(omar, words="Universities and communities; he swims")
    browser = as_staff(cast.facilitator)
    for typed, expected in {
        "communit": ["Rosa Kelly", "Omar Keller"],
        "community": ["Rosa Kelly", "Omar Keller"],
        "communities": ["Rosa Kelly", "Omar Keller"],
        "universit": ["Omar Keller"],
        "university": ["Omar Keller"],
        "walking": ["Rosa Kelly"],
        "swim": ["Omar Keller"],
        "kelly": ["Rosa Kelly"],
        "kell": ["Rosa Kelly", "Omar Keller"],
    }.items():
        assert names(browser.visit(f"/triage?view=open&q={typed}")) == expected, typed


def test_open_and_closed_forms_are_searched_apart_as_they_move(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Rosa Oak", cast.panel)
    in_search(rosa, omar)
    farah = standing(cast.facilitator)
    browser = as_staff(cast.facilitator)
    with writing():
        acts.perform("not_this_time", rosa, by=farah, reason="full")
    assert names(browser.visit("/triage?view=open&q=rosa")) == ["Rosa Oak"]
    assert names(browser.visit("/triage?view=closed&q=rosa")) == ["Rosa Reed"]
    with writing():
        acts.perform("reopen", rosa, by=farah)
    assert sorted(names(browser.visit("/triage?view=open&q=rosa"))) == ["Rosa Oak", "Rosa Reed"]
    with writing():
        acts.perform("write", rosa, by=events.APPLICANT, body="Thank you.")
    assert names(browser.visit("/triage?view=wrote-back&q=reed")) == ["Rosa Reed"]
    assert names(browser.visit("/triage?view=wrote-back&q=oak")) == []


def test_a_word_that_too_many_have_is_said_so(
    cast: Cast, register: Register, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_FOUND", 2)
    everybody = [register(f"Rosa Reed{n}", cast.panel) for n in range(4)]
    in_search(*everybody)
    browser = as_staff(cast.facilitator)
    page = browser.visit("/triage?view=open&q=rosa")
    assert "forms hold these words." in page.text
    assert "Add another word" in page.text
    few = browser.visit("/triage?view=open&q=rosa+reed3")
    assert (names(few), "Add another word" in few.text) == (["Rosa Reed3"], False)


def test_sealed_answers_are_never_searched(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel, sealed={"my_condition": "Asthma"})
    in_search(rosa)
    assert names(as_staff(cast.facilitator).visit("/triage?view=open&q=asthma")) == []


def test_who_likes_a_call_but_gave_an_email_is_not_without_email(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    register("Rosa Reed", cast.panel, contact_by=ContactBy.PHONE, email="rosa@mail.example")
    register("Omar Oak", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0199")
    register("Nia Nettle", cast.panel, contact_by=ContactBy.POST)
    page = as_staff(cast.facilitator).visit("/triage")
    rows = {
        row.select_one(".pp-who").get_text(): row.get_text(" ", strip=True)
        for row in page.soup.select(".pp-queue tbody tr")
    }
    assert "Prefers a call" in rows["Rosa Reed"]
    assert "No email" not in rows["Rosa Reed"]
    assert "No email: ring" in rows["Omar Oak"]
    assert "No email: write" in rows["Nia Nettle"]


def test_nothing_selected_means_nobody(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    """Peers' wound "nothing selected means everyone": what is not ticked is not sent."""
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    page = as_staff(cast.facilitator).visit("/triage")
    boxes = page.soup.select("form#picked tbody input[type=checkbox][name=pick]")
    assert [box["value"] for box in boxes] == [rosa.reference, omar.reference]
    assert [box["aria-label"] for box in boxes] == ["Select Rosa Reed", "Select Omar Oak"]
    assert not any(box.has_attr("checked") for box in boxes)
    assert not page.soup.select('form#picked input[type="hidden"][name="pick"]')
    assert page.soup.select_one('#picked option[value="picked"]').has_attr("selected")
    assert "Nobody selected" in page.text


def test_a_filter_change_that_screen_readers_do_not_hear(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """Peers' wound: what HTMX swaps in says how many there are, where a live region reads it."""
    register("Rosa Reed", cast.panel)
    headers = {"HX-Request": "true", "HX-Target": "queue-area"}
    for address, said in (("/triage?view=open", "1 to 1 of 1"), ("/triage?q=zz", "Nobody here")):
        answer = as_staff(cast.facilitator).get(address, headers=headers)
        part = Page(as_staff(cast.facilitator), answer)
        assert part.soup.select_one("[data-announce][role=status]").get_text() == said
        assert counted(part) == said
