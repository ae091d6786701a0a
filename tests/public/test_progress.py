"""The progress report: every project, how it goes, and what the Board is asked for."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from ppflow import clock
from ppflow.db import db, writing
from ppflow.programmes.models import BoardMeeting, Programme
from ppflow.projects.models import (
    Member,
    ProgressReport,
)
from tests.public.conftest import Statements
from tests.public.looks import count
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor


def tables(page: Page) -> dict[str, list[str]]:
    """Captions with the titles of their rows."""
    return {
        table.caption.get_text(): [
            row.th.a.get_text() for row in table.select("tbody tr") if row.th and row.th.a
        ]
        for table in page.soup.select("main table")
    }


def test_the_report_holds_every_project_by_theme(client: Visitor, sample: None) -> None:
    page = client.visit("/progress")
    assert list(tables(page)) == [
        "Theme 1: People and skills",
        "Theme 2: Research for every community",
        "Theme 3: Digital, data and innovation",
        "Theme 4: Working as one system",
        "Theme 5: Commercial research",
    ]
    assert sum(len(rows) for rows in tables(page).values()) == 26
    counts = [li.get_text() for li in page.soup.select(".pp-rag-counts li")]
    assert counts == [
        "1 Needs a steer", "7 Some concerns", "14 On track", "2 Done", "2 Not rated"
    ]  # fmt: skip
    assert "3. A flexible research delivery team: Can partners accept" in page.text
    assert count(page).startswith("26 projects, 5 themes. Last updated")


def test_every_rating_is_a_shape_and_a_word(client: Visitor, sample: None) -> None:
    for cell in client.visit("/progress").soup.select("td .pp-rag"):
        assert cell.svg is not None
        assert cell.svg["aria-hidden"] == "true"
        assert cell.get_text(strip=True)


def test_the_report_of_one_programme(client: Visitor, sample: None) -> None:
    page = client.visit("/progress?programme=ap-wm")
    assert tables(page) == {"Theme 1: People and skills": ["5. Advanced practice toolkit refresh"]}
    assert len(tables(client.visit("/progress?programme=no-such"))) == 5


def test_the_report_costs_few_queries_whatever_its_length(
    client: Visitor, sample: None, statements: Statements
) -> None:
    with statements() as asked:
        client.visit("/progress")
    assert len(asked) == 3
    with writing():
        for table in (ProgressReport, Member):
            db.session.execute(delete(table))
    with statements() as again:
        page = client.visit("/progress")
    assert len(again) == 3
    assert "No report yet." in page.text
    assert "No facilitator yet" in page.text


def test_the_next_board_meeting_is_the_next_one_planned(client: Visitor, cast: Cast) -> None:
    today = clock.today()
    with writing():
        for days, is_held in ((-5, False), (-1, True), (9, False), (40, False)):
            db.session.add(
                BoardMeeting(
                    programme_id=cast.programme.id,
                    held_on=today + timedelta(days=days),
                    is_held=is_held,
                )
            )
        db.session.get_one(Programme, cast.programme.id).board_name = "The Board"
    expected = today + timedelta(days=9)
    words = f"{expected.day} {expected:%B %Y}"
    assert f"Next Board meeting: {words}" in client.visit("/progress").text
    assert f"Next meeting: {expected:%A} {words}" in client.visit("/").text
