"""What coordinators fill in to write a programme, its themes, stages, sections and Board."""

from __future__ import annotations

from typing import Any, Final

from wtforms import Field
from wtforms.validators import StopValidation

from ppflow.fields import RowForm, Whole, Word, WordRadios, YesNo
from ppflow.forms import (
    Choice,
    Day,
    Email,
    LongText,
    LooksLikeEmail,
    MaxCharacters,
    Needed,
    PageForm,
    Phone,
    Text,
    optional,
)
from ppflow.programmes.models import MilestoneState, TellWhen

Groups = tuple[tuple[str, tuple[str, ...]], ...]
TELL_LABELS: Final = {
    TellWhen.NOW: "At once, one email each",
    TellWhen.DAILY: "Once a day, one email for all",
    TellWhen.OFF: "Not by email; they look at the list",
}
STATE_LABELS: Final = {
    MilestoneState.DONE: "Done",
    MilestoneState.ONGOING: "Going on now",
    MilestoneState.PLANNED: "To come",
}
COLOURS: Final = ("blue", "green", "aqua-green", "purple", "pink", "orange", "yellow", "grey")
TITLE: Final = MaxCharacters(150)
LINE: Final = MaxCharacters(250)
TEXT: Final = MaxCharacters(5000)


class ProgrammeForm(PageForm):
    """A programme's texts, contacts and settings."""

    groups: Groups = (
        ("What it is", ("name", "formerly", "strapline", "about", "why_it_changes")),
        ("Joining in", ("how_to_join", "accessible_formats", "managed_by_name")),
        (
            "Contact",
            ("contact_label", "contact_email", "contact_phone", "contact_hours", "contact_post"),
        ),
        ("Other formats", ("formats_email", "formats_phone")),
        ("Board and reports", ("board_name", "board_role", "board_cadence", "report_title")),
        ("Who is told of a new form", ("tell_coordinators", "role_mailbox")),
        ("What forms ask as well", ("asks_manager", "asks_equality")),
        ("Who can see it", ("is_published",)),
    )

    name = Text("Name", [Needed("Enter the programme's name."), TITLE])
    formerly = Text("Former names", [optional(), LINE])
    strapline = Text("In one line", [optional(), LINE])
    about = LongText("What it is for", [optional(), TEXT], hint="Short sentences, plain words.")
    why_it_changes = LongText("Why it changes over time", [optional(), TEXT])
    how_to_join = LongText("How people join", [optional(), TEXT])
    accessible_formats = LongText(
        "Other formats", [optional(), TEXT], hint="For example: large print, easy read, Welsh."
    )
    managed_by_name = Text("Who manages it", [optional(), LINE], hint="An organisation's name.")
    contact_label = Text("Name of the team", [optional(), LINE])
    contact_email = Email(
        "Email of the team", [optional(), LooksLikeEmail()], hint="Answers to our emails go here."
    )
    contact_phone = Phone("Phone of the team", [optional(), LINE])
    contact_hours = Text(
        "When it is answered", [optional(), LINE], hint="For example: Monday to Friday, 9am to 5pm"
    )
    contact_post = LongText("Postal address", [optional(), LINE], rows=4)
    formats_email = Email("Email for other formats", [optional(), LooksLikeEmail()])
    formats_phone = Phone("Phone for other formats", [optional(), LINE])
    board_name = Text("Name of the Board", [optional(), LINE])
    board_role = LongText("What the Board does", [optional(), TEXT])
    board_cadence = Text("How often it meets", [optional(), LINE])
    report_title = Text("Title of the progress report", [Needed("Enter a title."), LINE])
    tell_coordinators = WordRadios("Tell the coordinators", TELL_LABELS)
    role_mailbox = Email(
        "A mailbox that is told as well",
        [optional(), LooksLikeEmail()],
        hint="It gets the kind, the project and the date. Never a person's details.",
    )
    asks_manager = YesNo("Ask staff for their line manager’s email; nobody is written to")
    asks_equality = YesNo(
        "After a form is sent, ask equality questions on a page apart; numbers stand under Settings"
    )
    is_published = YesNo("Published: everyone can see this programme")


class ThemeForm(PageForm):
    """One theme."""

    groups: Groups = (("", ("number", "title", "summary", "colour")),)

    number = Whole("Number", [Needed("Enter the theme's number.")], lowest=1, highest=99)
    title = Text("Title", [Needed("Enter the theme's title."), TITLE])
    summary = LongText("In a few sentences", [optional(), TEXT])
    colour = Choice("Colour", choices=[(each, each.capitalize()) for each in COLOURS])


class MilestoneRow(RowForm):
    """One stage of the programme so far."""

    fields = ("title", "text", "state", "place")

    title = Text("Stage", [Needed("Enter the stage."), LINE])
    text = LongText(
        "What happened, or will", [Needed("Say it in a sentence or two."), TEXT], rows=3
    )
    state = Word("Where it stands", STATE_LABELS)


class SectionRow(RowForm):
    """A further part of the programme's page."""

    fields = ("heading", "body", "place")

    heading = Text("Heading", [Needed("Enter the heading."), TITLE])
    body = LongText("Text", [Needed("Write the text."), TEXT], rows=8)


class MeetingRow(RowForm):
    """One meeting of the Board."""

    fields = ("held_on", "is_held", "note")

    held_on = Day("Day", [Needed("Enter the day, for example 27 3 2027.")])
    is_held = YesNo("It has been held")
    note = LongText("Note", [optional(), TEXT], rows=3)


def after(start: str) -> Any:
    """A validator: this day is not before the one in the field `start`."""

    def check(form: Any, bound: Field) -> None:
        first = form[start]
        if bound.data and first.data and bound.data < first.data:
            raise StopValidation(f"Enter a day that is not before “{first.label.text}”.")

    return check
