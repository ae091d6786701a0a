"""Whoever answers hears when a colleague fixes, moves or ends the time of a conversation."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from ppflow import clock
from ppflow.access import Standing
from ppflow.db import db
from ppflow.expressions import calendar, mail
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState

FIXED, OFF = "staff-time-chosen", "staff-talk-off"
FIRST_END: Final = 1  # the number of its calendar file when the first time ever fixed has ended


def tell_of_time(expression: Expression, by: Standing) -> tuple[list[Letter], list[Letter]]:
    """The letter with the calendar file, and those before it that do not go any more.

    It is held as long as the act can be undone. Nobody hears of the end of a time that they have
    not heard of.
    """
    if expression.assignee is None or expression.assignee_id == by.person_id:
        return [], []
    is_on = expression.status is Status.CONVERSATION
    stale = _take_back(expression, expression.assignee_id)
    if stale and not is_on and expression.talk_sequence == FIRST_END:
        return [], stale
    name = FIXED if is_on else OFF
    told = mail.tell_staff(
        name,
        expression,
        [expression.assignee],
        calendar=calendar.for_staff(expression),
        talk_at=expression.talk_at,
        way=calendar.way_of(expression.talk_how).lower(),
    )
    for letter in told:
        letter.due_at += mail.hold_for(name)
    return told, stale


def _take_back(expression: Expression, reader_id: int | None) -> list[Letter]:
    """Letters to them about an earlier time that have not gone yet: this one says it all."""
    waiting = select(Letter).where(
        Letter.expression_id == expression.id,
        Letter.person_id == reader_id,
        Letter.name.in_([FIXED, OFF]),
        Letter.state == LetterState.QUEUED,
        Letter.due_at > clock.now(),
    )
    stale = list(
        db.session.scalars(
            waiting.order_by(Letter.id).with_for_update(),
            execution_options={"populate_existing": True},
        )
    )
    for letter in stale:
        letter.state, letter.ended_at = LetterState.CANCELLED, clock.now()
        letter.trouble = "The time of the conversation has changed since."
    return stale
