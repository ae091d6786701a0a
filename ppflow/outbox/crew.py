"""The senders of one worker, and the thread that keeps their leases and deadlines.

Some servers take two minutes to answer about one letter. A sender that hangs does not count, the
rest of its run is given back, and another takes its place: slow letters never hold up the others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from ppflow.outbox.breaker import Breaker
from ppflow.outbox.checks import Claimed
from ppflow.outbox.leases import Ledger, firmly
from ppflow.outbox.senders import Sender
from ppflow.outbox.workflow import Outcome

MOST_AT_ONCE: Final = 8  # times `mail_at_once`, when letters hang
LOOK_SECONDS: Final = 0.05  # how often overdue attempts are looked for
RENEW_SECONDS: Final = 15.0
FEWER_SECONDS: Final = 30.0  # the server refused one more line, but takes mail over the others

log = structlog.get_logger("ppflow")


class Crew:
    """Called when letters are due. Each sender takes its own from the ledger."""

    def __init__(self, app: Flask, ledger: Ledger, breaker: Breaker) -> None:
        self.app, self.ledger, self.breaker = app, ledger, breaker
        self.at_once = app.config["PPFLOW"].mail_at_once
        self.count = 0  # letters done with
        self.failures = 0  # of ours, in taking or sending
        self.accepted_at = 0.0  # monotonic: when the server last took a letter
        self.is_halted = False
        self.is_called = threading.Event()
        self._no_more_until = 0.0
        self._held: set[int] = set()
        self._lock = threading.Lock()
        self._is_ending = threading.Event()
        self._senders: list[Sender] = []
        self._keeper = threading.Thread(target=self._keep, name="outbox-keeper", daemon=True)
        self._keeper.start()

    @property
    def is_ending(self) -> bool:
        return self._is_ending.is_set()

    @property
    def is_busy(self) -> bool:
        """Is somebody taking or sending letters, or writing down what came of it?"""
        return any(sender.is_working and sender.is_alive() for sender in self._senders)

    def call(self) -> None:
        """Letters are due: wake who waits. When nobody does, have one more, up to a bound."""
        self.is_called.set()
        self._senders = [sender for sender in self._senders if sender.is_alive()]
        free = [sender for sender in self._senders if not sender.is_slow]
        is_enough = len(free) >= self.at_once or not all(sender.is_working for sender in free)
        is_full = len(self._senders) >= self.at_once * MOST_AT_ONCE
        if not (is_enough or is_full or time.monotonic() < self._no_more_until):
            self._senders.append(Sender(self))
            self._senders[-1].start()

    def hold(self, letters: Iterable[Claimed]) -> None:
        """These are being sent: their leases are kept."""
        with self._lock:
            self._held.update(row.id for row in letters)

    def finish(self, letters: Sequence[Claimed], handled: int) -> None:
        """These are no longer held; so many were done with, whatever came of them."""
        with self._lock:
            self._held.difference_update(row.id for row in letters)
            self.count += handled

    def give_back(self, letters: Sequence[Claimed]) -> None:
        """These were not tried after all, and are due again."""
        if not letters:
            return
        try:
            firmly(partial(self.ledger.give_back, letters))
        finally:  # what cannot be given back is not kept either: its lease ends
            self.finish(letters, 0)

    def refused(self, letters: Sequence[Claimed], problem: Outcome, began: float) -> None:
        """No line. If others got through meanwhile it is this line only; else it is everyone."""
        self.give_back(letters)
        if self.accepted_at > began:
            self._no_more_until = time.monotonic() + FEWER_SECONDS
            return
        self.is_called.clear()
        if not self.is_halted:
            self.is_halted = True
            firmly(lambda: self.breaker.open(problem.said))
            log.warning("mail server refuses everyone")

    def end(self, seconds: float) -> None:
        """Let attempts under way finish, and hang up."""
        self._is_ending.set()
        self.is_called.set()
        until = time.monotonic() + seconds
        for sender in self._senders:
            sender.join(max(0.0, until - time.monotonic()))
        self._keeper.join(max(0.1, until - time.monotonic()))

    def _keep(self) -> None:
        renewed_at = time.monotonic()
        with self.app.app_context():
            while not self._is_ending.wait(LOOK_SECONDS) or self.is_busy:
                for sender in list(self._senders):
                    sender.line.end_if_overdue()
                    if sender.is_slow:
                        self._bravely(sender.relieve)
                if time.monotonic() - renewed_at > RENEW_SECONDS:
                    self._bravely(self._renew)
                    renewed_at = time.monotonic()

    def _renew(self) -> None:
        with self._lock:
            held = sorted(self._held)
        firmly(lambda: self.ledger.renew(held))

    def _bravely(self, write: Callable[[], None]) -> None:
        """Deadlines must be kept, whatever becomes of this."""
        try:
            write()
        except SQLAlchemyError as error:
            log.error("leases not kept", error=type(error).__name__)
