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

COUNT_TO: Final = 1000  # of a list and of a view
SPREAD_TO: Final = 200  # forms of a list that are looked at for the numbers of its filters
KEPT: Final = 256  # different lists whose numbers are kept by one process
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
    asked = replace(asked, mark=None, start=1, sort="")
    return _kept(asked, standing, views, saved, (clock.today(), finding.until(stamp)))


@lru_cache(maxsize=KEPT)
def _kept(
    asked: Asked,
    standing: Standing,
    views: tuple[View, ...],
    saved: tuple[Asked, ...],
    when: tuple[date, finding.Until],
) -> Counted:
    found: dict[tuple[str, str], int] = {}
    looked_at: Counter[str] = Counter()
    for what, value, number in _counts(asked, standing, views, saved, when[0]).all():
        found[what, value or ""] = number
        looked_at[what] += number
    looked_at[NEEDS] = found["list", SEEN]
    here = ("view", asked.view.key) if _is_whole(asked, views) else ("list", "")
    return Counted(
        total=found[here],
        needs=found["list", NEEDS],
        trouble=found["list", TROUBLE],
        views={view.key: found["view", view.key] for view in views},
        facets={key: n for key, n in found.items() if key[0] in COLUMNS},
        saved={each.query(): found["saved", str(n)] for n, each in enumerate(saved)},
        cut=frozenset(name for name in (*COLUMNS, NEEDS) if looked_at[name] > SPREAD_TO),
        is_cut=asked.hits is not None and len(asked.hits) > finding.MOST_FOUND,
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
    few = _few(asked, standing).cte("few")
    rows = [_row("list", SEEN, func.count()).select_from(few)]
    if not _is_whole(asked, views):
        all_of_it = _all(asked, standing) if asked.hits is None else few  # no more than are found
        rows.append(_row("list", "", func.count()).select_from(all_of_it))
    for name, flag in ((NEEDS, few.c.has_needs), (TROUBLE, few.c.has_email_trouble)):
        rows.append(_row("list", name, func.count()).where(flag).select_from(few))
    rows += [_facet(name, few, asked, standing) for name in COLUMNS]
    rows += [_row("view", view.key, how_many(view, standing)) for view in views]
    for number, each in enumerate(saved):
        rows.append(_row("saved", str(number), func.count()).select_from(_all(each, standing)))
    return select(union_all(*rows).subquery())


def _is_whole(asked: Asked, views: tuple[View, ...]) -> bool:
    """Is the list one of the views, which are counted anyway?"""
    return asked.view in views and not asked.is_narrowed


def _row(what: str, value: str, number: Any) -> Select[*tuple[Any, ...]]:
    return select(written(what).label("what"), written(value).label("value"), number)


def _all(asked: Asked, standing: Standing) -> Subquery:
    """The rows of a list, to be counted alone: its index is all that is read."""
    return finding.listed(asked, standing, most=COUNT_TO + 1, in_order=False).subquery()


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


def how_many(view: View, standing: Standing) -> ColumnElement[int]:
    """A subquery of the number in a view, at most `COUNT_TO` + 1."""
    rows = select(written(1)).where(is_visible_to(standing), view.where(standing))
    few = rows.select_from(Expression).limit(written(COUNT_TO + 1)).subquery()  # in any order
    few = few if view.is_open else _all(Asked(view), standing)
    return select(func.count()).select_from(few).scalar_subquery()
