"""What each verb does to the expression's own columns, and the next promise it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.answers.models import Answers
from ppflow.db import db
from ppflow.events import Actor
from ppflow.expressions.models import Assignment, Expression, LastContact, Message
from ppflow.expressions.workflow import COUNTED, LAPSE_AFTER, OPEN
from ppflow.kinds import KINDS
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.projects.models import Project
from ppflow.workflow import Transition

By = Standing | Actor
Details = Mapping[str, Any]


def actor_of(by: By) -> Actor:
    """The actor to record for a signed-in person, the applicant or the system."""
    return by.actor if isinstance(by, Standing) else by


def next_promise(verb: str, expression: Expression, details: Details) -> date | None:
    """The date by which the person hears from us next, after this verb (design.md 5).

    A date chosen by staff wins; then the opportunity's decision date; then the kind's promise.
    """
    today = clock.today()
    if verb == "arrange":
        return clock.local(details["talk_at"]).date() + timedelta(days=1)
    if verb == "offer":
        return clock.working_days_after(details["accept_by"], 1)
    if details.get("next_reply_by"):
        chosen: date = details["next_reply_by"]
        return chosen
    if verb == "ask":
        return today + LAPSE_AFTER
    if verb in {"start", "pass_on", "write"}:
        return expression.reply_by  # never moved in silence
    if verb == "message" and expression.opportunity is not None:
        decision = expression.opportunity.decision_by
        if decision is not None and decision >= today:
            return decision
    return clock.working_days_after(today, KINDS[expression.kind].promise_days)


def apply(transition: Transition, expression: Expression, by: By, details: Details) -> None:
    """Change the expression's columns as the verb says; the caller has checked everything."""
    target = transition.target or expression.status
    effect = EFFECTS.get(transition.verb)
    if effect is not None:
        effect(expression, by, details)
    expression.status = target
    expression.closed_at = None if target in OPEN else (expression.closed_at or clock.now())
    if target in OPEN:
        expression.reply_by = next_promise(transition.verb, expression, details)
    if isinstance(by, Standing) and transition.letter:
        expression.has_answered = False
        expression.first_replied_at = expression.first_replied_at or clock.now()


def _ask(expression: Expression, by: By, details: Details) -> None:
    expression.asked_at = clock.now()
    _say(expression, by, details, is_question=True)
    expression.last_contact = LastContact.WE_ASKED


def _say(expression: Expression, by: By, details: Details, *, is_question: bool = False) -> None:
    is_theirs = not isinstance(by, Standing)
    expression.messages.append(
        Message(
            body=details["body"],
            is_from_applicant=is_theirs,
            is_question=is_question,
            by_id=actor_of(by).person_id,
        )
    )
    expression.last_contact_at = clock.now()
    expression.last_contact = LastContact.THEY_WROTE if is_theirs else LastContact.WE_WROTE
    expression.has_answered = is_theirs


def _answer(expression: Expression, _by: By, details: Details) -> None:
    _say(expression, events.APPLICANT, details)


def _arrange(expression: Expression, _by: By, details: Details) -> None:
    expression.talk_at, expression.talk_how = details["talk_at"], details["talk_how"]


def _offer(expression: Expression, _by: By, details: Details) -> None:
    expression.accept_by = details["accept_by"]
    expression.asked_at = clock.now()
    expression.last_contact_at = clock.now()
    expression.last_contact = LastContact.WE_OFFERED


def _wait(expression: Expression, _by: By, _details: Details) -> None:
    expression.waiting_since = expression.waiting_since or clock.now()


def _give_reason(expression: Expression, by: By, details: Details) -> None:
    expression.reason = details["reason"]
    if details.get("body"):
        _say(expression, by, details)


def _pass_on(expression: Expression, by: By, details: Details) -> None:
    project: Project | None = details.get("project")
    if project is not None:
        count_interest(expression, -1)  # interest moves with the person
        expression.project_id, expression.programme_id = project.id, project.programme_id
        expression.opportunity_id = None
        count_interest(expression, +1)
        db.session.flush()
        db.session.expire(expression, ["project", "programme", "opportunity"])
    assign(expression, details["to"], by=by, why=details.get("why") or "it was passed on to you")


def _duplicate(expression: Expression, _by: By, details: Details) -> None:
    expression.duplicate_of_id = details["duplicate_of"].id


def _spam(expression: Expression, _by: By, _details: Details) -> None:
    expression.set_aside_at = None


def _withdraw(expression: Expression, _by: By, _details: Details) -> None:
    forget_sensitive(expression)  # at once (design.md 8); the rest goes by the retention clock


def forget_sensitive(expression: Expression) -> None:
    """Delete the sealed answers of every version: health, access needs and the like."""
    db.session.execute(
        update(Answers).where(Answers.expression_id == expression.id).values(sealed=None)
    )
    expression.has_needs = False


EFFECTS: dict[str, Callable[[Expression, By, Details], None]] = {
    "ask": _ask,
    "message": _say,
    "answer": _answer,
    "write": _say,
    "arrange": _arrange,
    "offer": _offer,
    "wait": _wait,
    "not_this_time": _give_reason,
    "pass_on": _pass_on,
    "complete": _say,
    "duplicate": _duplicate,
    "spam": _spam,
    "not_spam": _spam,
    "withdraw": _withdraw,
    "decline": _withdraw,
}


def is_counted(expression: Expression) -> bool:
    """Does this person stand in the public number of people interested?"""
    return expression.set_aside_at is None and expression.status in COUNTED


def recount_interest(expression: Expression, was_counted: bool) -> None:
    """Keep the stored number of interested people true after a change."""
    step = is_counted(expression) - was_counted
    if step:
        count_interest(expression, step)


def count_interest(expression: Expression, step: int) -> None:
    """Move the stored number of people interested by `step`, without a race."""
    for model, thing_id in (
        (Opportunity, expression.opportunity_id),
        (Project, expression.project_id if not expression.opportunity_id else None),
    ):
        if thing_id is not None:
            db.session.execute(
                update(model)
                .where(model.id == thing_id)
                .values(interest_count=model.interest_count + step)
                .execution_options(synchronize_session=False)
            )


def assign(expression: Expression, person: Person | None, *, by: By, why: str) -> Assignment:
    """Append who answers from now on, and why. None leaves it unrouted."""
    actor = actor_of(by)
    expression.assignee_id = person.id if person else None
    expression.is_unrouted = person is None
    assignment = Assignment(
        expression_id=expression.id,
        person_id=person.id if person else None,
        by_kind=actor.kind,
        by_id=actor.person_id,
        why=why,
    )
    db.session.add(assignment)
    return assignment
