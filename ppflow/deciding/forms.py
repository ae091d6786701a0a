"""The forms of the decision page: one for every act, with the fields that its panel names."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from wtforms import HiddenField

from ppflow import clock, forms
from ppflow.deciding import planning
from ppflow.deciding.planning import PlanFields, if_given
from ppflow.deciding.workflow import SURE, NextDate, Panel
from ppflow.errors import NotComplete
from ppflow.expressions.reasons import fitting
from ppflow.expressions.workflow import ACCEPT_WITHIN_DAYS
from ppflow.forms import MaxCharacters
from ppflow.letters import Rendered
from ppflow.releasing.acts import is_joint

MORE_DAYS: Final = 5  # working days more that an offer is open, where nobody names another day
LONGEST: Final = 5000  # characters of a message, a note or a letter's own words
SEND, EDIT, NONE = "send", "edit", "none"
WHO_MAY: Final = (
    "Colleagues who may see this form, and projects of this programme. Would another programme "
    "suit them? Name its opportunity under “Not this time”: they decide if their form goes there."
)
CALLS: Final = (
    ("rang_spoke", "We spoke"),
    ("rang_left_message", "I left a message"),
    ("rang_no_answer", "No answer"),
)
# Details that `perform` knows by another name than the field a person fills in.
FIELD_OF: Final = {
    "talk_at": "talk_on", "talk_times": "first_on", "talk_how": "talk_way",
    "opportunity": "alternative",
}  # fmt: skip


class ActForm(PlanFields):
    """Every field that an act may ask. `for_panel` takes away what it does not."""

    # The version and what else the page showed when it was opened, for the words of a conflict;
    # and which email stood there when the button was pressed.
    version = HiddenField(filters=[forms.tidy])
    seen = HiddenField(filters=[forms.tidy])
    shown = HiddenField(filters=[forms.tidy])

    reason = forms.Radios("Reason", [if_given], choices=[])
    to = forms.Choice("Who answers from now on", [if_given], choices=[], hint=WHO_MAY)
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


def for_panel(panel: Panel, expression: Any, people: Any, **given: Any) -> ActForm:
    """The form of one panel, as posted; `formdata` gives other words, or None for none.

    `people`: the options of `to` and `colleague`, by those names.
    """
    form = ActForm(**given)
    wanted = {*panel.fields, "version", "seen", "shown", "csrf_token"}
    if panel.next_date is NextDate.CHOSEN:
        wanted.add("next_reply_by")
    if panel.letter:
        wanted |= {"letter", "letter_subject", "letter_body"}
    for name in [field.name for field in form if field.name not in wanted]:
        del form[name]
    _word(form, panel, people)
    planning.offer_choices(form, expression)
    if "reason" in form:
        fit = fitting(expression.kind)
        form.reason.choices = [(key, reason.label) for key, reason in fit.items()]
        form.reason.option_hints = {k: f"They read: “{r.words}”" for k, r in fit.items()}
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
    if panel.act == "ask":
        form.next_reply_by.label.text = "Ask them to answer by"
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
        first = clock.working_days_after(_told_on(expression), ACCEPT_WITHIN_DAYS)
        if expression.status == "offered":  # more time than they have
            first = clock.working_days_after(max(expression.accept_by, clock.today()), MORE_DAYS)
        set_day(form.accept_by, first)
    if "next_reply_by" in form and promise is not None:
        set_day(form.next_reply_by, promise)
    planning.fill(form, expression)


def _told_on(expression: Any) -> Any:
    """The day on which an offer reaches the person: with the others, where it waits for them."""
    if not is_joint("offer", expression) or expression.opportunity.decision_by is None:
        return clock.today()
    return max(clock.today(), expression.opportunity.decision_by)


def set_day(field: forms.Day, day: Any) -> None:
    field.process(None, day)


def details(form: ActForm) -> dict[str, Any]:
    """What was typed, as `perform` takes it; what is empty is left out.

    Raises `NotComplete` where the words given are not enough.
    """
    names = ("reason", "accept_by", "body", "next_reply_by")
    found = {name: form[name].data for name in names if name in form and form[name].data}
    found |= planning.details(form)
    if found.get("reason") == "other" and "body" not in found:
        raise NotComplete("body", "Say the reason in your own words.")
    return found


def is_sure(form: ActForm) -> None:
    """Raises `NotComplete` where an act that moves or deletes much was not chosen expressly."""
    if "sure" in form and not form.sure.data:
        raise NotComplete("sure", "Tick the box if that is so.")


def digest(letter: Rendered | None, choice: str | None = SEND) -> str:
    """What the page said would go: what is sent, or not sent, must be what was read."""
    if letter is None or choice == NONE:
        return "" if letter is None else NONE
    return hashlib.sha256(f"{letter.subject}\n{letter.body}".encode()).hexdigest()[:16]


def edited(form: ActForm, reference: str) -> Rendered:
    """The letter as staff wrote it; the reference stays in front of its subject.

    Raises `NotComplete` when nothing is left of it.
    """
    if not form.letter_body.data:
        raise NotComplete("letter_body", "Write the email, or choose not to send it.")
    return worded(form.letter_subject.data or "", form.letter_body.data, reference)


def worded(subject: str, body: str, reference: str) -> Rendered:
    """A letter of somebody's own words; the reference stays in front of its subject."""
    if not subject.startswith(reference):
        subject = f"{reference}: {subject}".removesuffix(": ")
    return Rendered(subject, f"{body}\n")


class NoteForm(forms.PageForm):
    """A note among staff: its own form, table, colour and button."""

    note_body = forms.LongText(
        "Write a note (staff only)",
        [forms.Needed("Write the note."), MaxCharacters(LONGEST)],
        hint="The person never sees it. Name a colleague as @ and their name, and they are told.",
        rows=3,
    )
    mention = forms.Choice("Tell a colleague (optional)", [if_given], choices=[])


class ByHandForm(forms.PageForm):
    """How a letter without an email reached the person."""

    how = forms.Choice(
        "What you did",
        [forms.Needed("Say what you did.")],
        choices=[("posted", "Printed and posted"), ("rang", "Rang and read it out")],
    )
