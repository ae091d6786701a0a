"""What each verb does to the expression's own columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import update

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.answers.models import Answers, CallAnswer
from ppflow.db import db
from ppflow.events import Actor
from ppflow.expressions.interest import count_interest
from ppflow.expressions.models import Assignment, Expression, LastContact, Message
from ppflow.expressions.promising import next_promise as next_promise
from ppflow.expressions.workflow import OPEN, Status, talk_off
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.projects.models import Project
from ppflow.workflow import Transition

By = Standing | Actor
Details = Mapping[str, Any]


def actor_of(by: By) -> Actor:
    """The actor to record for a signed-in person, the applicant or the system."""
    return by.actor if isinstance(by, Standing) else by


def apply(transition: Transition, expression: Expression, by: By, details: Details) -> None:
    """Change the expression's columns as the verb says; the caller has checked everything."""
    target = transition.target or _begun(transition.verb, expression.status)
    if transition.target is not None:
        _let_go_of_plans(transition.verb, expression)
    effect = EFFECTS.get(transition.verb)
    if effect is not None:
        effect(expression, by, details)
    expression.status = target
    expression.closed_at = None if target in OPEN else (expression.closed_at or clock.now())
    if target in OPEN:
        expression.reply_by = next_promise(transition.verb, expression, details)
    if isinstance(by, Standing) and transition.letter and transition.verb not in NO_ANSWER:
        expression.has_answered = False
        expression.first_replied_at = expression.first_replied_at or clock.now()


def _begun(verb: str, status: Status) -> Status:
    """The review starts with its button, or with our first act (design.md 4)."""
    return Status.IN_REVIEW if status is Status.RECEIVED and verb in BEGINS else status


def wrote(verb: str, expression: Expression) -> None:
    """A letter of ours is what passed between us last; an act may have said more exactly what."""
    expression.last_contact_at = clock.now()
    if verb not in {"ask", "propose", "offer", "extend", "talked_sooner"}:
        expression.last_contact = LastContact.WE_WROTE


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


def _let_go_of_plans(verb: str, expression: Expression) -> None:
    """What was planned for another status no longer holds; `TALKS` keep the time that was fixed."""
    expression.pending_verb = expression.pending = None
    if talk_off(verb, expression):
        expression.talk_sequence = (expression.talk_sequence or 0) + 1
    if verb != "pick":
        expression.talk_times = None


def _propose(expression: Expression, by: By, details: Details) -> None:
    expression.talk_times = [at.isoformat() for at in sorted(details["talk_times"])]
    expression.talk_how = details["talk_how"]
    expression.asked_at = expression.last_contact_at = clock.now()
    expression.last_contact = LastContact.WE_ASKED


def _arrange(expression: Expression, by: By, details: Details) -> None:
    expression.talk_at = details["talk_at"]
    expression.talk_how = details.get("talk_how") or expression.talk_how or "By phone"
    expression.talk_times, expression.talk_set_at = None, clock.now()
    before = expression.talk_sequence
    expression.talk_sequence = 0 if before is None else before + 1
    if not isinstance(by, Standing):
        expression.last_contact_at = clock.now()
        expression.last_contact = LastContact.THEY_WROTE


def _talked(expression: Expression, _by: By, _details: Details) -> None:
    """Having spoken is an answer, to what they wrote before too."""
    expression.last_contact, expression.last_contact_at = LastContact.WE_TALKED, clock.now()
    expression.first_replied_at = expression.first_replied_at or clock.now()
    expression.has_answered = False


def _promise(expression: Expression, by: By, details: Details) -> None:
    """The reason stands on their page. What they asked before still waits for its answer."""
    has_answered = expression.has_answered
    _say(expression, by, details)
    expression.has_answered = has_answered


def _offer(expression: Expression, _by: By, details: Details) -> None:
    expression.accept_by = details["accept_by"]
    expression.asked_at = expression.last_contact_at = clock.now()
    expression.last_contact = LastContact.WE_OFFERED


def _wait(expression: Expression, _by: By, _details: Details) -> None:
    expression.waiting_since = expression.waiting_since or clock.now()


def _give_reason(expression: Expression, by: By, details: Details) -> None:
    expression.reason = details["reason"]
    expression.alternatives = list(details.get("alternatives") or []) or None
    if details.get("body"):
        _say(expression, by, details)


def _pass_on(expression: Expression, by: By, details: Details) -> None:
    project: Project | None = details.get("project")
    if project is not None:
        _go_to(expression, project, None)
    assign(expression, details["to"], by=by, why=details.get("why") or "it was passed on to you")


def _go_to(expression: Expression, project: Project, opportunity: Opportunity | None) -> None:
    """It is about something else from now on; interest moves with the person."""
    count_interest(expression, -1)
    expression.project_id, expression.programme_id = project.id, project.programme_id
    expression.opportunity_id = opportunity.id if opportunity else None
    count_interest(expression, +1)
    db.session.flush()
    db.session.expire(expression, ["project", "programme", "opportunity"])


def _carry_over(expression: Expression, by: By, details: Details) -> None:
    """The same form starts anew for another opportunity; who answers is chosen afterwards."""
    opportunity: Opportunity = details["opportunity"]
    _go_to(expression, opportunity.project, opportunity)
    expression.reason = expression.alternatives = expression.waiting_since = None
    expression.assignee_id, expression.is_unrouted = None, True  # until `routing` has chosen


def _duplicate(expression: Expression, _by: By, details: Details) -> None:
    expression.duplicate_of_id = details["duplicate_of"].id


def _spam(expression: Expression, _by: By, _details: Details) -> None:
    expression.set_aside_at = None


def _reopen(expression: Expression, by: By, _details: Details) -> None:
    if expression.assignee is not None and not expression.assignee.active:
        opener = db.session.get_one(Person, actor_of(by).person_id)
        assign(expression, opener, by=by, why="because you opened it again")


def forget_sensitive(expression: Expression, *_of_the_act: object) -> None:
    """Delete the sealed answers of every version and of calls: health, access needs and so on.

    Who withdraws has this at once (design.md 8); the rest goes by the retention clock.
    """
    for table in (Answers, CallAnswer):
        db.session.execute(
            update(table).where(table.expression_id == expression.id).values(sealed=None)
        )
    expression.has_needs = False


BEGINS: Final = frozenset({"message", "promise"})  # they leave every other status as it is
NO_ANSWER: Final = frozenset({"promise", "carry_over"})  # they tell something, and answer nothing
EFFECTS: dict[str, Callable[[Expression, By, Details], None]] = {
    "ask": _ask,
    "message": _say,
    "answer": _answer,
    "write": _say,
    "propose": _propose,
    "pick": _arrange,
    "arrange": _arrange,
    "move": _arrange,
    "talked": _talked,
    "talked_sooner": _talked,
    "promise": _promise,
    "carry_over": _carry_over,
    "offer": _offer,
    "extend": _offer,
    "wait": _wait,
    "not_this_time": _give_reason,
    "pass_on": _pass_on,
    "complete": _say,
    "duplicate": _duplicate,
    "spam": _spam,
    "not_spam": _spam,
    "withdraw": forget_sensitive,
    "decline": forget_sensitive,
    "reopen": _reopen,
}


def assign(expression: Expression, person: Person | None, *, by: By, why: str) -> None:
    """Append who answers from now on, and why. None leaves it unrouted."""
    actor = actor_of(by)
    expression.assignee_id = person.id if person else None
    expression.is_unrouted = person is None
    given = {"expression_id": expression.id, "person_id": expression.assignee_id, "why": why}
    db.session.add(Assignment(**given, by_kind=actor.kind, by_id=actor.person_id))
