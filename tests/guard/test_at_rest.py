"""What lies on the disk: answers locked, events unchangeable, changes to the record found."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from argon2 import Type, extract_parameters
from cryptography.fernet import Fernet
from flask import Flask
from flask_security import hash_password
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from ppflow import create_app, events, keys
from ppflow.answers.models import Answers
from ppflow.db import db, writing
from tests.guard.conftest import send_sign_in
from tests.support.cast import PASSWORD, Cast
from tests.support.installation import Installation
from tests.support.pages import Visitor

CANARY = "Zebrafinch-asthma-4711"
Register = Callable[..., Any]


def test_locked_answers_are_nowhere_in_the_database(
    app: Flask, cast: Cast, register: Register, database: str
) -> None:
    register("Rosa Reed", cast.panel, sealed={"health": CANARY})
    answers = db.session.scalars(select(Answers)).one()
    assert keys.unseal(answers.sealed) == {"health": CANARY}
    db.session.rollback()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert CANARY not in str(tuple(row)), table.name
    if database == "sqlite":
        file = Path(app.config["PPFLOW"].database.removeprefix("sqlite:///"))
        kept = b"".join(f.read_bytes() for f in file.parent.glob(f"{file.name}*"))
        assert b"Rosa" in kept, "the search reads the right files"
        assert CANARY.encode() not in kept


def test_another_key_opens_nothing_and_an_old_one_still_does(
    installation: Any, app: Flask, cast: Cast, register: Register
) -> None:
    old = app.config["PPFLOW"].answer_keys
    register("Rosa Reed", cast.panel, sealed={"health": CANARY})
    sealed = db.session.scalars(select(Answers.sealed)).one()
    new = Fernet.generate_key().decode()
    with installation.with_settings(answer_keys=new), pytest.raises(keys.SealError):
        keys.unseal(sealed)
    with installation.with_settings(answer_keys=f"{new},{old}"):
        assert keys.unseal(sealed) == {"health": CANARY}


def test_passwords_sessions_and_links_are_only_hashes(
    cast: Cast, client: Visitor, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    send_sign_in(client, cast.coordinator.email)
    with client.session_transaction() as session:
        session_id = session["sid"]
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert PASSWORD not in str(tuple(row))
            assert session_id not in str(tuple(row))
    assert cast.coordinator.person.password.startswith("$argon2id$")  # type: ignore[union-attr]


@pytest.mark.sqlite_only
def test_a_password_costs_what_owasp_asks_for(installation: Installation) -> None:
    """Of the app as it starts, not as the other tests have it: Argon2id, 19 MiB, 2 rounds."""
    with create_app(installation.settings).app_context():
        cost = extract_parameters(hash_password(PASSWORD))
    assert cost.type is Type.ID
    assert cost.memory_cost >= 19 * 1024
    assert cost.time_cost >= 2


@pytest.mark.parametrize("table", ["event", "event_seal"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET id = id + 1000", "DELETE FROM {}"], ids=["update", "delete"]
)
def test_the_database_refuses_to_change_the_record(
    cast: Cast, register: Register, table: str, change: str
) -> None:
    register("Rosa Reed", cast.panel)
    with writing():
        assert events.seal_new() > 0
    with pytest.raises(DBAPIError, match="rows never change"), writing():
        db.session.execute(text(change.format(table)))
    assert events.verify_chain().first_bad is None


def tamper(*changes: str) -> None:
    """Change the record as somebody with the whole database in their hands could."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(str(db.engine.url.database))) as raw:
            for act in ("update", "delete"):
                for table in ("event", "event_seal"):
                    raw.execute(f"DROP TRIGGER {table}_refuse_{act}")
            for change in changes:
                raw.execute(change)
            raw.commit()
        return
    with writing():
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
        for change in changes:
            db.session.execute(text(change))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE event SET verb = 'accept' WHERE id = 2",
        "UPDATE event SET at = '2020-01-01 00:00:00+00' WHERE id = 2",
        "UPDATE event SET actor_id = 3, actor_kind = 'staff' WHERE id = 2",
        "DELETE FROM event WHERE id = 2",
        "DELETE FROM event_seal WHERE id = 2",
        "UPDATE event_seal SET event_id = event_id + 100 WHERE id = 2",
        "UPDATE event_seal SET digest = 'ff' WHERE id = 2",
    ],
    ids=["verb", "time", "actor", "event gone", "seal gone", "another event", "digest"],
)
def test_a_changed_record_is_found(cast: Cast, register: Register, change: str) -> None:
    for name in ("Rosa Reed", "Amina Khan", "Tom Lee"):
        register(name, cast.panel)
    with writing():
        sealed = events.seal_new()
    before = events.verify_chain()
    assert (before.sealed, before.unsealed, before.first_bad) == (sealed, 0, None)
    tamper(change)
    assert events.verify_chain().first_bad is not None


def test_what_is_not_sealed_yet_is_said(cast: Cast, register: Register) -> None:
    register("Rosa Reed", cast.panel)
    report = events.verify_chain()
    assert report.sealed == 0
    assert report.unsealed > 0
    assert report.head == events.FIRST_SEAL


def test_a_cut_tail_shows_by_the_head_kept_elsewhere(cast: Cast, register: Register) -> None:
    for name in ("Rosa Reed", "Amina Khan"):
        register(name, cast.panel)
    with writing():
        events.seal_new()
    anchored = events.verify_chain().head
    newest = db.session.scalar(text("SELECT max(id) FROM event"))
    tamper(
        f"DELETE FROM event_seal WHERE event_id = {newest}",
        f"DELETE FROM event WHERE id = {newest}",
    )
    assert events.verify_chain().first_bad is None, "the chain alone cannot see it"
    assert events.verify_chain().head != anchored
