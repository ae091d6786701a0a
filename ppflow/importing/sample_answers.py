"""The answers of a sample expression: its summary, where its kind asks for free words."""

from __future__ import annotations

from dataclasses import replace

from ppflow.answers import acts
from ppflow.db import db
from ppflow.expressions.models import Expression, Note
from ppflow.kinds import KINDS, Context, Field, Page, Sensitivity
from ppflow.people.models import Person


def answer(expression: Expression, summary: str, *, is_special: bool, by: Person | None) -> None:
    """Keep the summary as the answer to the kind's own free question; a special one is locked.

    A kind without such a question keeps it as a note of whoever took it down.
    """
    page, question = free_question(expression.kind)
    values = {}
    if question is not None:
        if is_special:
            question = replace(question, sensitivity=Sensitivity.SPECIAL)
        page = replace(page, fields=(question,))
        values[question.key] = summary
    elif by is not None:
        expression.notes.append(Note(at=expression.received_at, by_id=by.id, body=summary))
    about = Context(expression.programme, expression.opportunity, expression.project)
    answers = acts.store(expression.id, expression.kind, [page], values, about)
    answers.answered_at = expression.received_at
    db.session.flush()
    acts.index(expression)


def free_question(kind: str) -> tuple[Page, Field | None]:
    """The question of a kind that people answer in their own words, and the page it stands on."""
    asked = [
        (page, field)
        for page in KINDS[kind].pages
        for field in page.fields
        if field.input == "textarea" and not (field.applicant or field.is_need)
    ]
    asked.sort(key=lambda found: not found[1].is_needed)
    return asked[0] if asked else (KINDS[kind].pages[0], None)
