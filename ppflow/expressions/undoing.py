"""Taking a decision back while its letter is still held: what is kept for it, and the way back.

All in the caller's transaction, with the expression locked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import delete, select

from ppflow import clock, events
from ppflow.db import db
from ppflow.errors import NotNow
from ppflow.events import Actor
from ppflow.expressions import interest
from ppflow.expressions.models import Expression, LastContact, Message
from ppflow.expressions.workflow import Status
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState

NEVER_UNDONE: Final = {
    "pass_on",
    "carry_over",
    "withdraw",
    "decline",
}  # they move or erase more than columns
TOO_LATE: Final = "It is too late to undo this: the email has gone."
_AS_IT_IS: Final[Callable[[Any], Any]] = lambda value: value  # noqa: E731 - a table's entry
# What is put back, and how each value is read again from JSON.
_FIELDS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "status": Status,
    "reply_by": date.fromisoformat,
    "closed_at": datetime.fromisoformat,
    "reason": _AS_IT_IS,
    "talk_at": datetime.fromisoformat,
    "talk_how": _AS_IT_IS,
    "talk_times": _AS_IT_IS,
    "talk_set_at": datetime.fromisoformat,
    "talk_sequence": _AS_IT_IS,
    "alternatives": _AS_IT_IS,
    "accept_by": date.fromisoformat,
    "waiting_since": datetime.fromisoformat,
    "duplicate_of_id": _AS_IT_IS,
    "asked_at": datetime.fromisoformat,
    "has_answered": _AS_IT_IS,
    "first_replied_at": datetime.fromisoformat,
    "last_contact": LastContact,
    "last_contact_at": datetime.fromisoformat,
}
_OF_MESSAGES: Final = ("has_answered", "last_contact", "last_contact_at")


def before(expression: Expression) -> dict[str, Any]:
    """How it stands now: JSON, to be put back."""
    values = {name: getattr(expression, name) for name in _FIELDS}
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in values.items()
    }


def keep(
    expression: Expression,
    was: Mapping[str, Any],
    event: events.Event,
    letters: Sequence[Letter],
    cancelled: Sequence[Letter],
) -> None:
    """Keep how to take back what `event` did, until its `letters` go."""
    expression.undo = {
        "verb": event.verb,
        "by": event.actor_id,
        "until": max(letter.due_at for letter in letters).isoformat(),
        "letters": [letter.id for letter in letters],
        "cancelled": [letter.id for letter in cancelled],
        "event": event.id,
        "before": dict(was),
    }


def keep_their_message(expression: Expression) -> None:
    """They wrote while a decision is held: taking it back leaves what they wrote to be answered."""
    if expression.undo:
        written = {name: before(expression)[name] for name in _OF_MESSAGES}
        kept = expression.undo
        expression.undo = {**kept, "before": {**kept["before"], **written}}


def is_held(expression: Expression) -> bool:
    """Can the last decision still be taken back?"""
    kept = expression.undo
    return bool(kept) and datetime.fromisoformat((kept or {})["until"]) > clock.now()


def take_back(expression: Expression, by: Actor) -> None:
    """Put everything back as it was before the last decision. Raises `NotNow` when it has gone."""
    kept = expression.undo
    if not kept or not is_held(expression):
        raise NotNow(TOO_LATE)
    letters = _locked(kept["letters"])
    if any(letter.state is not LetterState.QUEUED for letter in letters):
        raise NotNow(TOO_LATE)
    for letter in letters:
        letter.state, letter.ended_at = LetterState.CANCELLED, clock.now()
        letter.trouble = "Undone before it went."
    for letter in _locked(kept["cancelled"]):
        letter.state = LetterState.QUEUED if letter.to_address else LetterState.BY_HAND
        letter.ended_at = letter.trouble = letter.lease = None
    db.session.execute(delete(Message).where(Message.letter_id.in_(kept["letters"])))
    was, was_counted = expression.status, interest.is_counted(expression)
    sequence = expression.talk_sequence
    for name, read in _FIELDS.items():
        value = kept["before"][name]
        setattr(expression, name, None if value is None else read(value))
    if sequence != expression.talk_sequence:  # a diary may hold what was taken back
        expression.talk_sequence = (sequence or 0) + 1
    events.record(
        "undo",
        expression,
        by,
        from_status=was,
        to_status=expression.status,
        reason=kept["verb"],
    )
    interest.recount_interest(expression, was_counted)
    expression.undo = None
    expression.version += 1
    db.session.flush()
    db.session.expire(expression, ["messages"])


def give_way(expression: Expression) -> None:
    """The person acts on what they can see: a decision still held is taken back first."""
    letters = _locked((expression.undo or {}).get("letters", []))
    if is_held(expression) and all(each.state is LetterState.QUEUED for each in letters):
        take_back(expression, events.SYSTEM)


def _locked(ids: Sequence[int]) -> Sequence[Letter]:
    chosen = select(Letter).where(Letter.id.in_(ids)).order_by(Letter.id)
    return db.session.scalars(
        chosen.with_for_update(), execution_options={"populate_existing": True}
    ).all()
