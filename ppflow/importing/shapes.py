"""What values of an import file may be. Every fault is named by its place in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, Final, Protocol

from ppflow.checks import EMAIL as PLAIN_EMAIL
from ppflow.forms import YEARS
from ppflow.importing.checking import Checking

LONGEST_TEXT: Final = 5000  # characters; longer than any field of a page
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TYPES: Final = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a group of keys",
    date: "a day",
    datetime: "a moment",
    type(None): "nothing",
}


class Shape(Protocol):
    """Reads one value: gives it back converted, or None after naming its fault."""

    def read(self, value: Any, place: str, checking: Checking) -> Any: ...


def _wrong(value: Any, wanted: str, place: str, checking: Checking) -> None:
    found = _TYPES.get(type(value), type(value).__name__)
    checking.fault(place, f"this must be {wanted}, not {found}")


@dataclass(frozen=True)
class Text:
    """Words. With `pattern`, words of a certain form, which `form` describes."""

    pattern: re.Pattern[str] | None = None
    form: str = ""
    may_be_empty: bool = False
    is_small: bool = False  # written with small letters here, however the file writes it

    def read(self, value: Any, place: str, checking: Checking) -> str | None:
        if not isinstance(value, str):
            _wrong(value, "text", place, checking)
        elif len(value) > LONGEST_TEXT:
            checking.fault(place, f"this is longer than {LONGEST_TEXT} characters")
        elif not value.strip() and not self.may_be_empty:
            checking.fault(place, "this is empty")
        elif value.strip() and self.pattern is not None and not self.pattern.fullmatch(value):
            checking.fault(place, f"'{value}' is not {self.form}")
        else:
            return value.strip().lower() if self.is_small else value.strip()
        return None


EMAIL: Final = Text(PLAIN_EMAIL, "an email address", is_small=True)
WEB: Final = Text(
    re.compile(r"https?://[^\s/]+\S*"), "a web address that begins with https://", may_be_empty=True
)
SLUG: Final = Text(_SLUG, "made of small letters, digits and single hyphens")


@dataclass(frozen=True)
class Whole:
    """A whole number, neither below `least` nor above `most`."""

    least: int = 0
    most: int = 1_000_000

    def read(self, value: Any, place: str, checking: Checking) -> int | None:
        if not isinstance(value, int) or isinstance(value, bool):
            _wrong(value, "a whole number", place, checking)
        elif value < self.least:
            checking.fault(place, f"this must be {self.least} or more")
        elif value > self.most:
            checking.fault(place, f"this must be {self.most:,} or less")
        else:
            return value
        return None


@dataclass(frozen=True)
class Amount:
    """A number of pounds or hours, not below 0."""

    def read(self, value: Any, place: str, checking: Checking) -> float | None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            _wrong(value, "a number", place, checking)
        elif not 0 <= value < 1_000_000:
            checking.fault(place, "this must be 0 or more, and less than a million")
        else:
            return float(value)
        return None


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def read(self, value: Any, place: str, checking: Checking) -> bool | None:
        if isinstance(value, bool):
            return value
        _wrong(value, "true or false", place, checking)
        return None


@dataclass(frozen=True)
class Day:
    """A day, written 2026-11-23."""

    def read(self, value: Any, place: str, checking: Checking) -> date | None:
        if isinstance(value, date) and not isinstance(value, datetime):
            if value.year in YEARS:
                return value
            checking.fault(place, f"the year must be from {YEARS[0]} to {YEARS[-1]}")
        elif isinstance(value, str):
            checking.fault(place, f"'{value}' is not a day; write it as 2026-11-23")
        else:
            _wrong(value, "a day such as 2026-11-23", place, checking)
        return None


@dataclass(frozen=True)
class OneOf:
    """One word of a vocabulary."""

    words: Iterable[str]

    def read(self, value: Any, place: str, checking: Checking) -> str | None:
        known = [str(word) for word in self.words]
        if isinstance(value, str) and value in known:
            return value
        checking.fault(place, f"'{value}' is not one of {', '.join(known)}")
        return None


@dataclass(frozen=True)
class Name:
    """The id of a thing, unique among its kind; `ours` are words that our own pages stand at."""

    noun: str
    form: Text = Text()
    ours: frozenset[str] = frozenset()

    def read(self, value: Any, place: str, checking: Checking) -> str | None:
        name = self.form.read(value, place, checking)
        if name in self.ours:
            checking.fault(place, f"a page of ours has the address '{name}'; choose another")
        elif name is not None:
            checking.give_name(self.noun, name, place)
        return name


@dataclass(frozen=True)
class Refer:
    """The id of a thing that stands elsewhere in the file: one of `nouns`, or a fixed word."""

    nouns: tuple[str, ...]
    words: tuple[str, ...] = ()

    def read(self, value: Any, place: str, checking: Checking) -> str | None:
        name = Text().read(value, place, checking)
        if name is not None and name not in self.words:
            checking.refer(self.nouns, name, place)
        return name


@dataclass(frozen=True)
class Each:
    """A list of values of one shape."""

    shape: Shape
    most: int = 10_000

    def read(self, value: Any, place: str, checking: Checking) -> list[Any]:
        if not isinstance(value, list):
            _wrong(value, "a list", place, checking)
            return []
        if len(value) > self.most:
            checking.fault(place, f"this holds {len(value)}, and the most is {self.most}")
        return [self.shape.read(v, f"{place}[{n}]", checking) for n, v in enumerate(value)]


@dataclass(frozen=True)
class Maybe:
    """A value that may be missing or empty; then it is `default`."""

    shape: Shape
    default: Any = None

    def read(self, value: Any, place: str, checking: Checking) -> Any:
        return self.default if value is None else self.shape.read(value, place, checking)


Rule = Callable[[Mapping[str, Any], str, Checking], None]


@dataclass(frozen=True)
class Part:
    """A group of known keys, each with its shape. Rules run when all its values are right."""

    keys: Mapping[str, Shape]
    rules: tuple[Rule, ...] = ()

    def read(self, value: Any, place: str, checking: Checking) -> dict[str, Any] | None:
        if not isinstance(value, dict):
            _wrong(value, "a group of keys", place, checking)
            return None
        before = len(checking.faults)
        inside = f"{place}." if place else ""
        found = {}
        for key, given in value.items():  # in the file's order, as people look for faults
            if key in self.keys:
                found[key] = self.keys[key].read(given, f"{inside}{key}", checking)
            else:
                close = get_close_matches(str(key), self.keys, n=1)
                hint = f"; did you mean '{close[0]}'?" if close else ""
                checking.fault(f"{inside}{key}", f"this key is not known here{hint}")
        for key, shape in self.keys.items():
            if key not in value and isinstance(shape, Maybe):
                found[key] = shape.default
            elif key not in value:
                checking.fault(f"{inside}{key}", "this is missing")
        if len(checking.faults) == before:
            for rule in self.rules:
                rule(found, place, checking)
        return found


@dataclass(frozen=True)
class Table:
    """A group of free keys whose values all have one shape."""

    shape: Shape

    def read(self, value: Any, place: str, checking: Checking) -> dict[str, Any]:
        if not isinstance(value, dict):
            _wrong(value, "a group of keys", place, checking)
            return {}
        return {str(k): self.shape.read(v, f"{place}.{k}", checking) for k, v in value.items()}
