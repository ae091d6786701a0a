"""Who else is told of a conversation: whoever answers gets the time with its calendar file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ppflow import clock
from ppflow.db import db
from ppflow.events import APPLICANT
from ppflow.expressions import acts, calendar, mail
from ppflow.expressions.acts import Done
from ppflow.expressions.models import Expression
from ppflow.outbox.models import Letter
from ppflow.people.models import Person
from ppflow.people.queries import coordinators_of
from ppflow.web import moment

NONE_SUITS = "None of these times suits me. Please ring me."


def answering(expression: Expression) -> Sequence[Person]:
    """Whoever answers; the coordinators while nobody does."""
    if expression.assignee is not None and expression.assignee.active:
        return [expression.assignee]
    return db.session.scalars(coordinators_of(expression.programme_id)).all()


def choose(expression: Expression, at: datetime) -> Done:
    """The person takes one of the times that their page named.

    Raises `NotNow` when it is not open any more or has passed.
    """
    done = acts.perform("pick", expression, by=APPLICANT, talk_at=at)
    tell_of_time(expression)
    return done


def ask_for_call(expression: Expression, words: str) -> Done:
    """No time suits them: we ring. What they add goes with it."""
    body = f"{NONE_SUITS}\n\n{words}".strip()
    done = acts.perform("answer", expression, by=APPLICANT, body=body)
    mail.tell_staff("staff-they-wrote", expression, answering(expression))
    return done


def tell_of_time(
    expression: Expression, name: str = "staff-time-chosen", **details: object
) -> list[Letter]:
    """A letter with the calendar file to whoever answers: no name, and no place."""
    return mail.tell_staff(
        name,
        expression,
        answering(expression),
        calendar=calendar.for_staff(expression),
        talk_at=expression.talk_at,
        way=calendar.way_of(expression.talk_how).lower() or "by phone",
        **details,
    )


def in_words(times: Iterable[str]) -> list[tuple[str, str]]:
    """The times that are still to come: (as the form sends it, in words)."""
    found = [datetime.fromisoformat(at) for at in times]
    return [(at.isoformat(), moment(at)) for at in found if at > clock.now()]
