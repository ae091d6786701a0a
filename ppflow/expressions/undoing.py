"""Taking a decision back while its letter is still held: what is kept for it, and the way back.

Decisions that are held at the same time lie on each other: the last one is taken back first. All
in the caller's transaction, with the expression locked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import delete, select

from ppflow import clock, events
from ppflow.db import db
from ppflow.errors import NotNow
from ppflow.events import Actor, ActorKind
from ppflow.expressions import interest
from ppflow.expressions.models import Expression, LastContact, Message
from ppflow.expressions.workflow import LIFE, Status
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState

NEVER_UNDONE: Final = {
    "pass_on",
    "carry_over",
    "withdraw",
    "decline",
}  # they move or erase more than columns
SAYS: Final = frozenset({"ask", "message", "promise", "complete", "not_this_time"})  # words we keep
UNDONE: Final = "Undone before it went."
THEY_WERE_FIRST: Final = "They acted before it went, so it was taken back."
TOO_LATE: Final = "It is too late to undo this: the email has gone."
_AS_IT_IS: Final[Callable[[Any], Any]] = lambda value: value  # noqa: E731 - a table's entry
# What is put back, and how each value is read again from JSON.
_FIELDS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "status": Status,
    "set_aside_at": datetime.fromisoformat,
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
Kept = dict[str, Any]
_OF_MESSAGES: Final = ("has_answered", "last_contact", "last_contact_at")


def says(verb: str, details: Mapping[str, Any]) -> bool:
    """Does this act put words on their page, which they read with its letter, or at once?"""
    return verb in SAYS and bool(details.get("body"))


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
    until: datetime,
) -> None:
    """Keep how to take back what `event` did until its `letters` go; on what is held already."""
    expression.undo = {
        "earlier": held(expression)[0] if is_held(expression) else None,
        "verb": event.verb,
        "by": event.actor_id,
        "until": until.isoformat(),
        "letters": [letter.id for letter in letters],
        "cancelled": [letter.id for letter in cancelled],
        "event": event.id,
        "before": dict(was),
    }


def keep_their_message(expression: Expression) -> None:
    """They wrote while a decision is held: taking it back leaves what they wrote to be answered."""
    now = before(expression)
    written = {name: now[name] for name in _OF_MESSAGES}
    kept: Kept | None = None
    for each in reversed(held(expression)):
        kept = {**each, "before": {**each["before"], **written}, "earlier": kept}
    expression.undo = kept


def held(expression: Expression) -> list[Kept]:
    """What can still be taken back, the last decision first."""
    found: list[Kept] = []
    kept = expression.undo
    while kept and datetime.fromisoformat(kept["until"]) > clock.now():
        found.append(kept)
        kept = kept.get("earlier")
    return found


def is_held(expression: Expression) -> bool:
    """Can the last decision still be taken back?"""
    return bool(held(expression))


def holds(expression: Expression, letter: Letter) -> bool:
    """Is this the letter of a decision that can be taken back as a whole?"""
    return any(letter.id in kept["letters"] for kept in held(expression))


def let_go(expression: Expression, letter: Letter) -> None:
    """The letter goes at once: its decision, and those before it, cannot be taken back any more."""
    later: list[Kept] = []
    for each in held(expression):
        if letter.id in each["letters"]:
            break
        later.append(each)
    kept: Kept | None = None
    for each in reversed(later):
        kept = {**each, "earlier": kept}
    expression.undo = kept


def take_back(expression: Expression, by: Actor) -> list[Letter]:
    """Put everything back as it was before the last decision; gives the letters that go after all.

    Raises `NotNow` when it has gone. Words that somebody else than `by` wrote with it stay for
    staff to read, with their cancelled letter.
    """
    kept = next(iter(held(expression)), None)
    letters = _locked(kept["letters"]) if kept else []
    if kept is None or any(letter.state is not LetterState.QUEUED for letter in letters):
        raise NotNow(TOO_LATE)
    is_by_us = by.kind is ActorKind.STAFF
    for letter in letters:
        letter.state, letter.ended_at = LetterState.CANCELLED, clock.now()
        letter.trouble = UNDONE if is_by_us else THEY_WERE_FIRST
    back = _locked(kept["cancelled"])
    for letter in back:
        letter.state = LetterState.QUEUED if letter.to_address else LetterState.BY_HAND
        letter.ended_at = letter.trouble = letter.lease = None
    if is_by_us:
        db.session.execute(delete(Message).where(Message.letter_id.in_(kept["letters"])))
    _put_back(expression, kept, by)
    return list(back)


def _put_back(expression: Expression, kept: Kept, by: Actor) -> None:
    was, was_counted = expression.status, interest.is_counted(expression)
    sequence = expression.talk_sequence
    for name, read in _FIELDS.items():
        value = kept["before"].get(name)
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
    expression.undo = kept.get("earlier")
    expression.version += 1
    db.session.flush()
    db.session.expire(expression, ["messages"])


def give_way(expression: Expression) -> None:
    """The person acts on what they can see: decisions still held are taken back first.

    Messages alone change nothing they see: they go.
    """
    all_held = held(expression)
    if not any(LIFE.transitions[kept["verb"]].target is not None for kept in all_held):
        return
    for kept in all_held:
        if any(letter.state is not LetterState.QUEUED for letter in _locked(kept["letters"])):
            return  # a worker was quicker
        take_back(expression, events.SYSTEM)


def _locked(ids: Sequence[int]) -> Sequence[Letter]:
    chosen = select(Letter).where(Letter.id.in_(ids)).order_by(Letter.id)
    return db.session.scalars(
        chosen.with_for_update(), execution_options={"populate_existing": True}
    ).all()
