"""Decisions prepared one by one and released together, where an opportunity asks for it.

A prepared decision is encrypted beside its form. Nobody but staff can see it; the clock runs on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from ppflow import events, keys
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.expressions import acts, mail
from ppflow.expressions.acts import SEND, Done, LetterChoice
from ppflow.expressions.effects import next_promise
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import AT_WORK, LIFE, Status
from ppflow.letters import Rendered
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.places.acts import Result, each
from ppflow.places.queries import capacity

TOGETHER: Final = frozenset({"offer", "wait", "not_this_time"})  # the verbs of joint release
_DAYS: Final = ("accept_by", "next_reply_by")
_PLAIN: Final = ("reason", "body", "alternatives")


def is_joint(verb: str, expression: Expression) -> bool:
    """Does this decision wait for the others? Those on the waiting list are answered one by one."""
    opportunity = expression.opportunity
    is_asked = opportunity is not None and opportunity.is_joint_release
    is_first = expression.status in AT_WORK - {Status.WAITING_LIST}
    return is_asked and is_first and verb in TOGETHER


@dataclass(frozen=True)
class Prepared:
    """A decision that waits: what, with which details, which letter, by whom."""

    verb: str
    details: dict[str, Any]
    letter: LetterChoice
    by_id: int


def prepare(
    verb: str,
    expression: Expression,
    *,
    by: Standing,
    expected_version: int | None = None,
    letter: LetterChoice = SEND,
    **details: Any,
) -> None:
    """Keep a decision, encrypted, until it is released. The clock runs on; the person sees nothing.

    A second one takes the place of the first. Raises as `perform` does.
    """
    db.session.refresh(expression, with_for_update=True)
    acts.checked(verb, expression, by, expected_version, details)
    if not is_joint(verb, expression):
        raise NotNow("This decision is not released with others. Send it at once.")
    kept = {name: details[name] for name in _PLAIN if details.get(name)}
    kept |= {name: details[name].isoformat() for name in _DAYS if details.get(name)}
    edited = letter.edited
    words = [edited.subject, edited.body] if edited else None
    sealed = {"details": kept, "is_sent": letter.is_sent, "words": words, "by": by.person_id}
    expression.pending_verb, expression.pending = verb, keys.seal(sealed)
    expression.version += 1
    events.record("prepare", expression, by.actor)


def what_waits(verb: str, pending: bytes) -> Prepared:
    """A prepared decision, opened."""
    kept = keys.unseal(pending)
    details = dict(kept["details"])
    details |= {name: date.fromisoformat(details[name]) for name in _DAYS if name in details}
    edited = Rendered(*kept["words"]) if kept["words"] else None
    return Prepared(verb, details, LetterChoice(kept["is_sent"], edited), kept["by"])


def pending_of(expression: Expression) -> Prepared | None:
    """The decision that waits for this form, if one does."""
    chosen = select(Expression.pending_verb, Expression.pending)
    verb, pending = db.session.execute(chosen.where(Expression.id == expression.id)).one()
    return what_waits(verb, pending) if verb and pending else None


def put_away(expression: Expression, *, by: Standing, expected_version: int | None = None) -> None:
    """Take a prepared decision back. Nobody has seen it."""
    db.session.refresh(expression, with_for_update=True)
    if not acts.who_is(by, expression):
        raise NotAllowed("You may not do this with this form.")
    if expected_version is not None and expected_version != expression.version:
        raise Conflict(
            "Somebody else changed this first.",
            expression=expression,
            since_version=expected_version,
        )
    if expression.pending_verb is None:
        raise NotNow("No decision waits for this form any more.")
    expression.pending_verb = expression.pending = None
    expression.version += 1
    events.record("put_away", expression, by.actor)


def release(
    opportunity: Opportunity, seen: Mapping[int, int], *, by: Standing, is_meant: bool = False
) -> list[Result]:
    """Tell everybody at once: each prepared decision is done, and its letter goes.

    `seen` holds the versions that stood on the page, by id. One that somebody changed meanwhile,
    or that cannot be done any more, stays as it is and says why; the others go. `is_meant`: more
    offers than places are meant.
    """
    if not by.coordinates(opportunity.programme_id):
        raise NotAllowed("A coordinator releases decisions.")
    chosen = (
        select(Expression)
        .where(Expression.opportunity_id == opportunity.id, Expression.id.in_(seen))
        .order_by(Expression.received_at, Expression.id)
        .with_for_update(of=Expression)  # before the opportunity, as in every act: no deadlock
    )
    prepared = db.session.scalars(chosen).all()
    db.session.refresh(opportunity, with_for_update=True)
    if capacity(opportunity).is_over_when_released and not is_meant:
        raise NotComplete("is_meant", "There are more offers than places. Tick the box if so.")
    return each(
        prepared,
        lambda expression: _release(expression, seen[expression.id], by),
    )


def _release(expression: Expression, version: int, by: Standing) -> Done:
    db.session.refresh(expression, with_for_update=True)
    waiting = pending_of(expression)
    if waiting is None:
        raise NotNow("Somebody has decided or taken it back meanwhile.")
    if version != expression.version:
        raise Conflict("Something has changed since you opened the page. Read it again.")
    letter = waiting.letter
    if letter.is_sent and letter.edited is None:
        letter = LetterChoice(edited=_rendered(expression, waiting))
    return acts.perform(waiting.verb, expression, by=by, letter=letter, **waiting.details)


def _rendered(expression: Expression, waiting: Prepared) -> Rendered:
    """Its letter as it is today, signed by whoever decided."""
    details = waiting.details
    known = {**details, "next_reply_by": next_promise(waiting.verb, expression, details)}
    name = LIFE.transitions[waiting.verb].letter or ""
    decider = db.session.get(Person, waiting.by_id)
    return mail.for_applicant(name, expression, decider, **known)
