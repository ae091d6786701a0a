"""A form full of words that can be found again: canaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from ppflow import clock, keys
from ppflow.answers import acts as answers
from ppflow.applicants.acts import current_link
from ppflow.applicants.models import Draft, MailedCheck
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Assignment, Expression, Message, Note
from ppflow.outbox.models import Letter
from ppflow.visiting.acts import keep_text
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.installation import Installation

CANARY = "zebrafinch"


@pytest.fixture(autouse=True)
def ledger(installation: Installation, tmp_path: Path) -> Iterator[Path]:
    """The list of what was erased, of this test alone."""
    path = tmp_path / "erasures.jsonl"
    with installation.with_settings(erasure_ledger=str(path)):
        yield path


@pytest.fixture
def full(cast: Cast, register: Register) -> Callable[..., Expression]:
    """A form with a canary in everything that somebody can type, by them and by us."""

    def make(name: str = f"{CANARY}-first {CANARY}-last", **more: Any) -> Expression:
        found = register(
            name,
            cast.panel,
            email=f"{CANARY}@mail.example",
            phone=f"0121 {CANARY}",
            post_address=f"1 {CANARY} Street",
            helper_name=f"{CANARY} helper",
            helper_relation=f"{CANARY} aunt",
            plain={"why": f"I am {CANARY}-plain"},
            sealed={"health": f"{CANARY}-sealed"},
            **more,
        )
        farah = standing(cast.facilitator)
        with writing():
            answers.index(found)
            link = current_link(found.id)
            keep_text(link, f"{CANARY} typed too late")
            db.session.add(Note(expression_id=found.id, by_id=farah.person_id, body=f"{CANARY} n"))
            db.session.add(_draft_sent(found))
            db.session.add(
                MailedCheck(
                    expression_id=found.id,
                    purpose="address",
                    new_address=f"{CANARY}-new@mail.example",
                    expires_at=clock.now() + timedelta(minutes=10),
                )
            )
            db.session.scalars(
                select(Assignment).where(Assignment.expression_id == found.id)
            ).first().why = f"because {CANARY}"
        with writing():
            acts.perform("message", found, by=farah, body=f"Dear {CANARY}, we wrote")
            letter = db.session.scalars(
                select(Letter).where(Letter.name == "expression-message")
            ).first()
            letter.subject, letter.server_said = f"About {CANARY}", f"550 no {CANARY}"
        db.session.refresh(found)
        return found

    return make


def _draft_sent(expression: Expression) -> Draft:
    return Draft(
        key_hash=keys.token_hash(keys.new_token()),
        submission_key=f"{CANARY}-submission-{expression.id}",
        kind=expression.kind,
        sealed=keys.seal({"answers": {"why": CANARY}}),
        expires_at=clock.now() + timedelta(days=30),
        expression_id=expression.id,
    )


def traces() -> dict[str, int]:
    """Rows of each table that hold a canary, locked documents opened."""
    db.session.rollback()
    db.session.expire_all()
    found: dict[str, int] = {}
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            opened = [_opened(value) for value in row]
            if CANARY in repr(opened):
                found[table.name] = found.get(table.name, 0) + 1
    db.session.rollback()
    return found


def _opened(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return keys.unseal(value)
    except keys.SealError:
        return value


def bytes_on_disk(app: Flask) -> bytes:
    """The SQLite file with its journals, as somebody with the disk in their hands reads it."""
    db.session.rollback()
    file = Path(app.config["PPFLOW"].database.removeprefix("sqlite:///"))
    return b"".join(each.read_bytes() for each in sorted(file.parent.glob(f"{file.name}*")))


def rows_of_search() -> int:
    """Rows of PostgreSQL's dead or live search words, or of FTS5, that match a canary."""
    db.session.rollback()
    if db.engine.dialect.name != "sqlite":
        return 0
    statement = text("SELECT count(*) FROM search_words WHERE search_words MATCH :word")
    return db.session.scalar(statement, {"word": f'"{CANARY}"*'}) or 0


__all__ = ["CANARY", "Message", "bytes_on_disk", "rows_of_search", "traces"]
