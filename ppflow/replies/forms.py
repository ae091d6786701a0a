"""The form of one ready-made reply."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField

from ppflow import forms
from ppflow.forms import MaxCharacters, Needed
from ppflow.kinds import KINDS


class ReplyForm(forms.PageForm):
    """For whom, what it is called in the list, and its words."""

    version = HiddenField()
    programme = forms.Choice("Programme", [Needed("Choose a programme.")], choices=[])
    kind = forms.Choice(
        "For which forms",
        choices=[("", "Every kind"), *((kind.key, kind.label) for kind in KINDS.values())],
    )
    title = forms.Text(
        "Name in the list",
        [Needed("Enter a short name, for example Papers by post."), MaxCharacters(100)],
        hint="Colleagues choose it by this name. The person never sees it.",
    )
    body = forms.LongText("Words of the reply", [Needed("Write the words."), MaxCharacters(5000)],
                          rows=10)  # fmt: skip
    is_offered = forms.Tick("Offer it to colleagues", default=["yes"])

    def values(self) -> dict[str, Any]:
        """What was typed, by the names of the columns."""
        return {
            "programme_id": int(self.programme.data),
            "kind": self.kind.data or "",
            "title": self.title.data or "",
            "body": self.body.data or "",
            "is_offered": bool(self.is_offered.data),
        }
