"""What staff say of their work, for themselves or for a colleague (domain.md 3.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ppflow.kinds import reaching, shared, words
from ppflow.kinds.form import Answers, Context, Field

EMPLOYERS: Final = (
    ("hospital", "Hospital trust"),
    ("community", "Community or mental health trust"),
    ("ambulance", "Ambulance service"),
    ("gp", "GP practice or primary care"),
    ("social_care", "Social care"),
    ("council", "Council"),
    ("university", "University"),
    ("charity", "Charity or community group"),
    ("other", "Other"),
)
# The people who run this programme were written to for oneself or for a colleague (domain.md 1.1).
FOR_WHOM: Final = (
    replace(
        shared.ON_BEHALF,
        options=(
            ("self", "Me"),
            ("someone", "A colleague, who knows and agrees"),
            ("not_agreed", "A colleague, who does not know yet"),
        ),
        default="self",
        short="For yourself or a colleague",
    ),
    shared.HELPER_NAME,
    replace(shared.HELPER_RELATION, hint="For example, team leader or colleague."),
    shared.WHO_TO_CONTACT,
)
JOB_ROLE: Final = Field(
    key="job_role",
    label="Your role at work",
    input="text",
    max_characters=120,
    short="Your role",
    why="To know from which work you come.",
    missing="Enter your role, for example research nurse.",
    autocomplete="organization-title",
    is_searchable=True,
)
EMPLOYER: Final = Field(
    key="employer",
    label="Your organisation and team",
    input="text",
    max_characters=120,
    short="Your organisation",
    why="To know from which work you come.",
    missing="Enter where you work and your team.",
    autocomplete="organization",
    is_searchable=True,
)
SETTING: Final = Field(
    key="setting",
    label="What kind of organisation is it?",
    input="select",
    options=(("", "Choose one"), *EMPLOYERS),
    short="Kind of organisation",
    why="To see which kinds of organisation take part.",
    missing="Choose the kind of organisation. “Other” is fine.",
)
WILL_ASK: Final = "will_ask"  # reminded after a week; nothing waits for it
MANAGER: Final = Field(
    key="manager_aware",
    label="Does your line manager know and agree?",
    input="radios",
    options=(
        ("yes", "Yes"),
        (WILL_ASK, "I will ask", "This does not hold up your form."),
        ("not_needed", "It is not needed in my job"),
    ),
    short="Line manager",
    why="To be sure that the time is agreed before we count on it.",
    missing="Choose one. “I will ask” is fine.",
)
MANAGER_EMAIL: Final = Field(
    key="manager_email",
    label="Your line manager’s email",
    hint="Needed if they agree. We do not write to them. The person running the project asks "
    "you first, and only then may ask them to confirm your time.",
    input="email",
    width="nhsuk-u-width-two-thirds",
    max_characters=254,
    is_needed=False,
    short="Line manager’s email",
    why="So that your time can be confirmed, after we have asked you.",
    autocomplete="off",
    shown=lambda _answers, context: context.programme.asks_manager,
)
CONFLICT: Final = Field(
    key="conflict",
    label="Do you have a conflict of interest?",
    hint="For example, you work for a company that would gain from this project.",
    input="radios",
    options=words.YES_NO,
    short="Conflict of interest",
    why="To keep decisions fair. “Yes” never ends the form.",
    missing="Choose yes or no. If yes, we talk with you about it.",
    stands_for=("interests",),
)
CONFLICT_MORE: Final = Field(
    key="conflict_detail",
    label="If yes, what is it?",
    input="text",
    max_characters=200,
    is_needed=False,
    short="Conflict of interest",
    why="To keep decisions fair.",
)
WORK: Final = (JOB_ROLE, EMPLOYER, SETTING, MANAGER, MANAGER_EMAIL, CONFLICT, CONFLICT_MORE)
OWN: Final = "This is the address for you. Enter your manager’s, or leave it empty."
MANAGERS: Final = "You gave this address for your manager. Enter another one for you."


def check_work(answers: Answers, context: Context) -> dict[str, str]:
    """A helper says who they are; a conflict is told; a manager who agrees can be asked."""
    found = shared.check_helper(answers, context)
    if answers.get("conflict") == "yes" and not answers.get("conflict_detail"):
        found["conflict_detail"] = "Say in a few words what the conflict is."
    given = answers.get("manager_email")
    is_asked = context.programme.asks_manager and answers.get("manager_aware") == "yes"
    if is_asked and not given:
        found["manager_email"] = "Enter your line manager’s email, as you said that they agree."
    if given and given == answers.get("email"):
        found["manager_email"] = OWN
    return found


def check_contact(answers: Answers, context: Context) -> dict[str, str]:
    """As for everyone; and nobody is their own manager."""
    found = reaching.check_contact(answers, context)
    if answers.get("email") and answers["email"] == answers.get("manager_email"):
        found["email"] = MANAGERS
    return found
