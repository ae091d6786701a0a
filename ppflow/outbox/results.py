"""What came of attempts, written down: many in one transaction, each as if it were alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, null, or_, text, update
from sqlalchemy.engine import Connection

from ppflow import clock
from ppflow.outbox.checks import Claimed, address_failed
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState, Outcome, Settled, Tried, settle

Attempt = tuple[Claimed, Outcome]

_ACCEPTED = (
    update(Letter)
    .where(
        Letter.id == bindparam("letter"),
        # A lost lease changes nothing about the letter having gone.
        or_(Letter.lease == bindparam("worker"), text("state in ('queued', 'deferred')")),
    )
    .values(  # what is the same for all is written out: binding it again for each costs time
        state=text("'sent'"),
        lease=null(),
        trouble=null(),
        server_said=bindparam("said"),
        tries=bindparam("tried"),
        first_tried_at=bindparam("first"),
        ended_at=bindparam("now"),
    )
)


def settle_rows(connection: Connection, tried: Sequence[Attempt], worker: str | None) -> None:
    """Write where letters stand after an attempt each."""
    now, accepted, others = clock.now(), [], []
    for letter, outcome in sorted(tried, key=lambda attempt: int(attempt[0].id)):
        count = Tried(letter.tries + 1, letter.ambiguous_tries, letter.first_tried_at or now)
        settled = settle(outcome, count, now, random.uniform(-1, 1))  # noqa: S311 - no secret
        if settled.state is LetterState.SENT:
            values = {"said": outcome.said, "tried": count.tries, "first": count.first_tried_at}
            accepted.append({"letter": letter.id, "worker": worker, "now": now, **values})
        else:
            others.append((letter, outcome, count, settled))
    for letter, outcome, _, settled in others:
        if settled.state is LetterState.FAILED_ADDRESS:
            address_failed(connection, letter, outcome.is_dead)
    if accepted:
        connection.execute(_ACCEPTED, accepted)
    for letter, outcome, count, settled in others:
        connection.execute(
            update(Letter)
            .where(Letter.id == letter.id, Letter.lease == worker)
            .values(**_not_sent(outcome, count, settled, now))
        )


def _not_sent(outcome: Outcome, tried: Tried, settled: Settled, now: datetime) -> dict[str, Any]:
    return {
        "state": settled.state,
        "lease": None,
        "tries": tried.tries,
        "ambiguous_tries": settled.ambiguous_tries,
        "first_tried_at": tried.first_tried_at,
        "server_said": outcome.said,
        "trouble": settled.words,
        "ended_at": now if settled.is_over else None,
        "due_at": clock.sql_now(settled.wait or timedelta(0)),
    }
