"""What was typed, tidied and checked against the fields of a page.

Values are JSON: text, a list of text for checkboxes, an ISO day for a date. A date that is not
one stays as its three typed parts, so that it can be shown again. Messages say what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from ppflow import clock
from ppflow.checks import EMAIL
from ppflow.forms import day_of, one_line, tidy
from ppflow.kinds.asked import minimum_age, options_of
from ppflow.kinds.form import Answers, Context, Field, Page

POSTCODE_AREA: Final = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})?")
FORGIVEN: Final = 1.1  # word limits are forgiving by 10% (domain.md 3.0)
FIRST_YEAR: Final = 1900
PARTS: Final = ("day", "month", "year")

Errors = dict[str, str]


def read(fields: Iterable[Field], form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed into these fields, tidied; nothing else of what was posted is looked at."""
    return {field.key: _read(field, form) for field in fields}


def _read(field: Field, form: MultiDict[str, str]) -> Any:
    if field.input == "checkboxes":
        return [tidy(value) for value in form.getlist(field.key)]
    if field.input == "date":
        parts = {part: one_line(form.get(f"{field.key}-{part}")) for part in PARTS}
        return _as_iso(parts) or (parts if any(parts.values()) else "")
    if field.input == "textarea":
        return tidy(form.get(field.key))
    value = one_line(form.get(field.key))
    if field.input == "email":
        return value.lower()
    if field.input == "postcode":
        found = POSTCODE_AREA.fullmatch(value.upper().replace(" ", ""))
        return found.group(1) if found else value
    return value


def _as_iso(parts: dict[str, str]) -> str:
    found = day_of(parts)
    return found.isoformat() if found else ""


def check(page: Page, values: Answers, context: Context) -> Errors:
    """What must change on this page, by field, in the page's order. Empty: the page is fine."""
    found = {}
    for field in page.fields:
        message = _check(field, values.get(field.key) or "", context)
        if message:
            found[field.key] = message
    if not found:
        found.update(page.check(values, context))
    return {field.key: found[field.key] for field in page.fields if field.key in found}


def stop_of(page: Page, values: Answers, context: Context) -> str | None:
    """The key of the `Stop` that an answer of this page leads to, or None."""
    for field in page.fields:
        value = str(values.get(field.key) or "")
        if not field.stops or not value:
            continue
        if value in field.stops:
            return field.stops[value]
        if (
            field.input == "year"
            and value.isdecimal()
            and int(value) > clock.today().year - minimum_age(context)
        ):
            return "too-young"
    return None


def _check(field: Field, value: Any, context: Context) -> str:
    if not value:
        return (field.missing or f"Answer this question: {field.label}") if field.is_needed else ""
    shape = CHECKS.get(field.input, _check_text)
    return shape(field, value, context)


def _check_text(field: Field, value: str, _context: Context) -> str:
    count = len(value.split())
    if field.max_words and count > field.max_words * FORGIVEN:
        return f"Use {field.max_words} words or fewer. You have used {count}."
    if len(value) > field.max_characters:
        return f"Use {field.max_characters:,} characters or fewer. You have used {len(value):,}."
    if field.applicant.endswith("_name") and ("://" in value or "www." in value.lower()):
        return "Enter a name without a web address."
    return ""


def _check_email(field: Field, value: str, _context: Context) -> str:
    local = value.rpartition("@")[0]
    if len(value) > field.max_characters or not EMAIL.fullmatch(value) or not local.isascii():
        return "Enter an email address like name@example.com."
    return ""


def _check_phone(_field: Field, value: str, _context: Context) -> str:
    digits = re.sub(r"[\s().\-+]", "", value)
    example = "Enter a full number, like 0121 496 0130."
    if not digits.isdecimal():
        return f"A phone number has only digits, spaces and +. {example}"
    if len(digits) < 7:
        return f"The phone number is too short. {example}"
    return f"The phone number is too long. {example}" if len(digits) > 15 else ""


def _check_number(field: Field, value: str, _context: Context) -> str:
    low, high = field.lowest or 0, field.highest or 1_000_000
    if not value.isdecimal() or not low <= int(value[:9]) <= high:
        return f"Enter a whole number from {low} to {high}."
    return ""


def _check_year(_field: Field, value: str, _context: Context) -> str:
    this_year = clock.today().year
    if not re.fullmatch(r"[0-9]{4}", value) or not FIRST_YEAR <= int(value) <= this_year:
        return f"Enter a year with four digits, from {FIRST_YEAR} to {this_year}, like 1954."
    return ""


def _check_postcode(_field: Field, value: str, _context: Context) -> str:
    if not POSTCODE_AREA.fullmatch(value):
        return "Enter the first half of a postcode, for example CV1 or B23."
    return ""


def _check_choice(field: Field, value: str, context: Context) -> str:
    known = {option[0] for option in options_of(field, context)}
    return "" if value in known else "Choose one of the answers on the page."


def _check_choices(field: Field, value: list[str], context: Context) -> str:
    known = {option[0] for option in options_of(field, context)}
    if not known.issuperset(value):
        return "Choose only from the answers on the page."
    if field.most is not None and len(value) > field.most:
        return f"Choose at most {field.most}."
    return ""


def _check_date(_field: Field, value: Any, _context: Context) -> str:
    if isinstance(value, dict):
        return "Enter a real date, for example 27 3 2027."
    if date.fromisoformat(value) < clock.today():
        return "Enter a date that is not in the past."
    return ""


def _check_tick(field: Field, value: str, _context: Context) -> str:
    return "" if value == "yes" else field.missing


CHECKS: Final[dict[str, Callable[[Field, Any, Context], str]]] = {
    "email": _check_email,
    "tel": _check_phone,
    "number": _check_number,
    "year": _check_year,
    "postcode": _check_postcode,
    "radios": _check_choice,
    "select": _check_choice,
    "checkboxes": _check_choices,
    "date": _check_date,
    "tick": _check_tick,
}


def worded(value: Any, labels: Mapping[str, str], *, is_day: bool = False) -> list[str]:
    """An answer as lines of words: the labels of what was chosen, a day in words."""
    if not value:
        return []
    if isinstance(value, list):
        return [labels.get(each, each) for each in value]
    if is_day:
        day = date.fromisoformat(value)
        return [f"{day.day} {day:%B %Y}"]
    return labels.get(value, str(value)).split("\n")


def lines_of(field: Field, value: Any, context: Context) -> list[str]:
    """An answer as it reads on the check page."""
    if field.input == "tick":
        return ["Yes"] if value else []
    labels = {option[0]: option[1] for option in options_of(field, context)}
    lines = worded(value, labels, is_day=field.input == "date")
    return [field.line.format(lines[0]), *lines[1:]] if lines else []
