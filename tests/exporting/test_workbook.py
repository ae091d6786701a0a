"""Long lists as files: they open, start nothing, and are read as they are taken."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import text

from ppflow.db import db, writing
from ppflow.exporting import queries, words
from ppflow.exporting.queries import Cell
from ppflow.kinds import Sensitivity
from tests.bulk.conftest import Many, fresh, pick, the_run
from tests.exporting.conftest import SHEET, rows_of_csv, sheet_of, taken, texts_of, worded
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn, Statements

HEADING = ("Reference", "Words", "On")


def made(*rows: tuple[Cell, ...]) -> bytes:
    return b"".join(words.as_xlsx(HEADING, rows))


def cells(content: bytes) -> dict[str, ET.Element]:
    """The cells of a workbook, by their place."""
    return {str(cell.get("r")): cell for cell in sheet_of(content).iter(f"{SHEET}c")}


@pytest.mark.sqlite_only
def test_a_day_is_a_day_and_the_first_row_stays_in_view() -> None:
    found = cells(made(("PP-1", "", date(2026, 11, 22)), ("PP-2", "b", date(1999, 12, 31))))
    assert found["C2"].findtext(f"{SHEET}v") == "46348"
    assert found["C3"].findtext(f"{SHEET}v") == "36525"
    assert "B2" not in found
    pane = sheet_of(made()).find(f".//{SHEET}pane")
    assert pane is not None
    assert (pane.get("state"), pane.get("topLeftCell")) == ("frozen", "B2")


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a < b & \"c\" > 'd'", "a < b & \"c\" > 'd'"),
        (" two\nlines ", " two\nlines "),
        ("bell\x07", "bell_x0007_"),  # as the format spells it; programs read the bell again
        ("snow ☃ 😀", "snow ☃ 😀"),
        ("x" * 40_000, "x" * 32_767),
        ("=1+1", "=1+1"),
        ("https://evil.example", "https://evil.example"),
        ("]]>", "]]>"),
    ],
)
def test_words_stay_words(typed: str, kept: str) -> None:
    content = made(("PP-1", typed, ""))
    assert cells(content)["B2"].get("t") == "s"
    assert kept in texts_of(content)


# --- ten thousand rows ----------------------------------------------------------------------------


def long_list(many: int) -> Iterator[list[Cell]]:
    """Rows as long as real ones, no two alike."""
    for number in range(many):
        facts: list[Cell] = [f"PP-{number:06}", "Rosa", f"Reed {number}", date(2026, 3, 1)]
        yield [*facts, *(f"{number} {column} I like to walk." for column in range(30))]


@pytest.mark.sqlite_only
def test_ten_thousand_lines_take_no_more_memory_than_a_few() -> None:
    heading = [f"Column {number}" for number in range(34)]
    size, first = 0, 0
    tracemalloc.start()
    try:
        for part in words.as_csv(heading, long_list(10_000)):
            size += len(part)
            first = first or tracemalloc.get_traced_memory()[1]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 300_000
    assert peak < 2_000_000, f"{peak:,} bytes at the most"
    assert first < 2_000_000


@pytest.mark.sqlite_only
def test_all_are_there_and_in_order() -> None:
    heading = [f"Column {number}" for number in range(34)]
    content = b"".join(words.as_xlsx(heading, long_list(1_000)))
    references = [text for text in texts_of(content) if text.startswith("PP-")]
    assert references == [f"PP-{number:06}" for number in range(1_000)]
    lines = b"".join(words.as_csv(heading, long_list(10_000))).decode("utf-8-sig")
    assert sum(1 for _ in csv.reader(io.StringIO(lines, newline=""))) == 10_001


def test_who_goes_away_in_the_middle_leaves_nothing_open(
    cast: Cast, many: Many, as_staff: SignedIn, statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The reading ends there: no more is asked of the database, and nobody waits for it."""
    monkeypatch.setattr(queries, "BATCH", 2)
    rosa, *_others = many(8)
    page = pick(as_staff(cast.facilitator), "export", whom="all")
    answer = page.send(button="Download as CSV", buffered=False)
    parts = answer.iter_encoded()
    with statements() as seen:
        for _ in range(3):
            next(parts)
        answer.close()
        assert list(parts) == []
    read = [each for each in seen if "FROM bulk_item" in each or "JOIN bulk_item" in each]
    assert len(read) < 4, "only what was taken was read"
    with writing():  # nothing is locked
        fresh(rosa).has_needs = True
    with writing():
        db.session.execute(text("UPDATE bulk_item SET words = 'x'"))


# --- which columns --------------------------------------------------------------------------------


def test_each_kind_brings_its_own_questions(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """A column is there once; who was not asked has nothing in it."""
    rosa = register("Rosa Reed", cast.panel, plain={"why": "I walk", "hours": "2"})
    stan = register("Stan Staff", cast.staff_role, plain={"why": "My ward", "ward": "Blue"})
    worded(rosa.kind, why=Sensitivity.PLAIN, hours=Sensitivity.PLAIN)
    worded(stan.kind, why=Sensitivity.PLAIN, ward=Sensitivity.PLAIN)
    browser = as_staff(cast.facilitator)
    rows = rows_of_csv(taken(browser, [rosa, stan]))
    assert rows[0][len(queries.FACTS) :] == ["Why", "Hours", "Ward"]
    said = {row[1]: row[len(queries.FACTS) :] for row in rows[1:]}
    assert said == {"Rosa": ["I walk", "2", ""], "Stan": ["My ward", "", "Blue"]}
    alone = rows_of_csv(taken(browser, [stan]))
    assert alone[0][len(queries.FACTS) :] == ["Why", "Ward"]


def test_questions_with_the_same_words_have_headings_of_their_own(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel, plain={"why": "a", "Why": "b", "status": "c"})
    worded(rosa.kind, why=Sensitivity.PLAIN, Why=Sensitivity.PLAIN, status=Sensitivity.PLAIN)
    rows = rows_of_csv(taken(as_staff(cast.facilitator), [rosa]))
    assert rows[0][len(queries.FACTS) :] == ["Why", "Why (2)", "Status (2)"]
    assert rows[1][len(queries.FACTS) :] == ["a", "b", "c"]
    assert len(set(rows[0])) == len(rows[0])


@pytest.mark.sqlite_only
def test_rows_are_read_in_batches_and_only_as_they_are_taken(
    cast: Cast, many: Many, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch,
    statements: Statements,
) -> None:  # fmt: skip
    many(6)
    pick(as_staff(cast.facilitator), "export", whom="all")
    run_id, by = the_run().id, standing(cast.facilitator)
    db.session.rollback()
    monkeypatch.setattr(queries, "BATCH", 2)
    with statements() as seen:
        rows = queries.rows(run_id, by, [])
        next(rows)
    assert len([each for each in seen if each.startswith("SELECT")]) == 2
