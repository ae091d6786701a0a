"""What was chosen on the page, and how its questions are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from werkzeug.datastructures import MultiDict

from ppflow.forms import Drawn, tidy
from ppflow.monitoring.workflow import QUESTIONS

AGREED: Final = "agreed"
NOT_AGREED: Final = "Tick the box, so that we may count your answers. Or go back without answering."
NOT_OFFERED: Final = "Choose one of the answers on the page."


def read(form: MultiDict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The answer to each question, empty where nothing was chosen, and what must change."""
    chosen = {question.key: tidy(form.get(question.key)) for question in QUESTIONS}
    errors = {
        question.key: NOT_OFFERED
        for question in QUESTIONS
        if chosen[question.key] not in {value for value, _ in question.counted}
    }
    if tidy(form.get(AGREED)) != "yes":
        errors[AGREED] = NOT_AGREED
    return chosen, errors


def drawn(chosen: Mapping[str, str], errors: Mapping[str, str]) -> list[Drawn]:
    """The questions, ready for the `field` macro."""
    return [
        Drawn(
            kind=question.input,
            name=question.key,
            id=question.key,
            label=question.label,
            hint=question.hint,
            value=chosen.get(question.key, ""),
            options=[(value, words, "") for value, words in question.options],
            error=errors.get(question.key, ""),
            is_optional=True,
        )
        for question in QUESTIONS
    ]
