"""How many: in a list, in each view, behind each option of a filter.

Each number is exact to `COUNT_TO` and never costs more than that. Numbers are kept until something
happens: every change of an expression writes an event, so the newest events say whether they hold.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Select, String, cast, func, literal, select, union_all

from ppflow import clock
from ppflow.access import Standing
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.ready import ready
from ppflow.triage import finding
from ppflow.triage.finding import COLUMNS, MOST_FOUND
from ppflow.triage.forms import Asked
from ppflow.triage.workflow import View

COUNT_TO: Final = 1000
KEPT: Final = 256  # different lists whose numbers are kept by one process
HOLD_SECONDS: Final = 10  # for what no event tells; nobody decides by a number beside a view
NEEDS, TROUBLE = "needs", "trouble"


@dataclass(frozen=True)
class Counted:
    """The numbers of one list and, where they were asked for, of its filters and the views.

    Each is at most `COUNT_TO` + 1. `facets` goes by (filter, value); of a list that is longer than
    `COUNT_TO` its numbers are of some rows: at least so many. `saved` goes by the view's query.
    """

    total: int
    needs: int
    trouble: int
    views: dict[str, int]
    facets: dict[tuple[str, str], int]
    saved: dict[str, int]
    is_cut: bool = False  # more forms hold the words than are looked at

    @property
    def is_exact(self) -> bool:
        return self.total <= COUNT_TO


def count(
    asked: Asked,
    standing: Standing,
    stamp: str,
    views: tuple[View, ...] = (),
    saved: tuple[Asked, ...] = (),
) -> Counted:
    """All numbers of a page; one statement, or none when nothing happened since they were asked.

    `stamp` names the newest events, as `options` found them in this transaction.
    """
    moment = int(time.monotonic() / HOLD_SECONDS)
    asked = replace(asked, mark=None, start=1, sort="")
    kind = db.session.connection().dialect.name
    return _kept(asked, standing, views, saved, (clock.today(), kind, stamp, moment))


@lru_cache(maxsize=KEPT)
def _kept(
    asked: Asked,
    standing: Standing,
    views: tuple[View, ...],
    saved: tuple[Asked, ...],
    when: tuple[date, str, str, int],
) -> Counted:
    found: dict[tuple[str, str], int] = {}
    for what, value, number in _counts(asked, standing, views, saved, when[0]):
        found[what, value or ""] = number
    return Counted(
        total=found["list", ""],
        needs=found["list", NEEDS],
        trouble=found["list", TROUBLE],
        views={view.key: found["view", view.key] for view in views},
        facets={key: n for key, n in found.items() if key[0] in COLUMNS},
        saved={each.query(): found["saved", each.query()] for each in saved},
        is_cut=found.get(("words", ""), 0) > MOST_FOUND,
    )


@ready
def _counts(
    asked: Asked,
    standing: Standing,
    views: tuple[View, ...],
    saved: tuple[Asked, ...],
    _today: date,
) -> Select[*tuple[Any, ...]]:
    """All numbers, a row each; the conditions of the views depend on the day."""
    words = finding.matches(asked)
    hits = None if words is None else words.cte("hits")
    few = _few(asked, standing, hits=hits).cte("few")
    rows = [_row("list", "", func.count()).select_from(few)]
    for name, flag in ((NEEDS, few.c.has_needs), (TROUBLE, few.c.has_email_trouble)):
        rows.append(_row("list", name, func.count()).where(flag).select_from(few))
    rows += [_facet(name, few, asked, standing, hits) for name in COLUMNS]
    rows += [_row("view", view.key, how_many(view, standing)) for view in views]
    for each in saved:
        few_of_it = _few(each, standing).subquery()
        rows.append(_row("saved", each.query(), func.count()).select_from(few_of_it))
    if hits is not None and not asked.view.holds_both:
        rows.append(_row("words", "", func.count()).select_from(hits))
    return select(union_all(*rows).subquery())


def _row(what: str, value: str, number: Any) -> Select[*tuple[Any, ...]]:
    names = (cast(literal(text), String) for text in (what, value))
    return select(*names, number)


def _few(
    asked: Asked, standing: Standing, *, but: str = "", hits: CTE | None = None
) -> Select[*tuple[Any, ...]]:
    """The rows that are counted: in the list's own order, which its index can read off alone."""
    columns = (*COLUMNS.values(), Expression.has_needs, Expression.has_email_trouble)
    ids = None if hits is None else select(hits.c.thing_id)
    found = select(*columns).where(*finding.conditions(asked, standing, but=but, hits=ids))
    return found.order_by(asked.order.column, Expression.id).limit(COUNT_TO + 1)


def _facet(
    name: str, few: CTE, asked: Asked, standing: Standing, hits: CTE | None
) -> Select[*tuple[Any, ...]]:
    """The numbers of one filter's options; of a chosen one as if nothing were chosen in it."""
    is_chosen = getattr(asked, name)
    rows: Any = _few(asked, standing, but=name, hits=hits).subquery() if is_chosen else few
    value = rows.c[COLUMNS[name].key]
    names = (cast(literal(name), String), cast(value, String))
    return select(*names, func.count()).group_by(value)


def how_many(view: View, standing: Standing) -> ColumnElement[int]:
    """A subquery of the number in a view, at most `COUNT_TO` + 1."""
    rows = select(literal(1)).where(is_visible_to(standing), view.where(standing))
    few = rows.select_from(Expression).limit(COUNT_TO + 1).subquery()
    return select(func.count()).select_from(few).scalar_subquery()
