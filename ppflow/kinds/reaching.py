"""How we reach people, what helps them to take part, and what they permit: shared by all kinds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ppflow.kinds import words
from ppflow.kinds.form import Answers, Context, Field, Page, Sensitivity
from ppflow.kinds.shared import CONTACTS

MAY_REVEAL = Sensitivity.MAY_REVEAL
ROUTES = {
    "email": "Enter an email address, as you chose email, or choose another way.",
    "phone": "Enter a phone number, as you chose phone, or choose another way.",
    "post_address": "Enter a postal address, as you chose post, or choose another way.",
}


CONTACT_BY: Final = Field(
    key="contact_by",
    label="What works best for you?",
    input="radios",
    options=words.CONTACT_BY,
    short="How we reach you",
    why="So that we reply in the way that works for you.",
    seen_by=CONTACTS,
    missing="Choose how we should reach you: email, phone or post.",
    applicant="contact_by",
)
PHONE: Final = Field(
    key="phone",
    label="Phone number",
    hint="Needed if you chose phone. Landline or mobile.",
    input="tel",
    width="20",
    max_characters=40,
    is_needed=False,
    short="How we reach you",
    why="To ring you, if you want us to.",
    seen_by=CONTACTS,
    autocomplete="tel",
    applicant="phone",
    line="Phone: {}",
)
BEST_TIME: Final = Field(
    key="best_time",
    label="Good times to ring",
    input="checkboxes",
    options=words.TIMES,
    is_needed=False,
    short="How we reach you",
    why="To ring when it suits you, and leave a message only if that is safe.",
    seen_by=CONTACTS,
    applicant="best_time",
)
EMAIL: Final = Field(
    key="email",
    label="Email address",
    hint="Needed if you chose email. We send your reference and a private link here. "
    "You can share an address with someone: we keep your forms apart.",
    input="email",
    width="nhsuk-u-width-two-thirds",
    max_characters=254,
    is_needed=False,
    short="How we reach you",
    why="To send your reference and a private link, and to reply.",
    seen_by=CONTACTS,
    autocomplete="email",
    applicant="email",
    line="Email for your reference: {}",
)
POST_ADDRESS: Final = Field(
    key="post_address",
    label="Postal address",
    hint="Needed if you chose post.",
    input="textarea",
    rows=4,
    max_characters=300,
    is_needed=False,
    short="How we reach you",
    why="To write to you on paper, if you want us to.",
    seen_by=CONTACTS,
    autocomplete="street-address",
    applicant="post_address",
    line="Post: {}",
)
CONTACT_FIELDS: Final = (CONTACT_BY, PHONE, BEST_TIME, EMAIL, POST_ADDRESS)


def check_contact(answers: Answers, _context: Context) -> dict[str, str]:
    """The way they chose must have an address or a number."""
    chosen = answers.get("contact_by")
    key = "post_address" if chosen == "post" else str(chosen or "")
    return {key: ROUTES[key]} if key in ROUTES and not answers.get(key) else {}


def contact_page(*more: Field, **changes: Any) -> Page:
    page = Page(
        slug="contact",
        title="How can we reach you?",
        group=words.YOU,
        fields=(*CONTACT_FIELDS, *more),
        check=check_contact,
        more_title="Contact someone else instead of me",
        more_text="If someone helps you, we can contact them. Say who they are on the page "
        "“Who is this form for?”. Then give their number or address here.",
        more_page="you",
    )
    return replace(page, **changes)


def access(**changes: Any) -> Field:
    built = Field(
        key="access",
        label="What would help you to take part?",
        hint="For example, a phone call instead of video, papers by post, breaks, step-free "
        "rooms, or bringing a supporter. You do not have to say why.",
        input="textarea",
        max_characters=500,
        is_needed=False,
        short="What would help",
        why="To arrange what you need before you have to ask again.",
        seen_by=CONTACTS,
        sensitivity=MAY_REVEAL,
        is_need=True,
        group=words.HELP,
        stands_for=("support",),
    )
    return replace(built, **changes)


def formats() -> Field:
    return Field(
        key="formats",
        label="Which formats work for you?",
        input="checkboxes",
        options=words.FORMATS,
        is_needed=False,
        short="Large print or other format",
        why="To send papers that you can use.",
        seen_by=CONTACTS,
        sensitivity=MAY_REVEAL,
        is_need=True,
        group=words.HELP,
    )


def language() -> tuple[Field, ...]:
    which = Field(
        key="language",
        label="Do you need an interpreter or another language?",
        input="select",
        options=words.LANGUAGES,
        is_needed=False,
        short="Language or interpreter",
        why="To book an interpreter, or write in your language.",
        seen_by=CONTACTS,
        sensitivity=MAY_REVEAL,
        is_need=True,
        group=words.HELP,
    )
    other = replace(
        which,
        key="language_other",
        label="Which other language?",
        input="text",
        options=(),
        width="20",
        max_characters=60,
    )
    return which, other


def support_fields() -> tuple[Field, ...]:
    return access(), formats(), *language()


def supporter() -> Field:
    return Field(
        key="supporter",
        label="Will someone come with you to support you?",
        input="radios",
        options=words.YES_NO_UNSURE,
        is_needed=False,
        short="Bringing a supporter",
        why="To keep a place for your supporter and pay their travel.",
        seen_by=CONTACTS,
        sensitivity=MAY_REVEAL,
        is_need=True,
        group=words.HELP,
    )


def keep_for_future(**changes: Any) -> Field:
    built = Field(
        key="keep_for_future",
        label="May we tell you about other opportunities?",
        hint="We then keep your details for {future}. You can change your mind at any time.",
        input="radios",
        options=(
            ("no", "No"),
            ("topic", "Yes, on this topic"),
            ("any", "Yes, on any topic"),
        ),
        default="no",
        short="Tell me about other opportunities",
        why="To write to you about something new, only if you say yes.",
        missing="Choose no or yes.",
        is_consent=True,
        group=words.PERMISSIONS,
    )
    return replace(built, **changes)


def topics(**changes: Any) -> Field:
    built = Field(
        key="topics",
        label="Which topics interest you?",
        input="checkboxes",
        options=words.TOPICS,
        is_needed=False,
        short="Topics that interest you",
        why="To tell you only about what interests you.",
        sensitivity=MAY_REVEAL,
    )
    return replace(built, **changes)
