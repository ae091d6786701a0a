"""What a kind is made of: pages of fields, with what is needed, for whom, and why we ask.

Sensitivity follows domain.md 3.0: SC answers are opened by a button that records the look;
SC? answers are encrypted, shown to whoever may see the expression, and never searched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Answers = Mapping[str, Any]


class Sensitivity(StrEnum):
    """How an answer is kept and who may read it."""

    PLAIN = "plain"
    MAY_REVEAL = "may_reveal"  # SC? in domain.md: free text or a need that may reveal health
    SPECIAL = "special"  # SC in domain.md: UK GDPR Article 9


@dataclass(frozen=True)
class Context:
    """What a form is about while it is filled in: the advert or project, and who types."""

    programme: Any
    opportunity: Any | None = None
    project: Any | None = None
    is_staff_helping: bool = False


Shown = Callable[[Answers, Context], bool]


def always(_answers: Answers, _context: Context) -> bool:
    return True


@dataclass(frozen=True)
class Field:
    """One question.

    `input`: text, textarea, email, tel, number, radios, checkboxes, select, date, tick.
    `options`: (value, label) pairs, or (value, label, hint); or a callable of the context.
    `stops`: answers that end the form kindly, with the name of the help page shown instead.
    `applicant`: the column of `Applicant` it fills; empty means an answer of the form.
    `is_need`: an access or communication need: always shown to whoever may contact the person.
    `why`, `seen_by`: a row of the privacy page (requirements.md A10).
    """

    key: str
    label: str
    input: str
    short: str
    why: str
    seen_by: str = "The people who answer you"
    hint: str = ""
    is_needed: bool = True
    missing: str = ""
    options: Any = ()
    max_words: int | None = None
    max_characters: int = 2000
    pattern: str = ""
    pattern_message: str = ""
    autocomplete: str = ""
    width: str = ""
    sensitivity: Sensitivity = Sensitivity.PLAIN
    is_need: bool = False
    applicant: str = ""
    is_consent: bool = False
    is_searchable: bool = False
    stops: Mapping[str, str] = field(default_factory=dict)
    shown: Shown = always

    @property
    def is_sealed(self) -> bool:
        """Kept encrypted."""
        return self.sensitivity is not Sensitivity.PLAIN


@dataclass(frozen=True)
class Page:
    """One page of a form: one topic."""

    slug: str
    title: str
    fields: tuple[Field, ...]
    intro: str = ""
    group: str = ""  # heading on the check page; pages with the same group stand together
    who_sees: str = ""
    shown: Shown = always


@dataclass(frozen=True)
class Kind:
    """One sort of expression. `promise_days`: working days to the first reply (design.md 5)."""

    key: str
    label: str  # staff: "Public contributor"
    short_label: str  # in a queue row: "Public"
    public_label: str  # "Get involved as a patient, carer or member of the public"
    start_title: str
    minutes: str  # "About 10 minutes"
    promise_days: int
    pages: tuple[Page, ...]
    goes_to_pool: bool = False  # no project: the programme's coordinators answer
    needs_target: bool = True
    may_be_offered: bool = True  # participation ends at passed_to_study
    triage_questions: tuple[str, ...] = ()
    subject_words: str = ""  # of letters where no title may be named

    def fields(self) -> list[Field]:
        """Every field in page order."""
        return [f for page in self.pages for f in page.fields]
