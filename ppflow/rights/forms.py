"""The questions of the pages about what we hold."""

from __future__ import annotations

from typing import Any

from wtforms.validators import StopValidation

from ppflow.forms import Email, LooksLikeEmail, Needed, PageForm, Radios, Text


class AskForm(PageForm):
    """One button: mail me the link. It carries only the token."""


class EraseForm(PageForm):
    """An explicit choice: mail scanners press lone buttons, people choose."""

    sure = Radios(
        "Do you want us to erase your form?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, erase everything about me"), ("no", "No, keep it")],
    )


class AddressForm(PageForm):
    """A new email address, still to be confirmed."""

    email = Email(
        "New email address",
        [Needed("Enter your new email address."), LooksLikeEmail()],
        hint="We send a link there. We change the address when you open it.",
        autocomplete="email",
        width="nhsuk-u-width-two-thirds",
        spellcheck=False,
    )


class EraseForThemForm(PageForm):
    """Erasing for somebody who rang or wrote. The reference is typed: it must be the right form."""

    asked = Radios(
        "Did the person ask for this?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, they asked us to erase their form"), ("no", "No")],
    )
    reference = Text(
        "Type the reference of the form",
        [Needed("Type the reference of the form, as it stands above.")],
        width="10",
        spellcheck=False,
    )

    def __init__(self, expected: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.expected = expected

    def validate_asked(self, field: Radios) -> None:
        if field.data == "no":
            raise StopValidation("Erase a form only when the person asks. Otherwise, close it.")

    def validate_reference(self, field: Text) -> None:
        if (field.data or "").strip().upper() != self.expected:
            raise StopValidation(f"This is not the reference of this form: {self.expected}.")
