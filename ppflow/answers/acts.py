"""Keeping answers by version, with the wording asked and what was permitted.

Answers marked sensitive go into one encrypted document. SC answers are shown only to the assignee
or a deputy, after a button that records the look: `open_special`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import bindparam, select

from ppflow import events, keys, search
from ppflow.access import Standing
from ppflow.answers.models import Answers, FormVersion
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
from ppflow.errors import NotAllowed
from ppflow.kinds import Context, Page, Sensitivity
from ppflow.kinds.asked import options_of
from ppflow.statements import insert

__all__ = [
    "answers_for_applicant",
    "answers_for_staff",
    "asked",
    "correct",
    "first_version",
    "has_needs",
    "index",
    "open_special",
    "plain_of",
    "search_entry",
    "store",
]


def store(
    expression_id: int, kind: str, pages: Iterable[Page], values: Mapping[str, Any], about: Context
) -> Answers:
    """Keep the answers of a form as its first version, in the present transaction."""
    answers = first_version(expression_id, kind, values, asked(pages, values, about))
    db.session.add(answers)
    return answers


def asked(
    pages: Iterable[Page], values: Mapping[str, Any], about: Context
) -> dict[str, dict[str, Any]]:
    """The wording of each question that was answered, by its key.

    What belongs to the applicant (name, address) is in their row, not among the answers.
    """
    return {
        field.key: wording_of(page.group, field, options_of(field, about))
        for page in pages
        for field in page.fields
        if not field.applicant and values.get(field.key)
    }


def first_version(
    expression_id: int, kind: str, values: Mapping[str, Any], wording: Mapping[str, dict[str, Any]]
) -> Answers:
    """The answers to what was asked, not yet written; the sensitive ones locked."""
    plain = plain_of(values, wording)
    locked = {key: values[key] for key in wording if key not in plain}
    return Answers(
        expression_id=expression_id,
        form_version_id=_form_version(kind, wording),
        plain=plain,
        sealed=keys.seal(locked) if locked else None,
    )


def plain_of(values: Mapping[str, Any], wording: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The answers that stand in the open, of those that were asked."""
    return {
        key: values[key]
        for key, said in wording.items()
        if said["sensitivity"] == Sensitivity.PLAIN
    }


def _form_version(kind: str, wording: Mapping[str, dict[str, Any]]) -> int:
    """The id of the stored wording, once for all who were asked the same; safe against a race."""
    body = json.dumps([kind, wording], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(body.encode()).hexdigest()
    connection = db.session.connection()
    found: int | None = connection.scalar(_VERSION, {"digest": digest})
    if found is None:
        row = insert(FormVersion).values(digest=digest, kind=kind, wording=dict(wording))
        connection.execute(row.on_conflict_do_nothing(index_elements=[FormVersion.digest]))
        found = connection.scalar(_VERSION, {"digest": digest})
        assert found is not None
    return found


_VERSION: Final = select(FormVersion.id).where(FormVersion.digest == bindparam("digest"))


def correct(
    expression: Answering,
    pages: Iterable[Page],
    typed: Mapping[str, Any],
    about: Context,
    *,
    forget: Collection[str] = (),
) -> list[str]:
    """Put the answers of these pages right, in the present transaction; gives the keys changed.

    It makes a new version; older ones go with the form. A locked answer that is left empty stays as
    it was. One named in `forget` is taken out of every version.
    """
    pages = list(pages)
    before = latest(expression.id)
    old_plain = dict(before.plain) if before else {}
    old_locked = keys.unseal(before.sealed) if before else {}
    plain, locked = _corrected(pages, typed, forget, old_plain, old_locked)
    old, new = {**old_plain, **old_locked}, {**plain, **locked}
    changed = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    if not changed:
        return []
    wording = {**(before.form_version.wording if before else {}), **asked(pages, new, about)}
    _take_out(expression.id, forget)
    answers = Answers(
        expression_id=expression.id,
        number=before.number + 1 if before else 1,
        form_version_id=_form_version(expression.kind, wording),
        plain=plain,
        sealed=keys.seal(locked) if locked else None,
    )
    db.session.add(answers)
    db.session.flush()
    index(expression)
    return changed


def _corrected(
    pages: Iterable[Page],
    typed: Mapping[str, Any],
    forget: Collection[str],
    plain: Mapping[str, Any],
    locked: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plain and the locked answers as they stand after these pages were put right."""
    plain, locked = dict(plain), dict(locked)
    for field in (each for page in pages for each in page.fields if not each.applicant):
        value = typed.get(field.key)
        if field.is_sealed and not value and field.key not in forget:
            continue
        plain.pop(field.key, None)
        locked.pop(field.key, None)
        if value and field.key not in forget:
            (locked if field.is_sealed else plain)[field.key] = value
    return plain, locked


def _take_out(expression_id: int, forget: Collection[str]) -> None:
    """Locked answers that somebody wants deleted are deleted in older versions too."""
    versions = select(Answers).where(Answers.expression_id == expression_id)
    for version in db.session.scalars(versions).all() if forget else ():
        left = {k: v for k, v in keys.unseal(version.sealed).items() if k not in forget}
        version.sealed = keys.seal(left) if left else None


def has_needs(expression_id: int) -> bool:
    """Does the present version hold an access or communication need?"""
    answers = latest(expression_id)
    if answers is None:
        return False
    given = {**answers.plain, **keys.unseal(answers.sealed)}
    return any(meaning_of(answers, key).get("is_need") for key in given)


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
    answers = latest(expression.id)
    found: list[str] = []
    if answers is not None:
        found = _searchable(answers.plain, {k: meaning_of(answers, k) for k in answers.plain})
    search.index("expression", expression.id, *_who(expression), *found)


def search_entry(
    expression: Answering, answers: Answers, wording: Mapping[str, dict[str, Any]]
) -> search.SearchEntry:
    """The same of a form that is new, not yet written."""
    found = _searchable(answers.plain, wording)
    return search.entry_of("expression", expression.id, *_who(expression), *found)


def _searchable(plain: Mapping[str, Any], meanings: Mapping[str, dict[str, Any]]) -> list[str]:
    return [
        words
        for key, value in plain.items()
        if meanings[key].get("is_searchable")
        for words in in_words(value, meanings[key])
    ]


def _who(expression: Answering) -> list[str]:
    applicant = expression.applicant
    phone = "".join(sign for sign in applicant.phone if sign.isdecimal())
    return [expression.reference, applicant.name, applicant.helper_name, applicant.email, phone]
