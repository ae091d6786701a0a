"""One sender of a worker: a thread with a line of its own to the mail server, kept open.

It takes a run of letters, which are checked as they are taken, and sends them one after the other.
The results are written as the next run is taken: one transaction for a run.

Between the check of a letter and its sending lie those of its run that go before it. A run is as
many letters as the server took lately in 50 ms, so that is the usual delay; what has waited longer
than a second is given back, to be checked again. While the server is slow a run is one letter.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import structlog
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from ppflow.outbox.checks import Claimed, Verdict
from ppflow.outbox.connection import Connection
from ppflow.outbox.leases import BATCH, Checked, Run, firmly
from ppflow.outbox.message import envelope_of
from ppflow.outbox.results import Attempt
from ppflow.outbox.workflow import Outcome, Result

if TYPE_CHECKING:
    from ppflow.outbox.crew import Crew

SLOW_SECONDS: Final = 3.0
RUN_SECONDS: Final = 0.05
CHECK_HOLDS: Final = 1.0
FAILED_SECONDS: Final = 1.0  # a pause, when even trying again did not help

log = structlog.get_logger("ppflow")
T = TypeVar("T")


class Sender(threading.Thread):
    """One thread with one line to the server. It ends when nothing has come for a while."""

    def __init__(self, crew: Crew) -> None:
        super().__init__(name="outbox-sender", daemon=True)
        self.crew = crew
        self.is_working = True
        self.busy_since = 0.0
        self._stride = 1
        # Deques, because the crew empties them while this thread hangs on a letter.
        self._rest: deque[Checked] = deque()  # of the present run
        self._tried: deque[Attempt] = deque()  # not written down yet
        with crew.app.app_context():
            self.line = Connection(current_app.extensions["mail"])

    @property
    def is_slow(self) -> bool:
        return 0 < self.busy_since < time.monotonic() - SLOW_SECONDS

    def run(self) -> None:
        with self.crew.app.app_context():
            while self._is_wanted():
                try:
                    self._handle()
                except Exception as error:  # nothing may stop the others
                    log.error("sender failed", error=type(error).__name__)
                    self.line.drop()
                    self.crew.failures += 1
                    time.sleep(FAILED_SECONDS)
            self.line.close()

    def relieve(self) -> None:
        """Called by the crew while this one hangs: give back what waits, write down what went."""
        self._give_back_rest()
        self.record()

    def _is_wanted(self) -> bool:
        """Wait until letters are due; False when none come for long, or the worker ends."""
        while not self.crew.is_ending:
            if self.crew.is_called.is_set() and not self.crew.is_halted:
                self.is_working = True
                return True
            self.record()
            self.is_working = False
            if self.crew.is_halted or (not self.crew.is_called.wait(1.0) and self.line.is_idle):
                break
        self.record()
        self.is_working = False
        return False

    def _handle(self) -> None:
        """Take a run and send it. When nothing is due, only the last results are written."""
        began = time.monotonic()
        problem = self.line.open()
        if problem is not None:
            self.record()
            self.crew.refused([], problem, began)
            return
        run = self._take()
        if not run.seen:
            self.crew.is_called.clear()
        self.crew.finish([], run.seen - len(run.going))
        self._rest.extend(run.going)
        self._send()

    def _take(self) -> Run:
        tried = _emptied(self._tried)
        try:
            run = firmly(partial(self.crew.ledger.take, self._stride, tried))
        except Exception:
            self._tried.extend(tried)
            self.record()  # what is known must not be lost with what is not
            raise
        self.crew.finish([letter for letter, _ in tried], len(tried))
        self.crew.hold(letter for letter, _ in run.going)
        return run

    def _send(self) -> None:
        checked, count = time.monotonic(), 0
        while self._rest and not self.crew.is_ending and time.monotonic() < checked + CHECK_HOLDS:
            try:
                letter, verdict = self._rest.popleft()
            except IndexError:  # the crew has just taken it
                break
            began = self.busy_since = time.monotonic()
            outcome = self._try(letter, verdict)
            self.busy_since = 0.0
            if outcome.result is Result.SERVER_DOWN:
                self.record()
                self.crew.refused([letter], outcome, began)
                break
            if outcome.result is Result.ACCEPTED:
                self.crew.accepted_at = time.monotonic()
            self._tried.append((letter, outcome))
            count += 1
        self._give_back_rest()
        each = (time.monotonic() - checked) / max(1, count)
        self._stride = max(1, min(BATCH, self._stride * 4, int(RUN_SECONDS / each)))

    def _give_back_rest(self) -> None:
        self.crew.give_back([letter for letter, _ in _emptied(self._rest)])

    def _try(self, letter: Claimed, verdict: Verdict) -> Outcome:
        try:
            return self.line.deliver(envelope_of(letter, verdict))
        except Exception as error:  # a fault of ours; whether it went is not known
            log.error("letter failed", letter=letter.id, error=type(error).__name__)
            self.line.drop()
            return Outcome(Result.UNSURE, said=type(error).__name__)

    def record(self) -> None:
        """Write down what is known and not yet written."""
        tried = _emptied(self._tried)
        if not tried:
            return
        try:
            firmly(partial(self.crew.ledger.record, tried))
        except SQLAlchemyError as error:  # their leases end: attempts nobody is sure about
            log.error("results not written", count=len(tried), error=type(error).__name__)
        self.crew.finish([letter for letter, _ in tried], len(tried))


def _emptied(waiting: deque[T]) -> list[T]:
    """Take everything, though another thread may take some of it at the same time."""
    taken: list[T] = []
    while waiting:
        try:
            taken.append(waiting.popleft())
        except IndexError:
            break
    return taken
