"""An expression as its applicant may see it: never a decision that can still be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ppflow import clock
from ppflow.expressions import undoing, waiting
from ppflow.expressions.models import Expression
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
    talk_sequence: int | None = None
    times: tuple[str, ...] = ()  # proposed, to choose from; moments in ISO form
    alternatives: tuple[str, ...] = ()  # slugs of others that may suit them
    position: int | None = None
    accept_by: date | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_late(self) -> bool:
        """Has the day passed by which we said that they hear from us?"""
        is_ours = self.is_open and not self.is_their_turn
        return is_ours and self.reply_by is not None and self.reply_by < clock.today()

    @property
    def is_answer_late(self) -> bool:
        """Has the day passed by which we asked them to say yes or no?"""
        return self.accept_by is not None and self.accept_by < clock.today()

    @property
    def is_to_choose_time(self) -> bool:
        return self.status is Status.NEEDS_INFO and bool(self.times)

    @property
    def is_their_turn(self) -> bool:
        return self.words.clock is Clock.THEIRS


def seen(expression: Expression) -> Seen:
    """Status and promise, without a decision that can still be undone."""
    kept = undoing.before(expression)
    held = None
    for decision in undoing.held(expression):  # the last one first
        kept, held = decision["before"], int(decision["event"])
    status = Status(kept["status"])
    return Seen(
        status,
        WORDS[status],
        date.fromisoformat(kept["reply_by"]) if kept["reply_by"] else None,
        held,
        datetime.fromisoformat(kept["talk_at"]) if kept["talk_at"] else None,
        kept["talk_how"],
        talk_sequence=kept.get("talk_sequence"),
        times=tuple(kept.get("talk_times") or ()),
        alternatives=tuple(kept.get("alternatives") or ()) if _is_over(status) else (),
        position=waiting.position(expression) if status is Status.WAITING_LIST else None,
        accept_by=date.fromisoformat(kept["accept_by"]) if kept["accept_by"] else None,
    )


def _is_over(status: Status) -> bool:
    return status is Status.NOT_THIS_TIME
