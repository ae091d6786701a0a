"""Three months of working days, twice: the ladder and the digests, each letter once and no other.

Forms come, wait, are answered, paused, handed on, closed and opened again; somebody is away, some
choose other digests, and the worker looks when it happens to, once not for three days. What must
come of it is foreseen by `promises.py`, which shares no code with the house.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import events
from ppflow.db import db, writing
from ppflow.digests.acts import choose
from ppflow.digests.workflow import Often
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.outbox import periodic
from ppflow.outbox.models import Letter
from ppflow.people.models import Person
from ppflow.routing.acts import hand_over
from tests.journeys.lives import ARRIVALS, CHOICES, DOWN, FREE_DAYS, LIVES, looks
from tests.journeys.promises import (
    A_DAY,
    LATE,
    MINE,
    OURS,
    SOON,
    STILL_LATE,
    Foreseen,
    Form,
    Told,
    after,
    is_working,
    working_days,
)
from tests.journeys.promises import Staff as Who
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Thing
from tests.support.installation import Installation

Act = tuple[int, int, Callable[[], None] | None]
LONDON = ZoneInfo("Europe/London")
WORK = ("staff-ladder", "digests", "old-digests", "old-periods")


class Story:
    """One stretch of time: what is done in the house, and told to the model beside it."""

    def __init__(self, at: Callable[[datetime], Any], cast: Cast, register: Register) -> None:
        self.at, self.cast, self.register = at, cast, register
        self.rows: dict[str, Expression] = {}
        self.lives: dict[int, list[tuple[str, str, int]]] = {}
        self.people = {
            "farah": cast.facilitator, "dev": cast.deputy, "gwen": cast.other_facilitator,
            "cora": cast.coordinator, "owen": cast.other_coordinator,
        }  # fmt: skip
        self.names = {person.email: name for name, person in self.people.items()}
        self.names["oskar@nhs.example"] = "oskar"
        over = {"sleep": "cora", "falls": "cora", "": "cora", "meals": "owen"}
        members = frozenset({"farah", "dev", "gwen", "oskar"})
        self.model = Foreseen(Who({"sleep": "dev"}, over, members))

    def comes(self, place: str, life: str, number: int) -> None:
        """A form arrives, is given to somebody and promised a day; then its life begins."""
        things: dict[str, tuple[Thing | None, str | None]] = {
            "sleep": (self.cast.panel, "farah"), "falls": (self.cast.other_panel, "gwen"),
            "meals": (self.cast.project_elsewhere, "oskar"), "general": (None, None),
        }  # fmt: skip
        thing, answers = things[place]
        row = self.register(f"Rosa{number} Reed", thing)
        today = row.received_at.astimezone(LONDON).date()
        form = Form(row.reference, place if thing else "", answers, after(today, 5), today)
        assert row.reply_by == form.reply_by, "the first promise, over free days"
        self.model.forms[form.reference], self.rows[form.reference] = form, row
        for later, verb, days in LIVES[life]:
            self.lives.setdefault(number + later, []).append((form.reference, verb, days))

    def does(self, reference: str, verb: str, days: int, today: date) -> None:
        """Somebody acts, or the person does."""
        form, row = self.model.forms[reference], self.rows[reference]
        new_date = after(today, days) if days else None
        with writing():
            by = standing(self.people[form.answers or "cora"])
            if verb == "hand_over":
                hand_over(row, self.cast.deputy.person, by=standing(self.cast.coordinator))
            elif verb in {"answer", "write"}:
                acts.perform(verb, row, by=events.APPLICANT, body="Here I am.")
            else:
                details: dict[str, Any] = {"body": "Soon.", "next_reply_by": new_date}
                details |= {"reason": "full"} if verb == "not_this_time" else {}
                acts.perform(verb, row, by=by, **details)
        _follow(form, verb, new_date, today)
        assert not form.is_open or row.reply_by == form.reply_by, (verb, today)

    def planned(self, number: int, today: date) -> list[Act]:
        """What people do on this working day, with its hour and minute."""
        chosen = [
            partial(self.chooses, who, what, today) for on, who, what in CHOICES if on == number
        ]
        lives = [partial(self.does, *step, today) for step in self.lives.pop(number, ())]
        come = [
            (hour, 30, partial(self.comes, place, life, number))
            for on, life, place, hour in ARRIVALS
            if on == number
        ]
        return [*((6, 0, each) for each in chosen), *((12, 0, each) for each in lives), *come]

    def now(self, moment: datetime, act: Callable[[], None] | None) -> None:
        """It is this moment: somebody acts, or the worker looks."""
        with self.at(moment):
            if act is not None:
                act()
            else:
                periodic.run_due()
                self.model.look(moment)

    def chooses(self, name: str, what: str, today: date) -> None:
        with writing():
            person = db.session.get_one(Person, self.people[name].id)
            if what in {"away", "here"}:
                person.away_from_on = today if what == "away" else None
            else:
                choose(person, Often(what))
        away, often = self.model.staff.away, self.model.staff.often
        if what in {"away", "here"}:
            (away.add if what == "away" else away.discard)(name)
        else:
            often[name] = what

    def told(self) -> list[Told]:
        """What the house wrote."""
        db.session.rollback()
        db.session.expire_all()
        names = (SOON, LATE, STILL_LATE, MINE, OURS)
        return [
            Told(
                letter.created_at.astimezone(LONDON).date(),
                letter.name,
                self.names[letter.to_address],
                tuple(sorted({*re.findall(r"PP-[A-Z0-9]+", letter.subject + letter.body)})),
            )
            for letter in db.session.scalars(select(Letter).where(Letter.name.in_(names)))
        ]


def _follow(form: Form, verb: str, new_date: date | None, today: date) -> None:
    """What an act means for the promise, in the words of design.md."""
    if verb == "hand_over":
        form.answers = "dev"
        return
    form.last_word = today
    form.has_written = verb in {"answer", "write"} or (verb == "promise" and form.has_written)
    if verb == "write":
        return
    form.is_new = False
    form.is_ours = verb in {"answer", "message", "reopen"} or (verb == "promise" and form.is_ours)
    form.is_open = verb != "not_this_time"
    if verb == "ask":
        form.reply_by = today + timedelta(days=28)
    elif verb == "answer":
        form.reply_by = after(today, 5)
    elif new_date is not None:
        form.reply_by = new_date


@pytest.fixture
def story(
    app: Flask,
    installation: Installation,
    cast: Cast,
    register: Register,
    monkeypatch: pytest.MonkeyPatch,
) -> Story:
    def at(moment: datetime) -> AbstractContextManager[None]:
        ahead = moment - datetime.now(UTC)
        return installation.with_settings(clock_offset_seconds=int(ahead.total_seconds()) + 30)

    monkeypatch.setattr(periodic, "STEADY", [])
    monkeypatch.setattr(periodic, "TABLE", [row for row in periodic.TABLE if row.name in WORK])
    return Story(at, cast, register)


@pytest.mark.parametrize(
    ("season", "first", "last"),
    [
        ("autumn", date(2026, 10, 5), date(2027, 1, 8)),
        ("spring", date(2027, 2, 8), date(2027, 5, 14)),
    ],
)
def test_each_escalation_and_digest_once_in_three_months(
    story: Story, season: str, first: date, last: date
) -> None:
    chance = Random(season)
    days = working_days(first, last)
    assert not set(days) & {*FREE_DAYS[season]}
    day = first
    while day <= last:
        number = days.index(day) if is_working(day) else None
        acts = story.planned(number, day) if number is not None else []
        if number not in DOWN:
            acts += [(hour, minute, None) for hour, minute in looks(chance, day)]
        for hour, minute, act in sorted(acts, key=lambda each: each[:2]):
            story.now(datetime.combine(day, time(hour, minute), LONDON), act)
        day += A_DAY
    told, foreseen = Counter(story.told()), Counter(story.model.told)
    assert told == foreseen
    assert max(told.values()) == 1
    assert all(is_working(letter.on) for letter in told)
    assert {letter.letter for letter in told} == {SOON, LATE, STILL_LATE, MINE, OURS}
