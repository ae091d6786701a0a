"""The clocks of retention: one table of what goes when, from which the privacy page is drawn.

Lengths are settings (`PPFLOW_RETENTION_…`); their defaults are those of design.md 8.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ppflow import clock, config
from ppflow.expressions.workflow import Status
from ppflow.web import plural

S = Status
NOT_TAKEN_UP: Final = frozenset({S.NOT_THIS_TIME, S.LAPSED, S.DUPLICATE})
ENDED_WITH_A_PLACE: Final = frozenset({S.COMPLETED, S.JOINED, S.PASSED_TO_STUDY})


class Unit(StrEnum):
    """What a clock counts in."""

    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True)
class Rule:
    """What is deleted, and when. `setting` names how long, in `unit`.

    `what` and `when` are a row of the privacy page; {time} is the length in words.
    """

    key: str
    setting: str
    unit: Unit
    what: str
    when: str

    @property
    def length(self) -> int:
        length: int = getattr(config.current(), self.setting)
        return length

    @property
    def time(self) -> str:
        """6 months, 1 day"""
        return plural(self.length, self.unit.value.removesuffix("s"))

    @property
    def when_words(self) -> str:
        return self.when.format(time=self.time)

    def before(self, moment: datetime) -> datetime:
        """What ended before this is over its time at `moment`."""
        if self.unit is Unit.DAYS:
            return moment - timedelta(days=self.length)
        return months_before(moment, self.length)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day some months earlier; where that month is too short, its last day."""
    local = clock.local(moment)
    year, month = divmod(local.year * 12 + local.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    there = local.replace(year=year, month=month + 1, day=min(local.day, last))
    return there.astimezone(moment.tzinfo)


# Of expressions, in the order in which they are looked at: the first that holds gives the reason.
RULES: Final = (
    Rule(
        "not_taken_up",
        "retention_not_taken_up_months",
        Unit.MONTHS,
        "A form we could not take up, or that closed without a reply",
        "{time} later, unless you ask us to keep it for the future",
    ),
    Rule(
        "kept_for_future",
        "retention_future_months",
        Unit.MONTHS,
        "The same, if you ask us to keep it for the future",
        "{time} later, or when you change your mind",
    ),
    Rule(
        "withdrawn",
        "retention_withdrawn_days",
        Unit.DAYS,
        "A form you took back",
        "Sensitive answers at once, the rest after {time}",
    ),
    Rule(
        "joined",
        "retention_joined_months",
        Unit.MONTHS,
        "A form that led to a place or to a study",
        "{time} after it ended",
    ),
    Rule(
        "spam",
        "retention_spam_days",
        Unit.DAYS,
        "Forms sent by machines (spam)",
        "{time} after we saw what they are",
    ),
)
DRAFTS: Final = Rule(
    "drafts",
    "retention_drafts_days",
    Unit.DAYS,
    "A form you began and did not send",
    "{time} after you last saved it",
)
LETTERS: Final = Rule(
    "letters",
    "retention_letters_days",
    Unit.DAYS,
    "The text and address of emails we sent",
    "{time} after they were sent or given up",
)
EVERYTHING: Final = (DRAFTS, *RULES, LETTERS)
BY_KEY: Final = {rule.key: rule for rule in EVERYTHING}


def kept_for(key: str) -> str:
    """How long something is kept, in words, for pages and letters: `kept_for("withdrawn")`."""
    return BY_KEY[key].time
