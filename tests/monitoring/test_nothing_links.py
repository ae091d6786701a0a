"""Whoever has the whole database cannot tell whose an answer is."""

from __future__ import annotations

from typing import Any

from flask import Flask, session
from sqlalchemy import inspect, text

from ppflow.db import db, writing
from ppflow.monitoring import acts
from ppflow.monitoring.models import EqualityCount
from tests.monitoring.conftest import ANSWERS, Answer, questions
from tests.support.cast import Cast
from tests.support.pages import Visitor

ONE = {**ANSWERS, "orientation": ""}
OTHER = {**dict.fromkeys(ONE, ""), "age": "75", "ethnicity": "white_roma"}


def everything() -> dict[str, list[Any]]:
    """Every row of every table, as the database gives them."""
    db.session.rollback()
    return {
        table.name: [tuple(row) for row in db.session.execute(text(f'SELECT * FROM "{table}"'))]
        for table in db.metadata.sorted_tables
    }


def test_an_answer_touches_nothing_but_the_numbers(client: Visitor, asking: Cast) -> None:
    page = questions(client, asking)
    with client.session_transaction() as cookie:
        secret = cookie[acts.RIGHT][1]
    before = everything()
    assert secret not in str(before)  # granted, and kept nowhere
    page.submit({**ANSWERS, "agreed": "yes"}, button="Add my answers")
    after = everything()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"equality_count", "rate_limit"}
    assert secret not in str(after)  # only that some secret was used once, for a day
    assert after["event"] == before["event"]


def test_a_number_knows_no_person_no_form_and_no_moment() -> None:
    columns = set(EqualityCount.__table__.c.keys())
    assert columns == {"programme_id", "month", "question", "answer", "people"}
    assert {key.column.table.name for key in EqualityCount.__table__.foreign_keys} == {"programme"}
    pointed_at = {
        key.column.table.name for table in db.metadata.sorted_tables for key in table.foreign_keys
    }
    assert "equality_count" not in pointed_at


def count(app: Flask, cast: Cast, chosen: dict[str, str]) -> None:
    with app.test_request_context("/equality", method="POST"), writing():
        acts.grant(cast.programme.id)
        acts.count(chosen)
        assert acts.RIGHT not in session


def test_who_came_first_cannot_be_told(app: Flask, asking: Cast) -> None:
    found = []
    for order in ((ONE, OTHER), (OTHER, ONE)):
        for chosen in order:
            count(app, asking, chosen)
        found.append(everything()["equality_count"])
        with writing():
            db.session.execute(text("DELETE FROM equality_count"))
    assert sorted(found[0]) == sorted(found[1])
    if db.engine.dialect.name == "sqlite":
        assert found[0] == found[1]  # also as the rows lie in the file


def test_the_last_answer_cannot_be_told_by_what_was_written(app: Flask, asking: Cast) -> None:
    for chosen in (ONE, OTHER):
        count(app, asking, chosen)
    if db.engine.dialect.name == "sqlite":
        made = db.session.scalar(
            text("SELECT sql FROM sqlite_master WHERE name = 'equality_count'")
        )
        assert "WITHOUT ROWID" in str(made)
    else:  # every row was last written by the same transaction
        written = db.session.scalars(text("SELECT DISTINCT xmin::text FROM equality_count"))
        assert len(set(written)) == 1


def test_the_form_says_nothing_of_the_answers(app: Flask, answer: Answer) -> None:
    answer(age="16_24")
    names = {c["name"] for c in inspect(db.engine).get_columns("expression")}
    assert not [name for name in names if "equal" in name or "monitor" in name]
    rows = everything()
    assert "16_24" in str(rows["equality_count"])
    assert not [name for name in rows if name != "equality_count" and "16_24" in str(rows[name])]
