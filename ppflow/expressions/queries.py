"""The doors to expressions: what a person may see, and what waits for an answer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from ppflow.access import Standing
from ppflow.expressions.models import Expression


def is_visible_to(standing: Standing) -> ColumnElement[bool]:
    """SQL condition: theirs by programme, by project or by assignment. Board and others: none."""
    if standing.all_programmes:
        return true()
    ways: list[ColumnElement[bool]] = [Expression.assignee_id == standing.person_id]
    if standing.programmes:
        ways.append(Expression.programme_id.in_(sorted(standing.programmes)))
    if standing.projects:
        ways.append(Expression.project_id.in_(sorted(standing.projects)))
    return or_(false(), *ways)


def visible_to(standing: Standing) -> Select[Expression]:
    """The expressions a person may see. Suspected spam only for those who judge it."""
    chosen = select(Expression).where(is_visible_to(standing), Expression.erased_at.is_(None))
    if standing.all_programmes:
        return chosen
    judged: ColumnElement[bool] = Expression.set_aside_at.is_(None)
    if standing.programmes:
        judged = or_(judged, Expression.programme_id.in_(sorted(standing.programmes)))
    return chosen.where(judged)


def in_queue() -> ColumnElement[bool]:
    """SQL condition: open, not set aside, not erased; in the words of the partial indexes."""
    return and_(
        Expression.closed_at.is_(None),
        Expression.set_aside_at.is_(None),
        Expression.erased_at.is_(None),
    )


def by_reference(reference: str, standing: Standing) -> Select[Any]:
    """One expression by its reference, through the door."""
    return visible_to(standing).where(Expression.reference == reference.upper())
