"""From the outbox to the mail server: what goes, what comes of it, and what never happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock, events
from ppflow.applicants.models import StatusLink
from ppflow.db import db, writing
from ppflow.events import EventSeal
from ppflow.expressions.models import Expression
from ppflow.keys import link_token
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import PRIVATE_LINK, Letter
from ppflow.outbox.workflow import LetterState
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.smtp import MailServer

ROSA = "rosa@mail.example"


def letters_to(address: str) -> list[Letter]:
    db.session.expire_all()
    return list(
        db.session.scalars(select(Letter).where(Letter.to_address == address).order_by(Letter.id))
    )


def test_everyone_concerned_has_their_letter_and_only_she_has_the_link(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    assert work_once(app) == 4
    assert sorted(letter.recipients[0] for letter in mailbox.letters) == [
        "cora@nhs.example",
        "dev@nhs.example",
        "farah@nhs.example",
        ROSA,
    ]
    [receipt] = mailbox.to(ROSA)
    link = db.session.scalars(select(StatusLink)).one()
    assert receipt.links[0].endswith(f"/status/{link_token(link.id, link.generation)}")
    assert receipt.subject == f"{rosa.reference}: We have your form"
    assert PRIVATE_LINK in letters_to(ROSA)[0].body
    assert all("/status/" not in letter.text for letter in mailbox.to("farah@nhs.example"))
    assert {letter.state for letter in db.session.scalars(select(Letter))} == {LetterState.SENT}
    assert work_once(app) == 0


def test_the_headers_are_those_of_the_row(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    work_once(app)
    [letter], [row] = mailbox.to(ROSA), letters_to(ROSA)
    headers = letter.message
    assert letter.recipients == (ROSA,)
    assert headers["To"] == ROSA
    assert headers["Message-ID"] == row.message_id
    assert headers["Date"].datetime == row.dated_at.replace(microsecond=0)
    assert headers["Reply-To"] == "office@nhs.example"
    assert headers["References"] == headers["In-Reply-To"] == row.thread_id
    assert rosa.reference.lower() in str(row.thread_id)
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"] is None
    assert headers.get_content_type() == "text/plain"
    assert not headers.is_multipart()


def test_one_thread_for_one_expression(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    register("Rosa Reed", cast.panel)
    register("Rosa Reed", cast.other_panel)
    work_once(app)
    threads = [letter.message["References"] for letter in mailbox.to("cora@nhs.example")]
    assert len(set(threads)) == 2


def test_a_long_line_and_any_script_arrive_as_typed(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    name = "نور Łukasz 😀"
    rosa = register(name, cast.panel, email=ROSA)
    typed = "ß" * 3000
    with writing():
        rosa.confirmed_at = clock.now()
        letter = letters_to(ROSA)[0]
        letter.body = f"Dear {name},\n\n.\n{typed}\n.one dot\n"
        letter.subject = f"{rosa.reference}: Grüße"
    work_once(app)
    [arrived] = mailbox.to(ROSA)
    assert arrived.text.replace("\r\n", "\n") == f"Dear {name},\n\n.\n{typed}\n.one dot\n"
    assert arrived.subject == f"{rosa.reference}: Grüße"
    assert max(len(line) for line in arrived.message.as_bytes().splitlines()) <= 998


@pytest.mark.parametrize("evil", ["\r\nBcc: spy@evil.example", "\nX: y", "\u2028Bcc: a@b.example"])
def test_no_line_break_reaches_a_header(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer, evil: str
) -> None:
    register("Rosa Reed", cast.panel)
    with writing():
        letter = letters_to(ROSA)[0]
        letter.thread_id = f"<a@b>{evil}"
    work_once(app)
    assert mailbox.to(ROSA) == []
    assert letters_to(ROSA)[0].state is LetterState.FAILED_TECHNICAL
    assert all(letter.message["Bcc"] is None for letter in mailbox.letters)


@pytest.mark.parametrize(
    "address",
    ["a@x.example, b@y.example", "Rosa <a@x.example>", "rösa@mail.example", "nobody", "a@b\r\n.c"],
)
def test_what_is_not_one_address_is_told_as_that(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer, address: str
) -> None:
    rosa = register("Rosa Reed", cast.panel, email=address)
    work_once(app)
    [letter] = letters_to(address)
    assert letter.state is LetterState.FAILED_ADDRESS
    assert letter.trouble
    assert db.session.get_one(Expression, rosa.id).has_email_trouble
    assert len(mailbox.letters) == 3  # the staff have theirs


def test_an_international_domain_is_written_as_mail_servers_read_it(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    register("Rosa Reed", cast.panel, email="rosa@bücher.example")
    work_once(app)
    assert len(mailbox.to("rosa@xn--bcher-kva.example")) == 1


def test_a_held_letter_waits_and_an_undone_one_never_goes(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    register("Rosa Reed", cast.panel)
    with writing():
        letters_to(ROSA)[0].due_at = clock.now() + timedelta(minutes=2)
    work_once(app)
    assert mailbox.to(ROSA) == []
    with writing():
        held = letters_to(ROSA)[0]
        assert held.is_held
        held.state = LetterState.CANCELLED
        held.due_at = clock.now() - timedelta(minutes=1)
    work_once(app)
    assert mailbox.to(ROSA) == []


def test_in_trial_mode_only_the_list_is_mailed(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer, installation: Installation
) -> None:
    register("Rosa Reed", cast.panel)
    with installation.with_settings(mail_trial="dev@nhs.example, @mail.example"):
        work_once(app)
    assert sorted(letter.recipients[0] for letter in mailbox.letters) == ["dev@nhs.example", ROSA]
    [stopped] = letters_to("farah@nhs.example")
    assert stopped.state is LetterState.SUPPRESSED
    assert "Trial mode" in str(stopped.trouble)


def test_the_new_address_has_the_new_link_and_the_old_one_has_nothing(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        rosa.applicant.email = "right@mail.example"
    work_once(app)
    assert mailbox.to(ROSA) == []
    assert letters_to(ROSA)[0].state is LetterState.CANCELLED


def test_a_replaced_link_is_filled_in_as_it_is_now(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    register("Rosa Reed", cast.panel)
    with writing():
        link = db.session.scalars(select(StatusLink)).one()
        link.generation = 7
    work_once(app)
    assert mailbox.to(ROSA)[0].links[0].endswith(link_token(link.id, 7))


def _erased(cast: Cast, expression: Expression) -> None:
    expression.erased_at = clock.now()


def _has_left(cast: Cast, _expression: Expression) -> None:
    for staff in (cast.facilitator, cast.deputy, cast.coordinator):
        staff.person.active = False


@pytest.mark.parametrize(("change", "sent"), [(_erased, []), (_has_left, [ROSA])])
def test_it_is_asked_once_more_before_sending(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer,
    change: Callable[[Cast, Expression], None], sent: list[str],
) -> None:  # fmt: skip
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        change(cast, rosa)
    work_once(app)
    assert [letter.recipients[0] for letter in mailbox.letters] == sent


def test_somebody_who_answers_it_no_longer_is_not_told(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    register("Rosa Reed", cast.panel)
    with writing():
        letters_to("farah@nhs.example")[0].person_id = cast.other_facilitator.id
    work_once(app)
    [letter] = letters_to("farah@nhs.example")
    assert letter.state is LetterState.CANCELLED
    assert mailbox.to("farah@nhs.example") == []


def test_three_automatic_letters_a_day_to_an_address_nobody_confirmed(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    forms = [register(f"Rosa{n} Reed", cast.panel, email=ROSA) for n in range(5)]
    work_once(app)
    assert len(mailbox.to(ROSA)) == 3
    waiting = [letter for letter in letters_to(ROSA) if letter.state is LetterState.QUEUED]
    assert len(waiting) == 2
    assert "nobody has confirmed" in str(waiting[0].trouble)
    with writing():  # what a human writes is not counted
        waiting[0].is_automatic = False
        waiting[0].due_at = clock.now() - timedelta(seconds=1)
        forms[4].confirmed_at = clock.now()
        waiting[1].due_at = clock.now() - timedelta(seconds=1)
    work_once(app)
    assert len(mailbox.to(ROSA)) == 5


def test_a_letter_by_hand_is_never_mailed(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    register("Joan Roe", cast.panel, contact_by="phone", phone="0121 496 0198")
    work_once(app)
    assert len(mailbox.letters) == 3
    [printed] = letters_to("")
    assert printed.state is LetterState.BY_HAND


def test_events_are_sealed_by_the_worker(app: Flask, cast: Cast, register: Register) -> None:
    register("Rosa Reed", cast.panel)
    work_once(app)
    db.session.rollback()
    report = events.verify_chain()
    assert (report.unsealed, report.first_bad) == (0, None)
    assert db.session.scalars(select(EventSeal)).first() is not None


def test_no_answer_of_the_form_is_in_any_letter(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    canary = "canary-4711"
    said = {"why": canary, "access": canary}
    rosa = register("Rosa Reed", cast.panel, plain=said, sealed={"health": canary})
    with writing():
        rosa.confirmed_at = clock.now()
    work_once(app)
    assert len(mailbox.letters) == 4
    for letter in mailbox.letters:
        assert canary not in letter.message.as_string() + letter.text
        assert len(letter.subject) < 100
