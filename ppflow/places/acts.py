"""Acts on the places of an opportunity: no offer past them unseen, a new date for everybody who
waits, and a form that goes on to another opportunity.

Every change of a form goes through `perform`. All in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, select

from ppflow import clock
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.expressions import acts, mail
from ppflow.expressions.acts import SEND, Done, LetterChoice
from ppflow.expressions.effects import By
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.expressions.workflow import WORDS, Status
from ppflow.letters import Rendered
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.places.queries import capacity, keeps
from ppflow.programmes.acts import edit
from ppflow.routing import acts as routing

DATED: Final = frozenset({Status.RECEIVED, Status.IN_REVIEW, Status.WAITING_LIST})
MOST_AT_ONCE: Final = 200  # told in one press; of more the worker tells one after the other


def refuse_over(expression: Expression, is_meant: bool) -> None:
    """Raises `NotComplete` when every place is taken or offered and nobody said that it is meant.

    The opportunity is locked: of two who offer the last place at once, the second is told.
    """
    if expression.opportunity_id is None or is_meant:
        return
    db.session.refresh(expression, with_for_update=True)  # in the order of every act: no deadlock
    chosen = select(Opportunity).where(Opportunity.id == expression.opportunity_id)
    opportunity = db.session.scalars(chosen.with_for_update(key_share=True)).one()
    if capacity(opportunity).is_full:
        words = "Every place is taken or offered. Tick the box if you want to offer one more."
        raise NotComplete("over_places", words)


# --- many at once ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What came of one form in an act on many: `trouble` says why nothing happened to it."""

    reference: str
    trouble: str = ""


def each(expressions: Sequence[Expression], act: Callable[[Expression], Any]) -> list[Result]:
    """Do something to each; one that fails leaves no trace and spoils no other."""
    results = []
    for expression in expressions:
        try:
            with db.session.begin_nested():
                act(expression)
        except (NotNow, NotComplete, NotAllowed, Conflict) as refused:
            results.append(Result(expression.reference, str(refused)))
        else:
            results.append(Result(expression.reference))
    return results


# --- a new date for everybody ---------------------------------------------------------------------


@dataclass(frozen=True)
class Dating:
    """What "we decide on …" did: how many were told, and who keeps a date of their own."""

    told: int
    skipped: dict[str, int]  # by the words of their status
    results: list[Result]


def to_be_dated(opportunity: Opportunity, on: date) -> Select[Expression]:
    """Those whom a new date would be told: it is our turn, and they know another date."""
    return (
        select(Expression)
        .where(
            Expression.opportunity_id == opportunity.id,
            Expression.status.in_(DATED),
            Expression.reply_by.is_distinct_from(on),
            in_queue(),
        )
        .order_by(Expression.received_at, Expression.id)
    )


def skipped_by_date(opportunity: Opportunity) -> dict[str, int]:
    """How many keep their own date, by status: they owe us an answer, or we talk on a day."""
    statuses = db.session.scalars(
        select(Expression.status).where(
            Expression.opportunity_id == opportunity.id,
            Expression.status.not_in(DATED),
            in_queue(),
        )
    )
    found: dict[str, int] = {}
    for status in statuses:
        found[WORDS[status].staff_label] = found.get(WORDS[status].staff_label, 0) + 1
    return found


@dataclass(frozen=True)
class Foreseen:
    """Before anything happens: how many would be told, who keeps their own date, one letter."""

    to_tell: int
    skipped: dict[str, int]
    letter: Rendered | None


def foreseen(opportunity: Opportunity, on: date, why: str, *, by: Standing) -> Foreseen:
    """What `decide_on` would do, and the letter that the first of them would read."""
    _refuse_date(opportunity, on, why, by)
    chosen = to_be_dated(opportunity, on)
    count = select(func.count()).select_from(chosen.order_by(None).subquery())
    first, letter = db.session.scalars(chosen.limit(1)).first(), None
    if first is not None:
        sender = db.session.get_one(Person, by.person_id)
        letter = mail.for_applicant(
            "expression-new-date", first, sender, next_reply_by=on, body=why
        )
    return Foreseen(db.session.scalar(count) or 0, skipped_by_date(opportunity), letter)


def name_date(opportunity: Opportunity, on: date, why: str, *, by: Standing) -> None:
    """The opportunity's own decision date. Raises as `decide_on`; nobody is told of it here."""
    _refuse_date(opportunity, on, why, by)
    edit(opportunity, {"decision_by": on}, by=by.actor)


def decide_on(opportunity: Opportunity, on: date, why: str, *, by: Standing) -> Dating:
    """Give everybody who waits for a decision the same next date, with its reason and a letter.

    The opportunity's own decision date becomes it too. Pressed twice, it tells nobody twice.
    Raises `NotComplete` for a day in the past or no reason. At most `MOST_AT_ONCE` are told.
    """
    name_date(opportunity, on, why, by=by)
    results = each(
        db.session.scalars(to_be_dated(opportunity, on).limit(MOST_AT_ONCE)).all(),
        lambda expression: acts.perform("promise", expression, by=by, next_reply_by=on, body=why),
    )
    told = sum(not result.trouble for result in results)
    return Dating(told, skipped_by_date(opportunity), results)


def _refuse_date(opportunity: Opportunity, on: date, why: str, by: Standing) -> None:
    if not keeps(by, opportunity):
        raise NotAllowed("You may not name a date for this opportunity.")
    if on < clock.today():
        raise NotComplete("decide_on", "Choose a day that is not in the past.")
    if not why.strip():
        raise NotComplete("why", "Say why, in words for them.")


# --- on to another opportunity --------------------------------------------------------------------


def carry_over(
    expression: Expression,
    opportunity: Opportunity,
    *,
    by: By,
    expected_version: int | None = None,
    letter: LetterChoice = SEND,
) -> Done:
    """The same form, with its reference, goes to another opportunity and starts there anew.

    Raises `NotNow` for one that staff did not name or that has closed.
    """
    done = acts.perform(
        "carry_over", expression, by=by, expected_version=expected_version, letter=letter,
        opportunity=opportunity,
    )  # fmt: skip
    routing.route_anew(expression)
    return done
