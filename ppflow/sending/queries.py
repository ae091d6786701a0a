"""The receipt: whose it is, and what happens next as a list of days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from ppflow import clock
from ppflow.applicants.models import Applicant, ContactBy, Draft
from ppflow.applicants.queries import draft_by_submission
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.kinds import Context
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project
from ppflow.registering.queries import VISIT
from ppflow.web import day, plural

TIME_WORDS = {
    "morning": "in the morning",
    "afternoon": "in the afternoon",
    "evening": "in the evening",
}


class Things(NamedTuple):
    """The rows an expression points at."""

    programme: Programme
    project: Project | None
    opportunity: Opportunity | None


def things_of(about: Context) -> Things:
    """The whole rows behind what a form is about: whoever routes and writes letters needs them."""
    if about.opportunity is None:
        return Things(about.programme, about.project, None)
    opportunity = db.session.scalars(_WHOLE, {"id": about.opportunity.id}).one()
    return Things(opportunity.programme, opportunity.project, opportunity)


_WHOLE: Final = (
    select(Opportunity)
    .where(Opportunity.id == bindparam("id"))
    .options(
        joinedload(Opportunity.programme),
        joinedload(Opportunity.project),
        joinedload(Opportunity.named_person),
    )
)


@dataclass(frozen=True)
class Receipt:
    """A form that this browser sent. Names and addresses are shown in the same visit only."""

    expression: Expression
    draft: Draft

    @property
    def is_same_visit(self) -> bool:
        sent_at = self.draft.sent_at
        return sent_at is not None and clock.now() - sent_at < VISIT

    @property
    def may_correct(self) -> bool:
        """The address can be put right here, until it is confirmed."""
        has_email = bool(self.expression.applicant.email)
        return self.is_same_visit and has_email and self.expression.confirmed_at is None


def receipt(submission_key: str, cookie: list[str], person_id: int | None) -> Receipt | None:
    """The receipt of a form that this browser holds the key of."""
    draft = draft_by_submission(submission_key, cookie, person_id)
    if draft is None or draft.expression_id is None:
        return None
    expression = db.session.scalars(
        select(Expression)
        .where(Expression.id == draft.expression_id, Expression.erased_at.is_(None))
        .options(
            joinedload(Expression.applicant),
            joinedload(Expression.programme),
            joinedload(Expression.project),
            joinedload(Expression.opportunity),
            joinedload(Expression.assignee),
        )
    ).one_or_none()
    return Receipt(expression, draft) if expression else None


def who_answers(person: Person | None) -> str:
    """Grace, our public involvement coordinator; or the coordinators."""
    if person is None:
        return "our coordinators"
    role = person.job_role
    role = role[0].lower() + role[1:] if role[1:2].islower() else role
    return f"{person.first_name}, our {role}," if role else person.first_name


def first_name(person: Person | None) -> str:
    return person.first_name if person else "us"


def what_next(expression: Expression) -> list[dict[str, Any]]:
    """The days that come, in order; the one we wait for now is marked."""
    today = clock.today()
    sent_on = day(expression.received_at)
    steps = [
        {
            "when": f"Today, {sent_on}" if _is_today(expression) else sent_on,
            "text": f"Your form is safe with us. {_told(expression)} been told.",
            "state": "past",
        }
    ]
    coming = _of_opportunity(expression.opportunity, today) if expression.opportunity else []
    later = [(on, {"when": when, "text": text, "state": "next"}) for on, when, text in coming]
    if expression.reply_by is not None and not expression.applicant.is_anonymous:
        now = {"when": f"By {day(expression.reply_by)}", "text": how(expression), "state": "now"}
        later.insert(0, (expression.reply_by, now))  # before what else comes on that day
    steps += [step for _on, step in sorted(later, key=lambda dated: dated[0])]
    return steps


def _is_today(expression: Expression) -> bool:
    return clock.local(expression.received_at).date() == clock.today()


def _told(expression: Expression) -> str:
    person = expression.assignee
    return f"{person.first_name} has" if person else "Our coordinators have"


def how(expression: Expression) -> str:
    """Grace rings you in the evening, as you asked."""
    applicant, person = expression.applicant, expression.assignee
    who = who_answers(person)
    who = who[0].upper() + who[1:]
    many = person is None
    if applicant.contact_by is ContactBy.PHONE:
        times = [TIME_WORDS[each] for each in applicant.best_time if each in TIME_WORDS]
        when = f" {' or '.join(times)}, as you asked" if times else ""
        return f"{who} {'ring' if many else 'rings'} {_whom(applicant)}{when}."
    way = "by post" if applicant.contact_by is ContactBy.POST else "by email"
    return f"{who} {'write' if many else 'writes'} to {_whom(applicant)} {way}."


def _whom(applicant: Applicant) -> str:
    if not applicant.is_for_someone_else or applicant.contact_is_helper:
        return "you"
    return applicant.first_name


def _of_opportunity(opportunity: Opportunity, today: date) -> list[tuple[date, str, str]]:
    found = []
    if opportunity.closes_on and opportunity.closes_on >= today:
        interest = plural(opportunity.interest_count, "person", "people")
        places = f"{plural(opportunity.places, 'place')}, " if opportunity.places else ""
        text = f"The opportunity closes. {places}{interest} interested, you included."
        found.append((opportunity.closes_on, day(opportunity.closes_on), text))
    if opportunity.decision_by and opportunity.decision_by >= today:
        text = "We tell you our decision, yes or no, with a reason."
        found.append((opportunity.decision_by, f"By {day(opportunity.decision_by)}", text))
    if opportunity.first_on and opportunity.first_on >= today:
        text = "The first date, if you join."
        found.append((opportunity.first_on, day(opportunity.first_on), text))
    return found
