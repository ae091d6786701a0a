"""Give an expression to the right person, say why, promise a date, and tell everyone concerned.

The order (design.md 5): 1 the person named by the opportunity; 2 ordered rules and 3 strategies
other than `lead` come when a programme switches them on; 3 `lead` and 4 the project's facilitator;
5 the programme's coordinators, marked unrouted. Someone away is covered by a deputy, one hop.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed
from ppflow.events import Actor
from ppflow.expressions import acts, mail
from ppflow.expressions.effects import assign, count_interest
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.kinds import KINDS
from ppflow.letters import Recipient, render, write
from ppflow.people.models import Person
from ppflow.people.queries import coordinators_of
from ppflow.programmes.models import TellWhen
from ppflow.projects.models import MemberRole
from ppflow.projects.queries import members_now
from ppflow.workflow import Who


@dataclass(frozen=True)
class Choice:
    """Who answers, and why in words that follow "You, "; nobody means unrouted."""

    person: Person | None
    why: str


def choose(expression: Expression) -> Choice:
    """The first step that yields somebody available wins. Writes nothing."""
    named = expression.opportunity.named_person if expression.opportunity else None
    deputies: list[Person] = []
    if expression.project_id is not None:
        deputies = members_now(expression.project_id, MemberRole.DEPUTY)
    if named is not None:
        choice = _available(named, deputies, "because you are named on this opportunity")
        if choice is not None:
            return choice
    if expression.project_id is not None:
        for facilitator in members_now(expression.project_id, MemberRole.FACILITATOR):
            choice = _available(facilitator, deputies, "because you facilitate this project")
            if choice is not None:
                return choice
        for deputy in deputies:
            if deputy.is_available:
                return Choice(deputy, "because you are the deputy and nobody else is available")
        return Choice(None, "nobody on the project is available, so the coordinators have it")
    return Choice(None, "it is not about one project, so the coordinators have it")


def _available(person: Person, deputies: list[Person], why: str) -> Choice | None:
    if person.is_available:
        return Choice(person, why)
    for deputy in deputies:
        if deputy.is_available and deputy.id != person.id:
            away = "is away" if person.active else "has left"
            return Choice(deputy, f"because you cover for {person.name}, who {away}")
    return None


def first_promise(expression: Expression) -> date:
    """The first reply-by date: the kind's promise in working days, or the project's if sooner."""
    days = KINDS[expression.kind].promise_days
    if expression.project is not None and expression.project.promise_days is not None:
        days = min(days, expression.project.promise_days)
    return clock.working_days_after(clock.local(expression.received_at).date(), days)


def receive(expression: Expression, *, by: Actor = events.APPLICANT) -> Choice:
    """All that happens to a new form, in the caller's transaction; `by` sent it (staff for others).

    Assignment with its reason, reply-by date, event, receipt to the person, letters to the
    facilitator, deputy and coordinators. A suspected spam is kept, hidden, and mails nobody.
    """
    expression.received_at = expression.received_at or clock.now()
    expression.reply_by = first_promise(expression)
    db.session.add(expression)
    db.session.flush()
    events.record("receive", expression, by, to_status=expression.status)
    if expression.set_aside_at is not None:
        events.record("set_aside", expression, events.SYSTEM)
        return Choice(None, "it is set aside until a coordinator has looked")
    count_interest(expression, +1)
    with db.session.no_autoflush:  # letters and events go in together, not at each question
        return _route_and_tell(expression)


def release(expression: Expression, *, by: Standing, expected_version: int | None = None) -> Choice:
    """Not spam after all: it runs the normal path, with a promise counted from today."""
    acts.perform("not_spam", expression, by=by, expected_version=expected_version)
    return _route_and_tell(expression)


def _route_and_tell(expression: Expression) -> Choice:
    choice = choose(expression)
    assign(expression, choice.person, by=events.SYSTEM, why=choice.why)
    events.record("assign", expression, events.SYSTEM)
    receipt = mail.for_applicant("expression-received", expression)
    mail.to_applicant("expression-received", expression, receipt)
    tell_of_new(expression, choice)
    return choice


def tell_of_new(expression: Expression, choice: Choice) -> None:
    """Tell whoever answers, the deputies and the coordinators: each at most one letter."""
    answering = [choice.person] if choice.person else []
    if expression.project_id is not None:
        answering += members_now(expression.project_id, MemberRole.FACILITATOR)[:1]
        answering += members_now(expression.project_id, MemberRole.DEPUTY)
    told = {p.id for p in answering}
    mail.tell_staff("staff-new-expression", expression, answering, choice=choice)
    programme = expression.programme
    if programme.tell_coordinators is TellWhen.NOW or choice.person is None:
        others = [p for p in db.session.scalars(coordinators_of(programme.id)) if p.id not in told]
        name = "staff-new-expression" if choice.person else "staff-unrouted"
        mail.tell_staff(name, expression, others, choice=choice)
    if programme.role_mailbox:
        _tell_mailbox(expression, choice)


def _tell_mailbox(expression: Expression, choice: Choice) -> None:
    context = mail.staff_context(expression, person=None, choice=choice)
    rendered = render("staff-new-expression", **context)
    to = Recipient(expression.programme.role_mailbox, expression.programme.contact_label)
    write("staff-new-expression", rendered, to, mail.about(expression, with_link=False))


def claim(expression: Expression, *, by: Standing) -> None:
    """Take an expression nobody has. Conditional in the database: only one can win."""
    if not acts.who_is(by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not take this form.")
    taken = db.session.execute(
        update(Expression)
        .where(Expression.id == expression.id, Expression.assignee_id.is_(None), in_queue())
        .values(assignee_id=by.person_id, is_unrouted=False, version=Expression.version + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(expression)
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        message = "Somebody else has taken this form." if expression.is_open else "It is closed."
        raise Conflict(message, expression=expression)
    person = db.session.get_one(Person, by.person_id)
    assign(expression, person, by=by, why="because you took it")
    events.record("claim", expression, by.actor)


def hand_over(
    expression: Expression,
    person: Person,
    *,
    by: Standing,
    expected_version: int | None = None,
    why: str = "",
) -> None:
    """Give an expression to a colleague who may see it. The reply-by date does not move."""
    db.session.refresh(expression, with_for_update=True)
    if expected_version is not None and expected_version != expression.version:
        raise Conflict(
            "Somebody else changed this first.",
            expression=expression,
            since_version=expected_version,
        )
    if not acts.who_is(by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not give this form to somebody.")
    giver = db.session.get_one(Person, by.person_id)
    assign(expression, person, by=by, why=why or f"because {giver.name} gave it to you")
    events.record("assign", expression, by.actor)
    expression.version += 1
    if person.id != by.person_id:
        mail.tell_staff("staff-handed-over", expression, [person], giver=giver)


def move_all(giver: Person, taker: Person | None, *, by: Standing) -> int:
    """Move every open expression of somebody who leaves, in the same act; returns how many.

    Nobody to take them leaves them unrouted, which the coordinators see at once.
    """
    held = db.session.scalars(
        select(Expression)
        .where(Expression.assignee_id == giver.id, Expression.closed_at.is_(None))
        .with_for_update()
    ).all()
    for expression in held:
        assign(expression, taker, by=by, why=f"because {giver.name} has left")
        events.record("assign", expression, by.actor)
        expression.version += 1
        if taker is not None:
            mail.tell_staff("staff-handed-over", expression, [taker], giver=giver)
        else:
            mail.tell_staff(
                "staff-unrouted",
                expression,
                db.session.scalars(coordinators_of(expression.programme_id)),
                choice=Choice(None, f"{giver.name} has left"),
            )
    return len(held)
