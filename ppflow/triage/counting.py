"""How many: in a list, in each view, behind each option of a filter.

Each number is exact to its bound and never costs more than that: of lists and views an index alone
is read, to `COUNT_TO`; of filters whole rows, so only to `SPREAD_TO`. Numbers are kept until
something happens: every change of an expression writes an event, so the newest events say whether
they hold.
"""

from __future__ import annotations

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
    select,
    union_all,
)

from ppflow import clock
from ppflow.access import Standing
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.ready import ready, written
from ppflow.triage import finding
from ppflow.triage.finding import COLUMNS
from ppflow.triage.forms import Asked
from ppflow.triage.workflow import View

COUNT_TO: Final = 1000  # of a list
BESIDE_TO: Final = 250  # of the views and saved views beside a list, which nobody looks at now
SPREAD_TO: Final = 200  # forms of a list that are looked at for the numbers of its filters
KEPT: Final = 256  # different lists whose numbers are kept by one process
NEEDS, TROUBLE, SEEN = "needs", "trouble", "seen"


@dataclass(frozen=True, eq=False)
class Counted:
    """The numbers of one list and, where they were asked for, of its filters and the views.

    The same object while they are the same numbers. The total is at most `COUNT_TO` + 1; `views`
    and `saved` are at most `beside_to` + 1, but for the view that is the list itself. `facets` goes
    by (filter, value). They, `needs` and `trouble` are of at most `SPREAD_TO` + 1 rows, the first
    ones: where there are more, as in the filters named by `cut`, of at least so many. `saved` goes
    by the view's query.
    """

    total: int
    needs: int
    trouble: int
    views: dict[str, int]
    facets: dict[tuple[str, str], int]
    saved: dict[str, int]
    cut: frozenset[str] = frozenset()
    beside_to: int = COUNT_TO
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
    beside_to: int = COUNT_TO,
) -> Counted:
    """All numbers of a page; one statement, or none when nothing happened since they were asked.

    `stamp` names the newest events, as `options` found them in this transaction. Views and saved
    views are counted to `beside_to`.
    """
    asked = replace(asked, mark=None, start=1, sort="")
    until = (clock.today(), finding.until(stamp))
    return _kept(asked, standing, views, saved, beside_to, until)


@lru_cache(maxsize=KEPT)
def _kept(
    asked: Asked,
    standing: Standing,
    views: tuple[View, ...],
    saved: tuple[Asked, ...],
    beside_to: int,
    when: tuple[date, finding.Until],
) -> Counted:
    rows = _counts(asked, standing, views, saved, beside_to, when[0]).all()
    return _read(asked, views, saved, beside_to, tuple([tuple(row) for row in rows]))


@lru_cache(maxsize=KEPT)
def _read(
    asked: Asked,
    views: tuple[View, ...],
    saved: tuple[Asked, ...],
    beside_to: int,
    rows: tuple[tuple[Any, ...], ...],
) -> Counted:
    found: dict[tuple[str, str], int] = {}
    looked_at: Counter[str] = Counter()
    for what, value, number in rows:
        found[what, value or ""] = number
        looked_at[what] += number
    looked_at[NEEDS] = found["list", SEEN]
    if not asked.is_narrowed:
        found["view", asked.view.key] = found["list", ""]
    return Counted(
        total=found["list", ""],
        needs=found["list", NEEDS],
        trouble=found["list", TROUBLE],
        views={view.key: found["view", view.key] for view in views},
        facets={key: n for key, n in found.items() if key[0] in COLUMNS},
        saved={each.query(): found["saved", str(n)] for n, each in enumerate(saved)},
        cut=frozenset(name for name in (*COLUMNS, NEEDS) if looked_at[name] > SPREAD_TO),
        beside_to=beside_to,
        is_cut=asked.hits is not None and len(asked.hits) > finding.MOST_FOUND,
    )


@ready
def _counts(
    asked: Asked,
    standing: Standing,
    views: tuple[View, ...],
    saved: tuple[Asked, ...],
    beside_to: int,
    _today: date,
) -> Select[*tuple[Any, ...]]:
    """All numbers, a row each; the conditions of the views depend on the day."""
    few = _few(asked, standing).cte("few")
    rows = [_row("list", SEEN, func.count()).select_from(few)]
    all_of_it = few if asked.hits is not None else _all(asked, standing, COUNT_TO)
    rows.append(_row("list", "", func.count()).select_from(all_of_it))
    for name, flag in ((NEEDS, few.c.has_needs), (TROUBLE, few.c.has_email_trouble)):
        rows.append(_row("list", name, func.count()).where(flag).select_from(few))
    rows += [_facet(name, few, asked, standing) for name in COLUMNS]
    others = [view for view in views if view is not asked.view or asked.is_narrowed]
    rows += [_row("view", view.key, how_many(view, standing, beside_to)) for view in others]
    for number, each in enumerate(saved):
        some = _all(each, standing, beside_to)
        rows.append(_row("saved", str(number), func.count()).select_from(some))
    return select(union_all(*rows).subquery())


def _row(what: str, value: str, number: Any) -> Select[*tuple[Any, ...]]:
    return select(written(what).label("what"), written(value).label("value"), number)


def _all(asked: Asked, standing: Standing, most: int) -> Subquery:
    """The rows of a list, to be counted alone: its index is all that is read."""
    return finding.listed(asked, standing, most=most + 1, in_order=False).subquery()


def _few(asked: Asked, standing: Standing, *, but: str = "") -> Select[*tuple[Any, ...]]:
    """The rows whose columns are counted, each value by itself."""
    columns = (*COLUMNS.values(), Expression.has_needs, Expression.has_email_trouble)
    return finding.listed(asked, standing, *columns, but=but, most=SPREAD_TO + 1)


def _facet(name: str, few: CTE, asked: Asked, standing: Standing) -> Select[*tuple[Any, ...]]:
    """The numbers of one filter's options; of a chosen one as if nothing were chosen in it."""
    is_chosen = getattr(asked, name)
    rows: Any = _few(asked, standing, but=name).subquery() if is_chosen else few
    value = rows.c[COLUMNS[name].key]
    named = (written(name).label("what"), cast(value, String).label("value"))
    return select(*named, func.count()).group_by(value)


def how_many(view: View, standing: Standing, most: int) -> ColumnElement[int]:
    """A subquery of the number in a view, at most `most` + 1."""
    rows = select(written(1)).where(is_visible_to(standing), view.where(standing))
    few = rows.select_from(Expression).limit(written(most + 1)).subquery()  # in any order
    few = few if view.is_open else _all(Asked(view), standing, most)
    return select(func.count()).select_from(few).scalar_subquery()
