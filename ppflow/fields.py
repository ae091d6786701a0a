"""Fields of forms that fill columns: lines, numbers, sums, words of a vocabulary, rows of a list.

`data` is what was typed, so that it can be shown again; `value` is what belongs in the column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, Final

from flask import request
from wtforms import HiddenField
from wtforms.validators import StopValidation, ValidationError

from ppflow import web
from ppflow.forms import Choice, Day, LongText, Number, PageForm, Radios, Text, Tick, optional

MOST_ROWS: Final = 60  # a form of more than these is nobody's work; a longer list is kept whole
LAST_PLACE: Final = 999


class Lines(LongText):
    """A list, one a line. Dashes and dots that people type before each line are left out."""

    def process_data(self, value: Sequence[str] | None) -> None:
        self.data = "\n".join(value or [])

    @property
    def value(self) -> list[str]:
        lines = (line.strip().lstrip("-•*").strip() for line in (self.data or "").split("\n"))
        return [line for line in lines if line]


class Whole(Number):
    """A whole number between two others, or nothing."""

    def __init__(self, *args: Any, lowest: int = 0, highest: int = 100_000, **kw: Any) -> None:
        kw.setdefault("width", "4")
        super().__init__(*args, **kw)
        self.lowest, self.highest = lowest, highest

    def process_data(self, value: int | None) -> None:
        self.data = "" if value is None else str(value)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        typed = (self.data or "").replace(",", "")
        is_short = typed.isdecimal() and len(typed) <= len(str(self.highest))
        if not typed or (is_short and self.lowest <= int(typed) <= self.highest):
            return
        raise ValidationError(f"Enter a whole number from {self.lowest} to {self.highest:,}.")

    @property
    def value(self) -> int | None:
        typed = (self.data or "").replace(",", "")
        return int(typed) if typed.isdecimal() and len(typed) < 10 else None


class Sum(Number):
    """An amount: 27.50, £1,200 or 3.5. Pounds or hours, as the label says; or nothing."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        kw.setdefault("width", "5")
        kw.setdefault("inputmode", "decimal")
        super().__init__(*args, **kw)

    def process_data(self, value: float | None) -> None:
        self.data = "" if value is None else f"{value:g}"

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data and self.value is None:
            raise ValidationError("Enter a number, for example 27.50.")

    @property
    def value(self) -> float | None:
        whole, _, part = (self.data or "").removeprefix("£").replace(",", "").partition(".")
        is_number = whole.isdecimal() and len(whole) <= 6 and (not part or part.isdecimal())
        return float(f"{whole}.{part or 0}") if is_number else None


class _Vocabulary:
    """One word of an enum, by its label."""

    data: str | None
    label: Any

    def __init__(
        self, label: str, words: Mapping[Any, str], validators: Any = None, **kw: Any
    ) -> None:
        self.enum: type[StrEnum] = type(next(iter(words)))
        choices = [(word.value, text) for word, text in words.items()]
        super().__init__(label, validators, choices=choices, **kw)  # type: ignore[call-arg]

    def pre_validate(self, form: Any) -> None:
        if self.data not in {word.value for word in self.enum}:
            asked = self.label.text
            raise StopValidation(f"{asked}{' Choose' if asked.endswith('?') else ': choose'} one.")

    @property
    def value(self) -> StrEnum | None:
        return self.enum(self.data) if self.data in list(self.enum) else None


class Word(_Vocabulary, Choice):
    """A word of an enum, from a list that opens."""


class WordRadios(_Vocabulary, Radios):
    """A word of an enum, all of them in view."""


class Pick(Choice):
    """One row of a table by its id. `offer` says which; the empty choice means none."""

    def __init__(self, *args: Any, missing: str = "", **kw: Any) -> None:
        super().__init__(*args, choices=[], **kw)
        self.missing = missing

    def offer(self, rows: Sequence[tuple[int, str]], nothing: str) -> None:
        """Put the choices in: (id, words) of each row, after what choosing none is called."""
        self.choices = [("", nothing), *((str(id_), words) for id_, words in rows)]

    def process_data(self, value: int | None) -> None:
        self.data = "" if value is None else str(value)

    def pre_validate(self, form: Any) -> None:
        if self.data not in {each[0] for each in self.choices or ()}:
            raise StopValidation("Choose one of the list.")
        if self.missing and not self.data:
            raise StopValidation(self.missing)

    @property
    def value(self) -> int | None:
        return int(self.data) if self.data else None


class YesNo(Tick):
    """One box that says something is so."""

    def process_data(self, value: bool | None) -> None:
        self.data = ["yes"] if value else []

    def pre_validate(self, form: Any) -> None:
        if self.data not in ([], ["yes"]):
            raise StopValidation("Tick the box, or leave it empty.")

    @property
    def value(self) -> bool:
        return bool(self.data)


def values_of(form: PageForm) -> dict[str, Any]:
    """What each field of a form says, by the name of its column."""
    not_columns = {"key", "place", "remove"} if isinstance(form, RowForm) else {"csrf_token"}
    return {
        name: getattr(bound, "value", bound.data)
        for name, bound in form._fields.items()
        if name not in not_columns
    }


def in_words(bound: Any) -> str:
    """What a field holds, as a person reads it."""
    if isinstance(bound, YesNo):
        return "Yes" if bound.data else "No"
    if isinstance(bound, Choice | Radios):
        return next((str(c[1]) for c in bound.iter_choices() if c[0] == bound.data), "")
    if isinstance(bound.data, date):
        return web.plain_day(bound.data)
    return str(bound.data or "")


def label_of(bound: Any) -> str:
    """What a field is called; a lone box by its sentence."""
    return str(bound.label.text) or str(next(iter(bound.iter_choices()))[1])


class RowForm(PageForm):
    """One row of a list that is edited as a whole. It counts when anything is typed in it."""

    class Meta:
        csrf = False  # the form around the rows carries the token

    key = HiddenField()  # which row it was before; empty for a new one
    place = Whole("Place in the list", [optional()], lowest=1, highest=LAST_PLACE, width="3")
    remove = YesNo("Take this one out")

    @property
    def is_blank(self) -> bool:
        typed = [bound for bound in self if isinstance(bound, Text | LongText | Day)]
        return not self.key.data and not any(
            bound.data for bound in typed if bound.short_name != "place"
        )

    @property
    def counts(self) -> bool:
        return not self.is_blank and not self.remove.value


class Rows:
    """The rows of a list with empty ones at the end; "add another" gives one more.

    `present` are the values of each row as it stands, with `key`. Works without JavaScript.
    """

    def __init__(
        self, form: type[RowForm], present: Sequence[Mapping[str, Any]], spare: int = 1, **kw: Any
    ) -> None:
        posted = request.form.get("rows", type=int) if request.method == "POST" else None
        count = len(present) + spare if posted is None else max(posted, 0)
        count += request.form.get("act") == "another"
        numbered = [{"place": n, **row} for n, row in enumerate(present, start=1)]
        self.rows = [
            form(prefix=f"row-{n}-", data=numbered[n] if n < len(numbered) else {}, **kw)
            for n in range(min(count, max(MOST_ROWS, len(present) + spare)))
        ]

    def validate(self) -> bool:
        """Whether every row that counts is right; looks at all of them."""
        found = [row.validate() for row in self.rows if row.counts]
        return all(found)

    def error_list(self) -> list[tuple[str, str]]:
        return [error for row in self.rows for error in row.error_list()]

    def values(self) -> list[dict[str, Any]]:
        """The rows that count, in their places, each with its `key`."""
        last = LAST_PLACE + 1
        ordered = sorted((r for r in self.rows if r.counts), key=lambda r: r.place.value or last)
        return [{**values_of(row), "key": row.key.data or ""} for row in ordered]
