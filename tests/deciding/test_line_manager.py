"""“I will ask”: the person is reminded once, staff can see it, and nothing waits for it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import time_machine

from ppflow import clock
from ppflow.answers.models import Answers
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.outbox.models import Letter
from ppflow.outbox.periodic import run_due
from tests.deciding.looking import address, letters, part
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn

REMINDER = "expression-manager-reminder"
WILL_ASK = {"manager_aware": "will_ask"}


def nine(days: int) -> datetime:
    return clock.start_of(clock.today() + timedelta(days=days), time(9))


def confirmed(register: Register, cast: Cast, **form: Any) -> Expression:
    rosa = register("Rosa Reed", cast.staff_role, **{"plain": WILL_ASK, **form})
    with writing():
        rosa.confirmed_at = clock.now()
    return rosa


def on_days(*days: int) -> None:
    for day in days:
        with time_machine.travel(nine(day), tick=True):
            run_due()


def test_they_are_reminded_once_after_a_week(cast: Cast, register: Register) -> None:
    rosa = confirmed(register, cast)
    on_days(1, 6)
    assert letters(rosa, REMINDER) == []
    with time_machine.travel(clock.start_of(date.fromordinal(nine(8).toordinal()), time(3))):
        run_due()
    assert letters(rosa, REMINDER) == []  # nobody is written to at three in the night
    on_days(8, 9, 20)
    (reminder,) = letters(rosa, REMINDER)
    assert "your form does not wait for it" in reminder.body
    assert reminder.subject == f"{rosa.reference}: Did you ask your line manager?"


def test_who_has_asked_or_is_answered_is_left_alone(cast: Cast, register: Register) -> None:
    """The newest answer counts; nobody is reminded of a form that is over."""
    agreed = confirmed(register, cast, plain={"manager_aware": "yes"})
    since, over, unknown, by_phone = (
        confirmed(register, cast), confirmed(register, cast), confirmed(register, cast),
        confirmed(register, cast, contact_by=ContactBy.PHONE, phone="0121 496 0001"),
    )  # fmt: skip
    with writing():
        first = since.answers[0]
        new = Answers(form_version=first.form_version, number=2, plain={"manager_aware": "yes"})
        since.answers.append(new)
        acts.perform("not_this_time", over, by=standing(cast.facilitator), reason="full")
        unknown.confirmed_at = None
    on_days(8)
    for each in (agreed, since, over, unknown, by_phone):
        assert letters(each, REMINDER) == []


def test_a_decision_meanwhile_does_not_take_it_away(
    cast: Cast, register: Register, installation: Any
) -> None:
    rosa = confirmed(register, cast)
    on_days(8)
    with time_machine.travel(nine(8), tick=True), writing():
        done = acts.perform("ask", rosa, by=standing(cast.facilitator), body="Which days?")
    (reminder,) = letters(rosa, REMINDER)
    assert done.replaced == []
    assert db.session.get_one(Letter, reminder.id).state == "queued"


def test_the_checklist_says_it(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = confirmed(register, cast)
    on = clock.today() + timedelta(days=7)
    day = f"{on.day} {on:%B %Y}"
    call = part(as_staff(cast.facilitator).visit(address(rosa)), "call")
    said = "They wrote that they will ask their line manager."
    assert f"{said} We remind them by email on {day}." in call
    with time_machine.travel(nine(8), tick=True):
        run_due()
        call = part(as_staff(cast.facilitator).visit(address(rosa)), "call")
        assert f"{said} We reminded them on {clock.today().day} " in call


def test_on_the_call_where_no_email_goes(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    by_phone = confirmed(register, cast, contact_by=ContactBy.PHONE, phone="0121 496 0001")
    agreed = confirmed(register, cast, plain={"manager_aware": "yes"})
    browser = as_staff(cast.facilitator)
    assert "Ask them on the call." in part(browser.visit(address(by_phone)), "call")
    assert "line manager" in part(browser.visit(address(agreed)), "call")  # the question itself
    assert "They wrote that" not in part(browser.visit(address(agreed)), "call")
