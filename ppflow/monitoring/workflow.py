"""The questions with their answers, and how numbers of people are shown.

Order and groups: requirements.md 1d (England's harmonised questions, Census 2021). Each can be left
empty or answered with “prefer not to say”.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Options = tuple[tuple[str, str], ...]
NOT_SAID: Final = ("not_said", "Prefer not to say")
EMPTY: Final = ("", "Left empty")
HIDDEN: Final = "*"
MOST_HIDDEN: Final = 7  # NHS small numbers: 1 to 7 are not shown
ROUNDED_TO: Final = 5  # and all others to the nearest 5
FEWEST_ANSWERED: Final = 10  # below this nothing of a quarter is shown
YES_NO: Final = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True)
class Question:
    """One question. `input` is radios or select."""

    key: str
    label: str
    answers: Options
    hint: str = ""
    input: str = "radios"

    @property
    def options(self) -> Options:
        """What can be chosen."""
        first = (("", "Choose one"),) if self.input == "select" else ()
        return (*first, *self.answers, NOT_SAID)

    @property
    def counted(self) -> Options:
        """What is counted, in the order in which it is shown: also that nothing was chosen."""
        return (*self.answers, NOT_SAID, EMPTY)


ETHNIC_GROUPS: Final = (
    ("white_british", "White: English, Welsh, Scottish, Northern Irish or British"),
    ("white_irish", "White: Irish"),
    ("white_traveller", "White: Gypsy or Irish Traveller"),
    ("white_roma", "White: Roma"),
    ("white_other", "White: any other"),
    ("mixed_caribbean", "Mixed: White and Black Caribbean"),
    ("mixed_african", "Mixed: White and Black African"),
    ("mixed_asian", "Mixed: White and Asian"),
    ("mixed_other", "Mixed: any other"),
    ("asian_indian", "Asian or Asian British: Indian"),
    ("asian_pakistani", "Asian or Asian British: Pakistani"),
    ("asian_bangladeshi", "Asian or Asian British: Bangladeshi"),
    ("asian_chinese", "Asian or Asian British: Chinese"),
    ("asian_other", "Asian or Asian British: any other"),
    ("black_african", "Black or Black British: African"),
    ("black_caribbean", "Black or Black British: Caribbean"),
    ("black_other", "Black or Black British: any other"),
    ("arab", "Arab"),
    ("other", "Any other ethnic group"),
)
RELIGIONS: Final = (
    ("none", "No religion"),
    ("christian", "Christian"),
    ("buddhist", "Buddhist"),
    ("hindu", "Hindu"),
    ("jewish", "Jewish"),
    ("muslim", "Muslim"),
    ("sikh", "Sikh"),
    ("other", "Any other religion"),
)
AGES: Final = (
    ("16_24", "16 to 24"),
    ("25_34", "25 to 34"),
    ("35_44", "35 to 44"),
    ("45_54", "45 to 54"),
    ("55_64", "55 to 64"),
    ("65_74", "65 to 74"),
    ("75", "75 or over"),
)

QUESTIONS: Final = (
    Question("age", "How old are you?", AGES),
    Question("sex", "What is your sex?", (("female", "Female"), ("male", "Male"))),
    Question("gender", "Is your gender the same as your sex registered at birth?", YES_NO),
    Question("ethnicity", "What is your ethnic group?", ETHNIC_GROUPS, input="select"),
    Question(
        "condition",
        "Do you have a health condition that lasts 12 months or more?",
        YES_NO,
    ),
    Question(
        "impact",
        "If yes, does it make everyday things harder?",
        (("lot", "Yes, a lot"), ("little", "Yes, a little"), ("not_at_all", "Not at all")),
    ),
    Question(
        "carer",
        "Do you look after someone, without pay?",
        YES_NO,
        "For example, because of illness, disability or old age.",
    ),
    Question("religion", "What is your religion?", RELIGIONS, input="select"),
    Question(
        "orientation",
        "Which of these describes you best?",
        (
            ("straight", "Straight or heterosexual"),
            ("gay", "Gay or lesbian"),
            ("bisexual", "Bisexual"),
            ("other", "Another"),
        ),
    ),
)  # fmt: skip


def shown(people: int) -> str:
    """A number as it may be seen: 1 to 7 as a star, others to the nearest 5; none is 0."""
    if 0 < people <= MOST_HIDDEN:
        return HIDDEN
    return f"{(people + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO:,}"
