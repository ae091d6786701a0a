"""Which tags there are, and which forms have one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, select

from ppflow.access import Standing
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.tagging.models import ExpressionTag

BETWEEN: Final = "\n"  # words of several tags in one column; no tag holds it


def has_tag(word: str) -> ColumnElement[bool]:
    """SQL condition: forms with this tag."""
    tagged = select(ExpressionTag.expression_id).where(ExpressionTag.word == word)
    return Expression.id.in_(tagged)


def tagged_among(ids: Select[int], word: str) -> frozenset[int]:
    """Which of these forms have the tag; one statement."""
    tagged = select(ExpressionTag.expression_id)
    found = tagged.where(ExpressionTag.word == word, ExpressionTag.expression_id.in_(ids))
    return frozenset(db.session.scalars(found))


def tags_for(standing: Standing) -> Select[str, int]:
    """Tags on forms that this person may see: word and a number of its own, each once."""
    seen = select(ExpressionTag.word, func.min(ExpressionTag.id).label("id"))
    mine = seen.join(Expression, Expression.id == ExpressionTag.expression_id)
    return mine.where(is_visible_to(standing)).group_by(ExpressionTag.word)


def all_on(expression_id: Any) -> ColumnElement[str]:
    """SQL: the tags of the form with this id in one text, for `words_in`; null for none."""
    words = select(func.aggregate_strings(ExpressionTag.word, BETWEEN))
    return words.where(ExpressionTag.expression_id == expression_id).scalar_subquery()


def words_in(text: str | None) -> list[str]:
    """The tags that `all_on` brought, in the order of the alphabet."""
    return sorted(text.split(BETWEEN)) if text else []


def tags_of(expression: Expression) -> Sequence[str]:
    """The tags of one form, in the order of the alphabet."""
    chosen = select(ExpressionTag.word).where(ExpressionTag.expression_id == expression.id)
    return db.session.scalars(chosen.order_by(ExpressionTag.word)).all()
