"""Digests stand in the outbox of whoever looks after mail; only their readers see what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions.models import Expression
from ppflow.outbox import periodic
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Grant, Person
from tests.support.arrivals import Register
from tests.support.cast import Cast, Staff, sign_in
from tests.support.installation import Installation
from tests.support.pages import Page, Visitor
from tests.support.smtp import Fault, MailServer
from tests.support.statements import statements

MINE, OURS = "staff-digest-facilitator", "staff-digest-coordinator"
MONDAY = date(2027, 6, 7)


@pytest.fixture
def monday(app: Flask, installation: Installation) -> Iterator[None]:
    """It is eight o'clock on a Monday."""
    ahead = clock.start_of(MONDAY, at=time(8, 1)) - datetime.now(UTC)
    with installation.with_settings(clock_offset_seconds=int(ahead.total_seconds())):
        yield


@pytest.fixture
def rosa(monday: None, cast: Cast, register: Register) -> Expression:
    """Her form came, and the digests of this Monday are written."""
    row = register("Rosa Reed", cast.panel)
    periodic.run_due()
    return row


def digest(name: str, staff: Staff) -> Letter:
    db.session.rollback()
    db.session.expire_all()
    chosen = select(Letter).where(Letter.name == name, Letter.person_id == staff.id)
    return db.session.scalars(chosen).one()


def fails(app: Flask, mailbox: MailServer, address: str) -> None:
    mailbox.fail(Fault.NO_SUCH_ADDRESS_550, recipient=address)
    work_once(app)
    mailbox.clear()


def press(page: Page, address: str) -> int:
    """Post to an address for which the page shows no button; the answer's status."""
    token = page.soup.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    return page.visitor.post(address, data={"csrf_token": token["value"]}).status_code


def test_whoever_looks_after_mail_sees_that_it_went_and_not_what_it_says(
    rosa: Expression, client: Visitor, cast: Cast
) -> None:
    letter = digest(MINE, cast.facilitator)
    assert rosa.reference in letter.body
    for staff in (cast.coordinator, cast.administrator):
        listed = sign_in(client, staff).visit("/outbox?to=staff&q=farah")
        assert "Summary of their forms" in listed.text
        page = listed.follow("Summary of their forms")
        assert page.path == f"/outbox/{letter.id}"
        assert "Waiting to go" in page.text
        assert "What it says is for Farah Aziz alone." in page.text
        for told in (rosa.reference, letter.subject, "To answer today", "triage?view=mine"):
            assert told not in page.text + (listed.text if staff == cast.administrator else "")


def test_its_reader_reads_it(rosa: Expression, client: Visitor, cast: Cast) -> None:
    letter = digest(MINE, cast.facilitator)
    page = sign_in(client, cast.facilitator).visit("/outbox").follow(letter.subject)
    assert rosa.reference in page.text
    assert "The email as it reads" in page.text
    assert "for Farah Aziz alone" not in page.text


def test_one_that_went_can_be_looked_at(
    app: Flask, rosa: Expression, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    work_once(app)
    letter = digest(MINE, cast.facilitator)
    listed = sign_in(client, cast.coordinator).visit("/outbox?q=aziz")
    assert listed.links["See how it went : Summary of their forms"] == f"/outbox/{letter.id}"
    theirs = sign_in(client, cast.facilitator).visit("/outbox?q=aziz")
    assert theirs.links[f"Read it : {letter.subject}"] == f"/outbox/{letter.id}"


def test_each_sees_those_they_answer_for(rosa: Expression, client: Visitor, cast: Cast) -> None:
    letter, hers = digest(MINE, cast.facilitator), digest(OURS, cast.coordinator)
    sees = {
        cast.facilitator: (200, 404),
        cast.deputy: (404, 404),
        cast.coordinator: (200, 200),
        cast.administrator: (200, 200),
        cast.other_coordinator: (404, 404),  # another programme's people
        cast.other_facilitator: (404, 404),
        cast.board_member: (403, 403),
        cast.outsider: (403, 403),
    }
    for staff, answers in sees.items():
        sign_in(client, staff)
        found = tuple(client.get(f"/outbox/{one.id}").status_code for one in (letter, hers))
        assert found == answers, staff.name
        if 403 not in answers:
            listed = client.visit("/outbox?to=staff").links.values()
            is_listed = [f"/outbox/{one.id}" in listed for one in (letter, hers)]
            assert is_listed == [answer == 200 for answer in answers], staff.name


def test_a_fellow_coordinator_and_one_of_all_programmes_see_them(
    rosa: Expression, client: Visitor, cast: Cast
) -> None:
    letter, hers = digest(MINE, cast.facilitator), digest(OURS, cast.coordinator)
    with writing():
        grants = select(Grant).where(Grant.person_id == cast.other_coordinator.id)
        db.session.scalars(grants).one().programme_id = None
    sign_in(client, cast.other_coordinator)
    for one in (letter, hers):
        assert "What it says is for" in client.visit(f"/outbox/{one.id}").text


def test_one_that_failed_needs_somebody_and_goes_again_to_the_right_address(
    app: Flask, rosa: Expression, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    fails(app, mailbox, cast.facilitator.email)
    assert digest(MINE, cast.facilitator).state is LetterState.FAILED_ADDRESS
    page = sign_in(client, cast.administrator).visit("/outbox?view=needs-you")
    assert "1 email" in page.text  # what is about Rosa is not theirs to see
    assert "Farah Aziz did not get this email" in page.text
    with writing():
        db.session.get_one(Person, cast.facilitator.id).email = "f.aziz@nhs.example"
    letter = page.follow("See the ways out")
    assert "An administrator can change it under Settings, People." in letter.text
    assert "Correct the address and send" not in letter.text
    letter.submit(button="Send it again as it is")
    work_once(app)
    [arrived] = mailbox.to("f.aziz@nhs.example")
    assert rosa.reference in arrived.text
    assert "No email is in trouble." in client.visit("/outbox?view=needs-you").text
    verbs = select(Event.verb, Event.actor_id).where(Event.subject == f"letter:{letter.path[8:]}")
    assert [tuple(row) for row in db.session.execute(verbs)] == [
        ("email_again", cast.administrator.id)
    ]


def test_an_administrator_without_forms_is_told_on_their_home(
    app: Flask, rosa: Expression, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    words = "1 email to staff did not arrive"
    assert words not in sign_in(client, cast.administrator).visit("/home").text
    fails(app, mailbox, cast.facilitator.email)
    page = client.visit("/home")
    assert words in page.text
    page.follow("See what went wrong, and send again").follow("See the ways out")
    assert words not in sign_in(client, cast.board_member).visit("/home").text


def test_it_can_be_left_and_an_outsider_can_do_nothing(
    app: Flask, rosa: Expression, client: Visitor, cast: Cast, mailbox: MailServer
) -> None:
    fails(app, mailbox, cast.facilitator.email)
    letter = digest(MINE, cast.facilitator)
    for staff in (cast.other_coordinator, cast.deputy):
        page = sign_in(client, staff).visit("/outbox")
        for act in ("again", "cancel", "now"):
            assert press(page, f"/outbox/{letter.id}/{act}") == 404
    page = sign_in(client, cast.coordinator).visit(f"/outbox/{letter.id}")
    page.submit(button="Leave it: nothing more to do")
    assert digest(MINE, cast.facilitator).state is LetterState.CANCELLED


def test_after_a_week_there_is_nothing_left_to_send(
    app: Flask, rosa: Expression, client: Visitor, cast: Cast, mailbox: MailServer,
    later: Callable[..., None],
) -> None:  # fmt: skip
    """Of any letter: text and address are deleted, so it can only be left."""
    fails(app, mailbox, cast.facilitator.email)
    letter = digest(MINE, cast.facilitator)
    later(days=8)
    periodic.run_due()
    db.session.rollback()
    db.session.refresh(letter)
    assert (letter.body, letter.to_address) == ("", "")
    page = sign_in(client, cast.coordinator).visit(f"/outbox/{letter.id}")
    assert "Send it again as it is" not in page.text
    assert press(page, f"/outbox/{letter.id}/again") == 409
    page.submit(button="Leave it: nothing more to do")


def test_found_and_narrowed_like_the_others(rosa: Expression, client: Visitor, cast: Cast) -> None:
    sign_in(client, cast.coordinator)
    everything = client.visit("/outbox").text
    assert "6 emails" in everything  # Rosa's receipt, 3 told of her form, 2 digests
    for query, number in (
        ("to=staff", "5 emails"),
        ("to=applicant", "1 email"),
        ("q=farah@nhs.example", "2 emails"),
        ("q=aziz", "1 email"),
        ("q=rosa@mail.example", "1 email"),
        ("view=going", "6 emails"),
        ("view=needs-you", "No emails"),
    ):
        assert number in client.visit(f"/outbox?{query}").text, query


def test_pages_go_through_both_in_one_order(
    rosa: Expression, client: Visitor, cast: Cast, register: Register
) -> None:
    for number in range(7):
        register(f"Ann{number} Roe", cast.panel)
    page = sign_in(client, cast.coordinator).visit("/outbox")
    older = page.follow("Next page : older emails")
    seen = [*numbers(page), *numbers(older)]
    assert (len(numbers(page)), len(seen)) == (25, 34)
    assert seen == sorted(seen, reverse=True)
    assert numbers(older.follow("Previous page : newer emails")) == numbers(page)


def numbers(page: Page) -> list[int]:
    """Of the letters on a page, in its order."""
    chosen = page.soup.select("th a.pp-who")
    return [int(str(link["href"]).removeprefix("/outbox/")) for link in chosen]


def test_a_page_asks_as_often_with_many_digests_as_with_one(
    rosa: Expression, client: Visitor, cast: Cast
) -> None:
    def asked() -> int:
        with statements() as found:
            client.visit("/outbox")
        return len(found)

    sign_in(client, cast.administrator)
    few = asked()
    one = digest(MINE, cast.facilitator)
    with writing():
        for number in range(12):
            kept = {c.key: getattr(one, c.key) for c in Letter.__table__.columns if c.key != "id"}
            db.session.add(Letter(**{**kept, "message_id": f"<{number}@nhs.example>"}))
    assert asked() == few
