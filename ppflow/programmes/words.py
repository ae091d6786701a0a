"""The words of a programme's own page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from markupsafe import Markup

from ppflow.programmes.models import MilestoneState

STATE_WORDS: Final = {
    MilestoneState.DONE: ("done", "past"),
    MilestoneState.ONGOING: ("going on now", "now"),
    MilestoneState.PLANNED: ("to come", "next"),
}
NUMBERS: Final = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def stages(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """The stages so far, as the dated list draws them."""
    return [
        {
            "when": stage.title,
            "text": stage.text,
            "words": STATE_WORDS[stage.state][0],
            "state": STATE_WORDS[stage.state][1],
            "body": Markup(),
        }
        for stage in rows
    ]


def blocks(body: str) -> list[tuple[str, list[str]]]:
    """Paragraphs of a section; those after one that ends in a colon are its list."""
    found: list[tuple[str, list[str]]] = []
    for paragraph in filter(None, (part.strip() for part in body.split("\n\n"))):
        if found and found[-1][0].endswith(":"):
            found[-1][1].append(paragraph)
        else:
            found.append((paragraph, []))
    return found


def counted(count: int, one: str) -> str:
    """Five themes; 12 themes"""
    number = NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"
    return f"{number} {one if count == 1 else one + 's'}"
