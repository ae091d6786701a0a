"""How many: in a list, in each view, behind each option of a filter.

Each number is exact to its bound and never costs more than that: of lists and views an index alone
is read, to `COUNT_TO`; of filters whole rows, so only to `SPREAD_TO`. Numbers are kept until
something happens: every change of an expression writes an event, so the newest events say whether
they hold.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    Subquery,
    cast,
    func,
    literal,
    select,
    union_all,
)

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

COUNT_TO: Final = 1000  # of a list and of a view
SPREAD_TO: Final = 200  # forms of a list that are looked at for the numbers of its filters
KEPT: Final = 256  # different lists whose numbers are kept by one process
HOLD_SECONDS: Final = 10  # for what no event tells; nobody decides by a number beside a view
NEEDS, TROUBLE, SEEN = "needs", "trouble", "seen"


@dataclass(frozen=True, eq=False)
class Counted:
    """The numbers of one list and, where they were asked for, of its filters and the views.

    The same object while nothing happens.
    Totals are at most `COUNT_TO` + 1. `facets` goes by (filter, value). They, `needs` and `trouble`
    are of at most `SPREAD_TO` + 1 rows, the first ones: where there are more, as in the filters
    named by `cut`, of at least so many. `saved` goes by the view's query.
    """

    total: int
    needs: int
    trouble: int
    views: dict[str, int]
    facets: dict[tuple[str, str], int]
    saved: dict[str, int]
    cut: frozenset[str] = frozenset()
    is_cut: bool = False  # more forms hold the words than are looked at

    @property
    def is_exact(self) -> bool:
        """Are `needs` and `trouble` those of the whole list?"""
        return NEEDS not in self.cut


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
    looked_at: Counter[str] = Counter()
    for what, value, number in _counts(asked, standing, views, saved, when[0]):
        found[what, value or ""] = number
        looked_at[what] += number
    looked_at[NEEDS] = found["list", SEEN]
    return Counted(
        total=found["list", ""],
        needs=found["list", NEEDS],
        trouble=found["list", TROUBLE],
        views={view.key: found["view", view.key] for view in views},
        facets={key: n for key, n in found.items() if key[0] in COLUMNS},
        saved={each.query(): found["saved", each.query()] for each in saved},
        cut=frozenset(name for name in (*COLUMNS, NEEDS) if looked_at[name] > SPREAD_TO),
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
    rows = [_row("list", SEEN, func.count()).select_from(few)]
    is_few = hits is not None and not asked.view.holds_both  # no more than are found
    all_of_it = few if is_few else _all(asked, standing, hits=hits)
    rows.append(_row("list", "", func.count()).select_from(all_of_it))
    for name, flag in ((NEEDS, few.c.has_needs), (TROUBLE, few.c.has_email_trouble)):
        rows.append(_row("list", name, func.count()).where(flag).select_from(few))
    rows += [_facet(name, few, asked, standing, hits) for name in COLUMNS]
    rows += [_row("view", view.key, how_many(view, standing)) for view in views]
    for each in saved:
        rows.append(_row("saved", each.query(), func.count()).select_from(_all(each, standing)))
    if hits is not None and is_few:
        rows.append(_row("words", "", func.count()).select_from(hits))
    return select(union_all(*rows).subquery())


def _row(what: str, value: str, number: Any) -> Select[*tuple[Any, ...]]:
    names = (cast(literal(text), String) for text in (what, value))
    return select(*names, number)


def _all(asked: Asked, standing: Standing, *, hits: CTE | None = None) -> Subquery:
    """The rows of a list, to be counted alone: its index is all that is read."""
    ids = None if hits is None else select(hits.c.thing_id)
    return finding.listed(asked, standing, hits=ids, most=COUNT_TO + 1, in_order=False).subquery()


def _few(
    asked: Asked, standing: Standing, *, but: str = "", hits: CTE | None = None
) -> Select[*tuple[Any, ...]]:
    """The rows whose columns are counted, each value by itself."""
    columns = (*COLUMNS.values(), Expression.has_needs, Expression.has_email_trouble)
    ids = None if hits is None else select(hits.c.thing_id)
    return finding.listed(asked, standing, *columns, but=but, hits=ids, most=SPREAD_TO + 1)


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
    few = rows.select_from(Expression).limit(COUNT_TO + 1).subquery()  # in any order
    few = few if view.is_open else _all(Asked(view), standing)
    return select(func.count()).select_from(few).scalar_subquery()
