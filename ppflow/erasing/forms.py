"""An explicit yes before a held run goes on: nothing brings back what it deletes."""

from __future__ import annotations

from wtforms import HiddenField

from ppflow.forms import Needed, PageForm, Radios


class LetGoForm(PageForm):
    """`run` and `due` are the held run and the number that were on the page."""

    run = HiddenField()
    due = HiddenField()
    sure = Radios(
        "Let it go on?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, the numbers are right"), ("no", "No, not yet")],
    )
