"""Which tags there are, and which forms have one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select

from ppflow.access import Standing
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.tagging.models import ExpressionTag


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
