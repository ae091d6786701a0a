"""What the applicant can fill in on their page."""

from __future__ import annotations

from ppflow.forms import (
    LongText,
    MaxCharacters,
    Needed,
    PageForm,
    Radios,
)


class MessageForm(PageForm):
    """Words to the person who answers."""

    body = LongText(
        "Your message",
        [Needed("Write your message."), MaxCharacters(5000)],
        hint="Ask anything, or tell us if your plans or needs change.",
    )


class AnswerForm(PageForm):
    """The answer to our question."""

    body = LongText("Your answer", [Needed("Write your answer."), MaxCharacters(5000)])


class SureForm(PageForm):
    """An explicit choice: mail scanners press lone buttons, people choose."""

    sure = Radios(
        "Do you want to withdraw your form?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, withdraw it"), ("no", "No, keep it")],
    )


class PlaceForm(PageForm):
    """The answer to an offer."""

    choice = Radios(
        "Do you want the place?",
        [Needed("Choose yes or no.")],
        choices=[("accept", "Yes, I want the place"), ("decline", "No, thank you")],
    )


class PermissionForm(PageForm):
    """Taking back one permission."""

    sure = Radios(
        "Do you want to take this back?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, take it back"), ("no", "No, keep it")],
    )
