"""One letter a day or a week of what waits: never empty, never twice, never to who is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.digests import acts as digests
from ppflow.digests.workflow import Often
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.outbox import periodic
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.programmes.models import Programme, TellWhen
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Staff, sign_in
from tests.support.installation import Installation
from tests.support.pages import Visitor
from tests.support.smtp import MailServer

At = Callable[[datetime], AbstractContextManager[None]]
MINE, OURS = "staff-digest-facilitator", "staff-digest-coordinator"
MONDAY = date(2027, 6, 7)


@pytest.fixture
def at(app: Flask, installation: Installation) -> At:
    """`with at(moment):` it is that moment, for us and for the database."""

    def move(moment: datetime) -> AbstractContextManager[None]:
        ahead = moment - datetime.now(moment.tzinfo)
        return installation.with_settings(clock_offset_seconds=int(ahead.total_seconds()) + 30)

    return move


@pytest.fixture
def monday(at: At) -> Iterator[None]:
    """It is seven o'clock on a Monday in June: nobody has had a digest yet."""
    with at(morning(MONDAY, 7)):
        yield


def morning(day: date, hour: int = 8) -> datetime:
    return clock.start_of(day, at=time(hour))


def written(name: str, staff: Staff) -> list[Letter]:
    db.session.rollback()
    db.session.expire_all()
    found = select(Letter).where(Letter.name == name, Letter.person_id == staff.id)
    return list(db.session.scalars(found.order_by(Letter.id)))


def run(at: At, *moments: datetime) -> None:
    for moment in moments:
        with at(moment):
            periodic.run_due()


def test_at_eight_the_facilitator_is_told_what_waits(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    run(at, morning(MONDAY, 7) + timedelta(minutes=50))
    assert written(MINE, cast.facilitator) == []
    run(at, morning(MONDAY), morning(MONDAY, 9), morning(MONDAY, 17))
    [letter] = written(MINE, cast.facilitator)
    assert letter.subject == "Your forms today: 1 new"
    assert rosa.reference in letter.body
    assert "/triage?view=mine" in letter.body
    assert written(MINE, cast.other_facilitator) == []  # nothing waits there


def test_nobody_named_in_it_and_no_word_of_what_was_told_us(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel, phone="07700 900111", plain={"why": "my depression"})
    run(at, morning(MONDAY + timedelta(days=8)))
    for name, staff in ((MINE, cast.facilitator), (OURS, cast.coordinator)):
        [letter] = written(name, staff)
        for told in ("Rosa", "Reed", "rosa@", "07700", "depression", cast.panel.title):
            assert told not in letter.subject + letter.body


def test_each_kind_of_waiting_has_its_list(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    late, near, replied, failed = (
        register(f"{name} Roe", cast.panel) for name in ("Ann", "Bob", "Cat", "Dan")
    )
    with writing():
        late.reply_by, near.reply_by = MONDAY - timedelta(days=3), MONDAY + timedelta(days=1)
        replied.has_answered, failed.has_email_trouble = True, True
        for row in (late, near, replied, failed):
            db.session.add(row)
    run(at, morning(MONDAY))
    [letter] = written(MINE, cast.facilitator)
    body = letter.body
    assert letter.subject == "Your forms today: 1 overdue, 1 to answer now, 1 wrote back, 2 new"
    for heading, one in (
        ("Overdue: 1", late),
        ("To answer today or tomorrow: 1", near),
        ("They wrote back: 1", replied),
        ("Emails that failed; please ring: 1", failed),
    ):
        assert body.index(heading) < body.index(one.reference, body.index(heading))
    assert "view=wrote-back" in body
    assert "view=email-failed" in body


def test_the_letter_as_a_tired_facilitator_reads_it(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    late, fresh = register("Rosa Reed", cast.panel), register("Ann Roe", cast.panel)
    with writing():
        late.reply_by, fresh.reply_by = MONDAY - timedelta(days=4), MONDAY + timedelta(days=4)
        db.session.add_all([late, fresh])
    run(at, morning(MONDAY))
    [letter] = written(MINE, cast.facilitator)
    site = letter.body.partition("/triage")[0].rpartition("\n")[2]
    assert letter.body.splitlines() == [
        "Hello Farah,",
        "",
        "This is what waits for you. A short message with a new date is enough.",
        "",
        "Overdue: 1",
        f"- {late.reference}, Better sleep on wards: 2 working days late, Thu 3 Jun",
        f"{site}/triage?view=mine&due=late",
        "",
        "New, and still in time: 1",
        f"- {fresh.reference}, Better sleep on wards: reply in 4 days, Fri 11 Jun",
        f"{site}/triage?view=mine",
        "",
        "This email holds no personal details, on purpose. You see them when you sign in.",
        "",
        f"Get it less often, or not at all: {site}/settings/emails",
    ]


def test_the_letter_as_a_tired_coordinator_reads_it(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    late, nobodys = register("Rosa Reed", cast.panel), register("Ann Roe")
    with writing():
        late.reply_by = MONDAY - timedelta(days=4)
        late.first_replied_at = late.received_at
        db.session.add(late)
    run(at, morning(MONDAY))
    [letter] = written(OURS, cast.coordinator)
    assert letter.subject == "Your programmes: 1 unrouted, 1 late for 2 days or more"
    site = letter.body.partition("/triage")[0].rpartition("\n")[2]
    assert letter.body.splitlines()[:14] == [
        "Hello Cora,",
        "",
        "Unrouted; nobody answers these yet: 1",
        f"- {nobodys.reference}, no project: reply in 7 days, Mon 14 Jun",
        f"{site}/triage?view=unrouted",
        "",
        "Late for 2 working days or more: 1",
        f"- {late.reference}, Better sleep on wards: 2 working days late, Thu 3 Jun; "
        "Farah Aziz answers",
        f"{site}/triage?view=overdue",
        "",
        "Your projects, the most overdue first. “Half heard” is about first replies in the last "
        "3 months:",
        "- Better sleep on wards: 1 open, 1 overdue, half heard the same day",
        "- no project: 1 open, 0 overdue",
        f"{site}/triage?view=open",
    ]


def test_after_days_without_a_worker_one_digest_comes_and_not_five(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    run(at, morning(MONDAY))
    run(at, *(morning(MONDAY + timedelta(days=7), hour) for hour in (9, 10, 11)))
    assert len(written(MINE, cast.facilitator)) == 2


def test_weekly_comes_on_the_first_working_day_and_is_caught_up(
    at: At, cast: Cast, register: Register
) -> None:
    monday = date(2027, 5, 31)  # the spring bank holiday
    with at(morning(monday - timedelta(days=4), 7)):
        register("Rosa Reed", cast.panel)
        with writing():
            digests.choose(cast.facilitator.person, Often.WEEKLY)
    run(at, morning(monday))
    assert written(MINE, cast.facilitator) == []
    run(at, *(morning(monday + timedelta(days=n)) for n in (1, 2, 3, 4)))
    assert len(written(MINE, cast.facilitator)) == 1
    run(at, morning(monday + timedelta(days=9)))  # nobody worked on the Monday and Tuesday after
    assert len(written(MINE, cast.facilitator)) == 2


def test_off_is_off_and_the_choice_is_an_event(
    monday: None, at: At, cast: Cast, register: Register, client: Visitor
) -> None:
    register("Rosa Reed", cast.panel)
    sign_in(client, cast.facilitator)
    page = client.visit("/settings").follow("Emails you get")
    page.submit({"often": "off"}, button="Keep this choice")
    run(at, morning(MONDAY), morning(MONDAY + timedelta(days=1)))
    assert written(MINE, cast.facilitator) == []
    chosen = select(Event.verb).where(Event.verb.like("choose_digest%")).order_by(Event.id)
    verbs = list(db.session.scalars(chosen))
    assert verbs == ["choose_digest_off"]
    page = client.visit("/settings/emails")
    wrong = page.submit({"often": "hourly"}, button="Keep this choice", status=422)
    assert len(wrong.errors) == 1


def test_who_is_away_or_has_left_gets_none_and_the_deputy_sees_the_forms(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        db.session.get_one(Person, cast.facilitator.id).away_from_on = MONDAY
        db.session.get_one(Person, cast.coordinator.id).active = False
    run(at, morning(MONDAY))
    assert written(MINE, cast.facilitator) == written(OURS, cast.coordinator) == []
    [letter] = written(MINE, cast.deputy)
    assert rosa.reference in letter.body


def test_somebody_who_leaves_before_it_goes_does_not_get_it(
    monday: None, at: At, app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    register("Rosa Reed", cast.panel)
    run(at, morning(MONDAY))
    with writing():
        digests.choose(cast.facilitator.person, Often.OFF)
    with at(morning(MONDAY, 9)):
        work_once(app)
    assert written(MINE, cast.facilitator)[0].state is LetterState.CANCELLED
    assert all("Your forms" not in letter.subject for letter in mailbox.letters)


def test_one_click_stops_it_without_signing_in(
    monday: None, at: At, app: Flask, cast: Cast, register: Register, mailbox: MailServer,
    client: Visitor,
) -> None:  # fmt: skip
    register("Rosa Reed", cast.panel)
    with at(morning(MONDAY)):
        work_once(app)
    [letter] = [one for one in mailbox.letters if one.subject.startswith("Your forms")]
    address = str(letter.message["List-Unsubscribe"]).strip("<>")
    assert letter.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.message["Precedence"] == "bulk"
    assert letter.message["Auto-Submitted"] == "auto-generated"
    path = address[address.index("/digests/") :]
    assert path not in letter.text
    for _ in range(3):
        assert "Do you want to stop" in client.get(path).text  # looking changes nothing
    answers = [client.post(path, data={"List-Unsubscribe": "One-Click"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "have stopped" in answers[0].text
    run(at, morning(MONDAY + timedelta(days=1)))
    assert len(written(MINE, cast.facilitator)) == 1
    receipts = [one for one in mailbox.letters if not one.subject.startswith("Your ")]
    assert all(one.message["List-Unsubscribe"] is None for one in receipts)


def test_a_lone_press_of_the_button_stops_nothing_and_a_wrong_token_is_nobodys(
    app: Flask, cast: Cast, client: Visitor
) -> None:
    path = f"/digests/{digests.token_of(cast.facilitator.id)}"
    assert client.post(path, data={}).status_code == 422
    assert "come as before" in client.post(path, data={"sure": "no"}).text
    assert digests.choice_of(cast.facilitator.id) is Often.DAILY
    another = path.replace(f"/{cast.facilitator.id}-", f"/{cast.deputy.id}-")
    for wrong in (another, path[:-1], "/digests/x", "/digests/1-é"):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong, data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert "have stopped" in client.post(path, data={"sure": "yes"}).text
    db.session.rollback()
    db.session.expire_all()
    assert digests.choice_of(cast.facilitator.id) is Often.OFF


def test_the_coordinator_hears_on_monday_and_when_nobody_has_a_form(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    run(at, morning(MONDAY))
    [letter] = written(OURS, cast.coordinator)
    assert "Better sleep on wards: 1 open, 0 overdue" in letter.body
    run(at, morning(MONDAY + timedelta(days=1)))
    assert len(written(OURS, cast.coordinator)) == 1  # a quiet Tuesday
    with at(morning(MONDAY + timedelta(days=1), 9)):
        unrouted = register("Ann Roe")
    run(at, morning(MONDAY + timedelta(days=2)))
    *_, urgent = written(OURS, cast.coordinator)
    assert urgent.subject == "Your programmes: 1 unrouted"
    assert unrouted.reference in urgent.body
    assert "Your projects" not in urgent.body
    assert written(OURS, cast.other_coordinator) == []  # another programme's affair


def test_absent_owners_and_medians_stand_in_the_weekly_one(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    answered, waiting = register("Rosa Reed", cast.panel), register("Ann Roe", cast.panel)
    with at(morning(MONDAY + timedelta(days=2), 12)), writing():
        acts.perform("message", answered, by=standing(cast.facilitator), body="Hello.")
        db.session.get_one(Person, cast.facilitator.id).away_from_on = MONDAY
    run(at, morning(MONDAY + timedelta(days=7)))
    [letter] = written(OURS, cast.coordinator)
    assert "Farah Aziz: 2 open forms" in letter.body
    assert "half heard within 2 working days" in letter.body
    assert waiting.reference not in letter.subject


def test_a_programme_that_chose_daily_has_new_forms_in_the_digest_instead(
    monday: None, at: At, cast: Cast, register: Register
) -> None:
    with writing():
        programme = db.session.get_one(Programme, cast.programme.id)
        programme.tell_coordinators = TellWhen.DAILY
    with at(morning(MONDAY, 10)):
        rosa = register("Rosa Reed", cast.panel)
    assert written("staff-new-expression", cast.coordinator) == []
    run(at, morning(MONDAY + timedelta(days=1)), morning(MONDAY + timedelta(days=2)))
    [letter] = written(OURS, cast.coordinator)
    assert rosa.reference in letter.body
