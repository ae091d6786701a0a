"""The right to answer once, kept by the browser alone, and the counting of the answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from flask import session
from sqlalchemy import case, literal, tuple_, update

from ppflow import clock, keys, limits
from ppflow.db import db
from ppflow.monitoring.models import EqualityCount
from ppflow.monitoring.workflow import QUESTIONS
from ppflow.statements import insert

RIGHT: Final = "equality"  # in the signed session cookie: [programme id, secret, until when]
LASTS: Final = timedelta(hours=2)
A_DAY: Final = timedelta(days=1)


def grant(programme_id: int) -> None:
    """Let this browser answer once. The secret is made here and kept nowhere else."""
    session[RIGHT] = [programme_id, keys.new_token(), int((clock.now() + LASTS).timestamp())]


def programme_to_answer() -> int | None:
    """The programme for which this browser may answer now."""
    programme_id, _secret, until = session.get(RIGHT) or (None, "", 0)
    return programme_id if until > clock.now().timestamp() else None


def count(chosen: Mapping[str, str]) -> None:
    """Count the answers of whoever holds the right, once, in the caller's transaction.

    A second press counts nothing. No event is written: it would tell when somebody answered.
    """
    programme_id, secret, _until = session.pop(RIGHT)
    if limits.count("equality", secret, A_DAY) > 1:
        return
    month = clock.today().replace(day=1)
    _begin_month(programme_id, month)
    pairs = [(question.key, chosen[question.key]) for question in QUESTIONS]
    # Every number is written anew, so that the database's own pages do not tell which one moved.
    is_chosen = tuple_(EqualityCount.question, EqualityCount.answer).in_(pairs)
    step = case((is_chosen, 1), else_=literal(0))
    db.session.connection().execute(
        update(EqualityCount)
        .where(EqualityCount.programme_id == programme_id, EqualityCount.month == month)
        .values(people=EqualityCount.people + step)
    )


def _begin_month(programme_id: int, month: date) -> None:
    """All numbers of a month begin together with none, or their order would tell who came first."""
    rows: list[dict[str, Any]] = [
        {"programme_id": programme_id, "month": month, "question": q.key, "answer": a, "people": 0}
        for q in QUESTIONS
        for a, _words in q.counted
    ]
    missing = insert(EqualityCount).on_conflict_do_nothing()
    db.session.connection().execute(missing, rows)
