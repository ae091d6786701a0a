"""How often, and an explicit yes before digests stop."""

from __future__ import annotations

from ppflow.digests.workflow import OFTEN_LABELS
from ppflow.forms import Needed, PageForm, Radios


class OftenForm(PageForm):
    """How often a digest comes."""

    often = Radios(
        "Summary of what waits for you",
        [Needed("Choose how often the summary comes.")],
        choices=[(often.value, label) for often, label in OFTEN_LABELS.items()],
    )


class StopForm(PageForm):
    """An explicit yes: mail scanners press lone buttons too."""

    sure = Radios(
        "Do you want to stop these emails?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, stop them"), ("no", "No, keep them")],
    )
