"""The forms of the decision page: one for every act, with the fields that its panel names."""

from __future__ import annotations

import hashlib
import re
from datetime import time
from typing import Any, Final

from wtforms import HiddenField
from wtforms.validators import StopValidation

from ppflow import clock, forms
from ppflow.deciding.workflow import SURE, NextDate, Panel
from ppflow.errors import NotComplete
from ppflow.expressions.workflow import ACCEPT_WITHIN_DAYS, REASONS
from ppflow.forms import MaxCharacters
from ppflow.letters import Rendered

LONGEST: Final = 5000  # characters of a message, a note or a letter's own words
SEND, EDIT, NONE = "send", "edit", "none"
CALLS: Final = (
    ("rang_spoke", "We spoke"),
    ("rang_left_message", "I left a message"),
    ("rang_no_answer", "No answer"),
)
_TIME = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
_WORDS_OF_TIME = {"midday": time(12), "noon": time(12)}
# Details that `perform` knows by another name than the field a person fills in.
FIELD_OF: Final = {"talk_at": "talk_on"}


def if_given(_form: Any, field: Any) -> None:
    """Nothing chosen is no error here: the act itself says what it needs."""
    if not field.raw_data or not any(str(value).strip() for value in field.raw_data):
        field.errors = []
        raise StopValidation


class ActForm(forms.PageForm):
    """Every field that an act may ask. `for_panel` takes away what it does not."""

    version = HiddenField()
    seen = HiddenField()  # what the page showed when it was opened, for the words of a conflict
    shown = HiddenField()  # which email stood on the page when the button was pressed

    reason = forms.Radios("Reason", [if_given], choices=[])
    talk_on = forms.Day("Day of the conversation", [if_given])
    talk_time = forms.Text("Time", hint="For example, 6.30pm", width="5")
    talk_how = forms.Text(
        "How you will talk", [MaxCharacters(100)], hint="For example, by phone", width="20"
    )
    accept_by = forms.Day("Last day to answer", [if_given])
    to = forms.Choice("Who answers from now on", [if_given], choices=[])
    colleague = forms.Choice("Who answers from now on", [if_given], choices=[])
    duplicate_of = forms.Text(
        "Reference of the other form", hint="For example, PP-0027", width="10"
    )
    how = forms.Radios("What came of the call", [if_given], choices=list(CALLS))
    body = forms.LongText("Your message", [MaxCharacters(LONGEST)], rows=6)
    note = forms.LongText(
        "Note (staff only, optional)", [MaxCharacters(LONGEST)], hint="The person never sees it.",
        rows=3,
    )  # fmt: skip
    next_reply_by = forms.Day("They will next hear by", [if_given])
    sure = forms.Tick("", [if_given])
    letter = forms.Radios("What happens with this email", [if_given], choices=[], default=SEND)
    letter_subject = forms.Text("Subject", [MaxCharacters(200)])
    letter_body = forms.LongText("The whole email", [MaxCharacters(LONGEST)], rows=16)


def for_panel(panel: Panel, expression: Any, people: Any) -> ActForm:
    """The form of one panel. `people`: the options of `to` and `colleague`, by those names."""
    form = ActForm()
    wanted = {*panel.fields, "version", "seen", "shown", "csrf_token"}
    if panel.next_date is NextDate.CHOSEN:
        wanted.add("next_reply_by")
    if panel.letter:
        wanted |= {"letter", "letter_subject", "letter_body"}
    for name in [field.name for field in form if field.name not in wanted]:
        del form[name]
    _word(form, panel, people)
    is_email = expression.applicant.has_email
    if "letter" in form:
        form.letter.choices = _letter_choices(is_email)
        if not is_email:
            form.letter.label.text = "What happens with this letter"
            form.letter_body.label.text = "The whole letter"
    return form


def _word(form: ActForm, panel: Panel, people: Any) -> None:
    if "body" in form:
        form.body.label.text = panel.body_label
    if "reason" in form:
        form.reason.choices = [(key, reason.label) for key, reason in REASONS.items()]
        form.reason.option_hints = {k: f"They read: “{r.words}”" for k, r in REASONS.items()}
    if "sure" in form:
        form.sure.choices = [("yes", SURE[panel.act])]
    for name in ("to", "colleague"):
        if name in form:
            choice: Any = form[name]
            choice.choices = [("", "Choose"), *people[name]]


def _letter_choices(is_email: bool) -> list[tuple[str, str]]:
    if is_email:
        return [(SEND, "Send"), (EDIT, "Edit, then send"), (NONE, "Do not send")]
    return [(SEND, "Write it"), (EDIT, "Edit, then write"), (NONE, "No letter")]


def fill(form: ActForm, expression: Any, promise: Any) -> None:
    """What stands in the fields before anybody types."""
    if "accept_by" in form:
        set_day(form.accept_by, clock.working_days_after(clock.today(), ACCEPT_WITHIN_DAYS))
    if "next_reply_by" in form and promise is not None:
        set_day(form.next_reply_by, promise)
    if "talk_how" in form and not form.talk_how.data:
        form.talk_how.data = "By phone" if expression.applicant.phone else ""


def set_day(field: forms.Day, day: Any) -> None:
    field.process(None, day)


def details(form: ActForm) -> dict[str, Any]:
    """What was typed, as `perform` takes it; what is empty is left out.

    Raises `NotComplete` where the words given are not enough.
    """
    names = ("reason", "accept_by", "body", "next_reply_by", "talk_how")
    found = {name: form[name].data for name in names if name in form and form[name].data}
    if "talk_on" in form and form.talk_on.data:
        at = time_of(form.talk_time.data or "")
        if at is None:
            raise NotComplete("talk_time", "Enter the time, for example 6.30pm.")
        found["talk_at"] = clock.start_of(form.talk_on.data, at)
    if found.get("reason") == "other" and "body" not in found:
        raise NotComplete("body", "Say the reason in your own words.")
    return found


def is_sure(form: ActForm) -> None:
    """Raises `NotComplete` where an act that moves or deletes much was not chosen expressly."""
    if "sure" in form and not form.sure.data:
        raise NotComplete("sure", "Tick the box if that is so.")


def time_of(text: str) -> time | None:
    """A time as people write it: 6pm, 6.30pm, 18:30, midday. None when it is none."""
    text = text.strip().lower()
    if text in _WORDS_OF_TIME:
        return _WORDS_OF_TIME[text]
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def digest(letter: Rendered | None) -> str:
    """Which email stood on the page: what is sent must be what was read."""
    if letter is None:
        return ""
    return hashlib.sha256(f"{letter.subject}\n{letter.body}".encode()).hexdigest()[:16]


def edited(form: ActForm, reference: str) -> Rendered:
    """The letter as staff wrote it; the reference stays in front of its subject.

    Raises `NotComplete` when nothing is left of it.
    """
    subject, body = form.letter_subject.data or "", form.letter_body.data or ""
    if not body:
        raise NotComplete("letter_body", "Write the email, or choose not to send it.")
    if not subject.startswith(reference):
        subject = f"{reference}: {subject}".removesuffix(": ")
    return Rendered(subject, f"{body}\n")


class NoteForm(forms.PageForm):
    """A note among staff: its own form, table, colour and button."""

    note_body = forms.LongText(
        "Write a note (staff only)",
        [forms.Needed("Write the note."), MaxCharacters(LONGEST)],
        hint="The person never sees it.",
        rows=3,
    )


class ByHandForm(forms.PageForm):
    """How a letter without an email reached the person."""

    how = forms.Choice(
        "What you did",
        [forms.Needed("Say what you did.")],
        choices=[("posted", "Printed and posted"), ("rang", "Rang and read it out")],
    )
