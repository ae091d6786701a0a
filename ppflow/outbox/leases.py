"""Which worker sends which letter: taken in runs, kept by renewing, given back or recorded.

A letter that is taken is checked and becomes `sending` in the same transaction, with a lease. A
lease that ends is an attempt whose outcome nobody knows. Leases are in the database's time, so
workers on several machines agree. Everything here is one short transaction of a few statements,
however many letters it is about.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, TypeVar

from sqlalchemy import Engine, bindparam, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from ppflow import clock
from ppflow.outbox.checks import Claimed, Verdict, address_failed, verdicts_on
from ppflow.outbox.models import NOT_DONE, Letter
from ppflow.outbox.results import Attempt, settle_rows
from ppflow.outbox.workflow import WAITING, LetterState, Outcome, Result

BATCH: Final = 50
LEASE: Final = timedelta(seconds=60)

COLUMNS: Final = (
    Letter.id,
    Letter.name,
    Letter.state,
    Letter.expression_id,
    Letter.person_id,
    Letter.to_address,
    Letter.reply_to,
    Letter.subject,
    Letter.body,
    Letter.calendar,
    Letter.link_id,
    Letter.link_generation,
    Letter.link_draft_id,
    Letter.link_check_id,
    Letter.message_id,
    Letter.thread_id,
    Letter.dated_at,
    Letter.is_automatic,
    Letter.first_tried_at,
    Letter.tries,
    Letter.ambiguous_tries,
)

DATABASE_TRIES: Final = 6
T = TypeVar("T")

Checked = tuple[Claimed, Verdict]


@dataclass(frozen=True)
class Run:
    """Letters to send now, in order, each with its verdict; `seen`: how many were due."""

    going: list[Checked]
    seen: int


def firmly(write: Callable[[], T]) -> T:
    """Write to the database, trying again while others hold it. A result must not be lost."""
    for number in range(DATABASE_TRIES):
        try:
            return write()
        except (OperationalError, InterfaceError):
            time.sleep(0.1 * 2**number)
    return write()


@dataclass(frozen=True)
class Ledger:
    """The outbox as one worker writes it. `name` is the worker's; its letters bear it as lease."""

    engine: Engine
    name: str
    _turn: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """One at a time on SQLite: waiting for our own threads its way costs milliseconds."""
        is_one_at_a_time = self.engine.dialect.name == "sqlite"
        with self._turn if is_one_at_a_time else nullcontext(), self.engine.begin() as connection:
            yield connection

    def take(self, most: int, tried: Sequence[Attempt] = ()) -> Run:
        """Take up to `most` letters that are due, oldest first, check them and begin with them.

        `tried` are other letters whose results are written in the same transaction. What is taken
        can no longer be undone, nor is it asked about again: send it at once or give it back.
        """
        asked = {"moved": clock.moved(), "most": most}
        with self._transaction() as connection:
            settle_rows(connection, tried, self.name)
            letters = sorted(connection.execute(_DUE, asked).all(), key=lambda row: int(row.id))
            if not letters:
                return Run([], 0)
            verdicts = verdicts_on(connection, letters)
            for letter in letters:
                if not verdicts[letter.id].may_go:
                    _stop(connection, letter, verdicts[letter.id])
            going = [(row, verdicts[row.id]) for row in letters if verdicts[row.id].may_go]
            begun = {"letters": [row.id for row, _ in going], "worker": self.name}
            connection.execute(_BEGIN, {**begun, "moved": clock.moved(LEASE)})
            return Run(going, len(letters))

    def renew(self, ids: Sequence[int]) -> None:
        """Say that this worker still holds these letters."""
        mine = update(Letter).where(NOT_DONE, Letter.id.in_(ids), Letter.lease == self.name)
        with self._transaction() as connection:
            connection.execute(mine.values(due_at=clock.sql_now(LEASE)))

    def give_back(self, letters: Sequence[Claimed]) -> None:
        """They were not tried after all: as they were, due now, no try used up."""
        with self._transaction() as connection:
            for state in {row.state for row in letters}:
                theirs = [row.id for row in letters if row.state is state]
                back = update(Letter).where(NOT_DONE, Letter.id.in_(theirs))
                connection.execute(
                    back.where(Letter.lease == self.name).values(
                        state=state, lease=None, due_at=clock.sql_now()
                    )
                )

    def record(self, tried: Sequence[Attempt]) -> None:
        """Commit what came of attempts."""
        with self._transaction() as connection:
            settle_rows(connection, tried, self.name)

    def end_expired(self) -> int:
        """Settle attempts whose worker died: whether those letters went, nobody knows."""
        expired = (
            select(*COLUMNS, Letter.lease)
            .where(NOT_DONE, Letter.due_at <= clock.sql_now(), Letter.state == LetterState.SENDING)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        with self._transaction() as connection:
            rows = connection.execute(expired).all()
            for row in rows:
                said = "The worker stopped while it was sending this."
                settle_rows(connection, [(row, Outcome(Result.UNSURE, said=said))], row.lease)
        return len(rows)


# Built once: putting a statement together costs more than asking.
_DUE: Final = (
    select(*COLUMNS)
    .where(NOT_DONE, Letter.state.in_(WAITING), Letter.due_at <= clock.sql_now(value="moved"))
    .order_by(Letter.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_BEGIN: Final = (
    update(Letter)
    .where(Letter.id.in_(bindparam("letters", expanding=True)))
    .values(
        state=LetterState.SENDING,
        lease=bindparam("worker"),
        due_at=clock.sql_now(value="moved"),
    )
)


def _stop(connection: Connection, letter: Claimed, verdict: Verdict) -> None:
    """It waits, or does not go at all. The row is locked since it was read."""
    this = update(Letter).where(Letter.id == letter.id)
    if verdict.wait is not None:
        later = {"lease": None, "due_at": clock.sql_now(verdict.wait)}
        connection.execute(this.values(**later, trouble=verdict.words))
        return
    if verdict.state is LetterState.FAILED_ADDRESS:
        address_failed(connection, letter, is_dead=False)
    ended = {"state": verdict.state, "lease": None, "ended_at": clock.now()}
    connection.execute(this.values(**ended, trouble=verdict.words))
