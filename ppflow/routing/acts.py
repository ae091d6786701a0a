"""Give an expression to the right person, say why, promise a date, and tell everyone concerned.

The order (design.md 5) stands in `strategies.choose`; here it is done. Read there: the person named
by the opportunity, the rules of the programme, the project's strategy, the coordinators.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import select, update

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.applicants import acts as links
from ppflow.applicants.models import StatusLink
from ppflow.db import Base, db
from ppflow.errors import Conflict, NotAllowed
from ppflow.events import Actor
from ppflow.expressions import acts, mail
from ppflow.expressions.effects import assign
from ppflow.expressions.interest import count_interest
from ppflow.expressions.models import Assignment, Expression
from ppflow.expressions.queries import in_queue
from ppflow.kinds import KINDS
from ppflow.letters import Recipient, compose, render
from ppflow.outbox.models import Letter
from ppflow.people.models import Person
from ppflow.people.queries import COORDINATORS, coordinators_of
from ppflow.programmes.models import TellWhen
from ppflow.projects.models import MemberRole
from ppflow.routing.models import Turn
from ppflow.routing.queries import Choice as Choice
from ppflow.routing.queries import Desk, Plain, Team, Turning
from ppflow.routing.strategies import choose as choose
from ppflow.routing.strategies import choose_on as choose_on
from ppflow.statements import insert, insert_all, insert_now, rows_changed
from ppflow.workflow import Who

RECEIPT: Final = "expression-received"
NEW: Final = "staff-new-expression"


def first_promise(expression: Expression) -> date:
    """The first reply-by date: the kind's promise in working days, or the project's if sooner."""
    days = KINDS[expression.kind].promise_days
    if expression.project is not None and expression.project.promise_days is not None:
        days = min(days, expression.project.promise_days)
    return clock.working_days_after(clock.local(expression.received_at).date(), days)


def receive(
    expression: Expression, *, by: Actor = events.APPLICANT, plain: Plain | None = None
) -> Choice:
    """All that happens to a new form, in the caller's transaction; `by` sent it (staff for others).

    Assignment with its reason, reply-by date, event, receipt to the person, letters to the
    facilitator, deputy and coordinators. A suspected spam is kept, hidden, and mails nobody.
    `plain`: its answers that are not encrypted, where they are not written yet.
    """
    expression.received_at = expression.received_at or clock.now()
    expression.reply_by = first_promise(expression)
    _point(expression)
    if expression.set_aside_at is not None:
        _write(expression)
        received = events.compose("receive", expression, by, to_status=expression.status)
        insert_all([received, events.compose("set_aside", expression, events.SYSTEM)])
        return Choice(None, "it is set aside until a coordinator has looked")
    count_interest(expression, +1)  # first: an advert is locked before a project's turn
    choice, team = _chosen(expression, plain)
    _give_to(expression, choice)
    _write(expression)
    link = links.first_link(expression.id) if _gets_email(expression) else None
    received = events.compose("receive", expression, by, to_status=expression.status)
    insert_all([received, *_told(expression, choice, team, link)])
    return choice


def _point(expression: Expression) -> None:
    """Set the ids of what it is about: it is written past the session."""
    expression.programme_id = expression.programme.id
    expression.project_id = expression.project.id if expression.project else None
    expression.opportunity_id = expression.opportunity.id if expression.opportunity else None


def _write(expression: Expression) -> None:
    expression.applicant_id = insert_now(expression.applicant).id
    insert_now(expression)


def release(expression: Expression, *, by: Standing, expected_version: int | None = None) -> Choice:
    """Not spam after all: it runs the normal path, with a promise counted from today."""
    acts.perform("not_spam", expression, by=by, expected_version=expected_version)
    choice, team = _chosen(expression)
    _give_to(expression, choice)
    link = links.current_link(expression.id) if _gets_email(expression) else None
    insert_all(_told(expression, choice, team, link))
    return choice


def route_anew(expression: Expression) -> Choice:
    """A form went to another opportunity: who answers it there, and everybody there is told."""
    choice, team = _chosen(expression)
    _give_to(expression, choice)
    db.session.flush()
    insert_all([*_given(expression, choice), *_letters_to_staff(expression, choice, team)])
    return choice


def _chosen(expression: Expression, plain: Plain | None = None) -> tuple[Choice, Team]:
    """Who answers. Of two who come for one turn at once, the second chooses again."""
    while True:
        desk = Desk()
        choice = choose(expression, desk, plain)
        if choice.turn is None or choice.person is None or _take(choice.turn, choice.person):
            return choice, desk.team(expression.project_id)


def _take(turn: Turning, person: Person) -> bool:
    """Make it this person's turn, if nobody had one since `turn` was read."""
    if turn.before is None:
        first = insert(Turn).values(project_id=turn.project_id, person_id=person.id)
        taken = first.on_conflict_do_nothing().returning(Turn.project_id)
        return db.session.connection().execute(taken).first() is not None
    mine = update(Turn).where(Turn.project_id == turn.project_id, Turn.person_id == turn.before)
    return rows_changed(mine.values(person_id=person.id)) == 1


def _give_to(expression: Expression, choice: Choice) -> None:
    expression.assignee_id = choice.person.id if choice.person else None
    expression.is_unrouted = choice.person is None and not choice.in_pool


def _gets_email(expression: Expression) -> bool:
    return bool(mail.address_for(RECEIPT, expression.applicant))


def _told(
    expression: Expression, choice: Choice, team: Team, link: StatusLink | None
) -> list[Base]:
    """The rows of who answers and why, and one letter to everyone concerned, to be inserted."""
    receipt = mail.for_applicant(RECEIPT, expression)
    letter = mail.compose_to_applicant(RECEIPT, expression, receipt, link)
    return [
        *_given(expression, choice), letter, *_letters_to_staff(expression, choice, team)
    ]  # fmt: skip


def _given(expression: Expression, choice: Choice) -> list[Base]:
    assignment = Assignment(
        expression_id=expression.id,
        person_id=expression.assignee_id,
        by_kind=events.SYSTEM.kind,
        why=choice.why,
    )
    return [events.compose("assign", expression, events.SYSTEM), assignment]


def _letters_to_staff(expression: Expression, choice: Choice, team: Team) -> list[Letter]:
    """To whoever answers, the deputies and the coordinators: each at most one letter."""
    answering = [choice.person] if choice.person else []
    leading = team[MemberRole.FACILITATOR]
    answering += (leading if choice.in_pool else leading[:1]) + team[MemberRole.DEPUTY]
    told = {p.id for p in answering}
    written = mail.compose_to_staff(NEW, expression, answering, choice=choice)
    programme = expression.programme
    if programme.tell_coordinators is TellWhen.NOW or expression.is_unrouted:
        coordinators = db.session.scalars(COORDINATORS, {"programme": programme.id})
        others = [p for p in coordinators if p.id not in told]
        name = "staff-unrouted" if expression.is_unrouted else NEW
        written += mail.compose_to_staff(name, expression, others, choice=choice)
    if programme.role_mailbox:
        rendered = render(NEW, **mail.staff_context(expression, person=None, choice=choice))
        to = Recipient(programme.role_mailbox, programme.contact_label)
        written.append(compose(NEW, rendered, to, mail.about(expression)))
    return written


def claim(expression: Expression, *, by: Standing) -> None:
    """Take an expression nobody has. Conditional in the database: only one can win."""
    if not acts.who_is(by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not take this form.")
    is_taken = rows_changed(
        update(Expression)
        .where(Expression.id == expression.id, Expression.assignee_id.is_(None), in_queue())
        .values(assignee_id=by.person_id, is_unrouted=False, version=Expression.version + 1)
    )
    db.session.refresh(expression)
    if not is_taken:
        who = "You have" if expression.assignee_id == by.person_id else "Somebody else has"
        message = f"{who} taken this form already." if expression.is_open else "It is closed."
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
    is_told: bool = True,
) -> None:
    """Give an expression to a colleague who may see it. The reply-by date does not move.

    `is_told`: they get a letter of it. Without, whoever asks tells them of many at once.
    """
    db.session.refresh(expression, with_for_update=True)
    if expected_version is not None and expected_version != expression.version:
        raise Conflict(
            "Somebody changed this first.", expression=expression, since_version=expected_version
        )
    if not acts.who_is(by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not give this form to somebody.")
    giver = db.session.get_one(Person, by.person_id)
    assign(expression, person, by=by, why=why or f"because {giver.name} gave it to you")
    events.record("assign", expression, by.actor)
    expression.version += 1
    if is_told and person.id != by.person_id:
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
