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
    """What a form is about while it is filled in: the advert or project.

    An advert is a value: two with the same words and questions are equal. `offered` keeps the
    choices that fields have asked the database for, by field key.
    """

    programme: Any
    opportunity: Any | None = None
    project: Any | None = None
    offered: dict[str, tuple[Any, ...]] = field(default_factory=dict, compare=False)


Shown = Callable[[Answers, Context], bool]
Check = Callable[[Answers, Context], Mapping[str, str]]


def always(_answers: Answers, _context: Context) -> bool:
    return True


def nothing_more(_answers: Answers, _context: Context) -> Mapping[str, str]:
    """A page whose fields need no comparing with each other."""
    return {}


@dataclass(frozen=True)
class Field:
    """One question.

    `label` may hold {age}, {area} and {team}: what the advert says. `short` names the row on the
    check, staff and privacy pages; rows of a page with the same `short` are shown as one.
    `input`: text, textarea, email, tel, number, year, postcode, radios, checkboxes, select, date,
    tick, or each_must_have (a radio for each of the advert's must-haves).
    `options`: (value, label) pairs, or (value, label, hint); or a callable of the context.
    `stops`: answers that end the form kindly, with the key of the `Stop` shown instead.
    `applicant`: the column of `Applicant` it fills; empty means an answer of the form.
    `is_need`: an access or communication need: always shown to whoever may contact the person.
    `only_if_asked`: stands in the form only where the advert asks it; `stands_for` names other
    keys under which an advert may ask the same.
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
    default: str = ""
    max_words: int | None = None
    max_characters: int = 2000
    lowest: int | None = None
    highest: int | None = None
    most: int | None = None  # at most so many boxes ticked
    autocomplete: str = ""
    width: str = ""
    rows: int = 5
    sensitivity: Sensitivity = Sensitivity.PLAIN
    is_need: bool = False
    applicant: str = ""
    is_consent: bool = False
    is_searchable: bool = False
    only_if_asked: bool = False
    stands_for: tuple[str, ...] = ()
    stops: Mapping[str, str] = field(default_factory=dict)
    shown: Shown = always
    group: str = ""  # heading on the check page, where it differs from the page's
    line: str = "{}"  # how the answer reads on the check page

    @property
    def is_sealed(self) -> bool:
        """Kept encrypted."""
        return self.sensitivity is not Sensitivity.PLAIN

    @property
    def is_many(self) -> bool:
        """The answer is a list."""
        return self.input == "checkboxes"


@dataclass(frozen=True, eq=False)  # each is itself alone, and can be a key
class Page:
    """One page of a form: one topic. `check` compares its fields with each other."""

    slug: str
    title: str
    fields: tuple[Field, ...]
    intro: str = ""
    group: str = ""  # heading on the check page; pages with the same group stand together
    shown: Shown = always
    check: Check = nothing_more
    more_title: str = ""  # a sentence that opens, with a link to the page where it is answered
    more_text: str = ""
    more_page: str = ""


@dataclass(frozen=True)
class Stop:
    """A form that ends kindly: nothing is stored, and the page says what to do instead."""

    title: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class Advice:
    """Something to know before going on; the person may still go on."""

    title: str
    text: tuple[str, ...]
    points: tuple[str, ...] = ()
    is_urgent: bool = False


Advise = Callable[[Answers, Context], Advice | None]


@dataclass(frozen=True, eq=False)
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
    start_text: tuple[str, ...] = ()
    goes_to_pool: bool = False  # no project: the programme's coordinators answer
    needs_target: bool = True
    may_be_offered: bool = True  # a study ends at passed_to_study, a need with an answer
    triage_questions: tuple[str, ...] = ()
    subject_words: str = ""  # of letters where no title may be named
    special_purpose: str = "to reply to you"  # ends the consent for sensitive answers
    extras_page: str = ""  # where an advert's own questions stand
    advice_after: str = ""  # the page whose answers `advice` looks at
    advice: Advise | None = None

    def fields(self) -> list[Field]:
        """Every field in page order."""
        return [f for page in self.pages for f in page.fields]
