"""Filters of a list, held in its address: what was chosen, links without one of them, pages.

A list is asked for by GET, so that it can be kept, sent to somebody and gone back to. Values that
are no option are left out: an old address still gives a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Result, Select, and_, case, func, select, true
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict

from ppflow.db import db
from ppflow.forms import one_line
from ppflow.web import plural

MAX_SEARCH_CHARACTERS: Final = 200
COUNTED_TO: Final = 1000  # design.md 12: exact to here, then "more than 1,000"

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Filter:
    """One question of the filter box: its name in the address and its options (value, label)."""

    name: str
    legend: str
    options: Sequence[tuple[str, str]]

    def label_of(self, value: str) -> str:
        return next(label for option, label in self.options if option == value)

    def counted(self, counts: Mapping[str, int]) -> list[tuple[str, str, int | None]]:
        """The options with how many stand behind each; `counts` goes by `name_value`."""
        return [(value, label, counts.get(f"{self.name}_{value}")) for value, label in self.options]

    def with_any(self, words: str) -> list[tuple[str, str]]:
        """The options of a list to choose one from, with "any" first."""
        return [("", words), *self.options]


@dataclass(frozen=True)
class Chosen:
    """What somebody asked of a list. `values` holds (filter name, its known options)."""

    path: str
    q: str
    values: tuple[tuple[str, tuple[str, ...]], ...]
    page: int = 1

    def all(self, name: str) -> tuple[str, ...]:
        """The options ticked in a filter; empty means any."""
        return next((values for each, values in self.values if each == name), ())

    def one(self, name: str) -> str:
        """The option of a filter that takes one; empty means any."""
        return next(iter(self.all(name)), "")

    @property
    def count(self) -> int:
        """How many options are chosen."""
        return sum(len(values) for _name, values in self.values)

    def address(self, *, page: int = 1, without: tuple[str, str] | None = None) -> str:
        """This list with another page, or without one option."""
        pairs = [("q", self.q)] if self.q and without != ("q", self.q) else []
        for name, values in self.values:
            pairs += [(name, value) for value in values if (name, value) != without]
        if page > 1:
            pairs.append(("page", str(page)))
        return self.path + (f"?{urlencode(pairs)}" if pairs else "")

    def chips(self, filters: Sequence[Filter]) -> list[tuple[str, str]]:
        """Every choice as (words, address of the list without it), the search words first."""
        chips = [(f"“{self.q}”", self.address(without=("q", self.q)))] if self.q else []
        for each in filters:
            chips += [
                (each.label_of(value), self.address(without=(each.name, value)))
                for value in self.all(each.name)
            ]
        return chips

    def offset(self, size: int) -> int:
        """Rows before this page."""
        return (self.page - 1) * size

    def turn(self, size: int, total: int) -> dict[str, Any]:
        """The addresses of the pages before and after, with their words; empty where none is."""
        last = max(1, -(-total // size))
        turning = {"previous": "", "next": "", "previous_words": "", "next_words": ""}
        if self.page > 1:
            before = min(self.page - 1, last)
            turning["previous"] = self.address(page=before)
            turning["previous_words"] = f"{before:,} of {last:,}"
        if self.page < last:
            turning["next"] = self.address(page=self.page + 1)
            turning["next_words"] = f"{self.page + 1:,} of {last:,}"
        return turning


def typed(args: MultiDict[str, str], name: str) -> str:
    """What stands in an address under a name, tidied and cut to a sensible length."""
    return one_line(args.get(name))[:MAX_SEARCH_CHARACTERS]


def read(path: str, args: MultiDict[str, str], filters: Sequence[Filter]) -> Chosen:
    """What an address asks of a list with these filters."""
    values = []
    for each in filters:
        if each.name in args:
            known = dict(each.options)
            wanted = dict.fromkeys(value for value in args.getlist(each.name) if value in known)
            values += [(each.name, tuple(wanted))] if wanted else []
    page = args.get("page", "1")
    return Chosen(
        path=path,
        q=typed(args, "q"),
        values=tuple(values),
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


@dataclass(frozen=True)
class Tally:
    """How many rows a list has, and beside each option of its filters.

    `counts` goes by `filter_option`; it is empty where there are more than `COUNTED_TO`.
    `places` are options (place, label) to choose from.
    """

    total: int
    counts: Mapping[str, int]
    places: list[tuple[str, str]]

    def words(self, one: str, many: str) -> str:
        """13 open opportunities; More than 1,000 open opportunities"""
        if self.total > COUNTED_TO:
            return f"More than {COUNTED_TO:,} {many}"
        return plural(self.total, one, many)


def tally(
    place: InstrumentedAttribute[str],
    base: Condition,
    asked: Mapping[str, Condition],
    options: Mapping[str, tuple[str, Condition]],
) -> Select[*tuple[Any, ...]]:
    """Count a list and its filters' options in one statement, over `COUNTED_TO` + 1 rows at most.

    `asked` holds the chosen filters' conditions by name, `options` every option's (filter name,
    condition). An option counts what one would see by choosing it: all filters but its own.
    Gives a row for each place: place, rows, total, then each option.
    """
    others = {name: condition for name, condition in asked.items() if name != "place"}
    flags = [case((and_(true(), *others.values()), 1), else_=0).label("total")]
    for label, (group, condition) in options.items():
        rest = [other for name, other in others.items() if name != group]
        flags.append(case((and_(condition, *rest), 1), else_=0).label(label))
    seen = select(place, *flags).where(base).limit(COUNTED_TO + 1).subquery()
    by_place = seen.c[place.key]
    sums = [func.sum(seen.c[flag.name]).label(flag.name) for flag in flags]
    counted = select(by_place, func.count().label("rows"), *sums)
    return counted.group_by(by_place).order_by(by_place)


def tallied(result: Result[*tuple[Any, ...]], place: str, count: Callable[[], int]) -> Tally:
    """Read the answer to `tally`; `count` counts the list when it is longer than was looked at."""
    names, rows = list(result.keys())[2:], result.all()
    if sum(row[1] for row in rows) > COUNTED_TO:
        return Tally(count(), {}, [(row[0], row[0]) for row in rows if row[0]])
    here = [row for row in rows if place in {"", row[0]}]
    counts = {name: sum(row[at] for row in here) for at, name in enumerate(names, start=2)}
    places = [(row[0], f"{row[0]} ({row[2]})") for row in rows if row[0]]
    return Tally(counts.pop("total"), counts, places)


def count_to_limit(
    column: InstrumentedAttribute[Any], base: Condition, asked: Mapping[str, Condition]
) -> int:
    """How many rows a list has, at most `COUNTED_TO` + 1."""
    some = select(column).where(base, *asked.values()).limit(COUNTED_TO + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0
