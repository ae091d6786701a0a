"""Forms: Flask-WTF with fields that draw themselves through one macro.

Each field type knows the `kind` of control it is; `drawn(field)` gives the macro `field(f)` all it
needs. Messages say what to do, with an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # stubs lag
from wtforms.validators import Optional

from ppflow.checks import LooksLikeEmail as LooksLikeEmail
from ppflow.checks import MaxCharacters as MaxCharacters
from ppflow.checks import MaxWords as MaxWords
from ppflow.checks import Needed as Needed

DATE_PARTS = ("day", "month", "year")
YEARS = range(1900, 2200)  # beyond these a date is a slip of the finger
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029]")

# What an HTML page cannot hold (the standard's control characters and noncharacters).
NOT_IN_A_PAGE = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]"
)


def tidy(text: str | None) -> str:
    """Trim, one kind of line end, no control characters. People are never refused for a sign."""
    lines = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL_CHARACTERS.sub("", lines).strip()


def one_line(text: str | None) -> str:
    """The same for a box of one line, which can hold no other."""
    return " ".join(tidy(text).split())


def day_of(parts: Mapping[str, str]) -> date | None:
    """The date of three boxes, by the names of `DATE_PARTS`; None for none that we could mean."""
    typed = [parts[part].strip() for part in reversed(DATE_PARTS)]
    if not all(part.isdecimal() and len(part) <= 4 for part in typed):
        return None
    try:
        found = date(*(int(part) for part in typed))
    except ValueError:
        return None
    return found if found.year in YEARS else None


@dataclass(frozen=True)
class Drawn:
    """All that the `field` macro needs of a bound field."""

    kind: str
    name: str
    id: str
    label: str
    hint: str = ""
    value: Any = ""
    options: Sequence[tuple[str, str, str]] = ()
    error: str = ""
    is_optional: bool = False
    autocomplete: str = ""
    inputmode: str = ""
    width: str = ""
    max_words: int | None = None
    rows: int = 5
    is_page_heading: bool = False
    spellcheck: bool | None = None


def choices(pairs: Iterable[Any]) -> list[SelectChoice]:
    """(value, label) pairs as WTForms wants them; also for a field's `choices` set later."""
    return [p if isinstance(p, SelectChoice) else SelectChoice(p[0], p[1]) for p in pairs]


class _Drawable:
    """What every field may say about how it is drawn, beside WTForms' own arguments."""

    kind = "text"

    def __init__(
        self, label: str = "", validators: Any = None, *, hint: str = "", **kw: Any
    ) -> None:
        self.hint = hint
        self.option_hints: dict[str, str] = {}  # words below an option, by its value
        if "choices" in kw:
            kw["choices"] = choices(kw["choices"])
        self.drawing = {
            key: kw.pop(key)
            for key in ("autocomplete", "inputmode", "width", "max_words", "rows", "spellcheck")
            if key in kw
        }
        super().__init__(label, validators, **kw)  # type: ignore[call-arg]


class Text(_Drawable, StringField):
    """One line."""

    kind = "text"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = one_line(valuelist[0]) if valuelist else ""


class Email(Text):
    kind = "email"


class Phone(Text):
    kind = "tel"


class Number(Text):
    """A whole number, kept as typed until it is checked."""

    kind = "number"


class LongText(_Drawable, TextAreaField):
    """Several lines; `max_words` is counted and forgiving by 10%."""

    kind = "textarea"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = tidy(valuelist[0]) if valuelist else ""


NOT_LISTED: Final = "Choose one of the list."


class Radios(_Drawable, RadioField):
    """One of a few. Nothing is chosen for the person."""

    kind = "radios"

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, invalid_choice_message=NOT_LISTED, **named)

    def pre_validate(self, form: Any) -> None:
        if self.data:  # nothing chosen is for `Needed` to say, in the page's words
            super().pre_validate(form)


class Choice(_Drawable, SelectField):
    kind = "select"

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, invalid_choice_message=NOT_LISTED, **named)


class Checkboxes(_Drawable, SelectMultipleField):
    kind = "checkboxes"


class Tick(_Drawable, SelectMultipleField):
    """One box with a sentence, which is all its label; its data is ["yes"] or []."""

    kind = "checkboxes"

    def __init__(self, sentence: str, validators: Any = None, **kw: Any) -> None:
        super().__init__("", validators, choices=[("yes", sentence)], **kw)


class Day(_Drawable, DateField):
    """Day, month and year in three boxes: `name-day`, `name-month`, `name-year`."""

    kind = "date"

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.typed: dict[str, str] = {}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data if data is not None else self.default)
        if self.data:
            self.typed = {part: str(getattr(self.data, part)) for part in DATE_PARTS}
        if formdata is None or f"{self.name}-day" not in formdata:
            return
        self.typed = {part: one_line(formdata.get(f"{self.name}-{part}")) for part in DATE_PARTS}
        self.raw_data = [" ".join(self.typed.values()).strip()]
        self.data = None
        self.process_errors = []
        if any(self.typed.values()):
            self.data = day_of(self.typed)
            if self.data is None:
                self.process_errors = ["Enter a real date, for example 27 3 2027."]


def drawn(bound: Any, *, is_page_heading: bool = False) -> Drawn:
    """A bound field, ready for the `field` macro."""
    kind = getattr(bound, "kind", "text")
    options = []
    if kind in {"radios", "select", "checkboxes"}:
        hints = getattr(bound, "option_hints", {})
        options = [(str(c[0]), str(c[1]), hints.get(str(c[0]), "")) for c in bound.iter_choices()]
    value = bound.typed if isinstance(bound, Day) else bound.data
    return Drawn(
        kind=kind,
        name=bound.name,
        id=bound.id,
        label=str(bound.label.text),
        hint=getattr(bound, "hint", ""),
        value="" if value is None else value,
        options=options,
        error=str(bound.errors[0]) if bound.errors else "",
        is_optional=bool(bound.flags.optional),
        is_page_heading=is_page_heading,
        **getattr(bound, "drawing", {}),
    )


class PageForm(FlaskForm):
    """A form of one page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call] # so that ours is typed  # type: ignore[no-untyped-call]

    def error_list(self) -> list[tuple[str, str]]:
        """(id to jump to, message) for the error summary, in page order."""
        found = []
        for bound in self:
            if bound.errors and bound.name != "csrf_token":
                first = f"{bound.id}-day" if isinstance(bound, Day) else bound.id
                found.append((first, str(bound.errors[0])))
        return found


optional = Optional
