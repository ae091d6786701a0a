"""What the person can choose: one of the times, yes or no to a place, another opportunity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ppflow.forms import LongText, MaxCharacters, Needed, PageForm, Radios

CALL: Final = "call"


class TimeForm(PageForm):
    """One of the times, or a call to find another."""

    slot = Radios("Which time suits you?", [Needed("Choose a time, or ask us to ring you.")])
    body = LongText(
        "Anything we should know? (optional)",
        [MaxCharacters(2000)],
        hint="For example, which number to ring, or what you need to take part.",
        rows=3,
    )

    @classmethod
    def of(cls, times: Sequence[tuple[str, str]]) -> TimeForm:
        """The form with these times: (as it sends them, in words)."""
        form = cls()
        form.slot.choices = [*times, (CALL, "None of these. Please ring me")]
        return form


class PlaceForm(PageForm):
    """The answer to an offer."""

    choice = Radios(
        "Do you want the place?",
        [Needed("Choose yes or no.")],
        choices=[("accept", "Yes, I want the place"), ("decline", "No, thank you")],
    )


class OtherForm(PageForm):
    """One press sends the form on."""
