"""Walking the plan of the day through the real pages: ours at the desk, theirs behind the link."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import LIFE
from tests.journeys.plan import JOINT, Foreseen
from tests.status.test_status_page import private_link
from tests.support.cast import Cast, Staff, sign_in
from tests.support.pages import Visitor, new_visitor
from tests.triage.test_deciding import day

CANARY = "KANARI-NOTE"
SHOWN = re.compile(r'name="shown"[^>]*value="(\w+)"')
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SWAPPED = {"HX-Request": "true", "HX-Target": "letter"}  # the email alone, as HTMX asks for it
ERRORS = re.compile(r"error-summary__list.*?</ul>", re.DOTALL)


@dataclass
class Person:
    """One applicant: their form, what must come of it, and the browser they read it in."""

    number: int
    id: int
    ours: Staff  # who acts for us
    steps: list[str]
    foreseen: Foreseen
    visitor: Visitor
    token: str = ""


@dataclass
class Desk:
    """The browsers of the staff, and one place to do any step of the plan."""

    app: Flask
    cast: Cast
    people: list[Person] = field(default_factory=list)
    browsers: dict[int, tuple[Visitor, str]] = field(default_factory=dict)

    def browser(self, staff: Staff) -> tuple[Visitor, str]:
        """Somebody's browser, signed in, with the token of its forms."""
        if staff.id not in self.browsers:
            browser = sign_in(new_visitor(self.app), staff)
            self.browsers[staff.id] = browser, token_of(browser.get("/triage"))
        return self.browsers[staff.id]

    def do(self, person: Person, step: str) -> None:
        """One step of one form."""
        verb = step.rstrip("!").removeprefix("aside.")
        if step == "take":
            self.post(person.ours, person, "/claim", {})
            person.foreseen.answers = person.ours
        elif verb.startswith("prepare."):
            self.act(person, verb.removeprefix("prepare."))
        elif step.endswith("!"):
            person.foreseen.does(verb, None, at=self.theirs(person, verb))
        else:
            to, values = self.values(person, verb)
            at = self.act(person, verb, values)
            person.foreseen.does(verb, person.ours, to=to, at=at)

    # --- ours -------------------------------------------------------------------------------------

    def act(
        self, person: Person, verb: str, values: dict[str, str] | None = None
    ) -> datetime | None:
        """Press the button of an act; where it sends an email, read it first and press again."""
        if values is None:
            _, values = self.values(person, verb)
        row = expression(person)
        data = {"version": str(row.version), "letter": "send", **values}
        if LIFE.transitions[verb].letter and person.ours != self.cast.coordinator:
            answer = self.post(person.ours, person, f"?act={verb}", data, SWAPPED)
        else:  # she works without JavaScript
            answer = self.post(person.ours, person, f"?act={verb}", data)
        if answer.status_code == 200:
            shown = SHOWN.search(answer.get_data(as_text=True))
            assert shown, f"{verb}: no email is shown"
            answer = self.post(person.ours, person, f"?act={verb}", {**data, "shown": shown[1]})
        assert answer.status_code == 303, f"{verb} of {person.number}: {wrong(answer)}"
        return expression(person).talk_at if verb in {"arrange", "move", "pick"} else None

    def post(
        self,
        staff: Staff,
        person: Person,
        where: str,
        data: dict[str, str],
        headers: dict[str, str] | None = None,
    ) -> Any:
        browser, token = self.browser(staff)
        address = f"/expressions/{person.foreseen.reference}{where}"
        return browser.post(address, data={"csrf_token": token, **data}, headers=headers)

    def note(self, person: Person) -> None:
        """What must never leave the house."""
        words = {"note_body": f"{CANARY}-{person.number}"}
        assert self.post(person.ours, person, "/notes", words).status_code == 303

    def values(self, person: Person, verb: str) -> tuple[Staff | None, dict[str, str]]:
        """What is filled in for a verb, and who it is passed on to."""
        typed = {"body": f"Words about {verb} for {person.number}.", "sure": "yes"}
        typed |= self.fields(person, verb)
        if verb == "pick":
            typed |= {"slot": first_time(person)}
        if verb != "pass_on":
            return None, typed
        is_devs = person.foreseen.answers == self.cast.deputy
        to = self.cast.coordinator if is_devs else self.cast.deputy
        note = f"{CANARY}-{person.number} for {to.name}"
        return to, {**typed, "to": f"person-{to.id}", "note": note}

    def fields(self, person: Person, verb: str) -> dict[str, str]:
        """The fields of one panel beside its words."""
        soon, other = day("next_reply_by", 6), self.cast.other_panel.slug
        others = {"alternatives": other} if person.foreseen.about != JOINT else {}
        at_ten = {"talk_time": "10am", "talk_way": "By phone"}
        two = {"first_time": "10am", "second_time": "2.30pm", "talk_way": "By phone"}
        known = {
            **dict.fromkeys(("wait", "promise", "talked", "missed", "message"), soon),
            "talked_sooner": soon,
            "arrange": {**day("talk_on", 3), **at_ten},
            "move": {**day("talk_on", 5), **at_ten},
            "propose": {**day("first_on", 3), **day("second_on", 4), **two},
            "offer": day("accept_by", 10),
            "extend": day("accept_by", 20),
            "not_this_time": {"reason": "full", **others},
            "carry_over": {"alternative": other},
            "duplicate": {"duplicate_of": self.people[0].foreseen.reference},
        }
        return known.get(verb, {})

    def release(self) -> None:
        """The coordinator releases what is prepared, in one press."""
        browser, token = self.browser(self.cast.coordinator)
        address = f"/opportunities/{self.cast.other_panel.slug}"
        page = browser.visit(f"{address}/places")
        items = [str(box["value"]) for box in page.soup.select("input[name=item]")]
        assert len(items) == 3
        answer = browser.post(f"{address}/release", data={"csrf_token": token, "item": items})
        assert answer.status_code == 303, wrong(answer)

    # --- theirs -----------------------------------------------------------------------------------

    def open(self, person: Person) -> None:
        """They open the link of their email; the page stays open in their browser."""
        link = private_link(expression(person))
        person.token = token_of(person.visitor.get(link))
        answer = person.visitor.post(link, data={"csrf_token": person.token})
        assert answer.status_code == 303, wrong(answer)

    def theirs(self, person: Person, verb: str) -> datetime | None:
        """One step on their own page."""
        if not person.token:
            self.open(person)
        where, data = {
            "pick": ("time", {"slot": first_time(person)}),
            "accept": ("place", {"choice": "accept"}),
            "decline": ("place", {"choice": "decline"}),
            "withdraw": ("withdraw", {"sure": "yes"}),
            "carry_over": (f"others/{self.cast.other_panel.slug}", {}),
        }.get(verb, ("message", {"body": f"My words, {verb}, {person.number}."}))
        answer = person.visitor.post(f"/status/{where}", data={"csrf_token": person.token, **data})
        assert answer.status_code == 303, f"{verb} of {person.number}: {wrong(answer)}"
        return expression(person).talk_at if verb == "pick" else None


def expression(person: Person) -> Expression:
    """The form as it stands in the database now."""
    db.session.rollback()
    return db.session.scalars(select(Expression).where(Expression.id == person.id)).one()


def first_time(person: Person) -> str:
    """The first of the times that we proposed, as a form sends it; empty where we proposed none."""
    return (expression(person).talk_times or [""])[0]


def token_of(answer: Any) -> str:
    """The token of the forms on a page."""
    found = TOKEN.search(answer.get_data(as_text=True))
    assert found, wrong(answer)
    return found[1]


def wrong(answer: Any) -> str:
    """What an answer that was not expected says."""
    text = answer.get_data(as_text=True)
    found = ERRORS.search(text) or re.search(r"<h1.*?</h1>", text, re.DOTALL)
    return f"{answer.status} {re.sub('<[^>]+>', ' ', found[0]) if found else ''}"


def nine_on_a_working_day(after: timedelta) -> timedelta:
    """How far to move the clock, so that it is nine o'clock on a working day `after` from now."""
    on = clock.working_days_after(clock.today() + after, 0)
    return clock.start_of(on, time(9)) - clock.now()
