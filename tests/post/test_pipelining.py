"""A server that offers PIPELINING gets MAIL, RCPT and DATA together; each fault is told apart."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow.db import db
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.support.smtp import Fault, MailServer

ROSA = "rosa@mail.example"


@pytest.fixture(autouse=True)
def together(mailbox: MailServer) -> None:
    mailbox.offers_pipelining = True


def states() -> dict[str, LetterState]:
    db.session.rollback()
    db.session.expire_all()
    return {letter.to_address: letter.state for letter in db.session.scalars(select(Letter))}


def test_letters_go_whole_and_once(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    for number in range(15):
        register(f"Rosa{number} Reed", cast.panel)
    assert work_once(app) == 60
    sent = [letter.message["Message-ID"] for letter in mailbox.letters]
    assert len(sent) == len(set(sent)) == 60
    assert all("You will hear from us by" in mailbox.to(f"rosa{n}@mail.example")[0].text
               for n in range(15))  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Fault.NO_SUCH_ADDRESS_550, LetterState.FAILED_ADDRESS),
        (Fault.GREYLIST_450, LetterState.DEFERRED),
        (Fault.DROP_BEFORE_250, LetterState.DEFERRED),
    ],
)
def test_a_refused_recipient_holds_up_nobody(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer, fault: Fault,
    state: LetterState,
) -> None:  # fmt: skip
    register("Rosa Reed", cast.panel)
    mailbox.fail(fault, recipient=ROSA)
    work_once(app)
    found = states()
    assert found.pop(ROSA) is state
    assert set(found.values()) == {LetterState.SENT}
    copies = 1 if fault is Fault.DROP_BEFORE_250 else 0  # taken, but we could not know
    assert len(mailbox.to(ROSA)) == copies


def test_a_server_too_busy_at_mail_from_is_asked_anew(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    register("Rosa Reed", cast.panel)
    mailbox.fail(Fault.BUSY_421, times=1)
    work_once(app)
    assert {letter.tries for letter in db.session.scalars(select(Letter))} <= {0, 1}
    assert len(mailbox.letters) == len({one.message["Message-ID"] for one in mailbox.letters})
