"""The form of one saved view: its name, and who else has it."""

from __future__ import annotations

from typing import Final

from ppflow.access import Standing
from ppflow.forms import MaxCharacters, Needed, PageForm, Radios, Text, choices, tidy
from ppflow.saved import queries

ONLY_ME: Final = "me"


class ViewForm(PageForm):
    """What it is called, and with whom it is shared."""

    name = Text(
        "Name of the view",
        filters=[tidy],
        validators=[Needed("Enter a name for the view."), MaxCharacters(60)],
        width="nhsuk-input--width-20",
    )
    shared = Radios(
        "Who has it",
        default=ONLY_ME,
        validators=[Needed("Choose who has this view.")],
    )

    @property
    def programme_id(self) -> int | None:
        """The programme it is shared with; None for nobody else."""
        return None if self.shared.data == ONLY_ME else int(self.shared.data)


def for_person(standing: Standing, *, has_words: bool, **data: str) -> ViewForm:
    """The form with the programmes that this person may share with.

    `has_words`: the list was searched. Words may name somebody whom others do not see, so they
    stay with whoever typed them.
    """
    form = ViewForm(data=data or None)
    programmes = [] if has_words else queries.programmes(standing)
    shared = [(str(id_), f"Everybody who answers in {name}") for id_, name in programmes]
    form.shared.choices = choices([(ONLY_ME, "Only me"), *shared])
    return form
