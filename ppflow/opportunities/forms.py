"""What coordinators fill in to write an opportunity: the whole advert, and its own questions."""

from __future__ import annotations

from typing import Any, Final

from wtforms import Field
from wtforms.validators import StopValidation

from ppflow.fields import Lines, Pick, RowForm, Sum, Whole, Word, WordRadios, YesNo
from ppflow.forms import (
    Choice,
    Day,
    Email,
    LongText,
    LooksLikeEmail,
    Needed,
    PageForm,
    Phone,
    Text,
    optional,
)
from ppflow.opportunities.models import FORMAT_LABELS, KIND_LABELS, PAYMENT_LABELS
from ppflow.programmes.forms import LINE, TEXT, TITLE, Groups, after

ONE_A_LINE: Final = "One on each line."


class NewOpportunityForm(PageForm):
    """What an opportunity cannot be without; the rest is written on its own page."""

    groups: Groups = (("", ("project_id", "title", "kind", "lay_summary", "format", "payment")),)

    project_id = Pick("Project", missing="Choose the project it belongs to.")
    title = Text("Title", [Needed("Enter the title."), TITLE])
    kind = WordRadios("What would people do?", KIND_LABELS)
    lay_summary = LongText("In plain words", [optional(), TEXT], rows=3)
    format = WordRadios("How does it happen?", FORMAT_LABELS)
    payment = WordRadios("How are people paid?", PAYMENT_LABELS)


class OpportunityForm(PageForm):
    """Every field of an advert, in the order of its page."""

    groups: Groups = (
        ("What it is", ("title", "kind", "lay_summary", "why", "activity", "involves", "topics")),
        (
            "Who it is for",
            (
                "looking_for",
                "min_age",
                "area_limit",
                "must_have",
                "not_suitable_if",
                "under_18_rule",
                "checks",
            ),
        ),
        ("Time", ("time_summary", "total_hours", "sessions", "first_on", "last_on")),
        ("Where", ("format", "venue", "place", "getting_there", "building_access")),
        ("Places", ("places",)),
        ("Pay and costs", ("payment", "amount_gbp", "payment_unit", "payment_note", "expenses")),
        ("Help to take part", ("support", "accessibility")),
        (
            "Choosing and hearing back",
            (
                "how_to_apply",
                "how_we_choose",
                "difference",
                "hear_back",
                "opens_on",
                "closes_on",
                "decision_by",
                "is_joint_release",
            ),
        ),
        ("Studies only", ("ethics_reference", "ethics_note", "consent_rule")),
        (
            "Contact",
            ("contact_label", "contact_email", "contact_phone", "named_person_id", "host_name"),
        ),
    )

    title = Text("Title", [Needed("Enter the title."), TITLE])
    kind = Word("What people do", KIND_LABELS)
    lay_summary = LongText(
        "In plain words", [optional(), TEXT], hint="Two or three short sentences.", rows=3
    )
    why = LongText("Why you do this", [optional(), TEXT])
    activity = LongText(
        "What people would do", [optional(), TEXT], hint="The first sentence stands on top."
    )
    involves = LongText("What is involved", [optional(), TEXT])
    topics = Lines("Topics", [optional(), TEXT], hint=ONE_A_LINE, rows=3)
    looking_for = LongText("Who you look for", [optional(), TEXT])
    min_age = Whole("Lowest age", [optional()], lowest=0, highest=120, width="3")
    area_limit = Text("Area", [optional(), LINE], hint="Only if people must live or work there.")
    must_have = Lines("What people must have", [optional(), TEXT], hint=ONE_A_LINE, rows=3)
    not_suitable_if = Lines("It is not suitable if", [optional(), TEXT], hint=ONE_A_LINE, rows=3)
    under_18_rule = LongText("Rule for people under 18", [optional(), TEXT], rows=2)
    checks = LongText("Checks needed", [optional(), TEXT], rows=2)
    time_summary = Text(
        "Time in short", [optional(), LINE], hint="For example: 4 meetings of 2 hours"
    )
    total_hours = Sum("Hours in all", [optional()])
    sessions = Whole("Sessions", [optional()], highest=500, width="3")
    first_on = Day("First date", [optional()])
    last_on = Day("Last date", [optional(), after("first_on")])
    format = Word("How it happens", FORMAT_LABELS)
    venue = Text("Venue", [optional(), LINE])
    place = Text("Town or area", [optional(), LINE], hint="For the filter by place.")
    getting_there = LongText("Getting there", [optional(), TEXT], rows=3)
    building_access = LongText(
        "Getting in", [optional(), TEXT], hint="Steps, lift, parking, quiet room, toilets.", rows=3
    )
    places = Whole(
        "Places", [optional()], highest=100_000, hint="Leave empty if there is no limit."
    )
    payment = Word("Payment", PAYMENT_LABELS)
    amount_gbp = Sum("Amount in pounds", [optional()])
    payment_unit = Text("For each", [optional(), LINE], hint="For example: hour", width="10")
    payment_note = LongText("About the payment", [optional(), TEXT], rows=3)
    expenses = Lines("Costs you pay", [optional(), TEXT], hint=ONE_A_LINE, rows=3)
    support = LongText("Support and training", [optional(), TEXT])
    accessibility = Lines("What you can offer", [optional(), TEXT], hint=ONE_A_LINE)
    how_to_apply = LongText("How to put a name forward", [optional(), TEXT], rows=3)
    how_we_choose = LongText("How you choose", [optional(), TEXT])
    difference = LongText("What difference people make", [optional(), TEXT])
    hear_back = LongText("How people hear back", [optional(), TEXT], rows=3)
    opens_on = Day("Opens on", [optional()])
    closes_on = Day(
        "Closes on", [optional(), after("opens_on")], hint="Leave empty: open until filled."
    )
    decision_by = Day("You decide by", [optional(), after("closes_on")])
    is_joint_release = YesNo("Decisions wait, and go to everyone on one day")
    ethics_reference = Text("Ethics reference", [optional(), LINE])
    ethics_note = LongText("About the approval", [optional(), TEXT], rows=2)
    consent_rule = LongText("Rule for consent", [optional(), TEXT], rows=2)
    contact_label = Text("Name of the team", [optional(), LINE])
    contact_email = Email("Email of the team", [optional(), LooksLikeEmail()])
    contact_phone = Phone("Phone of the team", [optional(), LINE])
    named_person_id = Pick("Who answers the forms", [optional()])
    host_name = Text("Run from", [optional(), LINE], hint="An organisation's name.")


INPUTS: Final = (
    ("textarea", "A box for a few sentences"),
    ("text", "One line"),
    ("radios", "Choose one"),
    ("checkboxes", "Choose any"),
    ("yes_no", "Yes or no"),
)
OTHER_INPUTS: Final = (  # an imported advert may ask so
    ("postcode", "First half of a postcode"),
    ("year", "A year"),
    ("select", "Choose one of a long list"),
)


def _options(form: Any, bound: Field) -> None:
    needs = form.input.data in {"radios", "checkboxes", "select"}
    if needs and len(bound.value) < 2:  # type: ignore[attr-defined]
        raise StopValidation("Enter two answers or more, one on each line.")


class QuestionRow(RowForm):
    """One of an opportunity's own questions."""

    fields = (
        "label",
        "replaces",
        "input",
        "options",
        "max_words",
        "is_required",
        "is_sensitive",
        "place",
    )

    label = Text("Question", [Needed("Write the question."), LINE])
    replaces = Choice("It is asked")
    input = Choice("How people answer", choices=[*INPUTS, *OTHER_INPUTS])
    options = Lines("Answers to choose from", [_options], hint=ONE_A_LINE, rows=4)
    max_words = Whole("Most words", [optional()], lowest=10, highest=1000, width="4")
    is_required = YesNo("People must answer it")
    is_sensitive = YesNo("The answer may tell of health, faith or the like: keep it locked")
