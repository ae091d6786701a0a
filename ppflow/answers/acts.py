"""Keeping answers by version, with the wording asked and what was permitted.

Answers marked sensitive go into one encrypted document. SC answers are shown only to the assignee
or a deputy, after a button that records the look: `open_special`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from ppflow import events, keys, search
from ppflow.access import Standing
from ppflow.answers.models import Answers, Consent, FormVersion
from ppflow.answers.queries import (
    LOOK,
    Answering,
    Group,
    answers_for_applicant,
    answers_for_staff,
    in_words,
    latest,
    may_open,
    meaning_of,
    opened_today,
    wording_of,
)
from ppflow.db import db
from ppflow.errors import NotAllowed, NotComplete
from ppflow.events import Actor
from ppflow.kinds import Context, Page
from ppflow.kinds.asked import options_of

__all__ = [
    "answers_for_applicant",
    "answers_for_staff",
    "correct",
    "index",
    "open_special",
    "permit",
    "store",
]


def store(
    expression_id: int, kind: str, pages: Iterable[Page], values: Mapping[str, Any], about: Context
) -> Answers:
    """Keep the answers of a form as its first version, in the present transaction.

    What belongs to the applicant (name, address) is in their row, not here.
    """
    fields = [
        (page.group, field)
        for page in pages
        for field in page.fields
        if not field.applicant and values.get(field.key)
    ]
    plain = {f.key: values[f.key] for _, f in fields if not f.is_sealed}
    locked = {f.key: values[f.key] for _, f in fields if f.is_sealed}
    wording = {f.key: wording_of(group, f, options_of(f, about)) for group, f in fields}
    answers = Answers(
        expression_id=expression_id,
        form_version_id=_form_version(kind, wording).id,
        plain=plain,
        sealed=keys.seal(locked) if locked else None,
    )
    db.session.add(answers)
    return answers


def _form_version(kind: str, wording: dict[str, Any]) -> FormVersion:
    """The stored wording, once for everyone who was asked the same; safe against a race."""
    body = json.dumps([kind, wording], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(body.encode()).hexdigest()
    chosen = select(FormVersion).where(FormVersion.digest == digest)
    found = db.session.scalars(chosen).one_or_none()
    if found is None:
        dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
        row = dialect.insert(FormVersion).values(digest=digest, kind=kind, wording=wording)
        db.session.execute(row.on_conflict_do_nothing(index_elements=[FormVersion.digest]))
        found = db.session.scalars(chosen).one()
    return found


def permit(
    expression_id: int, key: str, wording: str, choice: str = "yes", *, read_out_by: int | None
) -> None:
    """Keep one permission: its words, what was chosen, and who read it out, if somebody did."""
    db.session.add(
        Consent(
            expression_id=expression_id,
            key=key,
            wording=wording,
            choice=choice,
            read_out_by_id=read_out_by,
        )
    )


def correct(expression: Answering, changes: Mapping[str, Any], *, by: Actor) -> Answers:
    """Put right answers that are not locked: a new version, the old one is kept.

    Raises `NotComplete` for an answer that this form does not have or that is locked.
    """
    before = latest(expression.id)
    if before is None:
        raise NotComplete("answers", "There are no answers to change.")
    for key in changes:
        if key not in before.plain:
            raise NotComplete(key, "This answer cannot be changed here. Please ring us.")
    changed = [key for key, value in changes.items() if before.plain[key] != value]
    if not changed:
        return before
    answers = Answers(
        expression_id=expression.id,
        number=before.number + 1,
        form_version_id=before.form_version_id,
        form_version=before.form_version,
        plain={**before.plain, **changes},
        sealed=before.sealed,
    )
    db.session.add(answers)
    events.record("correct", expression, by, fields=changed)
    db.session.flush()
    index(expression)
    return answers


# --- reading -----------------------------------------------------------------------------------


def open_special(expression: Answering, *, by: Standing) -> list[Group]:
    """Open the locked answers and record the look, once for a person and day.

    Raises `NotAllowed` for anybody but the assignee or a deputy.
    """
    if not may_open(expression, by):
        raise NotAllowed("Only the person who answers this form may open these answers.")
    if not opened_today(expression, by):
        events.record(LOOK, expression, by.actor)
        db.session.flush()
    return answers_for_staff(expression, may_open_special=True)


def index(expression: Answering) -> None:
    """Put what may be searched into the index: who, how to reach them, and plain answers."""
    applicant, answers = expression.applicant, latest(expression.id)
    found: list[str] = []
    if answers is not None:
        meanings = {key: meaning_of(answers, key) for key in answers.plain}
        for key, meaning in meanings.items():
            if meaning.get("is_searchable"):
                found += in_words(answers.plain[key], meaning)
    phone = "".join(sign for sign in applicant.phone if sign.isdecimal())
    search.index(
        "expression",
        expression.id,
        expression.reference,
        applicant.name,
        applicant.helper_name,
        applicant.email,
        phone,
        *found,
    )
