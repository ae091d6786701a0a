"""The one door through which an expression changes: `perform`, and taking it back: `undo`.

Routes, bulk acts, jobs and commands all come here. `perform` checks table, permission, guard and
version, then writes status, event and letters in the caller's one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.events import ActorKind, Event
from ppflow.expressions import effects, mail
from ppflow.expressions.effects import By, actor_of
from ppflow.expressions.models import Expression, Message
from ppflow.expressions.workflow import LIFE, WORDS, Status
from ppflow.letters import Rendered
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.workflow import Transition, Who

NEVER_UNDONE = {"pass_on", "withdraw", "decline"}  # they move or erase more than columns
UNDO_FIELDS = (
    "status",
    "reply_by",
    "closed_at",
    "reason",
    "talk_at",
    "talk_how",
    "accept_by",
    "waiting_since",
    "duplicate_of_id",
    "asked_at",
    "has_answered",
)


@dataclass(frozen=True)
class LetterChoice:
    """What staff chose for the letter they were shown: send it, send it edited, or not."""

    is_sent: bool = True
    edited: Rendered | None = None


SEND = LetterChoice()


@dataclass
class Done:
    """What an act did: the event, and the letters it caused."""

    expression: Expression
    event: Event
    letters: list[Letter] = field(default_factory=list)


def who_is(by: By, expression: Expression) -> frozenset[Who]:
    """In which capacities this actor may act on this expression."""
    if isinstance(by, Standing):
        capacities = set()
        if by.coordinates(expression.programme_id):
            capacities |= {Who.STAFF, Who.COORDINATOR}
        if expression.project_id in by.projects or expression.assignee_id == by.person_id:
            capacities.add(Who.STAFF)
        return frozenset(capacities)
    return frozenset({Who.APPLICANT if by.kind is ActorKind.APPLICANT else Who.SYSTEM})


def open_to(by: By, expression: Expression) -> list[Transition]:
    """The acts open to this actor now, in the table's order. Guards may still say not yet."""
    found = LIFE.verbs_from(expression.status, who_is(by, expression))
    if expression.set_aside_at is not None:
        return [t for t in found if t.verb in {"spam", "not_spam"}]
    return [t for t in found if t.verb != "not_spam" or expression.status is Status.SPAM]


def perform(
    verb: str,
    expression: Expression,
    *,
    by: By,
    expected_version: int | None = None,
    letter: LetterChoice = SEND,
    **details: Any,
) -> Done:
    """Do `verb` to the expression, in the caller's transaction.

    `details` holds what the transition needs (body, accept_by, talk_at …) and `next_reply_by`, the
    date by which the person hears next. Raises `Conflict` when somebody else acted first,
    `NotNow` when the verb is not open, `NotAllowed`, and `NotComplete` for a missing detail.
    """
    db.session.refresh(expression, with_for_update=True)
    transition = _checked(verb, expression, by, expected_version, details)
    before = {name: getattr(expression, name) for name in UNDO_FIELDS}
    if transition.target is not None:
        mail.cancel_waiting(expression)
    effects.apply(transition, expression, by, details)
    event = events.record(
        verb,
        expression,
        actor_of(by),
        from_status=before["status"],
        to_status=expression.status,
        reason=details.get("reason"),
    )
    done = Done(expression, event)
    _write_letter(transition, done, by, letter, details)
    _keep_undo(transition, done, by, before)
    expression.version += 1
    effects.recount_interest(expression, before["status"], expression.status)
    db.session.flush()
    return done


def _checked(
    verb: str, expression: Expression, by: By, version: int | None, details: dict[str, Any]
) -> Transition:
    transition = LIFE.transitions[verb]
    if version is not None and version != expression.version:
        raise Conflict(
            "Somebody else changed this while you had it open.",
            expression=expression,
            since_version=version,
        )
    if not who_is(by, expression) & transition.who:
        raise NotAllowed("You may not do this with this form.")
    if transition not in open_to(by, expression):
        label = WORDS[expression.status].staff_label
        raise NotNow(f"This is not open now: the status is “{label}”.")
    for name in transition.needs:
        if details.get(name) in (None, "", []):
            raise NotComplete(name, MISSING[name])
    if isinstance(by, Standing):
        details.setdefault("is_coordinator", by.coordinates(expression.programme_id))
    transition.guard(expression, details)
    next_by = details.get("next_reply_by")
    if next_by is not None and next_by < clock.today():
        raise NotComplete("next_reply_by", "Choose a date that is not in the past.")
    return transition


MISSING = {
    "body": "Write the message.",
    "talk_at": "Enter the day and time of the conversation.",
    "talk_how": "Say how you will talk, for example by phone.",
    "accept_by": "Enter the day by which they should answer.",
    "next_reply_by": "Enter the day by which they hear from us next.",
    "reason": "Choose a reason.",
    "to": "Choose who answers from now on.",
    "duplicate_of": "Enter the reference of the other form.",
}


def _write_letter(
    transition: Transition, done: Done, by: By, choice: LetterChoice, details: dict[str, Any]
) -> None:
    if transition.letter is None or not choice.is_sent:
        return
    expression = done.expression
    person = db.session.get(Person, by.person_id) if isinstance(by, Standing) else None
    rendered = choice.edited or mail.for_applicant(transition.letter, expression, person, **details)
    written = mail.to_applicant(
        transition.letter,
        expression,
        rendered,
        hold=mail.hold_for(transition.letter) if isinstance(by, Standing) else timedelta(0),
        is_automatic=not isinstance(by, Standing),
        is_about_status=transition.target is not None,
    )
    done.letters.append(written)
    db.session.flush()
    if details.get("body") and expression.messages and expression.messages[-1].letter_id is None:
        expression.messages[-1].letter_id = written.id


def _keep_undo(transition: Transition, done: Done, by: By, before: dict[str, Any]) -> None:
    db.session.flush()
    held = [letter.id for letter in done.letters if letter.state is LetterState.QUEUED]
    can_undo = isinstance(by, Standing) and bool(held) and transition.verb not in NEVER_UNDONE
    done.expression.undo = None
    if can_undo:
        done.expression.undo = {
            "verb": transition.verb,
            "by": actor_of(by).person_id,
            "until": max(letter.due_at for letter in done.letters).isoformat(),
            "letters": held,
            "event": done.event.id,
            "before": {name: _as_json(value) for name, value in before.items()},
        }


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def undo(expression: Expression, *, by: Standing) -> None:
    """Take the last decision back while its letter is still held. Raises `NotNow` when it went."""
    db.session.refresh(expression, with_for_update=True)
    kept = expression.undo
    if not who_is(by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not do this with this form.")
    if not kept or datetime.fromisoformat(kept["until"]) <= clock.now():
        raise NotNow("It is too late to undo this: the email has gone.")
    letters = db.session.scalars(
        select(Letter).where(Letter.id.in_(kept["letters"])).with_for_update()
    ).all()
    if any(letter.state is not LetterState.QUEUED for letter in letters):
        raise NotNow("It is too late to undo this: the email has gone.")
    for letter in letters:
        letter.state, letter.ended_at = LetterState.CANCELLED, clock.now()
        letter.trouble = "Undone before it went."
    db.session.execute(delete(Message).where(Message.letter_id.in_(kept["letters"])))
    was = expression.status
    for name, value in kept["before"].items():
        setattr(expression, name, _from_json(name, value))
    events.record(
        "undo",
        expression,
        by.actor,
        from_status=was,
        to_status=expression.status,
        reason=kept["verb"],
    )
    effects.recount_interest(expression, was, expression.status)
    expression.undo = None
    expression.version += 1
    db.session.flush()


def _from_json(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "status":
        return Status(value)
    if name in {"reply_by", "accept_by"}:
        return date.fromisoformat(value)
    if name in {"closed_at", "talk_at", "waiting_since", "asked_at"}:
        return datetime.fromisoformat(value)
    return value
