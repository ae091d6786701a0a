"""Letters that went long ago are never walked past: each question about the others has an index."""

from __future__ import annotations

from typing import Any, Self

from flask import Flask
from sqlalchemy import event, select

from ppflow import health, letters
from ppflow.access import Standing
from ppflow.config import current
from ppflow.db import db, reading, writing
from ppflow.home.queries import calls
from ppflow.letters import About, Recipient, Rendered
from ppflow.mailing.queries import counts
from ppflow.mailing.workflow import BY_KEY
from ppflow.outbox import holding
from ppflow.outbox.jobs import blank_old_letters, letters_are_due, worker_engine
from ppflow.outbox.leases import Ledger
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState, Outcome, Result
from tests.support.cast import Cast

WALKED = "SCAN letter"


class Plans:
    """How SQLite answers each question about letters that it is asked meanwhile."""

    def __init__(self, engine: Any) -> None:
        self.engine, self.found = engine, [""]
        self.is_sqlite = engine.dialect.name == "sqlite"

    def __enter__(self) -> Self:
        event.listen(self.engine, "before_cursor_execute", self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._hear)

    def _hear(self, _c: Any, cursor: Any, words: str, values: Any, _x: Any, is_many: bool) -> None:
        if self.is_sqlite and "letter" in words and not words.startswith(("INSERT", "PRAGMA")):
            cursor.execute(f"EXPLAIN QUERY PLAN {words}", values[0] if is_many else values)
            self.found += [row[3] for row in cursor.fetchall()]

    @property
    def walks(self) -> list[str]:
        return [each for each in self.found if each.startswith(WALKED)]

    def uses(self, index: str) -> bool:
        return not self.is_sqlite or any(f"INDEX {index} " in each for each in self.found)


def write(address: str) -> Letter:
    rendered = Rendered("PP-1: We have your form", "Thank you.")
    return letters.write("test", rendered, Recipient(address, "Rosa"), About("team@nhs.example"))


def test_a_run_of_letters_walks_past_none_that_went(app: Flask, cast: Cast) -> None:
    with writing():
        for number in range(4):
            write(f"rosa{number}@mail.example")
    engine = worker_engine(current())
    ledger = Ledger(engine, "worker")
    try:
        with writing(), Plans(engine) as seen:  # it begins its own transactions
            first = ledger.take(2)
            tried = [(row, Outcome(Result.ACCEPTED, "250 kept")) for row, _ in first.going]
            second = ledger.take(2, tried)
            ledger.give_back([row for row, _ in second.going])
            ledger.end_expired()
    finally:
        engine.dispose()
    assert (len(first.going), len(second.going)) == (2, 2)
    with reading():
        states = db.session.scalars(select(Letter.state).order_by(Letter.id)).all()
        assert states == [LetterState.SENT] * 2 + [LetterState.QUEUED] * 2
    assert seen.walks == []
    assert seen.uses("ix_letter_due")  # what goes next
    assert seen.uses("ix_letter_to")  # how many went to an address that nobody confirmed


def test_who_looks_after_letters_walks_past_none_that_went(app: Flask, cast: Cast) -> None:
    quiet = [BY_KEY[key] for key in ("needs-you", "going", "again", "by-hand", "cancelled")]
    standing = Standing(cast.coordinator.id, "Cora", all_programmes=True)
    with reading(), Plans(db.engine) as seen:
        counts(standing, quiet)
        calls(standing)
        holding.held()
        health.unready()
        letters_are_due()
    assert seen.walks == []
    assert seen.uses("ix_letter_not_sent")
    with writing(), Plans(db.engine) as seen:
        blank_old_letters()
    assert seen.walks == []
    assert seen.uses("ix_letter_to_blank")


def test_no_index_moves_when_a_letter_goes_but_those_it_leaves(app: Flask, cast: Cast) -> None:
    """What sending writes stands in no index of letters that went."""
    written = {"state", "lease", "trouble", "server_said", "tries", "first_tried_at", "ended_at"}
    for index in Letter.__table__.indexes:  # type: ignore[attr-defined]
        where = index.dialect_options["sqlite"].get("where")
        if where is None or "body" in str(where):
            assert not written & {column.name for column in index.columns}, index.name
