"""Putting a tag on a form, and taking it off. The version does not rise: it spoils no decision."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, delete, select

from ppflow import events
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import NotAllowed, NotComplete, NotNow
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.forms import tidy
from ppflow.tagging.models import ExpressionTag
from ppflow.workflow import Who

LONGEST: Final = 30
HAS_IT: Final = "It has this tag already."
HAS_IT_NOT: Final = "It does not have this tag."


def word_of(typed: str) -> str:
    """A tag as it is kept. Raises `NotComplete` for none, or for one that is too long."""
    word = " ".join(tidy(typed).lower().split())
    if not word:
        raise NotComplete("tag", "Write a word, for example: summer panel.")
    if len(word) > LONGEST:
        raise NotComplete("tag", f"Use at most {LONGEST} letters.")
    return word


def refuse(
    expression: Expression,
    word: str,
    *,
    by: Standing,
    is_off: bool = False,
    has_it: bool | None = None,
) -> None:
    """Raises `NotAllowed` for strangers, `NotNow` when it has the tag already, or has it not.

    `has_it`: known already, from `tagged_among`.
    """
    if not acts.who_is(by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not tag this form.")
    if has_it is None:
        chosen = select(ExpressionTag.id).where(*_same(expression, word))
        has_it = db.session.scalar(chosen) is not None
    if has_it is not is_off:
        raise NotNow(HAS_IT_NOT if is_off else HAS_IT)


def tag(expression: Expression, word: str, *, by: Standing) -> None:
    """Put it on, in the caller's transaction. Raises as `refuse`."""
    db.session.refresh(expression, with_for_update=True)
    refuse(expression, word, by=by)
    db.session.add(ExpressionTag(expression_id=expression.id, word=word, by_id=by.person_id))
    events.record("tag", expression, by.actor, fields=["tags"])
    db.session.flush()


def untag(expression: Expression, word: str, *, by: Standing) -> None:
    """Take it off, in the caller's transaction. Raises as `refuse`."""
    db.session.refresh(expression, with_for_update=True)
    refuse(expression, word, by=by, is_off=True)
    db.session.execute(delete(ExpressionTag).where(*_same(expression, word)))
    events.record("untag", expression, by.actor, fields=["tags"])


def _same(expression: Expression, word: str) -> tuple[ColumnElement[bool], ...]:
    return ExpressionTag.expression_id == expression.id, ExpressionTag.word == word
