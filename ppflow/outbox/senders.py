"""The senders of one worker: threads that each keep a line to the mail server open.

Some servers take two minutes to answer about one letter. A sender that hangs does not count, and
another takes its place, so that slow letters never hold up the rest.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from ppflow.outbox.breaker import Breaker
from ppflow.outbox.checks import Claimed, Verdict
from ppflow.outbox.connection import Connection
from ppflow.outbox.leases import Ledger
from ppflow.outbox.message import envelope_of
from ppflow.outbox.workflow import Outcome, Result

SLOW_SECONDS: Final = 3.0
MOST_AT_ONCE: Final = 8  # times `mail_at_once`, when letters hang
LOOK_SECONDS: Final = 0.05  # how often overdue attempts are looked for
RENEW_SECONDS: Final = 15.0
TRY_ELSEWHEN: Final = timedelta(seconds=30)  # the server refused this line, but not others
DATABASE_TRIES: Final = 6

log = structlog.get_logger("ppflow")
T = TypeVar("T")


def firmly(write: Callable[[], T]) -> T:
    """Write to the database, trying again while others hold it. A result must not be lost."""
    for number in range(DATABASE_TRIES):
        try:
            return write()
        except (OperationalError, InterfaceError):
            time.sleep(0.1 * 2**number)
    return write()


class Crew:
    """The senders, their common queue and the thread that keeps leases and deadlines."""

    def __init__(self, app: Flask, ledger: Ledger, breaker: Breaker) -> None:
        self.app, self.ledger, self.breaker = app, ledger, breaker
        self.at_once = app.config["PPFLOW"].mail_at_once
        self.letters: queue.Queue[Claimed | None] = queue.Queue()  # None: go home
        self._done = itertools.count()
        self.accepted_at = 0.0  # monotonic: when the server last took a letter
        self.is_halted = False
        self._is_ending = threading.Event()
        self._senders: list[_Sender] = []
        self._keeper = threading.Thread(target=self._keep, name="outbox-keeper", daemon=True)
        self._keeper.start()

    def give(self, letters: Iterable[Claimed]) -> None:
        """Hand claimed letters to whoever is free."""
        for letter in letters:
            self.letters.put(letter)
        self._hire()

    def finish(self) -> None:
        """One letter is done with, whatever came of it."""
        next(self._done)
        self.letters.task_done()

    def count(self) -> int:
        """How many letters were done with; asking counts one more."""
        return next(self._done)

    @property
    def is_ending(self) -> bool:
        return self._is_ending.is_set()

    @property
    def is_busy(self) -> bool:
        return self.letters.unfinished_tasks > 0

    def end(self, seconds: float) -> None:
        """Give back what waits, let attempts under way finish, and hang up."""
        self._give_back_waiting()
        self._is_ending.set()
        for _ in self._senders:
            self.letters.put(None)
        until = time.monotonic() + seconds
        for sender in self._senders:
            sender.join(max(0.0, until - time.monotonic()))
        self._keeper.join(max(0.1, until - time.monotonic()))

    def halt(self, outcome: Outcome) -> None:
        """The server refuses everyone: open the breaker, give back what waits."""
        if not self.is_halted:
            self.is_halted = True
            firmly(lambda: self.breaker.open(outcome.said))
            log.warning("mail server refuses everyone")
        self._give_back_waiting()

    def _give_back_waiting(self) -> None:
        while True:
            try:
                letter = self.letters.get_nowait()
            except queue.Empty:
                return
            if letter is not None:
                firmly(partial(self.ledger.give_back, letter))
            self.letters.task_done()

    def _hire(self) -> None:
        """Have enough senders that are not stuck, up to a bound."""
        self._senders = [sender for sender in self._senders if sender.is_alive()]
        free = sum(not sender.is_slow for sender in self._senders)
        wanted = min(self.at_once, self.letters.qsize())
        room = self.at_once * MOST_AT_ONCE - len(self._senders)
        for _ in range(min(wanted - free, room)):
            sender = _Sender(self)
            self._senders.append(sender)
            sender.start()

    def _keep(self) -> None:
        renewed_at = time.monotonic()
        with self.app.app_context():
            while not self._is_ending.wait(LOOK_SECONDS) or any(
                s.is_alive() for s in self._senders
            ):
                for sender in list(self._senders):
                    sender.line.end_if_overdue()
                if not self.letters.empty():
                    self._hire()
                if time.monotonic() - renewed_at > RENEW_SECONDS:
                    self._renew()
                    renewed_at = time.monotonic()

    def _renew(self) -> None:
        try:
            firmly(self.ledger.renew)
        except SQLAlchemyError as error:  # deadlines must be kept all the same
            log.error("leases not renewed", error=type(error).__name__)


class _Sender(threading.Thread):
    """One thread with one line to the server. It ends when nothing has come for a while."""

    def __init__(self, crew: Crew) -> None:
        super().__init__(name="outbox-sender", daemon=True)
        self.crew = crew
        self.busy_since = 0.0
        self._tried: tuple[Claimed, Outcome] | None = None  # not written down yet
        with crew.app.app_context():
            self.line = Connection(current_app.extensions["mail"])

    @property
    def is_slow(self) -> bool:
        return 0 < self.busy_since < time.monotonic() - SLOW_SECONDS

    def run(self) -> None:
        with self.crew.app.app_context():
            while (letter := self._next()) is not None:
                self.busy_since = time.monotonic()
                try:
                    self._handle(letter)
                except Exception as error:
                    # Its lease ends, and it is tried again: one letter must not stop the others.
                    log.error("letter failed", letter=letter.id, error=type(error).__name__)
                    self.line.drop()
                    self.crew.finish()
                finally:
                    self.busy_since = 0.0
            self.line.close()

    def _next(self) -> Claimed | None:
        """The next letter. When none waits, the result of the last one is written first."""
        with suppress(queue.Empty):
            return self.crew.letters.get_nowait()
        self._record()
        while not self.crew.is_ending:
            try:
                return self.crew.letters.get(timeout=1.0)
            except queue.Empty:
                if self.line.is_idle:
                    return None
        return None

    def _handle(self, letter: Claimed) -> None:
        began = time.monotonic()
        problem = None if self.crew.is_halted else self.line.open()
        if self.crew.is_halted or problem is not None:
            self._record()
            self._refused(letter, problem, began)
            return
        verdict = self._begin(letter)
        if not verdict.may_go:
            self.crew.finish()
            return
        outcome = self.line.deliver(envelope_of(letter, verdict.link_generation))
        if outcome.result is Result.SERVER_DOWN:
            self._refused(letter, outcome, began)
            return
        if outcome.result is Result.ACCEPTED:
            self.crew.accepted_at = time.monotonic()
        self._tried = (letter, outcome)

    def _begin(self, letter: Claimed) -> Verdict:
        """Begin an attempt, and write the result of the one before in the same transaction."""
        ledger = self.crew.ledger
        if self._tried is None:
            return firmly(partial(ledger.begin, letter))
        try:
            verdict = firmly(partial(ledger.begin, letter, self._tried))
        except Exception:
            self._record()  # the result of the one before must not be lost with this one
            raise
        self._tried = None
        self.crew.finish()
        return verdict

    def _record(self) -> None:
        tried, self._tried = self._tried, None
        if tried is None:
            return
        try:
            firmly(partial(self.crew.ledger.record, *tried))
        except SQLAlchemyError as error:  # its lease ends: an attempt nobody is sure about
            log.error("result not written", letter=tried[0].id, error=type(error).__name__)
        self.crew.finish()

    def _refused(self, letter: Claimed, problem: Outcome | None, began: float) -> None:
        """No line. If others got through meanwhile it is this line only; else it is everyone."""
        others_got_through = self.crew.accepted_at > began
        wait = TRY_ELSEWHEN if others_got_through else timedelta(0)
        firmly(lambda: self.crew.ledger.give_back(letter, wait))
        if problem is not None and not others_got_through:
            self.crew.halt(problem)
        self.crew.finish()
