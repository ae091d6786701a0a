"""The questions of the check page that are not the form's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from ppflow import clock
from ppflow.expressions.models import Source
from ppflow.forms import day_of, one_line, tidy
from ppflow.kinds.checking import PARTS

HONEYPOT: Final = "homepage"  # a box no person can see
OLDEST_PAPER: Final = timedelta(days=30)
NO_CONSENT: Final = (
    "Tick the box to agree, or go back and take out the details that you do not want to give."
)
SOURCES: Final = ((Source.PHONE.value, "By phone"), (Source.PAPER.value, "On paper"))


def read_helping(form: MultiDict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """How staff took the form: by phone or paper, on which day, and that permissions were read."""
    parts = {part: one_line(form.get(f"taken_on-{part}")) for part in PARTS}
    typed: dict[str, Any] = {
        "source": tidy(form.get("source")),
        "taken_on": parts,
        "read_out": tidy(form.get("read_out")),
    }
    errors = {}
    if typed["source"] not in {Source.PHONE.value, Source.PAPER.value}:
        errors["source"] = "Choose how you took the form: by phone or on paper."
    day = day_of(parts)
    if day is None:
        errors["taken_on"] = "Enter the day on which you took the form, for example 23 11 2026."
    else:
        typed["day"] = day
        if not clock.today() - OLDEST_PAPER <= day <= clock.today():
            errors["taken_on"] = "Enter a day in the last 30 days, up to today."
    if typed["read_out"] != "yes":
        errors["read_out"] = "Read the permissions out, or show them, and then tick the box."
    return typed, errors
