"""A scripted day: 40 forms of all five kinds, through every transition of the table, by real pages.

`plan.py` says what happens to each and what must come of it, `desk.py` does it. Four weeks before,
three of them came; on the day the others come. After each round the worker sends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import zip_longest

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock, events
from ppflow.cli import check
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions.models import Expression, Note
from ppflow.expressions.queries import in_queue
from ppflow.expressions.workflow import LIFE, OPEN, Status
from ppflow.kinds import KINDS as ALL_KINDS
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.rights.queries import everything
from ppflow.visiting.queries import seen
from tests.journeys.desk import CANARY, Desk, Person, expression, nine_on_a_working_day
from tests.journeys.plan import GENERAL, JOINT, KINDS, NEED, PLAN, WEEKS_PASS, Foreseen
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.support.pages import new_visitor
from tests.support.smtp import MailServer

PUBLIC = (
    "/", "/projects", "/projects/better-sleep", "/projects/fewer-falls", "/progress",
    "/opportunities", "/opportunities/sleep-panel", "/opportunities/falls-panel",
)  # fmt: skip


@pytest.fixture
def desk(app: Flask, cast: Cast) -> Desk:
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).places = 30
        db.session.get_one(Opportunity, cast.other_panel.id).is_joint_release = True
    return Desk(app, cast)


def comes(desk: Desk, register: Register, number: int) -> Person:
    """The form of this number arrives."""
    cast = desk.cast
    about, who, steps = PLAN[number]
    things = {"panel": cast.panel, "study": cast.study, "role": cast.staff_role}
    things |= {JOINT: cast.other_panel}
    is_aside = steps.startswith("aside.")
    row = register(
        f"Person{number} Reed",
        things.get(about),
        kind=KINDS[about] if about in {NEED, GENERAL} else "",
        agreed=("share_with", "keep_for_future"),
        is_set_aside=is_aside,
    )
    foreseen = Foreseen(cast, about, row.reference, row.applicant.email)
    if not is_aside:
        foreseen.came()
    staff = {"farah": cast.facilitator, "dev": cast.deputy, "cora": cast.coordinator}
    ours = staff.get(who, cast.other_facilitator)
    person = Person(number, row.id, ours, steps.split(), foreseen, new_visitor(desk.app))
    desk.people.append(person)
    return person


def walk(desk: Desk, people: list[Person], scripts: list[list[str]]) -> None:
    """One step of everybody, then the worker sends; and so on."""
    for steps in zip_longest(*scripts, fillvalue="-"):
        for person, step in zip(people, steps, strict=True):
            if step not in {"-", "release"}:
                desk.do(person, step)
        if "release" in steps:
            desk.release()
            for person, before in released(people, scripts):
                person.foreseen.does(before.removeprefix("prepare."), person.ours)
        work_once(desk.app)


def released(people: list[Person], scripts: list[list[str]]) -> list[tuple[Person, str]]:
    return [
        (person, script[script.index("release") - 1])
        for person, script in zip(people, scripts, strict=True)
        if "release" in script
    ]


def the_day(desk: Desk, register: Register, later: Callable[..., None]) -> None:
    before = [number for number, (_, _, steps) in enumerate(PLAN) if WEEKS_PASS in steps]
    early = [comes(desk, register, number) for number in before]
    walk(desk, early, [each.steps[: each.steps.index(WEEKS_PASS)] for each in early])
    later(seconds=nine_on_a_working_day(timedelta(days=29)).total_seconds())
    desk.browsers.clear()
    for number in range(len(PLAN)):
        if number not in before:
            comes(desk, register, number)
    for person in desk.people:
        if not person.steps[0].startswith("aside."):
            desk.note(person)
    scripts = [
        each.steps[each.steps.index(WEEKS_PASS) + 1 :] if WEEKS_PASS in each.steps else each.steps
        for each in desk.people
    ]
    walk(desk, desk.people, scripts)


@pytest.mark.long
def test_forty_forms_before_lunch(
    desk: Desk, register: Register, later: Callable[..., None], mailbox: MailServer
) -> None:
    the_day(desk, register, later)
    people = desk.people
    assert len(people) == 40
    assert {expression(each).kind for each in people} == set(ALL_KINDS)
    everything_of_the_table_was_walked(people)
    assert {each.number: expression(each).status for each in people} == {
        each.number: each.foreseen.status for each in people
    }
    each_letter_went_once(people, mailbox)
    what_happened_is_kept(people)
    nobody_is_forgotten(desk)
    no_note_left_the_house(desk, mailbox)


def everything_of_the_table_was_walked(people: list[Person]) -> None:
    """Every verb from every status that the table names, as the record has it."""
    kept = db.session.execute(select(Event.verb, Event.from_status).distinct()).all()
    assert {tuple(row) for row in kept} >= {
        (verb, source) for verb, row in LIFE.transitions.items() for source in row.sources
    }
    assert {each.foreseen.status for each in people} == set(Status)


def each_letter_went_once(people: list[Person], mailbox: MailServer) -> None:
    """The whole of what lies in the mailboxes, against what was foreseen."""
    sent = Counter(
        (to, letter.subject)
        for letter in mailbox.letters
        for to in letter.recipients
        if letter.subject.startswith("PP-")
    )
    assert sent == Counter(line for each in people for line in each.foreseen.mail)
    digests = Counter(
        (to, each.subject) for each in mailbox.letters if not each.subject.startswith("PP-")
        for to in each.recipients
    )  # fmt: skip
    assert set(digests.values()) <= {1}
    states = set(db.session.scalars(select(Letter.state)))
    assert states == {LetterState.SENT}


def what_happened_is_kept(people: list[Person]) -> None:
    """Each verb is an event, in its order and once; the seals of all events fit."""
    for each in people:
        chosen = select(Event.verb, Event.from_status, Event.to_status).where(
            Event.subject == expression(each).event_subject, Event.verb.in_(LIFE.transitions)
        )
        found = [tuple(row) for row in db.session.execute(chosen.order_by(Event.id))]
        assert found == each.foreseen.walked, each.number
    db.session.rollback()
    report = events.verify_chain()
    assert (report.first_bad, report.unsealed) == (None, 0)
    assert "events sealed, 0 not yet" in check.seals()


def nobody_is_forgotten(desk: Desk) -> None:
    """Whoever waits has somebody who answers and a date that has not passed."""
    waiting = db.session.scalars(select(Expression).where(in_queue())).all()
    still_open = {each.id for each in desk.people if each.foreseen.status in OPEN}
    assert {each.id for each in waiting} == still_open
    for each in waiting:
        assert each.reply_by is not None
        assert each.reply_by >= clock.today()
        assert (each.assignee_id is None) == each.is_unrouted
    browser, _ = desk.browser(desk.cast.coordinator)
    assert browser.visit("/triage?view=overdue").soup.select(".pp-queue tbody tr") == []


def no_note_left_the_house(desk: Desk, mailbox: MailServer) -> None:
    """Staff read every note; nobody else does, wherever they look."""
    assert len(db.session.scalars(select(Note)).all()) >= len(desk.people) - 1
    browser, _ = desk.browser(desk.cast.coordinator)
    first = desk.people[0]
    page = browser.get(f"/expressions/{first.foreseen.reference}").get_data(as_text=True)
    assert f"{CANARY}-{first.number}" in page
    places = {f"letter {each.subject}": str(each.message) for each in mailbox.letters}
    places |= {f"row {each.id}": each.body for each in db.session.scalars(select(Letter))}
    for each in desk.people:
        row = expression(each)
        places[f"download {each.number}"] = str(everything(row, seen(row)))
        if not each.token and not row.set_aside_at:
            desk.open(each)
        places[f"page {each.number}"] = each.visitor.get("/status").get_data(as_text=True)
        assert row.reference in places[f"page {each.number}"] or row.status is Status.SPAM
    stranger = new_visitor(desk.app)
    places |= {path: stranger.visit(path).response.get_data(as_text=True) for path in PUBLIC}
    assert [where for where, text in places.items() if CANARY in text] == []
