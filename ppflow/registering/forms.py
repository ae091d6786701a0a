"""How the fields of a page are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask import request

from ppflow.applicants.models import Draft
from ppflow.forms import Drawn
from ppflow.kinds import Context, Field, Page
from ppflow.kinds.asked import options_of
from ppflow.registering.workflow import Journey

SHAPES: Final = {"tick": "checkbox", "year": "number", "postcode": "text"}


def drawn_fields(
    page: Page, values: Mapping[str, Any], errors: Mapping[str, str], context: Context
) -> list[tuple[Drawn, str]]:
    """Each field with the size of its label, ready for the `field` macro."""
    found = []
    for number, one in enumerate(page.fields):
        is_first_choice = number == 0 and one.input in {"radios", "checkboxes"}
        drawn = _drawn(one, values.get(one.key, one.default), errors.get(one.key, ""), context)
        found.append((drawn, "m" if is_first_choice and len(page.fields) > 1 else "s"))
    return found


def _drawn(one: Field, value: Any, error: str, context: Context) -> Drawn:
    kind = SHAPES.get(one.input, one.input)
    options = tuple(
        (str(option[0]), str(option[1]), str(option[2]) if len(option) > 2 else "")
        for option in (options_of(one, context) if one.options else ())
    )
    is_conditional = (
        one.key in {"phone", "email", "post_address"} or "for someone else" in one.label
    )
    return Drawn(
        kind=kind,
        name=one.key,
        id=one.key,
        label=one.label,
        hint=one.hint,
        value=(_date_parts(value) if kind == "date" else value) or "",
        options=options,
        error=error,
        is_optional=not one.is_needed and not is_conditional,
        autocomplete=one.autocomplete,
        width=one.width,
        max_words=one.max_words,
        rows=one.rows,
        inputmode="numeric" if kind == "number" else "",
    )


def _date_parts(value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        return value
    if not value:
        return {}
    day = date.fromisoformat(value)
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


def error_list(page: Page, errors: Mapping[str, str]) -> list[tuple[str, str]]:
    """(id to jump to, message) for the error summary, in page order."""
    dates = {one.key for one in page.fields if one.input == "date"}
    return [(f"{key}-day" if key in dates else key, words) for key, words in errors.items()]


def page_context(
    journey: Journey,
    draft: Draft | None,
    shown: Page,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """All that the page of one topic needs to be drawn, with what was typed and what is wrong."""
    values = {**journey.answers, **(typed or {})}
    return {
        "target": journey.target,
        "journey": journey,
        "draft": draft,
        "shown": shown,
        "fields": drawn_fields(shown, values, errors or {}, journey.target.context),
        "errors": error_list(shown, errors or {}),
        "is_change": "change" in request.args,
        "notice": "",
    }
