"""What must be told to staff, foreseen by a model that shares no code with ppflow.

It knows forms only by what the story did to them, counts working days by itself, and is asked at
each moment at which a worker looks. The rules are those of design.md 5 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import holidays

FREE = holidays.country_holidays("GB", subdiv="ENG", years=(2026, 2027))
SOON, LATE, STILL_LATE = "staff-due-soon", "staff-overdue", "staff-escalated"
MINE, OURS = "staff-digest-facilitator", "staff-digest-coordinator"
A_DAY = timedelta(days=1)


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in FREE


def working_days(first: date, last: date) -> list[date]:
    """Those from `first` to `last`, both included."""
    days = [first + A_DAY * n for n in range((last - first).days + 1)]
    return [day for day in days if is_working(day)]


def after(day: date, count: int) -> date:
    """The `count`-th working day after a day."""
    return working_days(day + A_DAY, day + timedelta(days=3 * count + 10))[count - 1]


class Told(NamedTuple):
    """One letter to staff: on which day, which, to whom, about which forms."""

    on: date
    letter: str
    to: str
    forms: tuple[str, ...]


@dataclass
class Form:
    """A form as the story knows it. `place`: the project it is about, or nothing."""

    reference: str
    place: str
    answers: str | None
    reply_by: date
    last_word: date
    is_new: bool = True
    is_ours: bool = True  # it is our turn
    is_open: bool = True
    has_written: bool = False


@dataclass
class Staff:
    """Who stands where. Names stand for addresses."""

    deputies: dict[str, str]  # of a project
    coordinators: dict[str, str]  # of a project; "" for what is about none
    members: frozenset[str]
    often: dict[str, str] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)


@dataclass
class Foreseen:
    """All that was told, and all that must never be told again."""

    staff: Staff
    forms: dict[str, Form] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    steps: set[tuple[str, str, date]] = field(default_factory=set)
    periods: set[tuple[str, str, date]] = field(default_factory=set)

    def look(self, at: datetime) -> None:
        """A worker looks at this moment, as the clock on an English wall shows it."""
        if not is_working(at.date()) or not 8 <= at.hour < 18:
            return
        for form in self.forms.values():
            if form.is_open:
                self._climb(form, at.date())
        for name in sorted(self.staff.members):
            self._digest(MINE, name, at.date())
        for name in sorted(set(self.staff.coordinators.values())):
            self._digest(OURS, name, at.date())

    # --- the ladder -------------------------------------------------------------------------------

    def _climb(self, form: Form, today: date) -> None:
        deputy = self.staff.deputies.get(form.place)
        over = [self.staff.coordinators[form.place]]
        late = len(working_days(form.reply_by + A_DAY, today)) if today > form.reply_by else -1
        if late >= 2:
            self._step(STILL_LATE, form, today, over)
        if late >= 0:
            both = [who for who in (form.answers, deputy) if who] if form.answers else []
            self._step(LATE, form, today, both or over)
        if late < 0 and form.is_ours and self._is_near(form, today):
            here = [who for who in (form.answers, deputy) if who and who not in self.staff.away]
            self._step(SOON, form, today, here[:1] if form.answers and here else over)

    @staticmethod
    def _is_near(form: Form, today: date) -> bool:
        """Three quarters of the time between our last word and the promised day are over."""
        whole, gone = form.reply_by - form.last_word, today - form.last_word
        return gone >= A_DAY and gone.days >= int(whole.days * 0.75)

    def _step(self, letter: str, form: Form, today: date, to: list[str]) -> None:
        episode = (letter, form.reference, form.reply_by)
        if episode not in self.steps:
            self.steps.add(episode)
            self.told += [Told(today, letter, who, (form.reference,)) for who in sorted(set(to))]

    # --- digests ----------------------------------------------------------------------------------

    def _digest(self, letter: str, name: str, today: date) -> None:
        often = self.staff.often.get(name, "daily")
        monday = today - A_DAY * today.weekday()
        period = monday if often == "weekly" else today
        this_week = {on for who, what, on in self.periods if (who, what) == (name, letter)}
        is_first = not any(on >= monday for on in this_week)
        if often == "off" or name in self.staff.away or period in this_week:
            return
        self.periods.add((name, letter, period))
        if letter == MINE:
            forms = self._waits_for(name, today)
            is_said = bool(forms)
        else:
            forms = self._presses(name, today)
            is_said = bool(forms) or (is_first and self._has_any(name))
        if is_said:
            self.told.append(Told(today, letter, name, tuple(sorted(forms))))

    def _waits_for(self, name: str, today: date) -> set[str]:
        """Theirs, and those of who is away and whom they cover."""
        soon = after(today, 1)
        return {
            form.reference
            for form in self.forms.values()
            if form.answers == name
            or (form.answers in self.staff.away and self.staff.deputies.get(form.place) == name)
            if form.has_written or (form.is_open and (form.is_new or form.reply_by <= soon))
        }

    def _presses(self, name: str, today: date) -> set[str]:
        """Nobody answers it, or it is late for 2 working days."""
        return {
            form.reference
            for form in self.forms.values()
            if form.is_open and self.staff.coordinators[form.place] == name
            if form.answers is None
            or (form.reply_by < today and len(working_days(form.reply_by + A_DAY, today)) >= 2)
        }

    def _has_any(self, name: str) -> bool:
        over = self.staff.coordinators
        return any(form.is_open and over[form.place] == name for form in self.forms.values())
