"""What the applicant sees: never a note, never a sensitive answer, never a decision still held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from ppflow import clock
from ppflow.db import db
from ppflow.events import Event
from ppflow.expressions.models import Expression, Message
from ppflow.expressions.workflow import LIFE
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.visiting.queries import Seen

TOLD = {
    "receive": "We got your form.",
    "confirm": "You opened your private link.",
    "rang_spoke": "We spoke on the phone.",
    "rang_left_message": "We rang and left a message.",
    "rang_no_answer": "We rang, but could not reach you.",
    "correct_answers": "You corrected your answers.",
    "correct_address": "You changed your email address.",
    "prefer": "You changed how we reach you.",
    "change": "The dates or the place changed. We wrote to you.",
}

# The same, done by one of us because the person asked.
FOR_YOU = {
    "correct_answers": "{who} corrected your answers, as you asked.",
    "prefer": "{who} changed how we reach you, as you asked.",
}


@dataclass(frozen=True)
class Moment:
    """One thing in the line of time; a message carries who said it and the words."""

    at: datetime
    text: str
    said_by: str = ""
    said: str = ""


def line_of_time(expression: Expression, now: Seen) -> list[Moment]:
    """All that happened, oldest first, in plain words."""
    moments = [*_events(expression, now), *_messages(expression)]
    return sorted(moments, key=lambda moment: moment.at)


def _events(expression: Expression, now: Seen) -> list[Moment]:
    rows = db.session.execute(
        select(Event.id, Event.at, Event.verb, Event.reason, Person.name)
        .outerjoin(Person, Person.id == Event.actor_id)
        .where(Event.subject == expression.event_subject)
        .order_by(Event.id)
    )
    found: list[tuple[str, Moment]] = []
    for event_id, at, verb, reason, name in rows:
        if verb == "undo":  # what was taken back was never told
            last = max((n for n, (done, _) in enumerate(found) if done == reason), default=None)
            found = found if last is None else [*found[:last], *found[last + 1 :]]
        transition = LIFE.transitions.get(verb)
        told = transition.told if transition else TOLD.get(verb, "")
        told = FOR_YOU.get(verb, told) if name else told
        is_held = now.held_event is not None and event_id >= now.held_event
        if told and not is_held and verb not in {"message", "ask", "answer", "write"}:
            who = name.split()[0] if name else "We"
            found.append((verb, Moment(at, told.format(who=who))))
    return [moment for _verb, moment in found]


def _messages(expression: Expression) -> list[Moment]:
    rows = db.session.execute(
        select(
            Message.at, Message.body, Message.is_from_applicant, Message.is_question, Person.name
        )
        .outerjoin(Person, Person.id == Message.by_id)
        .outerjoin(Letter, Letter.id == Message.letter_id)
        .where(Message.expression_id == expression.id, has_gone())
        .order_by(Message.id)
    )
    return [
        Moment(at, "", _speaker(is_theirs, is_question, name), body)
        for at, body, is_theirs, is_question, name in rows
    ]


def has_gone() -> ColumnElement[bool]:
    """SQL condition on messages outer-joined with their letters: it can no longer be undone.

    Words whose email was cancelled before it went were never said.
    """
    never = Letter.state.in_([LetterState.CANCELLED, LetterState.DRAFT])
    is_past = (Letter.state != LetterState.QUEUED) | (Letter.due_at <= clock.now())
    return Letter.id.is_(None) | (is_past & ~never)


def _speaker(is_theirs: bool, is_question: bool, name: str | None) -> str:
    if is_theirs:
        return "Your message"
    who = name.split()[0] if name else "us"
    return f"{'Question' if is_question else 'Message'} from {who}"


def open_question(expression: Expression) -> str:
    """The questions we wait for an answer to, all since they last wrote; or nothing."""
    asked = (
        select(Message.body)
        .outerjoin(Letter, Letter.id == Message.letter_id)
        .where(Message.expression_id == expression.id, Message.is_question, has_gone())
        .order_by(Message.id)
    )
    theirs = select(func.max(Message.id)).where(
        Message.expression_id == expression.id, Message.is_from_applicant
    )
    last_said = db.session.scalar(theirs) or 0
    return "\n\n".join(db.session.scalars(asked.where(Message.id > last_said)))


def is_said_already(expression: Expression, once_key: str | None) -> bool:
    """Did this very form, with these words, bring a message already?"""
    if once_key is None:
        return False
    said = select(Message.id).where(
        Message.expression_id == expression.id, Message.once_key == once_key
    )
    return db.session.scalar(said) is not None
