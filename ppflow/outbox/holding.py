"""Letters held after a restore: they may have gone out after the backup was made.

A held letter is due at the end of time, so no worker claims it, and can be cancelled like any other
that waits. What is written after the restore goes out as usual. Only a person releases the held.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select, update

from ppflow import clock
from ppflow.db import db
from ppflow.outbox.models import NOT_DONE, Letter
from ppflow.outbox.workflow import WAITING, LetterState
from ppflow.statements import rows_changed

END_OF_TIME: Final = datetime(9999, 12, 31, tzinfo=UTC)
WORDS: Final = "Held after a backup was restored. It may have gone out before."


def _is_held() -> ColumnElement[bool]:
    return and_(NOT_DONE, Letter.state.in_(WAITING), Letter.due_at >= END_OF_TIME)


def held() -> int:
    """How many letters wait for a person to release them."""
    return db.session.scalar(select(func.count(Letter.id)).where(_is_held())) or 0


def hold_all() -> int:
    """Hold every letter that has not ended, in the present transaction; returns how many."""
    going = update(Letter).where(NOT_DONE, Letter.state == LetterState.SENDING)
    db.session.execute(going.values(state=LetterState.QUEUED))
    values = {"due_at": END_OF_TIME, "lease": None, "trouble": WORDS}
    waiting = update(Letter).where(NOT_DONE, Letter.state.in_(WAITING))
    return rows_changed(waiting.values(**values))


def release_all() -> int:
    """Let every held letter go, in the present transaction; returns how many."""
    values = {"due_at": clock.now(), "trouble": None}
    return rows_changed(update(Letter).where(_is_held()).values(**values))
