"""Lists by title: one page after another, and how many there are, to a bound.

A page begins after a place, (title, id), that stands in its address: page 2,000 costs what the
first one costs, and what is added meanwhile shifts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Row, Select, Subquery, func, literal, select, tuple_

from ppflow.db import db

ROWS: Final = 25
COUNT_TO: Final = 1000
Place = tuple[str, int]


@dataclass(frozen=True)
class Listed:
    """One page: its rows, how many in all (at most `COUNT_TO` + 1), and where the next begins."""

    rows: list[Row[*tuple[Any, ...]]]
    total: int
    next: Place | None


def by_title(chosen: Select[*tuple[Any, ...]], thing: Any, after: Place | None) -> Listed:
    """One page of `chosen`, which has the columns `title` and `id` of `thing`; two statements."""
    total = db.session.scalar(select(func.count()).select_from(few(chosen))) or 0
    chosen = chosen.order_by(thing.title, thing.id).limit(ROWS + 1)
    if after is not None:
        here = tuple_(thing.title, thing.id)
        chosen = chosen.where(here > tuple_(literal(after[0]), literal(after[1])))
    found = list(db.session.execute(chosen))
    rows = found[:ROWS]
    return Listed(rows, total, (rows[-1].title, rows[-1].id) if len(found) > ROWS else None)


def few(chosen: Select[*tuple[Any, ...]]) -> Subquery:
    """The rows of `chosen` to be counted: at most `COUNT_TO` + 1, in any order."""
    bare = chosen.order_by(None).with_only_columns(literal(1), maintain_column_froms=True)
    return bare.limit(COUNT_TO + 1).subquery()


def place_in(args: Mapping[str, str]) -> Place | None:
    """The place that stands in an address; nonsense is the first page."""
    title, _, number = args.get("after", "").rpartition("~")
    is_number = number.isascii() and number.isdigit() and len(number) < 10
    return (title, int(number)) if is_number and "\0" not in title else None


def from_place(path: str, kept: Mapping[str, str], place: Place | None) -> str:
    """The address of the page from this place on, with the filters; empty where there is none."""
    if place is None:
        return ""
    return f"{path}?{urlencode({**kept, 'after': f'{place[0]}~{place[1]}'})}"
