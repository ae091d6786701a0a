"""Why it is "not this time": what staff choose, and the words that the person reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Reason:
    """What staff choose, and what the person reads after "because"."""

    label: str
    words: str


REASONS: Final[dict[str, Reason]] = {
    "full": Reason("All places are taken", "all the places are taken"),
    "balance": Reason(
        "Chosen for a mix of people",
        "more people offered than there are places, and we chose for a mix of people",
    ),
    "fit": Reason(
        "Looking for other experience",
        "we are looking for a different kind of experience this time",
    ),
    "area": Reason("Outside the area", "this one is for people who live in a certain area"),
    "time": Reason("Dates or time do not work", "the dates or times do not work for you"),
    "conflict": Reason("Conflict of interest", "your work is too close to what is being decided"),
    "study_closed": Reason("Study or project stopped", "this piece of work has stopped or changed"),
    "answered": Reason(
        "Already answered by research", "research has already answered this, and we tell you where"
    ),
    "other": Reason("Something else, said in the message", "of the reason we give below"),
}

# They speak of a place, and who tells us a need has asked for none.
OF_PLACES: Final = frozenset({"full", "balance", "fit", "area", "time"})


def fitting(kind: str) -> dict[str, Reason]:
    """The reasons to choose from for a form of this kind."""
    is_need = kind == "research_need"
    return {key: reason for key, reason in REASONS.items() if not (is_need and key in OF_PLACES)}
