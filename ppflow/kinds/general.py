"""A general offer of interest: no project yet. The programme's coordinators answer."""

from __future__ import annotations

from typing import Final

from ppflow.kinds import reaching, shared, words
from ppflow.kinds.form import Field, Kind, Page, Sensitivity

HOW: Final = Field(
    key="how_help",
    label="How would you like to help?",
    hint="Choose as many as you like.",
    input="checkboxes",
    options=(
        ("shape", "Help researchers to plan and check their work"),
        ("study", "Hear about studies that I could take part in"),
        ("share", "Tell people near me about research"),
        ("staff", "Give some of my working time to a project"),
        ("unsure", "I am not sure yet"),
    ),
    short="How you would like to help",
    why="To find something that fits you.",
    missing="Choose at least one. “I am not sure yet” is fine.",
)
MORE: Final = Field(
    key="about",
    label="Is there anything you would like to tell us?",
    input="textarea",
    max_words=150,
    is_needed=False,
    short="Anything else",
    why="To find something that fits you.",
    sensitivity=Sensitivity.MAY_REVEAL,
)

GENERAL = Kind(
    key="general",
    label="General interest",
    short_label="General",
    public_label="Offer your help, whatever it is",
    start_title="Tell us how you would like to help",
    start_text=(
        "You do not have to choose a project. We look for something that suits you.",
        "Saying you are interested does not commit you to anything.",
    ),
    minutes="About 5 minutes",
    promise_days=5,
    goes_to_pool=True,
    needs_target=False,
    subject_words="offering your help",
    special_purpose="to arrange my support and to find something that suits me",
    extras_page="help",
    pages=(
        Page(
            slug="help",
            title="How would you like to help?",
            group="How you would like to help",
            fields=(
                shared.age_ok(),
                HOW,
                reaching.topics(),
                shared.area(
                    is_needed=False,
                    hint="For example, B23 or CV1. It helps us to find something near you.",
                    why="To find something near you.",
                ),
                MORE,
            ),
        ),
        Page(
            slug="support",
            title="What would help you to take part?",
            group=words.HELP,
            intro="You can skip this page.",
            fields=(
                reaching.access(label="What would help?"),
                reaching.formats(),
                *reaching.language(),
            ),
        ),
        shared.you_page(),
        reaching.contact_page(reaching.keep_for_future()),
    ),
    triage_questions=(
        "What would you like to get out of this?",
        "What would make it easy, or hard, for you to take part?",
        "Would you like to hear about one thing now, or about new things as they come?",
    ),
)
