"""The answers of a sample expression: its summary, where its kind asks for free words."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select

from ppflow import keys
from ppflow.answers.models import Answers, FormVersion
from ppflow.db import db
from ppflow.expressions.models import Expression, Note
from ppflow.kinds import KINDS
from ppflow.kinds.form import Field
from ppflow.people.models import Person


def answer(expression: Expression, summary: str, *, is_special: bool, by: Person | None) -> None:
    """Keep the summary as the answer to the kind's own free question.

    A kind without one keeps it as a note of whoever took it down; a special summary is sealed.
    """
    question = free_question(expression.kind)
    document = {question.key: summary} if question else {}
    is_sealed = is_special or (question is not None and question.is_sealed)
    answers = Answers(
        form_version=form_version(expression.kind),
        plain={} if is_sealed else document,
        sealed=keys.seal(document) if is_sealed and document else None,
        answered_at=expression.received_at,
    )
    expression.answers.append(answers)
    if question is None and by is not None:
        expression.notes.append(Note(at=expression.received_at, by_id=by.id, body=summary))


def free_question(kind: str) -> Field | None:
    """The question of a kind that people answer in their own words."""
    asked = [f for f in KINDS[kind].fields() if f.input == "textarea" and not f.applicant]
    needed = [f for f in asked if f.is_needed and not f.is_need and not f.only_if_asked]
    return (needed or [None])[0]


def form_version(kind: str) -> FormVersion:
    """The wording of the kind's form as it is today."""
    wording = {f.key: [page.title, f.label] for page in KINDS[kind].pages for f in page.fields}
    digest = hashlib.sha256(json.dumps([kind, wording]).encode()).hexdigest()
    found = db.session.scalars(
        select(FormVersion).where(FormVersion.digest == digest)
    ).one_or_none()
    if found is None:
        found = FormVersion(digest=digest, kind=kind, wording=wording)
        db.session.add(found)
        db.session.flush()
    return found
