"""The waiting list of an opportunity: who stands in it, in which order.

A number is true on the day it is asked for. It is never stored.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select

from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status


def stands_with(expression: Expression) -> ColumnElement[bool]:
    """SQL condition: waits for the same thing, the opportunity or else the project."""
    return and_(
        Expression.opportunity_id.is_not_distinct_from(expression.opportunity_id),
        Expression.project_id.is_not_distinct_from(expression.project_id),
        Expression.status == Status.WAITING_LIST,
        Expression.erased_at.is_(None),
    )


def position(expression: Expression) -> int:
    """Their number in the line, from 1; for somebody not in it yet, the number they would have."""
    ahead = select(func.count()).select_from(Expression)
    ahead = ahead.where(stands_with(expression), Expression.id != expression.id)
    since = expression.waiting_since
    if since is not None:
        same = and_(Expression.waiting_since == since, Expression.id < expression.id)
        ahead = ahead.where(or_(Expression.waiting_since < since, same))
    return 1 + (db.session.scalar(ahead) or 0)
