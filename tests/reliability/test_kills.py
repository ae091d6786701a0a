"""kill -9 at random moments under load: no acknowledged form and no letter is lost.

0 losses in n kills bound the loss rate below 3/n at 95% (the rule of three): say that, not
"never". `KILLS=1000 make crash` runs as many as you like; the seed is printed by a failure.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from ppflow import create_app, events
from ppflow.db import db, reading, writing
from ppflow.events import Event
from ppflow.expressions.models import Expression
from ppflow.migrations import upgrade
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.registering.walking import GENERAL
from tests.reliability.people import CarefulPerson, Ledger
from tests.reliability.processes import Part, wait_for_site
from tests.support import cast
from tests.support.ports import free_port
from tests.support.postgres import Postgres
from tests.support.smtp import MailServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.crash
KILLS = int(os.environ.get("KILLS", "25"))
SEED = int(os.environ.get("SEED", "0")) or int(time.time())
PEOPLE = 6
MOST_COPIES = 4  # at least once, never more than 3 repeats (design.md 6)

Settings = dict[str, Any]


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, tmp_path: Path, mailbox: MailServer
) -> Iterator[Settings]:
    """An installation with the cast, and rates raised for a load from one address."""
    port = free_port()
    url = f"sqlite:///{tmp_path / 'ppflow.sqlite3'}"
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        server.clone("template1", "ppflow_crash")
        url = server.url("ppflow_crash")
    chosen = {
        "PPFLOW_ENV": "test",
        "PPFLOW_DATA_DIR": str(tmp_path),
        "PPFLOW_DATABASE_URL": url,
        "PPFLOW_BASE_URL": f"http://127.0.0.1:{port}",
        "PPFLOW_PORT": port,
        "PPFLOW_MAIL_SERVER": "127.0.0.1",
        "PPFLOW_MAIL_PORT": mailbox.port,
        "PPFLOW_MAIL_SECURITY": "none",
        "PPFLOW_MINIMUM_FILL_SECONDS": 0,
        "PPFLOW_REGISTRATIONS_AN_HOUR": 1_000_000,
        "PPFLOW_LOG_LEVEL": "ERROR",
    }
    app = create_app(chosen)
    upgrade(app)
    with app.app_context(), writing():
        cast._write()
    yield chosen
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def strike(web: Part, worker: Part, chance: random.Random) -> None:
    """One kill: a web process, the whole web server, the worker, or both (reliability.md R-10)."""
    dice = chance.random()
    if dice < 0.45:
        web.kill_a_child(chance)
    elif dice < 0.6:
        web.kill()
    elif dice < 0.9:
        worker.kill()
    else:
        worker.kill()
        web.kill()


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_kills_under_load_lose_nothing(
    settings: Settings, mailbox: MailServer, tmp_path: Path
) -> None:
    chance, ledger = random.Random(SEED), Ledger()
    base = settings["PPFLOW_BASE_URL"]
    web, worker = Part("web", settings, tmp_path), Part("worker", settings, tmp_path)
    people = [CarefulPerson(n, base, GENERAL, ledger) for n in range(PEOPLE)]
    try:
        web.start()
        worker.start()
        wait_for_site(base)
        for person in people:
            person.start()
        for _ in range(KILLS):
            _at_work(ledger)  # so that every kill strikes under load
            time.sleep(chance.uniform(0, 1))  # the moment is what is tried
            strike(web, worker, chance)
        _at_work(ledger)
    finally:
        for person in people:
            person.stopping.set()
        for person in people:
            person.join(timeout=30)
        web.end()
    with create_app(settings).app_context():
        try:
            _drained(worker)
            worker.end()
            _nothing_is_lost(ledger, mailbox)
        finally:
            worker.end()
            db.session.remove()
            db.engine.dispose()


def _at_work(ledger: Ledger) -> None:
    """Wait until one more form has been acknowledged."""
    done = len(ledger.shown)
    eventually(lambda: len(ledger.shown) > done, seconds=90, what="one more form")


def _drained(worker: Part) -> None:
    """Wait until every letter has gone and every event is sealed."""
    waiting = select(func.count(Letter.id)).where(
        Letter.state.in_([LetterState.QUEUED, LetterState.SENDING, LetterState.DEFERRED])
    )

    def is_empty() -> bool:
        with reading():
            return db.session.scalar(waiting) == 0

    if worker.process is None or worker.process.poll() is not None:
        worker.start()
    # A letter whose sender was killed waits for its lease to end: that is minutes, by design.
    with writing():
        db.session.execute(text("UPDATE letter SET due_at = created_at WHERE state = 'deferred'"))
    eventually(is_empty, seconds=420, what="an empty outbox")


def _nothing_is_lost(ledger: Ledger, mailbox: MailServer) -> None:
    note = f"seed {SEED}, {len(ledger.shown)} forms acknowledged in {ledger.tries} tries"
    assert len(ledger.shown) > KILLS, note
    with reading():
        held = {
            e.applicant.email: e.reference for e in db.session.scalars(select(Expression)).unique()
        }
        count = db.session.scalar(select(func.count(Expression.id)))
        assert count == len(held), f"somebody's form is there twice ({note})"
        for address, references in ledger.shown.items():
            assert references == {held.get(address)}, f"{address}: {references} ({note})"
        _every_letter_went(mailbox, note)
        arrivals = select(func.count(Event.id)).where(Event.verb == "receive")
        assert db.session.scalar(arrivals) == count, note
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
        report = events.verify_chain()
        assert report.first_bad is None, note


def _every_letter_went(mailbox: MailServer, note: str) -> None:
    letters = db.session.execute(
        select(Letter.message_id, Letter.state, Letter.to_address, Letter.expression_id)
    ).all()
    unsent = [row for row in letters if row.state is not LetterState.SENT]
    assert unsent == [], f"{unsent[:5]} ({note})"
    copies = Counter(mail.message["Message-ID"] for mail in mailbox.letters)
    missing = [row.message_id for row in letters if copies[row.message_id] == 0]
    assert missing == [], f"{len(missing)} letters were not received ({note})"
    assert max(copies.values()) <= MOST_COPIES, note
    receipts = Counter(row.expression_id for row in letters if row.to_address.startswith("person"))
    assert set(receipts.values()) == {1}, note
