"""Fields that several kinds ask, built here so that words, rules and reasons stand once.

Rules and marks: domain.md 3.0.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ppflow.kinds import words
from ppflow.kinds.form import Advice, Answers, Context, Field, Page, Sensitivity

MAY_REVEAL, SPECIAL = Sensitivity.MAY_REVEAL, Sensitivity.SPECIAL
CONTACTS = "The people who contact you"


def has_area_limit(_answers: Answers, context: Context) -> bool:
    return bool(context.opportunity and context.opportunity.area_limit)


def has_must_haves(_answers: Answers, context: Context) -> bool:
    return bool(context.opportunity and context.opportunity.must_have)


def has_exclusions(_answers: Answers, context: Context) -> bool:
    return bool(context.opportunity and context.opportunity.not_suitable_if)


def age_ok() -> Field:
    return Field(
        key="age_ok",
        label="Are you {age} or over?",
        hint="If this form is for someone else, answer for them.",
        input="radios",
        options=words.YES_NO,
        short="Old enough",
        why="To be sure that you are old enough to decide for yourself.",
        missing="Choose yes or no, so that we know you are old enough.",
        stops={"no": "too-young"},
        stands_for=("born",),
    )


def self_check(**changes: Any) -> Field:
    built = Field(
        key="self_check",
        label="Is this true for you?",
        input="each_must_have",
        options=words.YES_NO_UNSURE,
        short="What the advert asks for",
        why="To see early whether this suits you. “No” never ends the form.",
        missing="Choose an answer. “I am not sure” is fine.",
        sensitivity=MAY_REVEAL,
        shown=has_must_haves,
    )
    return replace(built, **changes)


def excluded(**changes: Any) -> Field:
    built = Field(
        key="excluded",
        label="Is any of this true for you?",
        hint="{not_suitable_if}",
        input="radios",
        options=words.YES_NO,
        short="Who this is not for",
        why="To talk with you first where your work or health makes it difficult.",
        missing="Choose yes or no. If yes, we talk with you about it.",
        shown=has_exclusions,
    )
    return replace(built, **changes)


def area(**changes: Any) -> Field:
    built = Field(
        key="area",
        label="What is the first half of your postcode?",
        hint="For example, B23 or CV1. We do not need the rest.",
        input="postcode",
        width="5",
        max_characters=8,
        short="First half of postcode",
        why="To see whether you live in the area that the advert names.",
        missing="Enter the first half of your postcode, for example CV1.",
        autocomplete="off",
        is_searchable=True,
    )
    return replace(built, **changes)


def names() -> tuple[Field, ...]:
    one = Field(
        key="first_name",
        label="First name",
        hint="The name you like to be called. An initial is fine.",
        input="text",
        width="20",
        max_characters=80,
        short="Name",
        why="To greet you by the name you like.",
        seen_by=CONTACTS,
        missing="Enter a first name, or an initial.",
        autocomplete="given-name",
        applicant="first_name",
    )
    last = replace(
        one,
        key="last_name",
        label="Last name",
        hint="",
        missing="Enter a last name, or an initial.",
        autocomplete="family-name",
        applicant="last_name",
    )
    return one, last


ON_BEHALF: Final = Field(
    key="on_behalf",
    label="Who is this form for?",
    input="radios",
    options=(
        ("self", "Me"),
        ("someone", "Someone else, who knows and agrees"),
        ("organisation", "A group or organisation that I speak for"),
        ("not_agreed", "Someone else, who does not know yet"),
    ),
    short="For yourself or someone else",
    why="To know whom the form is about, and whom to contact.",
    missing="Choose who this form is for.",
    sensitivity=MAY_REVEAL,
    stops={"not_agreed": "not-agreed", "cannot_decide": "cannot-decide"},
)
HELPER_NAME: Final = Field(
    key="helper_name",
    label="Your own name, if the form is for someone else",
    input="text",
    width="20",
    max_characters=80,
    is_needed=False,
    short="Helper",
    why="To know who filled in the form for them.",
    seen_by=CONTACTS,
    applicant="helper_name",
)
HELPER_RELATION: Final = replace(
    HELPER_NAME,
    key="helper_relation",
    label="How you know them, if the form is for someone else",
    hint="For example, daughter, friend or support worker.",
    applicant="helper_relation",
)
WHO_TO_CONTACT: Final = Field(
    key="who_to_contact",
    label="If the form is for someone else, whom should we contact?",
    input="radios",
    options=(("person", "The person it is for"), ("helper", "Me, the one filling it in")),
    is_needed=False,
    short="Whom we contact",
    why="So that our letters and calls reach the right person.",
    seen_by=CONTACTS,
    applicant="contact_is_helper",
)


def on_behalf(**changes: Any) -> tuple[Field, ...]:
    """For whom the form is, and the helper. No question hides or appears: it is one page."""
    return replace(ON_BEHALF, **changes), HELPER_NAME, HELPER_RELATION, WHO_TO_CONTACT


def check_helper(answers: Answers, _context: Context) -> dict[str, str]:
    """For someone else, we need to know who helps and whom to contact."""
    if answers.get("on_behalf") != "someone":
        return {}
    found = {}
    if not answers.get("helper_name"):
        found["helper_name"] = "Enter your own name, as you fill this in for someone else."
    if not answers.get("helper_relation"):
        found["helper_relation"] = "Say how you know them, for example daughter or friend."
    if not answers.get("who_to_contact"):
        found["who_to_contact"] = "Choose whom we should contact: them or you."
    return found


def you_page(title: str = "Who is this form for?", **changes: Any) -> Page:
    page = Page(
        slug="you",
        title=title,
        group=words.YOU,
        fields=(*names(), *on_behalf()),
        intro="Give the name of the person the form is for.",
        check=check_helper,
    )
    return replace(page, **changes)


def advise_on_fit(answers: Answers, context: Context) -> Advice | None:
    """A “no” to what the advert asks leads to advice, never to an end."""
    wanted = context.opportunity.must_have if context.opportunity else []
    missing = [
        text
        for number, text in enumerate(wanted, start=1)
        if answers.get(f"self_check_{number}") == "no"
    ]
    if not missing and answers.get("excluded") != "yes":
        return None
    lines = ["You can still send this form. We will ring or write to talk it through."]
    if missing:
        lines.append("The advert asks for something that you said is not true for you:")
    if answers.get("excluded") == "yes":
        missing += list(context.opportunity.not_suitable_if) if context.opportunity else []
    return Advice("This one may not be the best fit", tuple(lines), tuple(missing))
