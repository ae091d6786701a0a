"""Forms about people: away dates, a new password, and what an administrator keeps."""

from __future__ import annotations

from wtforms import PasswordField

from ppflow.access import ROLE_SENTENCES
from ppflow.forms import (
    Checkboxes,
    Choice,
    Day,
    Email,
    LooksLikeEmail,
    MaxCharacters,
    Needed,
    PageForm,
    Phone,
    Radios,
    Text,
    optional,
)
from ppflow.people.acts import GRANTED, SHORTEST_PASSWORD


class AwayForm(PageForm):
    """When I am away."""

    since = Day("First day away", [optional()], hint="Leave empty if you are here.")
    until = Day("Last day away", [optional()], hint="Leave empty if you do not know yet.")


class PasswordForm(PageForm):
    """A new password, with the present one."""

    present = PasswordField("Your present password", [Needed("Enter your present password.")])
    new = PasswordField(
        "Your new password",
        [Needed(f"Enter a new password of {SHORTEST_PASSWORD} characters or more.")],
    )


class PersonForm(PageForm):
    """Who somebody is, and what they may do."""

    name = Text("Name", [Needed("Enter their name."), MaxCharacters(120)], autocomplete="off")
    email = Email(
        "Work email address", [Needed("Enter their email address."), LooksLikeEmail()],
        autocomplete="off",
    )  # fmt: skip
    job_role = Text("Job", [optional(), MaxCharacters(120)])
    phone = Phone("Phone", [optional(), MaxCharacters(40)], autocomplete="off")
    roles = Checkboxes(
        "Roles",
        [optional()],
        hint="Somebody who runs a project is made its facilitator on the project's own page.",
        choices=[
            (role.value, f"{role.value.capitalize()}: {ROLE_SENTENCES[role]}") for role in GRANTED
        ],
    )
    programmes = Checkboxes(
        "Coordinates these programmes", [optional()], hint="None ticked means all of them."
    )


class LeavingForm(PageForm):
    """Ending somebody's access: who takes their open forms, and an explicit yes."""

    taker = Choice("Who takes their open forms", [optional()])
    sure = Radios(
        "Do you want to end their access?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, end it now"), ("no", "No, keep it")],
    )
