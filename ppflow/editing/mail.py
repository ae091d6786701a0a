"""The letter that tells people when, where or how something happens has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.applicants.models import ContactBy
from ppflow.db import db
from ppflow.editing.queries import open_of
from ppflow.expressions import mail
from ppflow.expressions.models import Expression
from ppflow.letters import Rendered, render
from ppflow.opportunities.models import FORMAT_LABELS, Opportunity
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.web import day

LETTER: Final = "expression-changed"
# What people were promised, in the order of the letter; a change of one of these is told.
TOLD: Final = {
    "first_on": "First date",
    "last_on": "Last date",
    "format": "How",
    "venue": "Venue",
    "place": "Where",
    "closes_on": "Forms are taken until",
    "decision_by": "We decide by",
}
Changes = list[tuple[str, str]]


@dataclass(frozen=True)
class Telling:
    """What would go out: to how many by email, to how many by hand, and what the first reads."""

    by_email: int
    by_hand: int
    changes: Changes
    letter: Rendered

    @property
    def count(self) -> int:
        return self.by_email + self.by_hand


def facts(opportunity: Opportunity, changed: Sequence[str]) -> Changes:
    """Every fact as it stands now, so that this letter alone is enough; what is new says so."""
    found = []
    for name, label in TOLD.items():
        value = _in_words(getattr(opportunity, name))
        if name in changed:
            found.append((label, f"{value or 'not fixed now'} (this is new)"))
        elif value:
            found.append((label, value))
    return found


def _in_words(value: Any) -> str:
    if isinstance(value, date):
        return day(value)
    return FORMAT_LABELS.get(value, value or "")


def _rendered(expression: Expression, changes: Changes, why: str, by: Person) -> Rendered:
    context = mail.applicant_context(expression, by, body=why)
    return render(LETTER, **context, changes=changes)


def _waiting(opportunity: Opportunity) -> list[Expression]:
    rows = open_of(Expression.opportunity_id, opportunity.id)
    return list(db.session.scalars(rows.options(joinedload(Expression.applicant))))


def telling(
    opportunity: Opportunity, changed: Sequence[str], why: str, *, by: Standing
) -> Telling | None:
    """What a change would tell whom; None when nobody waits or nothing told has changed."""
    waiting = _waiting(opportunity) if set(changed) & set(TOLD) else []
    if not waiting:
        return None
    changes = facts(opportunity, changed)
    sender = db.session.get_one(Person, by.person_id)
    by_email = sum(each.applicant.contact_by is ContactBy.EMAIL for each in waiting)
    letter = _rendered(waiting[0], changes, why, sender)
    return Telling(by_email, len(waiting) - by_email, changes, letter)


def tell(opportunity: Opportunity, changed: Sequence[str], why: str, *, by: Standing) -> int:
    """One letter to each person with an open expression; gives how many.

    A letter about an earlier change that has not gone yet is cancelled: this one says it all.
    """
    changes = facts(opportunity, changed)
    sender = db.session.get_one(Person, by.person_id)
    names = sorted(set(changed) & set(TOLD))
    waiting = _waiting(opportunity)
    _cancel_earlier(waiting)
    for expression in waiting:
        mail.to_applicant(
            LETTER,
            expression,
            _rendered(expression, changes, why, sender),
            hold=mail.hold_for(LETTER),
            is_automatic=False,
        )
        events.record("change", expression, by.actor, fields=names)
    return len(waiting)


def _cancel_earlier(waiting: Sequence[Expression]) -> None:
    ids = [expression.id for expression in waiting]
    earlier = select(Letter).where(
        Letter.expression_id.in_(ids),
        Letter.name == LETTER,
        Letter.state.in_([LetterState.QUEUED, LetterState.BY_HAND]),
    )
    for letter in db.session.scalars(earlier.with_for_update()):
        letter.state, letter.ended_at = LetterState.CANCELLED, clock.now()
        letter.trouble = "A later change took its place."
