"""An expression as its applicant may see it: never a decision that can still be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.undoing import is_held
from ppflow.expressions.workflow import OPEN, WORDS, Status
from ppflow.workflow import Clock, StatusWords


@dataclass(frozen=True)
class Seen:
    """The expression as its applicant may see it now."""

    status: Status
    words: StatusWords
    reply_by: date | None
    held_event: int | None  # this event and later ones can still be taken back
    talk_at: datetime | None = None
    talk_how: str | None = None
    position: int | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_their_turn(self) -> bool:
        return self.words.clock is Clock.THEIRS


def seen(expression: Expression) -> Seen:
    """Status and promise, without a decision that can still be undone."""
    status, reply_by, held = expression.status, expression.reply_by, None
    talk_at, talk_how = expression.talk_at, expression.talk_how
    if expression.undo and is_held(expression):
        before = expression.undo["before"]
        status, talk_how = Status(before["status"]), before["talk_how"]
        reply_by = date.fromisoformat(before["reply_by"]) if before["reply_by"] else None
        talk_at = datetime.fromisoformat(before["talk_at"]) if before["talk_at"] else None
        held = int(expression.undo["event"])
    position = _position(expression) if status is Status.WAITING_LIST else None
    return Seen(status, WORDS[status], reply_by, held, talk_at, talk_how, position)


def _position(expression: Expression) -> int:
    ahead = (
        select(func.count())
        .select_from(Expression)
        .where(
            Expression.opportunity_id == expression.opportunity_id,
            Expression.project_id == expression.project_id,
            Expression.status == Status.WAITING_LIST,
            Expression.waiting_since < expression.waiting_since,
        )
    )
    return 1 + (db.session.scalar(ahead) or 0)
