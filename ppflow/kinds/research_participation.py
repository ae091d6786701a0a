"""Interest in taking part in a study (domain.md 3.3). Interest is never consent.

The form ends with passing it to the study team. It never asks for medicines, test results or an
NHS number, and keeps nothing about people under the study's age or who cannot decide.
"""

from __future__ import annotations

from typing import Final

from ppflow.kinds import reaching, shared, words
from ppflow.kinds.form import Field, Kind, Page, Sensitivity

SPECIAL = Sensitivity.SPECIAL
STUDY_TEAM: Final = "The study team, and only the person who answers you"

NOT_CONSENT: Final = Field(
    key="not_consent",
    label="I understand that this is not agreeing to take part. "
    "The study team explains everything first, and I can say no at any time.",
    input="tick",
    short="Not agreeing to take part yet",
    why="To be sure that nobody thinks they have already joined a study.",
    missing="Tick the box to show that you understand: this is not agreeing to take part.",
    is_consent=True,
)
TRAVEL: Final = Field(
    key="travel",
    label="How far could you travel?",
    input="select",
    options=(
        ("", "I would rather not say"),
        ("home", "I would need a home visit"),
        ("5", "Up to 5 miles"),
        ("15", "Up to 15 miles"),
        ("25", "Up to 25 miles"),
        ("more", "Further"),
    ),
    is_needed=False,
    short="How far you could travel",
    why="To see which places could suit you, and to arrange travel.",
)
CONDITION: Final = Field(
    key="condition_interest",
    label="Which of these describes you?",
    input="checkboxes",
    options=(("healthy", "I am a healthy volunteer"), words.BY_PHONE),
    is_needed=False,
    short="Condition or healthy volunteer",
    why="To see whether the study looks for people like you.",
    seen_by=STUDY_TEAM,
    sensitivity=SPECIAL,
    only_if_asked=True,
)
SHARE_WITH: Final = Field(
    key="share_with",
    label="You may pass my answers and contact details to {team}, and to nobody else.",
    input="tick",
    short="Passing this to the study team",
    why="So that the study team can talk to you. We name them, and pass it to nobody else.",
    missing="Tick the box so that the study team can contact you. Or ring us to talk about it.",
    is_consent=True,
)
REGISTRY: Final = reaching.keep_for_future(
    key="registry",
    label="May we tell you about other studies?",
    options=(("no", "No"), ("yes", "Yes, about the topics I choose")),
    short="Hear about other studies",
    why="To tell you about another study, only if you say yes.",
)

RESEARCH_PARTICIPATION = Kind(
    key="research_participation",
    label="Interest in a study",
    short_label="Study",
    public_label="Hear about taking part in research",
    start_title="Ask to hear about this study",
    start_text=(
        "This tells the study team that you would like to hear more. "
        "It is not agreeing to take part.",
        "We never ask for your medicines, test results or NHS number here.",
    ),
    minutes="About 8 minutes",
    promise_days=10,
    may_be_offered=False,
    subject_words="hearing about a study",
    special_purpose="to see whether this study could suit me",
    extras_page="screening",
    pages=(
        Page(
            slug="study",
            title="Before you start",
            group="This study",
            fields=(NOT_CONSENT, shared.age_ok(), shared.area(), TRAVEL),
        ),
        Page(
            slug="screening",
            title="A few questions from the study team",
            group=words.SCREENING,
            intro="What you say here is kept locked. You can always say it by phone instead. "
            "“No” does not end the form.",
            fields=(
                CONDITION,
                shared.self_check(
                    options=(*words.YES_NO_UNSURE, words.BY_PHONE),
                    seen_by=STUDY_TEAM,
                    sensitivity=SPECIAL,
                ),
                shared.excluded(
                    options=(*words.YES_NO, words.BY_PHONE),
                    seen_by=STUDY_TEAM,
                    sensitivity=SPECIAL,
                ),
            ),
        ),
        shared.you_page(
            fields=(
                *shared.names(),
                *shared.on_behalf(
                    options=(
                        ("self", "Me"),
                        ("someone", "Someone else, who knows and agrees"),
                        ("not_agreed", "Someone else, who does not know yet"),
                        ("cannot_decide", "Someone who cannot decide for themselves"),
                    )
                ),
            )
        ),
        reaching.contact_page(*reaching.support_fields()),
        Page(
            slug="permissions",
            title="Your permissions",
            group=words.PERMISSIONS,
            fields=(SHARE_WITH, REGISTRY, reaching.topics()),
        ),
    ),
    triage_questions=(
        "Is now a good time, and are you somewhere private?",
        "Did you choose to register yourself?",
        "May I check three facts that decide whether this study could suit you?",
        "Would you like information by email or post, to read in your own time?",
        "Would you like to hear about other studies?",
    ),
)
