"""Which rows a list of the queue holds and in which order, as conditions of one statement."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    URL,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)

from ppflow import clock, search
from ppflow.access import Standing
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.ready import written
from ppflow.tagging.queries import has_tag
from ppflow.triage.forms import NOBODY, Asked, Mark

SEARCH_ROOM: Final = "expression"
MOST_FOUND: Final = 200  # of more, only so many are looked at, and the page says so
KEPT: Final = 256  # searches whose hits are kept by one process
HOLD_SECONDS: Final = 10  # for what no event tells
MOST_DOORS: Final = 20  # of more projects and programmes, all closed forms are walked
_REFERENCE = re.compile(r"PP-[0-9A-Z]{4,}", re.IGNORECASE)
COLUMNS: Final = {
    "status": Expression.status,
    "kind": Expression.kind,
    "programme": Expression.programme_id,
    "project": Expression.project_id,
    "opportunity": Expression.opportunity_id,
    "assignee": Expression.assignee_id,
}
Until = tuple[URL, str, int]
NUMBERS: Final = {"programme", "project", "opportunity", "assignee"}


def conditions(
    asked: Asked,
    standing: Standing,
    *,
    but: str = "",
    door: ColumnElement[bool] | None = None,
) -> list[ColumnElement[bool]]:
    """All that the rows must be. `but` leaves out one filter, to count its other options.

    `door` is one way in which they may be seen, instead of all.
    """
    seen_by = is_visible_to(standing) if door is None else door
    found: list[ColumnElement[bool]] = [seen_by, asked.view.where(standing)]
    if asked.q:
        found.append(_words(with_hits(asked)))
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
    if asked.tag:
        found.append(has_tag(asked.tag))
    if asked.due:
        found.append(_due(asked.due))
    return found


def with_hits(asked: Asked, stamp: str = "") -> Asked:
    """The same list with the ids of the forms that hold its words, one more than are looked at.

    Where `stamp` names the newest events, ids are kept until something happens. Views that hold
    open and closed forms are short: there every form is looked at, and nothing is found before.
    """
    is_word = asked.q and not _REFERENCE.fullmatch(asked.q)
    if not is_word or asked.hits is not None or asked.view.holds_both:
        return asked
    find = _found_until if stamp else _found
    ids = find(asked.q, asked.view.is_open, MOST_FOUND + 1, *([until(stamp)] if stamp else []))
    return asked if ids is None else replace(asked, hits=ids)


def until(stamp: str) -> Until:
    """A key under which something holds until an event happens; for a while, as some write none."""
    return db.engine.url, stamp, int(time.monotonic() / HOLD_SECONDS)


def _found(words: str, is_open: bool, most: int) -> tuple[int, ...] | None:
    return search.newest(SEARCH_ROOM, words, most, is_open=is_open)


@lru_cache(maxsize=KEPT)
def _found_until(words: str, is_open: bool, most: int, _until: Until) -> tuple[int, ...] | None:
    return _found(words, is_open, most)


def _words(asked: Asked) -> ColumnElement[bool]:
    if asked.hits is not None:  # numbers, so they may be written out: a plan is made for them
        ids = bindparam(
            "hits", asked.hits, Integer, expanding=True, literal_execute=True, unique=True
        )
        return Expression.id.in_(ids)
    is_reference = _REFERENCE.fullmatch(asked.q)
    found = None if is_reference else search.matching(SEARCH_ROOM, asked.q)
    if found is None:
        return Expression.reference == asked.q.upper()
    return Expression.id.in_(found)


def _due(due: str) -> ColumnElement[bool]:
    today = clock.today()
    if due == "late":
        return Expression.reply_by < today
    if due == "today":
        return Expression.reply_by == today
    return Expression.reply_by.between(today, today + timedelta(days=6 - today.weekday()))


def listed(
    asked: Asked,
    standing: Standing,
    *columns: Any,
    most: int,
    mark: Mark | None = None,
    is_back: bool = False,
    but: str = "",
    in_order: bool = True,
) -> Select[*tuple[Any, ...]]:
    """Id, place and `columns` of the first rows in the list's order, or in the opposite one.

    The place is what the list is ordered by; rows start beyond the mark. Rows that are only counted
    need not be `in_order`.
    """
    order = asked.order
    is_falling = order.is_newest_first is not is_back
    chosen = select(Expression.id, order.column.label("place"), *columns)
    if mark is not None:
        here = tuple_(order.column, Expression.id)
        place = tuple_(literal(mark.value, order.column.type), literal(mark.id))
        chosen = chosen.where(here < place if is_falling else here > place)
    chosen = chosen.order_by(*_keys(order.column, Expression.id, is_falling=is_falling))
    chosen = chosen.limit(written(most))
    parts = [
        chosen.where(*conditions(asked, standing, but=but, door=door))
        for door in _doors(asked, standing)
    ]
    if len(parts) == 1:
        return parts[0]
    together = union_all(*(select(part.subquery()) for part in parts)).subquery()
    rows = select(together).limit(written(most))
    keys = _keys(together.c.place, together.c.id, is_falling=is_falling)
    return rows.order_by(*keys) if in_order else rows


def _keys(*columns: Any, is_falling: bool) -> tuple[Any, ...]:
    return tuple(column.desc() for column in columns) if is_falling else columns


def _doors(asked: Asked, standing: Standing) -> list[ColumnElement[bool]]:
    """The ways in which somebody may see rows: all as one condition, or each by itself.

    What is closed grows for ever. Who may see little of it would walk past everybody else's; each
    way by itself is read from an index that begins with it, and no row stands in two of them.
    """
    projects, programmes = sorted(standing.projects), sorted(standing.programmes)
    is_many = len(projects) + len(programmes) > MOST_DOORS
    if asked.view.is_open or asked.q or standing.all_programmes or is_many:
        return [is_visible_to(standing)]
    others = Expression.assignee_id.is_distinct_from(standing.person_id)
    elsewhere = or_(Expression.project_id.is_(None), Expression.project_id.not_in(projects))
    return [
        Expression.assignee_id == standing.person_id,
        *(and_(Expression.project_id == each, others) for each in projects),
        *(and_(Expression.programme_id == each, others, elsewhere) for each in programmes),
    ]
