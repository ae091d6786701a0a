"""The past of a sample expression: the events, messages and columns its status implies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from ppflow import clock, events
from ppflow.events import APPLICANT, SYSTEM, Actor
from ppflow.expressions.models import Expression, LastContact, Message
from ppflow.expressions.workflow import ACCEPT_WITHIN_DAYS, OPEN, Status
from ppflow.people.models import Person

# The verbs that lead to a status, and what each led to.
PATHS: Final[dict[Status, tuple[tuple[str, Status], ...]]] = {
    Status.RECEIVED: (),
    Status.IN_REVIEW: (("start", Status.IN_REVIEW),),
    Status.NEEDS_INFO: (("start", Status.IN_REVIEW), ("ask", Status.NEEDS_INFO)),
    Status.CONVERSATION: (("start", Status.IN_REVIEW), ("arrange", Status.CONVERSATION)),
    Status.WAITING_LIST: (("start", Status.IN_REVIEW), ("wait", Status.WAITING_LIST)),
    Status.OFFERED: (("start", Status.IN_REVIEW), ("offer", Status.OFFERED)),
    Status.JOINED: (
        ("start", Status.IN_REVIEW), ("offer", Status.OFFERED), ("accept", Status.JOINED),
    ),
    Status.PASSED_TO_STUDY: (
        ("start", Status.IN_REVIEW), ("pass_to_study", Status.PASSED_TO_STUDY),
    ),
    Status.COMPLETED: (
        ("start", Status.IN_REVIEW), ("offer", Status.OFFERED), ("accept", Status.JOINED),
        ("complete", Status.COMPLETED),
    ),
    Status.NOT_THIS_TIME: (
        ("start", Status.IN_REVIEW), ("not_this_time", Status.NOT_THIS_TIME),
    ),
    Status.WITHDRAWN: (("start", Status.IN_REVIEW), ("withdraw", Status.WITHDRAWN)),
    Status.LAPSED: (("ask", Status.NEEDS_INFO), ("lapse", Status.LAPSED)),
    Status.SPAM: (("spam", Status.SPAM),),
}  # fmt: skip
BY_APPLICANT: Final = {"accept", "withdraw"}
WORDS: Final = {
    "not_this_time": "Thank you for offering your time. This is not a judgement on you.",
    "complete": "Thank you. What you told us has changed how we do this work.",
}


@dataclass
class _Past:
    """One expression on its way: when the next thing happens, who acts, what is asked."""

    expression: Expression
    person: Person | None
    asks: str
    at: datetime

    @property
    def staff(self) -> Actor:
        return self.person.actor if self.person else SYSTEM

    def later(self) -> None:
        """The next working morning, and never after now."""
        day = clock.working_days_after(clock.local(self.at).date(), 1)
        self.at = min(clock.start_of(day, time(10, 20)), clock.now() - timedelta(minutes=1))

    def record(self, verb: str, by: Actor, was: Status | None, now: Status) -> None:
        event = events.record(
            verb,
            self.expression,
            by,
            from_status=was,
            to_status=now,
            reason=self.expression.reason if verb == "not_this_time" else None,
        )
        event.at = self.at

    def say(self, body: str, *, is_question: bool = False) -> None:
        by_id = self.person.id if self.person else None
        message = Message(at=self.at, is_question=is_question, by_id=by_id, body=body)
        self.expression.messages.append(message)
        self.contact(LastContact.WE_ASKED if is_question else LastContact.WE_WROTE)

    def contact(self, what: LastContact) -> None:
        self.expression.last_contact, self.expression.last_contact_at = what, self.at


def live_through(expression: Expression, status: Status, *, by: Person | None, asks: str) -> None:
    """Bring a new expression to a status as if each act had been done in its time."""
    past = _Past(expression, by, asks, expression.received_at)
    past.record("receive", APPLICANT, None, Status.RECEIVED)
    past.record("assign", SYSTEM, None, Status.RECEIVED)
    for verb, target in PATHS[status]:
        past.later()
        if verb in EFFECTS:
            EFFECTS[verb](past)
        past.record(
            verb, APPLICANT if verb in BY_APPLICANT else past.staff, expression.status, target
        )
        expression.status = target
        expression.confirmed_at = expression.confirmed_at or past.at
        if target not in OPEN:
            expression.closed_at = expression.closed_at or past.at
        elif verb != "start":
            expression.first_replied_at = expression.first_replied_at or past.at
        expression.version += 1


def _ask(past: _Past) -> None:
    past.expression.asked_at = past.at
    past.say(f"Thank you for telling us. {past.asks}", is_question=True)


def _arrange(past: _Past) -> None:
    """The next news is promised for the working day after a talk, so it was the day before."""
    day = (past.expression.reply_by or clock.local(past.at).date()) - timedelta(days=1)
    past.expression.talk_at = clock.start_of(day, time(11))
    past.expression.talk_how = "By phone"
    past.contact(LastContact.WE_WROTE)


def _offer(past: _Past) -> None:
    expression = past.expression
    expression.accept_by = clock.local(past.at).date() + timedelta(days=ACCEPT_WITHIN_DAYS)
    expression.asked_at = past.at
    past.contact(LastContact.WE_OFFERED)


def _wait(past: _Past) -> None:
    past.expression.waiting_since = past.at
    past.contact(LastContact.WE_WROTE)


def _not_this_time(past: _Past) -> None:
    past.expression.reason = "balance"
    past.expression.first_replied_at = past.at
    past.say(WORDS["not_this_time"])


def _complete(past: _Past) -> None:
    past.say(WORDS["complete"])


def _withdraw(past: _Past) -> None:
    """Sensitive answers go at once, as they do after a real withdrawal."""
    for answers in past.expression.answers:
        answers.sealed = None


EFFECTS: Final[dict[str, Callable[[_Past], None]]] = {
    "ask": _ask,
    "arrange": _arrange,
    "offer": _offer,
    "wait": _wait,
    "not_this_time": _not_this_time,
    "complete": _complete,
    "withdraw": _withdraw,
}
