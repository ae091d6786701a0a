"""Times are proposed, one is chosen, both are reminded, and what came of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from ppflow import clock
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.errors import NotNow
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, LastContact
from ppflow.expressions.workflow import Status
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter
from ppflow.outbox.periodic import run_due
from ppflow.outbox.workflow import LetterState
from ppflow.talks.jobs import remind_of_talks
from ppflow.web import moment
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor
from tests.support.smtp import MailServer
from tests.triage.conftest import SignedIn

REMINDERS = ("expression-talk-reminder", "staff-talk-reminder")


def ten(days: int) -> datetime:
    """Ten in the morning, so many days from today."""
    return clock.start_of(clock.today() + timedelta(days=days), time(10))


def propose(expression: Expression, cast: Cast, *days: int, how: str = "By phone") -> None:
    with writing():
        acts.perform(
            "propose",
            expression,
            by=standing(cast.facilitator),
            talk_times=[ten(day) for day in days or (3, 4, 5)],
            talk_how=how,
        )


def letters(name: str) -> list[Letter]:
    chosen = select(Letter).where(Letter.name == name).order_by(Letter.id)
    return list(db.session.scalars(chosen))


def boxes(name: str, day: date) -> dict[str, str]:
    """A date as three boxes."""
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {f"{name}-{part}": str(number) for part, number in parts.items()}


def test_the_person_chooses_a_time(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    propose(rosa, cast, 3, 4, how="By video: https://meet.example/canary")
    db.session.refresh(rosa)
    assert (rosa.status, rosa.talk_at) == (Status.NEEDS_INFO, None)
    assert rosa.reply_by == clock.working_days_after(clock.today() + timedelta(days=4), 1)
    page = opened(client, rosa).follow("Choose a time")
    page = page.submit(button="Send my choice", status=422)
    assert page.errors == ["Choose a time, or ask us to ring you."]
    page = page.submit({"slot": ten(4).isoformat()}, button="Send my choice")
    assert "The time is fixed" in page.response.get_data(as_text=True)
    db.session.refresh(rosa)
    assert (rosa.status, rosa.talk_at, rosa.talk_times) == (Status.CONVERSATION, ten(4), None)
    assert rosa.reply_by == clock.working_days_after(clock.today() + timedelta(days=4), 1)
    (theirs,) = letters("expression-time-chosen")
    (ours,) = letters("staff-time-chosen")
    assert "METHOD:PUBLISH" in (theirs.calendar or "")
    assert (ours.to_address, "METHOD:PUBLISH" in (ours.calendar or "")) == (
        cast.facilitator.email,
        True,
    )
    assert "canary" not in ours.body + (ours.calendar or "")
    answer = client.get("/status/calendar.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "canary" in answer.get_data(as_text=True)


def test_none_suits_and_we_ring(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    propose(rosa, cast)
    page = opened(client, rosa).follow("Choose a time")
    page = page.submit({"slot": "call", "body": "After six, please"}, button="Send my choice")
    assert "None of these times suits me" in page.text
    assert "After six, please" in page.text
    db.session.refresh(rosa)
    assert (rosa.status, rosa.has_answered, rosa.talk_times) == (Status.IN_REVIEW, True, None)
    assert len(letters("staff-they-wrote")) == 1
    assert client.visit("/status/time", status=409)


def test_a_time_that_was_not_proposed_or_has_passed(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    propose(rosa, cast, 1, 2)
    first, second, farah = ten(1), ten(2), standing(cast.facilitator)
    with pytest.raises(NotNow), writing():
        acts.perform("pick", rosa, by=farah, talk_at=ten(7))
    with time_machine.travel(first + timedelta(minutes=5), tick=True):
        with pytest.raises(NotNow) as refused, writing():
            acts.perform("pick", rosa, by=farah, talk_at=first)
        assert "has passed" in str(refused.value)
        with writing():
            acts.perform("pick", rosa, by=farah, talk_at=second)
    assert rosa.status is Status.CONVERSATION


@pytest.mark.parametrize("how_many", [1, 4])
def test_two_or_three_times_and_no_other_number(
    how_many: int, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with pytest.raises(Exception, match="two or three"):
        propose(rosa, cast, *range(1, how_many + 1))
    assert rosa.status is Status.RECEIVED


def test_staff_propose_and_write_down_the_choice(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """Somebody without email chooses on the phone."""
    rosa = register("Rosa Reed", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0001")
    browser = as_staff(cast.facilitator)
    page = browser.visit(f"/expressions/{rosa.reference}?act=propose")
    typed = {
        **boxes("first_on", ten(3).date()),
        "first_time": "10am",
        **boxes("second_on", ten(4).date()),
        "second_time": "half past ten",
        "talk_way": "In person",
    }
    page = page.submit(typed, button="Show the letter", status=422)
    assert page.errors == ["Enter the time, for example 6.30pm."]
    page = page.submit({"second_time": "10.30am"}, button="Show the letter", status=422)
    assert page.errors == ["Say where you meet, with the room and the building."]
    page = page.submit({"talk_where": "Canary hall"}, button="Show the letter")
    assert "Please ring us and say which time suits you" in page.text
    page = page.submit(button="Propose and keep 1 letter to print or read out")
    assert "Times they can choose from" in page.text
    page = browser.visit(f"/expressions/{rosa.reference}?act=pick")
    page = page.submit({"slot": ten(3).isoformat()}, button="Show the letter")
    page.submit(button="Fix the time and keep 1 letter to print or read out")
    db.session.refresh(rosa)
    assert (rosa.status, rosa.talk_how) == (Status.CONVERSATION, "In person: Canary hall")
    calendar = browser.get(f"/expressions/{rosa.reference}/calendar.ics").get_data(as_text=True)
    assert "Canary" not in calendar
    assert rosa.reference in calendar


def test_a_stranger_gets_no_calendar(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    address = f"/expressions/{rosa.reference}/calendar.ics"
    assert as_staff(cast.facilitator).get(address).status_code == 404  # no time was ever fixed
    propose(rosa, cast, 3, 4)
    with writing():
        acts.perform("pick", rosa, by=standing(cast.facilitator), talk_at=ten(3))
    assert as_staff(cast.facilitator).get(address).status_code == 200
    for stranger in (cast.outsider, cast.other_facilitator, cast.other_coordinator):
        assert as_staff(stranger).get(address).status_code == 404


def test_a_new_question_ends_the_times(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    propose(rosa, cast)
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="Which days suit you?")
    page = opened(client, rosa)
    assert "Which days suit you?" in page.text
    assert "Choose a time" not in page.links
    client.visit("/status/time", status=409)


def test_a_message_beside_the_times_leaves_them_open(
    client: Visitor, cast: Cast, register: Register
) -> None:
    """A question about parking is no answer: they can still choose."""
    rosa = register("Rosa Reed", cast.panel)
    propose(rosa, cast, 3, 4)
    page = opened(client, rosa).submit({"body": "Is there parking?"}, button="Send message")
    db.session.refresh(rosa)
    assert (rosa.status, rosa.has_answered) == (Status.NEEDS_INFO, True)
    assert len(letters("staff-they-wrote")) == 1
    page.follow("Choose a time").submit({"slot": ten(4).isoformat()}, button="Send my choice")
    db.session.refresh(rosa)
    assert (rosa.status, rosa.talk_at) == (Status.CONVERSATION, ten(4))


def test_times_that_can_still_be_taken_back_do_not_show(
    client: Visitor, cast: Cast, register: Register, installation: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with installation.with_settings(hold_decisions_minutes=10):
        propose(rosa, cast)
        assert "Choose a time" not in opened(client, rosa).links
        with writing():
            acts.undo(rosa, by=standing(cast.facilitator))
    assert (rosa.status, rosa.talk_times) == (Status.RECEIVED, None)


def test_who_chooses_while_a_decision_is_held_has_chosen(
    client: Visitor, cast: Cast, register: Register, installation: Any
) -> None:
    """They act on what they can see: the decision that had not gone yet gives way."""
    rosa = register("Rosa Reed", cast.panel)
    propose(rosa, cast, 3, 4)
    with installation.with_settings(hold_decisions_minutes=10):
        page = opened(client, rosa).follow("Choose a time")
        with writing():
            acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
        page = page.submit({"slot": ten(4).isoformat()}, button="Send my choice")
    db.session.refresh(rosa)
    assert (rosa.status, rosa.talk_at) == (Status.CONVERSATION, ten(4))
    assert "not this time" not in page.text.lower()
    (refused,) = letters("expression-not-this-time")
    assert refused.state is LetterState.CANCELLED


def test_a_second_press_of_the_choice_fixes_nothing_twice(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    propose(rosa, cast, 3, 4)
    page = opened(client, rosa).follow("Choose a time")
    page.submit({"slot": ten(3).isoformat()}, button="Send my choice")
    page.submit({"slot": ten(4).isoformat()}, button="Send my choice", status=409)
    db.session.refresh(rosa)
    assert rosa.talk_at == ten(3)
    assert len(letters("expression-time-chosen")) == len(letters("staff-time-chosen")) == 1


# --- afterwards -----------------------------------------------------------------------------------


def arranged(expression: Expression, cast: Cast, days: int = 3) -> None:
    with writing():
        acts.perform(
            "arrange",
            expression,
            by=standing(cast.facilitator),
            talk_at=ten(days),
            talk_how="By phone",
        )


def test_what_came_of_it_names_the_next_date(cast: Cast, register: Register) -> None:
    farah = standing(cast.facilitator)
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    for each in (rosa, omar):
        arranged(each, cast, 1)
    with pytest.raises(NotNow), writing():
        acts.perform("missed", omar, by=farah, next_reply_by=clock.today())
    with time_machine.travel(ten(1) + timedelta(hours=1), tick=True):
        friday = clock.today() + timedelta(days=6)
        with writing():
            acts.perform("talked", rosa, by=farah, next_reply_by=friday)
            acts.perform("missed", omar, by=farah, next_reply_by=friday, body="Shall we try again?")
    assert (rosa.status, rosa.reply_by) == (Status.IN_REVIEW, friday)
    assert (omar.status, omar.reply_by) == (Status.IN_REVIEW, friday)
    (missed,) = letters("expression-missed-talk")
    assert "Shall we try again?" in missed.body
    assert missed.calendar is None  # nothing changes in a diary afterwards


def test_a_talk_before_the_agreed_time_takes_that_time_back(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """They rang on Tuesday, and the talk was for Friday: nobody waits by the phone on Friday."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    arranged(rosa, cast, 3)
    with pytest.raises(NotNow), writing():
        acts.perform("talked", rosa, by=farah, next_reply_by=clock.today())
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?act=talked_sooner")
    assert "It took place" not in page.links
    page.submit(button="Keep it and send 1 email")
    db.session.refresh(rosa)
    assert (rosa.status, rosa.first_replied_at is not None) == (Status.IN_REVIEW, True)
    (theirs,) = letters("expression-talked-sooner")
    assert "METHOD:CANCEL" in (theirs.calendar or "")
    assert "we do not need the time that we had agreed" in theirs.body
    with time_machine.travel(at_eight_the_day_before(3), tick=True):
        run_due()
    assert [letters(name) for name in REMINDERS] == [[], []]


def test_once_the_time_has_come_it_took_place(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    arranged(rosa, cast, 1)
    with time_machine.travel(ten(1), tick=True):
        with pytest.raises(NotNow), writing():
            acts.perform("talked_sooner", rosa, by=farah, next_reply_by=clock.today())
        page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?act=talked")
        assert "You talked sooner" not in page.links
        page.submit(button="Keep it")
        db.session.refresh(rosa)
        assert rosa.status is Status.IN_REVIEW
        assert letters("expression-talked-sooner") == []
        # having talked is contact: nobody is told at once that the next date comes near
        assert rosa.last_contact is LastContact.WE_TALKED
        run_due()
        assert letters("staff-due-soon") == []


def test_a_colleague_who_rang_sooner_frees_the_diary_of_whoever_answers(
    cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    arranged(rosa, cast, 3)
    soon = clock.today() + timedelta(days=6)
    with writing():
        acts.perform("talked_sooner", rosa, by=standing(cast.deputy), next_reply_by=soon)
    (off,) = letters("staff-talk-off")
    assert (off.to_address, "METHOD:CANCEL" in (off.calendar or "")) == (
        cast.facilitator.email,
        True,
    )


def test_who_answers_is_told_when_somebody_else_fixes_the_time(
    client: Visitor, cast: Cast, register: Register, installation: Any
) -> None:
    rosa, cora = register("Rosa Reed", cast.panel), standing(cast.coordinator)
    with installation.with_settings(hold_decisions_minutes=10):
        with writing():
            acts.perform("arrange", rosa, by=cora, talk_at=ten(3), talk_how="By phone")
        (ours,) = letters("staff-time-chosen")
        assert (ours.to_address, ours.is_held) == (cast.facilitator.email, True)
        with writing():
            acts.undo(rosa, by=cora)
        assert letters("staff-time-chosen")[0].state is LetterState.CANCELLED
    with writing():
        acts.perform("arrange", rosa, by=standing(cast.facilitator), talk_at=ten(3), talk_how="-")
    assert len(letters("staff-time-chosen")) == 1  # who acts needs no letter
    with writing():
        acts.perform("not_this_time", rosa, by=cora, reason="full")
    (off,) = letters("staff-talk-off")
    assert "METHOD:CANCEL" in (off.calendar or "")
    omar = register("Omar Oak", cast.panel)
    arranged(omar, cast, 3)
    page = opened(client, omar).follow("Withdraw my form")
    page.submit({"sure": "yes"}, button="Continue")
    (withdrawn,) = letters("staff-withdrawn")
    assert "METHOD:CANCEL" in (withdrawn.calendar or "")
    assert "METHOD:CANCEL" in (letters("expression-withdrawn")[0].calendar or "")


def at_eight_the_day_before(days: int) -> datetime:
    return clock.start_of(clock.today() + timedelta(days=days - 1), time(8, 1))


def test_both_are_reminded_once_the_day_before(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    arranged(rosa, cast, 3)
    eight = at_eight_the_day_before(3)
    with time_machine.travel(eight - timedelta(hours=2), tick=True):
        run_due()
        assert letters(REMINDERS[0]) == []
    for hours in (0, 1, 5):
        with time_machine.travel(eight + timedelta(hours=hours), tick=True):
            run_due()
    assert [len(letters(name)) for name in REMINDERS] == [1, 1]
    (ours,) = letters(REMINDERS[1])
    assert ours.to_address == cast.facilitator.email
    assert "They had a reminder too" in ours.body


def test_who_has_no_email_is_named_to_staff_as_such(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0001")
    arranged(rosa, cast, 2)
    with time_machine.travel(at_eight_the_day_before(2), tick=True), writing():
        remind_of_talks()
    assert letters(REMINDERS[0]) == []
    (ours,) = letters(REMINDERS[1])
    assert "they had no reminder" in ours.body


def test_no_reminder_of_what_was_moved_cancelled_or_fixed_today(
    cast: Cast, register: Register
) -> None:
    farah = standing(cast.facilitator)
    moved, ended, late = (register(name, cast.panel) for name in ("Rosa R", "Omar O", "Lea L"))
    for each in (moved, ended):
        arranged(each, cast, 3)
    with writing():
        acts.perform("move", moved, by=farah, talk_at=ten(9), talk_how="By phone")
        acts.perform("withdraw", ended, by=farah)
    with time_machine.travel(at_eight_the_day_before(3) + timedelta(hours=1), tick=True):
        arranged(late, cast, 1)
        with writing():
            remind_of_talks()
    assert [len(letters(name)) for name in REMINDERS] == [0, 0]
    with time_machine.travel(at_eight_the_day_before(9), tick=True), writing():
        remind_of_talks()
    assert [len(letters(name)) for name in REMINDERS] == [1, 1]  # of the new time, once


def test_a_reminder_that_waits_goes_not_when_the_talk_is_moved(
    cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    arranged(rosa, cast, 2)
    with time_machine.travel(at_eight_the_day_before(2), tick=True), writing():
        remind_of_talks()
        acts.perform(
            "move", rosa, by=standing(cast.facilitator), talk_at=ten(9), talk_how="By phone"
        )
    (reminder,) = letters(REMINDERS[0])
    assert reminder.state is LetterState.CANCELLED


def test_the_file_arrives_with_the_letter(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    arranged(rosa, cast)
    work_once(app)
    (letter,) = [each for each in mailbox.to("rosa@mail.example") if "talk" in each.subject]
    parts = {part.get_content_type(): part for part in letter.message.walk()}
    assert set(parts) == {"multipart/mixed", "text/plain", "text/calendar"}
    file = parts["text/calendar"]
    assert file.get_filename() == "conversation.ics"
    assert file.get_param("method") == "PUBLISH"
    text = file.get_payload(decode=True).decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")
    assert "We would like to talk with you" in letter.text


def test_a_question_about_times_reminds_of_times(
    cast: Cast, register: Register, later: Callable[..., None]
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    propose(rosa, cast, 20, 21)
    later(days=7, hours=1)
    run_due()
    (reminder,) = letters("expression-question-reminder")
    assert "choose a time" in reminder.body
    assert "question" not in reminder.body


def test_an_act_that_ends_a_talk_says_so(
    cast: Cast, register: Register, as_staff: SignedIn, installation: Any
) -> None:
    """A place was offered, and the person sat by the phone on Friday: the offer did not say it."""
    rosa, browser = register("Rosa Reed", cast.panel), as_staff(cast.facilitator)
    arranged(rosa, cast, 3)
    page = browser.visit(f"/expressions/{rosa.reference}?act=offer")
    assert f"The conversation of {moment(ten(3))} does not take place then." in page.text
    page.submit(button="Offer and send 1 email")
    (offer,) = letters("expression-offered")
    assert f"Our talk on {moment(ten(3))} does not take place." in offer.body
    assert "METHOD:CANCEL" in (offer.calendar or "")
    browser.visit(f"/expressions/{rosa.reference}?act=extend").submit(
        button="Give more time and send 1 email"
    )
    (more,) = letters("expression-more-time")
    assert "Our talk" not in more.body  # it was said, once


def test_what_ends_a_talk_without_an_email_asks_to_tell_them(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    arranged(rosa, cast, 3)
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?act=spam")
    assert "does not take place then. Tell them: no email says so." in page.text
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?act=move")
    assert "does not take place" not in page.text


def test_the_diary_is_freed_though_the_email_that_did_it_was_replaced(
    cast: Cast, register: Register, installation: Any
) -> None:
    """Asking ended the talk; the question had not gone when the place was offered."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    arranged(rosa, cast, 3)
    with installation.with_settings(hold_messages_minutes=2), writing():
        asked = acts.perform("ask", rosa, by=farah, body="Do you need a lift?")
        offered = acts.perform("offer", rosa, by=farah, accept_by=clock.today() + timedelta(days=9))
    (question,), (offer,) = asked.letters, offered.letters
    assert (question.state, "METHOD:CANCEL" in (question.calendar or "")) == (
        LetterState.CANCELLED,
        True,
    )
    assert "METHOD:CANCEL" in (offer.calendar or "")


def test_that_no_talk_is_needed_is_always_told(
    cast: Cast, register: Register, installation: Any
) -> None:
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    arranged(rosa, cast, 3)
    with installation.with_settings(hold_decisions_minutes=10), writing():
        acts.perform("talked_sooner", rosa, by=farah, next_reply_by=clock.today())
        acts.perform("offer", rosa, by=farah, accept_by=clock.today() + timedelta(days=9))
    (told,) = letters("expression-talked-sooner")
    assert told.state is LetterState.QUEUED


def test_nobody_hears_of_the_end_of_a_time_they_had_not_heard_of(
    cast: Cast, register: Register, installation: Any
) -> None:
    """The coordinator arranged a talk and, minutes later, had talked: two emails went to Farah."""
    rosa, cora = register("Rosa Reed", cast.panel), standing(cast.coordinator)
    with installation.with_settings(hold_decisions_minutes=10), writing():
        acts.perform("arrange", rosa, by=cora, talk_at=ten(3), talk_how="By phone")
        acts.perform("talked_sooner", rosa, by=cora, next_reply_by=clock.today())
    (fixed,) = letters("staff-time-chosen")
    assert (fixed.state, letters("staff-talk-off")) == (LetterState.CANCELLED, [])
    with installation.with_settings(hold_decisions_minutes=10), writing():
        acts.undo(rosa, by=cora)
    assert fixed.state is LetterState.QUEUED


def test_of_two_times_in_ten_minutes_the_last_is_told(
    cast: Cast, register: Register, installation: Any
) -> None:
    rosa, cora = register("Rosa Reed", cast.panel), standing(cast.coordinator)
    with installation.with_settings(hold_decisions_minutes=10), writing():
        acts.perform("arrange", rosa, by=cora, talk_at=ten(3), talk_how="By phone")
        acts.perform("move", rosa, by=cora, talk_at=ten(4), talk_how="By phone")
    first, second = letters("staff-time-chosen")
    assert (first.state, second.state) == (LetterState.CANCELLED, LetterState.QUEUED)
    assert ten(4).strftime("%Y%m%d") in (second.calendar or "")
