"""The worker: sends what is due, seals events, and does what is due once a period.

Several workers on several machines may run at once. Killing one at any moment loses nothing: its
letters are taken over when their leases end.
"""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from datetime import timedelta
from typing import Any, Final

import structlog
from flask import Flask
from sqlalchemy import Engine, create_engine, delete, event, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from ppflow import clock, config, events
from ppflow.db import db, prepare, reading, writing
from ppflow.errors import SettingsError
from ppflow.outbox import periodic
from ppflow.outbox.breaker import Breaker
from ppflow.outbox.connection import Connection
from ppflow.outbox.crew import Crew
from ppflow.outbox.leases import Ledger, firmly
from ppflow.outbox.models import HAS_BODY, NOT_DONE, Heartbeat, Letter
from ppflow.outbox.periodic import Period, every
from ppflow.outbox.workflow import FINAL, WAITING
from ppflow.statements import insert

POLL_SECONDS: Final = 1.0
BUSY_SECONDS: Final = 0.02
FINISH_SECONDS: Final = 25.0  # so that the whole ends within 30
HEARTBEAT_SECONDS: Final = 10.0
EXPIRED_SECONDS: Final = 5.0
PERIODIC_SECONDS: Final = 5.0
FORGET_HEARTBEATS: Final = timedelta(days=1)
BLANK_AT_ONCE: Final = 500
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

log = structlog.get_logger("ppflow")


class Worker:
    """One worker of one process."""

    def __init__(self, app: Flask, engine: Engine) -> None:
        self.app = app
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.ledger = Ledger(engine, self.name)
        self.breaker = Breaker(engine)
        self.crew = Crew(app, self.ledger, self.breaker)
        self._next: dict[str, float] = {}

    def is_time(self, what: str, seconds: float) -> bool:
        """True once every `seconds`, and the first time."""
        now = time.monotonic()
        if now < self._next.get(what, 0.0):
            return False
        self._next[what] = now + seconds
        return True

    def send_due(self) -> bool:
        """Call the senders when letters are due. False when there is nothing to wait for."""
        if self.is_time("expired", EXPIRED_SECONDS):
            self.ledger.end_expired()
        if self._takes_mail() and letters_are_due():
            self.crew.call()
            return True
        return self.crew.is_busy

    def _takes_mail(self) -> bool:
        """False while the breaker is open and the server does not answer a knock."""
        if not self.crew.is_halted and not self.is_time("breaker", POLL_SECONDS):
            return True
        if not self.breaker.is_open():
            self.crew.is_halted = False
            return True
        if not self.breaker.may_probe():
            return False
        line = Connection(self.app.extensions["mail"])
        self.crew.is_halted = not self.breaker.probe(line)
        return not self.crew.is_halted

    def do_the_rest(self) -> None:
        """Say that we are alive, seal events, do periodic work."""
        if self.is_time("heartbeat", HEARTBEAT_SECONDS):
            firmly(self.beat)
        if self.is_time("seal", POLL_SECONDS):
            seal_events()
        if self.is_time("periodic", PERIODIC_SECONDS):
            periodic.run_due()

    def beat(self) -> None:
        """Write the row that `/readyz` reads."""
        with writing():
            row = insert(Heartbeat).values(name=self.name, at=clock.now())
            again = row.on_conflict_do_update(index_elements=["name"], set_={"at": row.excluded.at})
            db.session.execute(again)
            old = Heartbeat.at < clock.now() - FORGET_HEARTBEATS
            db.session.execute(delete(Heartbeat).where(old))

    def end(self) -> None:
        """Finish what is under way, give back the rest."""
        self.crew.end(FINISH_SECONDS)
        with writing():
            db.session.execute(delete(Heartbeat).where(Heartbeat.name == self.name))


def run_worker(app: Flask, stop: threading.Event) -> None:
    """Work until `stop` is set; then finish what is under way, within 30 seconds.

    Raises `SettingsError` for mail that would go over the network unprotected.
    """
    Context().run(_run, app, stop)


def _run(app: Flask, stop: threading.Event) -> None:
    with app.app_context(), _worker(app) as worker:
        log.info("worker starts", worker=worker.name)
        while not stop.is_set():
            is_busy = False
            try:
                is_busy = worker.send_due()
                worker.do_the_rest()
            except DBAPIError as error:  # the database is away or busy; it will be back
                log.error("database trouble", error=type(error).__name__)
                db.session.rollback()
            stop.wait(BUSY_SECONDS if is_busy else POLL_SECONDS)
        log.info("worker ends", worker=worker.name)


def work_once(app: Flask) -> int:
    """One round: send all that is due, seal events, do periodic work. Returns letters handled."""
    return Context().run(_round, app)


def _round(app: Flask) -> int:
    with app.app_context(), _worker(app) as worker:
        periodic.run_due()
        while worker.send_due() and not worker.crew.failures:
            time.sleep(BUSY_SECONDS)
        seal_events()
        return worker.crew.count


def letters_are_due() -> bool:
    """Is there a letter that should go now?"""
    due = select(Letter.id).where(
        NOT_DONE, Letter.state.in_(WAITING), Letter.due_at <= clock.sql_now()
    )
    with reading():
        return db.session.scalar(due.limit(1)) is not None


@contextmanager
def _worker(app: Flask) -> Iterator[Worker]:
    settings = config.current()
    is_open = settings.mail_security == "none" and settings.mail_server not in LOOPBACK
    if settings.is_production and is_open:
        raise SettingsError(
            "PPFLOW_MAIL_SECURITY=none sends letters unprotected. Set starttls or tls."
        )
    engine = worker_engine(settings)
    worker = Worker(app, engine)
    try:
        yield worker
    finally:
        worker.end()
        engine.dispose()


def worker_engine(settings: config.Settings) -> Engine:
    """An engine for recording results. A power cut may repeat a letter, and loses none."""
    engine = create_engine(settings.database, pool_size=settings.mail_at_once + 4, max_overflow=40)
    prepare(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sync_less)
    return engine


def _sync_less(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


def seal_events() -> None:
    """Seal new events, one worker at a time; whoever comes second leaves it to the first."""
    try:
        with writing():
            if db.engine.dialect.name == "postgresql":
                lock = text("SELECT pg_try_advisory_xact_lock(hashtext('ppflow-seal'))")
                if not db.session.scalar(lock):
                    return
            sealed = events.seal_new()
    except IntegrityError:
        return  # another worker sealed the same ones first
    if sealed == events.SEAL_BATCH:
        seal_events()


@every("blank-letters", Period.HOUR)
def blank_old_letters() -> None:
    """Take addresses and texts out of letters when their time is over; that they went stays."""
    before = clock.now() - timedelta(days=config.current().retention_letters_days)
    written, ended = Letter.created_at < before, Letter.ended_at < before  # the first by an index
    old = select(Letter.id).where(HAS_BODY, Letter.state.in_(FINAL), written, ended)
    blank = {"to_address": "", "to_name": "", "body": "", "calendar": None, "server_said": None}
    ids = db.session.scalars(old.limit(BLANK_AT_ONCE)).all()
    db.session.execute(update(Letter).where(Letter.id.in_(ids)).values(**blank))
