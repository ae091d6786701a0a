"""What is over its time, by rule; and what was told to whom about a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from ppflow import clock
from ppflow.access import Standing
from ppflow.answers.models import Consent
from ppflow.applicants.models import Draft
from ppflow.db import db
from ppflow.erasing.workflow import DRAFTS, LETTERS, NOT_TAKEN_UP, RULES, Rule
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import HAS_BODY, Letter
from ppflow.outbox.workflow import FINAL, LetterState

Condition = ColumnElement[bool]


def due(rule: Rule) -> Select[int]:
    """Ids of the expressions that a rule erases now, longest closed first."""
    before = rule.before(clock.now())
    closed = Expression.closed_at
    return (
        select(Expression.id)
        .where(closed.is_not(None), Expression.erased_at.is_(None), closed < before)
        .where(CONDITIONS[rule.key](before))
        .order_by(closed, Expression.id)
    )


def _kept_for_future() -> Condition:
    """They asked to be kept for the future, and have not taken that back."""
    return (
        select(Consent.id)
        .where(
            Consent.expression_id == Expression.id,
            Consent.key == "keep_for_future",
            Consent.choice != "no",
            Consent.withdrawn_at.is_(None),
        )
        .exists()
    )


def _quiet_since(before: datetime) -> Condition:
    """Neither they nor we have written or rung since."""
    return Expression.last_contact_at < before


def _not_taken_up(before: datetime) -> Condition:
    is_it = Expression.status.in_(NOT_TAKEN_UP)
    return and_(is_it, ~_kept_for_future(), _quiet_since(before))


def _kept(before: datetime) -> Condition:
    is_it = Expression.status.in_(NOT_TAKEN_UP)
    return and_(is_it, _kept_for_future(), _quiet_since(before))


def _withdrawn(_before: datetime) -> Condition:
    return Expression.status == Status.WITHDRAWN


def _joined(before: datetime) -> Condition:
    """A place ends when it is completed, or with the last day of what it was for.

    A place with no last day goes on until somebody completes it.
    """
    its_last_day = (
        select(Opportunity.last_on)
        .where(Opportunity.id == Expression.opportunity_id)
        .scalar_subquery()
    )
    has_ended = or_(
        Expression.status.in_([Status.COMPLETED, Status.PASSED_TO_STUDY]),
        and_(Expression.status == Status.JOINED, its_last_day < clock.local(before).date()),
    )
    return and_(has_ended, _quiet_since(before))


def _spam(_before: datetime) -> Condition:
    return Expression.status == Status.SPAM


CONDITIONS: Final[Mapping[str, Callable[[datetime], Condition]]] = {
    "not_taken_up": _not_taken_up,
    "kept_for_future": _kept,
    "withdrawn": _withdrawn,
    "joined": _joined,
    "spam": _spam,
}


def counts_due() -> dict[str, int]:
    """How many forms each rule would erase now, by its key. Names nobody."""
    counted = {}
    for rule in RULES:
        ids = due(rule).order_by(None).subquery()
        counted[rule.key] = db.session.scalar(select(func.count()).select_from(ids)) or 0
    return counted


EXAMPLES: Final = 5


def examples(rule: Rule, standing: Standing) -> list[Row[str, datetime]]:
    """(reference, closed) of the first forms that a rule erases, for who may see them."""
    chosen = select(Expression.reference, Expression.closed_at).where(
        Expression.id.in_(due(rule).order_by(None)), is_visible_to(standing)
    )
    first = chosen.order_by(Expression.closed_at, Expression.id).limit(EXAMPLES)
    return list(db.session.execute(first))


def counts_of_the_rest() -> dict[str, int]:
    """How many drafts and letters are over their time; jobs of their rooms see to them."""
    drafts = select(func.count(Draft.id)).where(Draft.expires_at < clock.now())
    return {
        DRAFTS.key: db.session.scalar(drafts) or 0,
        LETTERS.key: db.session.scalar(select(func.count(Letter.id)).where(letters_due())) or 0,
    }


def letters_due() -> Condition:
    """SQL condition: this letter has ended long ago and still holds its text."""
    before = LETTERS.before(clock.now())
    # An index has them by when they were written, which was before they ended.
    is_old = and_(Letter.created_at < before, Letter.ended_at < before)
    return and_(HAS_BODY, Letter.state.in_(FINAL), is_old)


def not_erased() -> int:
    """How many forms still hold somebody's details."""
    held = select(func.count(Expression.id)).where(Expression.erased_at.is_(None))
    return db.session.scalar(held) or 0


def places_without_end() -> int:
    """Places that no clock can end: joined, with no last day. Somebody has to complete them."""
    has_end = (
        select(Opportunity.id)
        .where(Opportunity.id == Expression.opportunity_id, Opportunity.last_on.is_not(None))
        .exists()
    )
    found = select(func.count(Expression.id)).where(
        Expression.status == Status.JOINED, Expression.erased_at.is_(None), ~has_end
    )
    return db.session.scalar(found) or 0


def told(expression: Expression) -> list[tuple[str, int | None]]:
    """(address, person id) of everybody on the staff side who got an email about this form."""
    rows = db.session.execute(
        select(Letter.to_address, Letter.person_id)
        .where(
            Letter.expression_id == expression.id,
            Letter.name.like("staff-%"),
            Letter.state.in_([LetterState.SENT, LetterState.SENDING, LetterState.UNKNOWN]),
        )
        .order_by(Letter.id)
    )
    found: dict[object, tuple[str, int | None]] = {}
    for address, person_id in rows:
        found.setdefault(person_id or address, (address, person_id))
    return [each for each in found.values() if each[0] or each[1]]
