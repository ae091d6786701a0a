"""What staff fill in on the page of places: a new date with its reason."""

from __future__ import annotations

from typing import Final

from ppflow.forms import Day, LongText, MaxCharacters, Needed, PageForm

LONGEST: Final = 2000


class DecideOnForm(PageForm):
    """One date for everybody who waits for a decision."""

    decide_on = Day("We decide on", [Needed("Enter the day by which they hear.")])
    why = LongText(
        "Why, in words for them",
        [Needed("Say why, in words for them."), MaxCharacters(LONGEST)],
        hint="For example: The panel meets on 12 December, and we decide the day after.",
        rows=4,
    )
