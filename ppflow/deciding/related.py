"""Other forms that may be of the same person, and those that may be the same form twice.

Within what the reader may see. Each question is asked of an index and bounded; encrypted answers
are never looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select

from ppflow import search
from ppflow.access import Standing
from ppflow.answers.queries import in_words, latest, meaning_of
from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import visible_to
from ppflow.search import MAX_WORDS, words_of

SHOWN: Final = 20
LOOKED_AT: Final = 100  # rows of an index, before it is asked who may see them
FEWEST_WORDS: Final = 6  # the same few words prove nothing
SHORTEST_WORD: Final = 5
SHORTEST_NUMBER: Final = 9  # digits of a telephone number
SAME_NAME_AND_PHONE: Final = "Same name and phone number"
SAME_WORDS: Final = "Same words in the answers"


@dataclass(frozen=True)
class Related:
    """Another form: why it stands here, and what that may mean."""

    reference: str
    name: str
    status: Any
    received_at: datetime
    why: str
    is_double: bool = False  # perhaps the same form twice
    is_same_person: bool = False  # else somebody with the same address


def related(expression: Expression, standing: Standing) -> list[Related]:
    """Every other form with a reason to look at it, newest first; three statements at most."""
    found: dict[str, Related] = {}
    for each in [
        *_by_email(expression, standing),
        *_by_phone(expression, standing),
        *_by_words(expression, standing),
    ]:
        first = found.setdefault(each.reference, each)
        if each.is_double and not first.is_double:
            found[each.reference] = each
    return sorted(found.values(), key=lambda each: each.received_at, reverse=True)


def _rows(expression: Expression, chosen: Any) -> list[Any]:
    columns = chosen.with_only_columns(
        Expression.id,
        Expression.reference,
        Expression.status,
        Expression.received_at,
        Expression.opportunity_id,
        Expression.project_id,
        Applicant.first_name,
        Applicant.last_name,
    ).join(Applicant, Applicant.id == Expression.applicant_id)
    others = columns.where(Expression.id != expression.id).order_by(Expression.id.desc())
    return list(db.session.execute(others.limit(SHOWN)))


def _related(row: Any, why: str, **more: bool) -> Related:
    name = f"{row.first_name} {row.last_name}".strip() or "No name given"
    return Related(row.reference, name, row.status, row.received_at, why, **more)


def _is_named_alike(row: Any, applicant: Applicant) -> bool:
    theirs = f"{row.first_name} {row.last_name}".split()
    mine = f"{applicant.first_name} {applicant.last_name}".split()
    return bool(mine) and [w.casefold() for w in theirs] == [w.casefold() for w in mine]


def _by_email(expression: Expression, standing: Standing) -> list[Related]:
    applicant = expression.applicant
    if not applicant.email:
        return []
    found = []
    for row in _rows(expression, visible_to(standing).where(Applicant.email == applicant.email)):
        thing = _same_thing(row, expression)
        why = f"Same email and same {thing}" if thing else "Same email"
        is_same = _is_named_alike(row, applicant)
        found.append(_related(row, why, is_double=bool(thing), is_same_person=is_same))
    return found


def _same_thing(row: Any, expression: Expression) -> str:
    if expression.opportunity_id is not None:
        return "opportunity" if row.opportunity_id == expression.opportunity_id else ""
    is_same = row.project_id == expression.project_id and row.opportunity_id is None
    return "project" if is_same and expression.project_id is not None else ""


def _by_phone(expression: Expression, standing: Standing) -> list[Related]:
    """The words of the search index hold every number as its digits alone."""
    number = "".join(sign for sign in expression.applicant.phone if sign.isdecimal())
    if len(number) < SHORTEST_NUMBER:
        return []
    rows = _rows(expression, _indexed(number, standing))
    alike = [row for row in rows if _is_named_alike(row, expression.applicant)]
    return [
        _related(row, SAME_NAME_AND_PHONE, is_double=True, is_same_person=True) for row in alike
    ]


def _by_words(expression: Expression, standing: Standing) -> list[Related]:
    words = _telling_words(expression)
    if len(words) < FEWEST_WORDS:
        return []
    rows = _rows(expression, _indexed(" ".join(words), standing))
    return [_related(row, SAME_WORDS, is_double=True) for row in rows]


def _telling_words(expression: Expression) -> list[str]:
    """The longest words of the plain answers that may be searched."""
    answers = latest(expression.id)
    if answers is None:
        return []
    lines: list[str] = []
    for key, value in answers.plain.items():
        meaning = meaning_of(answers, key)
        if meaning.get("is_searchable"):
            lines += in_words(value, meaning)
    words = {word for line in lines for part in line.split() for word in words_of(part)}
    telling = [word for word in words if len(word) >= SHORTEST_WORD and not word.isdecimal()]
    return sorted(telling, key=lambda word: (-len(word), word))[:MAX_WORDS]


def _indexed(query: str, standing: Standing) -> Select[Any]:
    ids = search.matching("expression", query)
    assert ids is not None  # there are words in it
    return visible_to(standing).where(Expression.id.in_(ids.limit(LOOKED_AT)))
