"""The questions for the call: a checklist of ticks and short answers, among staff only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ppflow import clock, keys
from ppflow.answers.models import CallAnswer
from ppflow.answers.queries import call_answers, latest
from ppflow.applicants.models import ContactBy
from ppflow.db import db
from ppflow.errors import NotComplete
from ppflow.expressions.jobs import MANAGER_AFTER, MANAGER_REMINDER
from ppflow.expressions.models import Expression
from ppflow.forms import tidy
from ppflow.kinds import KINDS
from ppflow.kinds.working import MANAGER, WILL_ASK
from ppflow.outbox.models import Letter
from ppflow.people.models import Person
from ppflow.web import moment, plain_day

LONGEST: Final = 1000  # characters of one answer
_IS_DIGEST: Final = re.compile(r"[0-9a-f]{12}")

Typed = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One line of the checklist. `was` tells later what stood here when the page was opened."""

    name: str  # of its fields, before "-asked" and "-answer"
    words: str
    is_asked: bool
    answer: str
    was: str
    who: str = ""  # "Farah Aziz, Monday 23 November, 10.20am"


def questions(expression: Expression, viewer_id: int, typed: Typed | None = None) -> list[Question]:
    """The kind's questions, and those asked under an earlier wording; `typed` stands over both."""
    rows = {row.question: row for row in call_answers(expression.id)}
    wanted = dict.fromkeys([*KINDS[expression.kind].triage_questions, *rows])
    return [_question(words, rows.get(words), viewer_id, typed or {}) for words in wanted]


def _question(words: str, row: CallAnswer | None, viewer_id: int, typed: Typed) -> Question:
    name = "call-" + hashlib.sha256(words.encode()).hexdigest()[:8]
    is_asked, answer = _kept(row)
    was = _digest(is_asked, answer)
    before = typed.get(f"{name}-was", "")
    if _IS_DIGEST.fullmatch(before):
        is_asked, answer = _said(name, typed)
        was = before
    return Question(name, words, is_asked, answer, was, _who(row, viewer_id))


def _kept(row: CallAnswer | None) -> tuple[bool, str]:
    if row is None:
        return False, ""
    return row.is_asked, keys.unseal(row.sealed).get("answer", "")


def _said(name: str, typed: Typed) -> tuple[bool, str]:
    return f"{name}-asked" in typed, tidy(typed.get(f"{name}-answer"))


def _digest(is_asked: bool, answer: str) -> str:
    return hashlib.sha256(f"{is_asked}|{answer}".encode()).hexdigest()[:12]


def _who(row: CallAnswer | None, viewer_id: int) -> str:
    if row is None:
        return ""
    name = "You" if row.by_id == viewer_id else db.session.get_one(Person, row.by_id).name
    return f"{name}, {moment(row.at)}"


def manager_words(expression: Expression, letters: Sequence[Letter]) -> str:
    """What the checklist says of a line manager who is still to be asked; else nothing."""
    if MANAGER not in KINDS[expression.kind].fields() or not expression.is_open:
        return ""
    answers = latest(expression.id)
    if answers is None or answers.plain.get(MANAGER.key) != WILL_ASK:
        return ""
    said = "They wrote that they will ask their line manager."
    reminded = [each for each in letters if each.name == MANAGER_REMINDER]
    if reminded:
        return f"{said} We reminded them on {plain_day(clock.local(reminded[0].created_at))}."
    on = clock.local(expression.received_at + MANAGER_AFTER).date()
    is_by_email = expression.applicant.contact_by is ContactBy.EMAIL and expression.confirmed_at
    if is_by_email and on >= clock.today():
        return f"{said} We remind them by email on {plain_day(on)}."
    return f"{said} Ask them on the call."


def is_touched(typed: Typed) -> bool:
    """Was anything in the checklist changed since the page was opened?"""
    names = [name.removesuffix("-was") for name in typed if name.endswith("-was")]
    return any(_digest(*_said(name, typed)) != typed[f"{name}-was"] for name in names)


def changes(expression: Expression, typed: Typed) -> dict[str, tuple[bool, str]]:
    """What is to be kept, by question. What a colleague wrote meanwhile is never written over:
    both answers are kept. Raises `NotComplete` for an answer that is too long."""
    found = {}
    for question in questions(expression, 0):
        if f"{question.name}-was" not in typed:
            continue
        is_asked, answer = _said(question.name, typed)
        before = typed[f"{question.name}-was"]
        if _digest(is_asked, answer) == before:
            continue
        if before != question.was:
            is_asked, answer = is_asked or question.is_asked, _both(question.answer, answer)
        if len(answer) > LONGEST:
            raise NotComplete(f"{question.name}-answer", f"Use {LONGEST:,} characters or fewer.")
        if (is_asked, answer) != (question.is_asked, question.answer):
            found[question.words] = (is_asked, answer)
    return found


def _both(theirs: str, mine: str) -> str:
    return theirs if mine in theirs else f"{theirs}\n{mine}".strip()
