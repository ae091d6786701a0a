"""Public contributors: patients, carers and the public who shape research (domain.md 3.2).

Equality monitoring (3.2 row 16) is a later part: it stands apart, linked to nobody.
"""

from __future__ import annotations

from typing import Final

from ppflow.kinds import reaching, shared, words
from ppflow.kinds.form import Field, Kind, Page, Sensitivity

MAY_REVEAL, SPECIAL = Sensitivity.MAY_REVEAL, Sensitivity.SPECIAL

PERSPECTIVE: Final = Field(
    key="perspective",
    label="Which of these are you?",
    hint="Choose as many as you like.",
    input="checkboxes",
    options=words.WHO,
    is_needed=False,
    short="You are",
    why="To bring together people with different views.",
    sensitivity=MAY_REVEAL,
)
WHY: Final = Field(
    key="why",
    label="Why does this interest you?",
    hint="A sentence is enough.",
    input="textarea",
    max_words=150,
    short="Why this interests you",
    why="To understand what you hope for.",
    missing="Tell us in a few words why this interests you.",
    sensitivity=MAY_REVEAL,
)
EXPERIENCE: Final = Field(
    key="experience",
    label="Do you have experience that relates to this?",
    hint="You can leave this empty. Please do not name other people.",
    input="textarea",
    max_words=150,
    is_needed=False,
    short="Related experience",
    why="To choose people whose experience fits what the group talks about.",
    seen_by="Only the person who answers you, or their deputy",
    sensitivity=SPECIAL,
)
HOW_WORK: Final = Field(
    key="how_work",
    label="How do you like to work?",
    input="checkboxes",
    options=(
        ("group", "In a group"),
        ("one_to_one", "One to one"),
        ("writing", "In writing"),
        ("own_time", "In my own time"),
    ),
    is_needed=False,
    short="How you like to work",
    why="To offer you a way of working that you like.",
)
AVAILABILITY: Final = Field(
    key="availability",
    label="When are you usually free?",
    input="checkboxes",
    options=words.FREE_TIMES,
    is_needed=False,
    short="When you are free",
    why="To choose meeting times that work.",
)
TECH: Final = Field(
    key="tech",
    label="How would you join an online meeting?",
    input="radios",
    options=(
        ("device", "I have a device and internet"),
        ("help", "I would need a device, data or some help"),
        ("phone", "By phone only"),
        ("none", "I would rather not meet online"),
    ),
    is_needed=False,
    short="Joining online",
    why="To lend a device or pay for data, or to plan a call.",
    seen_by=shared.CONTACTS,
    group=words.HELP,
)
CONFLICT: Final = Field(
    key="conflict",
    label="Do you work for a company that this touches, or know people who applied?",
    input="radios",
    options=words.YES_NO_UNSURE,
    short="Conflict of interest",
    why="To keep decisions fair. “Yes” never ends the form.",
    missing="Choose an answer. If yes, we talk with you about it.",
    only_if_asked=True,
    stands_for=("interests",),
)
PAYMENT_INFO: Final = Field(
    key="payment_info",
    label="Would you like information about payment and benefits?",
    hint="Your answer never affects who is chosen.",
    input="radios",
    options=(("yes", "Yes, please"), ("no", "No, thank you")),
    is_needed=False,
    short="Payment and benefits information",
    why="To send you facts and free advice before you decide about payment.",
)


PPIE_CONTRIBUTOR = Kind(
    key="ppie_contributor",
    label="Public contributor",
    short_label="Public",
    public_label="Get involved as a patient, carer or member of the public",
    start_title="Put your name forward",
    start_text=(
        "You do not need to know anything about research. Your own life is what counts.",
        "Saying you are interested does not commit you to anything.",
    ),
    minutes="About 10 minutes",
    promise_days=5,
    subject_words="getting involved in research",
    special_purpose="to arrange my support and to choose people for this group",
    extras_page="interest",
    advice_after="eligibility",
    advice=shared.advise_on_fit,
    pages=(
        Page(
            slug="eligibility",
            title="Is this one for you?",
            group=words.THIS,
            fields=(
                shared.age_ok(),
                shared.self_check(),
                shared.excluded(),
                shared.area(shown=shared.has_area_limit),
            ),
        ),
        Page(
            slug="interest",
            title="What interests you?",
            group=words.THIS,
            fields=(WHY, PERSPECTIVE, HOW_WORK, AVAILABILITY, CONFLICT),
        ),
        Page(
            slug="experience",
            title="Your experience",
            group=words.EXPERIENCE,
            intro="What you write here is kept locked. Only the person who answers you can open "
            "it. Write only what you want to.",
            fields=(EXPERIENCE,),
        ),
        Page(
            slug="support",
            title="What would help you to take part?",
            group=words.HELP,
            intro="You can skip this page. We ask early, so that nothing is in your way later.",
            fields=(
                reaching.access(label="What would help?"),
                reaching.formats(),
                *reaching.language(),
                reaching.supporter(),
                TECH,
            ),
        ),
        shared.you_page(),
        reaching.contact_page(),
        Page(
            slug="permissions",
            title="Hearing from us again",
            group=words.PERMISSIONS,
            fields=(
                reaching.keep_for_future(),
                reaching.topics(),
                PAYMENT_INFO,
            ),
        ),
    ),
    triage_questions=(
        "What would you like to get out of this?",
        "What from your own life would you want researchers to remember?",
        "How do you like to work: in a group, one to one, or in writing?",
        "What would make a meeting easy, or hard, for you?",
        "May we keep your details for other opportunities if this one is full?",
        "Have you been given the payment and benefits information?",
    ),
)
