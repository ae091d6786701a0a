"""The breaker: a mail server that refuses everyone is left alone, and asked again each minute.

No letter's tries are used up meanwhile. One row in the database, so that all workers know.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine, select, update

from ppflow import clock
from ppflow.outbox.connection import Connection
from ppflow.outbox.models import MailBreaker
from ppflow.statements import insert

THE_ROW: Final = 1
PROBE_SECONDS: Final = (30, 60)  # design.md 6


@dataclass(frozen=True)
class Breaker:
    """The one row, as a worker reads and writes it."""

    engine: Engine

    def is_open(self) -> bool:
        """Does the server refuse everyone, as far as any worker knows?"""
        with self.engine.begin() as connection:
            opened = select(MailBreaker.opened_at).where(MailBreaker.id == THE_ROW)
            return connection.scalar(opened) is not None

    def open(self, reason: str) -> None:
        """Stop sending; ask the server again in 30 to 60 seconds."""
        with self.engine.begin() as connection:
            row = insert(MailBreaker, connection.dialect.name).values(id=THE_ROW)
            connection.execute(row.on_conflict_do_nothing())
            connection.execute(
                update(MailBreaker)
                .where(MailBreaker.id == THE_ROW, MailBreaker.opened_at.is_(None))
                .values(opened_at=clock.now(), reason=reason, probe_at=clock.sql_now(_pause()))
            )

    def close(self) -> None:
        """The server takes mail again."""
        closed = {"opened_at": None, "reason": None, "probe_at": None}
        with self.engine.begin() as connection:
            connection.execute(update(MailBreaker).values(**closed))

    def may_probe(self) -> bool:
        """Is it time to ask again, and did this worker win the asking?"""
        won = (
            update(MailBreaker)
            .where(MailBreaker.opened_at.is_not(None), MailBreaker.probe_at <= clock.sql_now())
            .values(probe_at=clock.sql_now(_pause()))
        )
        with self.engine.begin() as connection:
            return connection.execute(won).rowcount == 1

    def probe(self, line: Connection) -> bool:
        """Ask the server whether it takes mail: connect, name ourselves as sender, hang up."""
        problem = line.knock()
        if problem is None:
            self.close()
            return True
        with self.engine.begin() as connection:
            connection.execute(update(MailBreaker).values(reason=problem.said))
        return False


def _pause() -> timedelta:
    return timedelta(seconds=random.uniform(*PROBE_SECONDS))  # noqa: S311 - no secret
