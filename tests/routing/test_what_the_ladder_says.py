"""A late letter says whose turn it is: nobody is told to write who waits for the person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.outbox.models import Letter
from ppflow.routing.jobs import climb
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast

DAYS = {"accept_by": clock.today() + timedelta(days=10)}
TALK = {"talk_at": clock.now() + timedelta(days=2), "talk_how": "By phone"}


def late(expression: Expression) -> dict[str, Letter]:
    """The letters of the ladder, three weeks after the promise passed."""
    with writing():
        climb(clock.working_days_after(clock.today(), 60))
    chosen = select(Letter).where(Letter.expression_id == expression.id).order_by(Letter.id)
    return {letter.name: letter for letter in db.session.scalars(chosen)}


@pytest.mark.parametrize(
    ("verb", "details", "subject", "words"),
    [
        ("offer", DAYS, "They have not answered", "has not said yes or no. They were to answer by"),
        ("ask", {"body": "When?"}, "They have not answered", "they have not answered. Please ring"),
        ("arrange", TALK, "Late since", "The day of your talk has passed."),
        ("start", {}, "Late since", "and none has gone. Please write today."),
    ],
)
def test_a_late_letter_says_whose_turn_it_is(
    cast: Cast, register: Register, verb: str, details: dict[str, Any], subject: str, words: str
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform(verb, rosa, by=standing(cast.facilitator), **details)
    letters = late(rosa)
    assert letters["staff-overdue"].subject.startswith(f"{rosa.reference}: {subject}")
    assert words in letters["staff-overdue"].body
    is_theirs = verb in {"offer", "ask"}
    escalated = letters["staff-escalated"]
    assert ("They have not answered" in escalated.subject) is is_theirs
    assert ("the person has not heard" in escalated.body) is (verb == "start")
    assert "Farah Aziz answers this one" in escalated.body
