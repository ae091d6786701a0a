"""Which worker holds which letter: claimed in batches, kept by renewing, given back or recorded.

A claimed letter keeps its state until its attempt begins; then it is `sending`. A lease that ends
while `sending` is an attempt whose outcome nobody knows. Leases are in the database's time, so
workers on several machines agree. Everything here is one statement or one short transaction.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Engine, bindparam, or_, select, update
from sqlalchemy.engine import Connection

from ppflow import clock
from ppflow.outbox.checks import Claimed, Verdict, address_failed, verdict_on
from ppflow.outbox.models import NOT_DONE, Letter
from ppflow.outbox.workflow import (
    WAITING,
    LetterState,
    Outcome,
    Result,
    Settled,
    Tried,
    settle,
)

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


@dataclass(frozen=True)
class Ledger:
    """The outbox as one worker writes it. `name` is the worker's; its letters bear it as lease."""

    engine: Engine
    name: str

    def claim(self, limit: int = BATCH) -> Sequence[Claimed]:
        """Take up to `limit` letters that are due, oldest first."""
        due = (
            select(Letter.id)
            .where(NOT_DONE, Letter.state.in_(WAITING), Letter.due_at <= clock.sql_now())
            .order_by(Letter.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        taken = (
            update(Letter)
            .where(Letter.id.in_(due))
            .values(lease=self.name, due_at=clock.sql_now(LEASE))
            .returning(*COLUMNS)
        )
        with self.engine.begin() as connection:
            rows = connection.execute(taken).all()
        return sorted(rows, key=lambda row: int(row.id))

    def renew(self) -> None:
        """Say that this worker still holds what it holds."""
        with self.engine.begin() as connection:
            connection.execute(
                update(Letter)
                .where(NOT_DONE, Letter.lease == self.name)
                .values(due_at=clock.sql_now(LEASE))
            )

    def give_back(self, letter: Claimed, wait: timedelta = timedelta(0)) -> None:
        """It was not tried after all: as it was, due again after `wait`, no try used up."""
        back = {"state": letter.state, "lease": None, "due_at": clock.sql_now(wait)}
        with self.engine.begin() as connection:
            connection.execute(_mine(letter.id, self.name).where(NOT_DONE).values(**back))

    def begin(self, letter: Claimed, tried: tuple[Claimed, Outcome] | None = None) -> Verdict:
        """Check the letter once more and mark its attempt as begun, in one transaction.

        `tried` is another letter whose result is written with it: one transaction a letter.
        """
        with self.engine.begin() as connection:
            if tried is not None:
                settle_row(connection, *tried, self.name)
            verdict = verdict_on(connection, letter)
            if not verdict.may_go:
                self._stop(connection, letter, verdict)
                return verdict
            begun = connection.execute(_BEGIN, {"letter": letter.id, "worker": self.name})
            return verdict if begun.rowcount == 1 else Verdict(is_gone=True)

    def _stop(self, connection: Connection, letter: Claimed, verdict: Verdict) -> None:
        mine = _mine(letter.id, self.name).where(Letter.state.in_(WAITING))
        if verdict.wait is not None:
            later = {"lease": None, "due_at": clock.sql_now(verdict.wait)}
            connection.execute(mine.values(**later, trouble=verdict.words))
            return
        if verdict.state is LetterState.FAILED_ADDRESS:
            address_failed(connection, letter, is_dead=False)
        ended = {"state": verdict.state, "lease": None, "ended_at": clock.now()}
        connection.execute(mine.values(**ended, trouble=verdict.words))

    def record(self, letter: Claimed, outcome: Outcome) -> Settled:
        """Commit what came of an attempt."""
        with self.engine.begin() as connection:
            return settle_row(connection, letter, outcome, self.name)

    def end_expired(self) -> int:
        """Settle attempts whose worker died: whether those letters went, nobody knows."""
        expired = (
            select(*COLUMNS, Letter.lease)
            .where(NOT_DONE, Letter.due_at <= clock.sql_now(), Letter.state == LetterState.SENDING)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        with self.engine.begin() as connection:
            rows = connection.execute(expired).all()
            for row in rows:
                said = "The worker stopped while it was sending this."
                settle_row(connection, row, Outcome(Result.UNSURE, said=said), row.lease)
        return len(rows)


_BEGIN = (
    update(Letter)
    .where(
        Letter.id == bindparam("letter"),
        Letter.lease == bindparam("worker"),
        Letter.state.in_(WAITING),
    )
    .values(state=LetterState.SENDING)
)
_ACCEPTED = (
    update(Letter)
    .where(
        Letter.id == bindparam("letter"),
        # A lost lease changes nothing about the letter having gone.
        or_(Letter.lease == bindparam("worker"), Letter.state.in_(WAITING)),
    )
    .values(
        state=LetterState.SENT,
        lease=None,
        trouble=None,
        server_said=bindparam("said"),
        tries=bindparam("tried"),
        first_tried_at=bindparam("first"),
        ended_at=bindparam("now"),
    )
)


def _mine(letter_id: int, worker: str) -> Any:
    return update(Letter).where(Letter.id == letter_id, Letter.lease == worker)


def settle_row(
    connection: Connection, letter: Claimed, outcome: Outcome, worker: str | None
) -> Settled:
    """Write where the letter stands after this attempt."""
    now = clock.now()
    tried = Tried(letter.tries + 1, letter.ambiguous_tries, letter.first_tried_at or now)
    settled = settle(outcome, tried, now, random.uniform(-1, 1))  # noqa: S311 - no secret
    if settled.state is LetterState.SENT:
        values = {"said": outcome.said, "tried": tried.tries, "first": tried.first_tried_at}
        connection.execute(_ACCEPTED, {"letter": letter.id, "worker": worker, "now": now, **values})
        return settled
    connection.execute(
        update(Letter)
        .where(Letter.id == letter.id, Letter.lease == worker)
        .values(
            state=settled.state,
            lease=None,
            tries=tried.tries,
            ambiguous_tries=settled.ambiguous_tries,
            first_tried_at=tried.first_tried_at,
            server_said=outcome.said,
            trouble=settled.words,
            ended_at=now if settled.is_over else None,
            due_at=clock.sql_now(settled.wait or timedelta(0)),
        )
    )
    if settled.state is LetterState.FAILED_ADDRESS:
        address_failed(connection, letter, outcome.is_dead)
    return settled
