"""What the applicant can fill in on their page."""

from __future__ import annotations

from wtforms import HiddenField

from ppflow.forms import (
    LongText,
    MaxCharacters,
    Needed,
    PageForm,
    Radios,
)


class MessageForm(PageForm):
    """Words to the person who answers. `once` is of the page as it was drawn."""

    once = HiddenField()
    body = LongText(
        "Your message",
        [Needed("Write your message."), MaxCharacters(5000)],
        hint="Ask anything, or tell us if your plans or needs change.",
    )


class AnswerForm(PageForm):
    """The answer to our question. `once` is of the page as it was drawn."""

    once = HiddenField()
    body = LongText("Your answer", [Needed("Write your answer."), MaxCharacters(5000)])


class SureForm(PageForm):
    """An explicit choice: mail scanners press lone buttons, people choose."""

    sure = Radios(
        "Do you want to withdraw your form?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, withdraw it"), ("no", "No, keep it")],
    )


class PermissionForm(PageForm):
    """Taking back one permission."""

    sure = Radios(
        "Do you want to take this back?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, take it back"), ("no", "No, keep it")],
    )
