"""Which rows a list of the queue holds and in which order, as conditions of one statement."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, literal, tuple_

from ppflow import clock, search
from ppflow.access import Standing
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.triage.forms import NOBODY, Asked, Mark

SEARCH_ROOM: Final = "expression"
MOST_FOUND: Final = 200  # of more, only so many are looked at, and the page says so
_REFERENCE = re.compile(r"PP-[0-9A-Z]{4,}", re.IGNORECASE)
COLUMNS: Final = {
    "status": Expression.status,
    "kind": Expression.kind,
    "programme": Expression.programme_id,
    "project": Expression.project_id,
    "opportunity": Expression.opportunity_id,
    "assignee": Expression.assignee_id,
}
NUMBERS: Final = {"programme", "project", "opportunity", "assignee"}


def conditions(
    asked: Asked, standing: Standing, *, but: str = "", hits: Select[int] | None = None
) -> list[ColumnElement[bool]]:
    """All that the rows must be. `but` leaves out one filter, to count its other options.

    `hits` are the ids with the words searched, where the statement holds them already.
    """
    found: list[ColumnElement[bool]] = [is_visible_to(standing), asked.view.where(standing)]
    ids = matches(asked) if hits is None else hits
    if ids is not None:
        found.append(Expression.id.in_(ids))
    elif asked.q:
        found.append(Expression.reference == asked.q.upper())
    for name, column in COLUMNS.items():
        chosen = getattr(asked, name)
        if not chosen or name == but:
            continue
        if chosen == NOBODY:
            found.append(column.is_(None))
        else:
            found.append(column == (int(chosen) if name in NUMBERS else chosen))
    if asked.needs and but != "needs":
        found.append(Expression.has_needs.is_(True))
    if asked.due:
        found.append(_due(asked.due))
    return found


def matches(asked: Asked) -> Select[int] | None:
    """Ids of forms with the words searched, one more than are looked at; None for none to search.

    Views that hold open and closed forms are short: there every form is looked at.
    """
    if not asked.q or _REFERENCE.fullmatch(asked.q):
        return None
    if asked.view.holds_both:
        return search.matching(SEARCH_ROOM, asked.q)
    most = MOST_FOUND + 1
    return search.newest_matching(SEARCH_ROOM, asked.q, most, is_open=asked.view.is_open)


def _due(due: str) -> ColumnElement[bool]:
    today = clock.today()
    if due == "late":
        return Expression.reply_by < today
    if due == "today":
        return Expression.reply_by == today
    return Expression.reply_by.between(today, today + timedelta(days=6 - today.weekday()))


def ordered(
    asked: Asked, standing: Standing, chosen: Select[Any], mark: Mark | None, *, is_back: bool
) -> Select[Any]:
    """The rows in the list's order, or in the opposite one, beyond the mark."""
    order = asked.order
    is_falling = order.is_newest_first is not is_back
    chosen = chosen.where(*conditions(asked, standing))
    if mark is not None:
        here = tuple_(order.column, Expression.id)
        place = tuple_(literal(mark.value, order.column.type), literal(mark.id))
        chosen = chosen.where(here < place if is_falling else here > place)
    keys = (order.column, Expression.id)
    return chosen.order_by(*(key.desc() for key in keys) if is_falling else keys)
