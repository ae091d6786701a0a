"""The day on /home: what is stuck, notes to read, tiles, and charts that say it in a table too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ppflow import clock
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, Note
from ppflow.handling.models import Mention
from ppflow.home import charts
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, sign_in
from tests.support.pages import Page, Visitor
from tests.support.statements import BESIDE, statements


def tables(page: Page) -> dict[str, list[list[str]]]:
    """The numbers of each chart, by its title."""
    return {
        box.h2.get_text(): [
            [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])]
            for row in box.select("tbody tr")
        ]
        for box in page.soup.select("section.pp-chart")
    }


def tiles(page: Page) -> dict[str, str]:
    return {
        tile.select_one(".pp-tile__words").get_text(): tile.select_one(
            ".pp-tile__number"
        ).get_text()
        for tile in page.soup.select(".pp-tile")
    }


def test_a_call_to_make_is_not_nothing(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0999")
    with writing():
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    page = sign_in(client, cast.facilitator).visit("/home")
    assert "Ring or post" in page.text
    assert "Nothing waits for you." not in page.text


def test_an_empty_day_is_calm_and_draws_nothing(client: Visitor, cast: Cast) -> None:
    page = sign_in(client, cast.facilitator).visit("/home")
    assert "Nothing waits for you." in page.text
    assert tables(page) == {}
    assert set(tiles(page).values()) == {"0"}


def test_the_day_is_counted_and_each_number_leads_to_its_list(
    client: Visitor, cast: Cast, register: Register
) -> None:
    late, today, ahead = (register(f"Rosa Reed{n}", cast.panel) for n in range(3))
    with writing():
        late.reply_by = clock.today() - timedelta(days=7)
        today.reply_by = clock.today()
        ahead.reply_by = clock.today() + timedelta(days=4)
    page = sign_in(client, cast.facilitator).visit("/home")
    assert "3 open forms for you to answer, 2 of them in time" in page.text
    assert (tiles(page)["Overdue"], tiles(page)["Reply due today"]) == ("1", "1")
    assert "Rosa Reed1" in page.follow("1 Reply due today").text
    assert "Rosa Reed0" in page.follow("1 Overdue").text


def test_what_is_all_in_time_is_said_in_few_words(
    client: Visitor, cast: Cast, register: Register
) -> None:
    sign_in(client, cast.facilitator)
    for words in ("1 open form for you to answer, in time", "2 open forms for you to answer, all"):
        register("Rosa Reed", cast.panel)
        assert words in client.visit("/home").text


def test_the_first_things_are_walked_through(
    client: Visitor, cast: Cast, register: Register
) -> None:
    for number in range(9):
        each = register(f"Rosa Reed{number}", cast.panel)
        with writing():
            each.reply_by = clock.today() + timedelta(days=number)
    page = sign_in(client, cast.facilitator).visit("/home")
    assert "See all 9 in the queue" in page.links
    first = page.follow("Walk through them")
    assert first.heading == "Rosa Reed0"
    assert first.follow("Next").heading == "Rosa Reed1"


def test_what_is_stuck_stands_before_the_coordinator(
    client: Visitor, cast: Cast, register: Register
) -> None:
    stuck, fresh = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    with writing():
        stuck.reply_by = clock.today() - timedelta(days=9)
        fresh.reply_by = clock.today() + timedelta(days=1)
    page = sign_in(client, cast.coordinator).visit("/home")
    assert f"Late. {cast.facilitator.name} answers it." in page.text
    assert "Omar Oak" not in page.text
    shown = page.follow("Rosa Reed")
    assert "Overdue (1)" in shown.links
    deputy = sign_in(client, cast.deputy).visit("/home")
    assert "Rosa Reed" not in deputy.text


def test_a_note_that_names_me_waits_here(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        note = Note(expression_id=rosa.id, by_id=cast.facilitator.id, body="@Dev please look.")
        db.session.add(note)
        db.session.flush()
        db.session.add(
            Mention(
                note_id=note.id, expression_id=rosa.id, person_id=cast.deputy.id,
                by_id=cast.facilitator.id,
            )
        )  # fmt: skip
    page = sign_in(client, cast.deputy).visit("/home")
    assert "Colleagues ask you to read a note" in page.text
    assert "please look" not in page.text
    assert page.follow(f"Rosa Reed, {rosa.reference}").heading == "Rosa Reed"


def answered(expression: Expression, took_days: int) -> None:
    """As if a form had come on a Monday of last week and been answered so many days later."""
    monday = clock.today() - timedelta(days=clock.today().weekday() + 7)
    expression.received_at = clock.start_of(monday) + timedelta(hours=10)
    expression.first_replied_at = expression.received_at + timedelta(days=took_days)


def test_the_charts_say_how_it_goes(client: Visitor, cast: Cast, register: Register) -> None:
    three = [register(f"Rosa Reed{n}", cast.panel) for n in range(3)]
    with writing():
        for each, days in zip(three, (1, 2, 4), strict=True):
            answered(each, days)
        three[2].reply_by = clock.today() - timedelta(days=9)
    page = sign_in(client, cast.facilitator).visit("/home")
    found = tables(page)
    weeks = found["Arrived and answered, each week"]
    assert len(weeks) == charts.WEEKS
    assert [row[1:] for row in weeks[-2:]] == [["3", "3"], ["0", "0"]]
    replies = found["Working days to first reply"]
    assert [row[1:] for row in replies[-2:]] == [["2", "0"], ["no reply", "0"]]
    assert weeks[-1][0] == replies[-1][0] == "This week"
    assert "Most are promised: 5" in page.text
    assert found["Overdue, by project"] == [[cast.project.title, "0", "1"]]


def test_a_reply_after_the_promise_is_late(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        answered(rosa, 0)
        rosa.received_at -= timedelta(days=14)
    page = sign_in(client, cast.facilitator).visit("/home")
    assert tables(page)["Working days to first reply"][-2][2] == "1"


def test_every_overdue_form_is_in_the_chart(
    client: Visitor, cast: Cast, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More projects than there is room for stand together, and a form may be about none."""
    monkeypatch.setattr(charts, "PROJECTS", 2)
    for number, about in enumerate((cast.panel, cast.panel, cast.panel, cast.other_panel, None)):
        late = register(f"Rosa Reed{number}", about)
        with writing():
            late.reply_by = clock.today() - timedelta(days=9)
    page = sign_in(client, cast.coordinator).visit("/home")
    rows = tables(page)["Overdue, by project"]
    assert rows == [[cast.project.title, "0", "3"], ["2 others together", "0", "2"]]
    monkeypatch.setattr(charts, "PROJECTS", 3)
    rows = tables(client.visit("/home"))["Overdue, by project"]
    assert rows[1:] == [
        [cast.other_project.title, "0", "1"],
        ["No project: West Midlands Progression Plan", "0", "1"],
    ]


def test_each_chart_counts_what_its_reader_may_see(
    client: Visitor, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    register("Omar Oak", cast.other_panel)
    register("Nia Nettle", cast.project_elsewhere)
    for staff, arrived in (
        (cast.facilitator, "1"), (cast.coordinator, "2"), (cast.other_coordinator, "1"),
    ):  # fmt: skip
        page = sign_in(client, staff).visit("/home")
        assert tables(page)["Arrived and answered, each week"][-1][1] == arrived, staff.name


def test_suspected_spam_is_no_arrival(client: Visitor, cast: Cast, register: Register) -> None:
    register("Bot Bot", cast.panel, is_set_aside=True)
    page = sign_in(client, cast.coordinator).visit("/home")
    assert tables(page) == {}


def test_many_forms_are_counted_once_in_a_while(
    cast: Cast, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    farah = standing(cast.facilitator)
    register("Rosa Reed", cast.panel)
    monkeypatch.setattr(charts, "KEPT_FROM", 0)
    monkeypatch.setattr(charts, "_kept", {})
    first = charts.charts(farah)
    register("Omar Oak", cast.panel)
    assert charts.charts(farah) is first
    monkeypatch.setattr(charts, "KEPT_SECONDS", 0.0)
    assert charts.charts(farah).weeks[-1][1] == 2


def test_few_statements_draw_the_whole_day(client: Visitor, cast: Cast, register: Register) -> None:
    for number in range(12):
        each = register(f"Rosa Reed{number}", cast.panel)
        with writing():
            each.reply_by = clock.today() - timedelta(days=number)
    browser = sign_in(client, cast.coordinator)
    with statements(but=BESIDE) as asked:
        browser.visit("/home")
    assert len(asked) <= 13, len(asked)
