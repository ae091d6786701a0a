"""What real mail servers do, and what becomes of the letters: R-20 to R-28 in small."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions.models import Expression
from ppflow.outbox import jobs
from ppflow.outbox.breaker import Breaker
from ppflow.outbox.checks import Claimed
from ppflow.outbox.jobs import run_worker, work_once, worker_engine
from ppflow.outbox.leases import LEASE, Ledger
from ppflow.outbox.models import Letter, MailBreaker, Suppression
from ppflow.outbox.workflow import MAX_AMBIGUOUS, LetterState, Outcome, Result
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.smtp import Fault, MailServer
from tests.support.waiting import eventually

ROSA = "rosa@mail.example"
SOON = timedelta(seconds=1)


@pytest.fixture
def rosa(register: Register, cast: Cast) -> Expression:
    return register("Rosa Reed", cast.panel)


@pytest.fixture
def ledger(app: Flask) -> Iterator[Ledger]:
    """Another worker's view of the outbox."""
    with writing():
        engine = worker_engine(app.config["PPFLOW"])
    yield Ledger(engine, "another-worker")
    engine.dispose()


def letter_to(address: str = ROSA) -> Letter:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Letter).where(Letter.to_address == address)).one()


def breaker() -> MailBreaker | None:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(MailBreaker)).first()


def make_due() -> None:
    """Time passes: everything that waits is due, and the server may be asked again."""
    with writing():
        waiting = Letter.state.in_([LetterState.QUEUED, LetterState.DEFERRED, LetterState.SENDING])
        db.session.execute(update(Letter).where(waiting).values(due_at=clock.now() - SOON))
        db.session.execute(update(MailBreaker).values(probe_at=clock.now() - SOON))


def test_r20_refused_connections_use_up_no_try(
    app: Flask, rosa: Expression, mailbox: MailServer
) -> None:
    with mailbox.refusing():
        for _ in range(3):
            work_once(app)
            make_due()
    stopped = breaker()
    assert stopped is not None
    assert stopped.opened_at is not None
    assert "refused" in str(stopped.reason).lower()
    assert {letter.tries for letter in db.session.scalars(select(Letter))} == {0}
    assert {letter.state for letter in db.session.scalars(select(Letter))} == {LetterState.QUEUED}
    work_once(app)
    assert len(mailbox.letters) == 4
    mended = breaker()
    assert mended is not None
    assert mended.opened_at is None


def test_the_server_is_not_asked_again_before_its_time(
    app: Flask, rosa: Expression, mailbox: MailServer
) -> None:
    with mailbox.refusing():
        work_once(app)
    assert mailbox.connections == 0
    work_once(app)
    assert (mailbox.connections, mailbox.letters) == (0, [])


def test_r21_a_greylist_is_waited_out(app: Flask, rosa: Expression, mailbox: MailServer) -> None:
    mailbox.fail(Fault.GREYLIST_450, recipient=ROSA, times=5)
    waits = []
    for _ in range(5):
        work_once(app)
        letter = letter_to()
        assert letter.state is LetterState.DEFERRED
        assert "wait" in str(letter.trouble)
        waits.append((letter.due_at - clock.now()).total_seconds())
        make_due()
    assert len(mailbox.letters) == 3  # the others were not held up
    work_once(app)
    assert len(mailbox.to(ROSA)) == 1
    assert letter_to().tries == 6
    for wait, planned in zip(waits, (30, 60, 120, 300, 600), strict=True):
        assert planned * 0.75 < wait < planned * 1.25


def test_r22_after_three_days_of_waiting_a_human_is_asked(
    app: Flask, rosa: Expression, mailbox: MailServer
) -> None:
    mailbox.fail(Fault.GREYLIST_450, recipient=ROSA)
    work_once(app)
    with writing():
        letter_to().first_tried_at = clock.now() - timedelta(hours=72)
    make_due()
    work_once(app)
    assert letter_to().state is LetterState.FAILED_TECHNICAL
    make_due()
    assert work_once(app) == 0


def test_r23_an_address_that_does_not_exist_is_not_tried_again(
    app: Flask, rosa: Expression, mailbox: MailServer, cast: Cast, register: Register
) -> None:
    mailbox.fail(Fault.NO_SUCH_ADDRESS_550, recipient=ROSA)
    work_once(app)
    letter = letter_to()
    assert (letter.state, letter.tries) == (LetterState.FAILED_ADDRESS, 1)
    assert letter.trouble == "This address does not exist."
    assert "550" in str(letter.server_said)
    assert db.session.get_one(Expression, rosa.id).has_email_trouble
    assert len(mailbox.letters) == 3
    assert db.session.scalars(select(Suppression)).one()
    mailbox.mend()
    another = register("Rosa Reed", cast.other_panel)
    work_once(app)
    assert mailbox.to(ROSA) == []  # and a second form of hers says so at once
    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Expression, another.id).has_email_trouble


def test_r24_a_refused_password_stops_the_outbox_and_blames_no_address(
    app: Flask, rosa: Expression, mailbox: MailServer, installation: Installation
) -> None:
    mailbox.fail(Fault.SIGN_IN_535)
    with installation.with_settings(mail_username="us", mail_password="wrong"):
        work_once(app)
    stopped = breaker()
    assert stopped is not None
    assert "535" in str(stopped.reason)
    assert (letter_to().state, letter_to().tries) == (LetterState.QUEUED, 0)


def test_r24_never_without_encryption_when_it_was_asked_for(
    app: Flask, rosa: Expression, mailbox: MailServer, installation: Installation
) -> None:
    with installation.with_settings(mail_security="starttls"):
        work_once(app)  # this server offers no STARTTLS
    assert mailbox.letters == []
    assert breaker() is not None
    assert (letter_to().state, letter_to().tries) == (LetterState.QUEUED, 0)


def test_r25_one_that_hangs_ends_at_its_deadline_and_holds_up_nobody(
    app: Flask, rosa: Expression, mailbox: MailServer, installation: Installation
) -> None:
    mailbox.fail(Fault.HANG_AFTER_DATA, recipient=ROSA, times=1)
    with installation.with_settings(mail_at_once=1, mail_attempt_seconds=1.5):
        began = time.monotonic()
        work_once(app)
    assert time.monotonic() - began < 30
    assert len(mailbox.letters) == 3
    letter = letter_to()
    assert (letter.state, letter.ambiguous_tries) == (LetterState.DEFERRED, 1)
    make_due()
    work_once(app)
    assert len(mailbox.to(ROSA)) == 1


def test_r25_a_server_that_never_greets_is_left_alone(
    app: Flask, rosa: Expression, mailbox: MailServer, installation: Installation
) -> None:
    mailbox.fail(Fault.NEVER_GREET)
    with installation.with_settings(mail_connect_seconds=0.3):
        work_once(app)
    assert breaker() is not None
    assert letter_to().tries == 0
    mailbox.mend()
    make_due()
    work_once(app)
    assert len(mailbox.letters) == 4


def test_r25_slow_letters_get_more_senders(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer, installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Two hang and there is one sender: two more come, and the good letters go meanwhile."""
    monkeypatch.setattr("ppflow.outbox.senders.SLOW_SECONDS", 0.2)
    for name in ("Ann Hangs", "Bob Hangs", "Cat Goes"):
        register(name, cast.panel)
    for hung in ("ann@mail.example", "bob@mail.example"):
        mailbox.fail(Fault.HANG_AFTER_DATA, recipient=hung)
    with installation.with_settings(mail_at_once=1):
        worker = threading.Thread(target=work_once, args=(app,))
        worker.start()
        mailbox.wait_for(10)  # 9 to staff and the good one
        assert letter_to("ann@mail.example").state is LetterState.SENDING
        with mailbox.refusing():  # which cuts off the two that hang
            worker.join()


def test_r27_an_answer_that_never_comes_makes_at_most_four_equal_copies(
    app: Flask, rosa: Expression, mailbox: MailServer
) -> None:
    mailbox.fail(Fault.DROP_BEFORE_250, recipient=ROSA)
    for _ in range(MAX_AMBIGUOUS + 2):
        work_once(app)
        make_due()
    copies = mailbox.to(ROSA)
    assert len(copies) == MAX_AMBIGUOUS
    assert len({copy.message["Message-ID"] for copy in copies}) == 1
    assert len({copy.message["Date"] for copy in copies}) == 1
    assert len({copy.text for copy in copies}) == 1
    assert letter_to().state is LetterState.UNKNOWN
    assert "may have arrived" in str(letter_to().trouble)
    assert len(mailbox.letters) == MAX_AMBIGUOUS + 3


def test_r28_too_busy_on_a_connection_kept_open_is_tried_on_a_new_one(
    app: Flask, rosa: Expression, mailbox: MailServer, installation: Installation
) -> None:
    with installation.with_settings(mail_at_once=1):
        mailbox.fail(Fault.BUSY_421, times=1)
        work_once(app)
        make_due()
        work_once(app)
    assert len(mailbox.letters) == 4
    assert {letter.tries for letter in db.session.scalars(select(Letter))} == {1}


def test_two_workers_at_once_send_every_letter_once(
    app: Flask, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    for number in range(15):
        register(f"Rosa{number} Reed", cast.panel)
    with ThreadPoolExecutor(3) as workers:
        done = list(workers.map(work_once, [app] * 3))
    assert sum(done) == 60
    sent = [letter.message["Message-ID"] for letter in mailbox.letters]
    assert len(sent) == len(set(sent)) == 60


def taken(ledger: Ledger, most: int = 4) -> list[Claimed]:
    """What this worker has begun with."""
    with writing():
        return [letter for letter, _ in ledger.take(most).going]


def test_what_a_worker_holds_nobody_else_sends(
    app: Flask, rosa: Expression, mailbox: MailServer, ledger: Ledger
) -> None:
    assert len(taken(ledger)) == 4
    assert work_once(app) == 0
    assert mailbox.letters == []
    held = letter_to()
    assert (held.lease, held.state) == ("another-worker", LetterState.SENDING)
    assert held.due_at <= clock.now() + LEASE


def test_a_worker_that_died_while_sending_leaves_an_unsure_attempt(
    app: Flask, rosa: Expression, mailbox: MailServer, ledger: Ledger
) -> None:
    taken(ledger)
    make_due()
    work_once(app)
    letter = letter_to()
    assert (letter.state, letter.ambiguous_tries, letter.tries) == (LetterState.DEFERRED, 1, 1)
    assert mailbox.letters == []
    make_due()
    work_once(app)
    assert len(mailbox.to(ROSA)) == 1


def test_what_is_given_back_was_never_tried(
    app: Flask, rosa: Expression, mailbox: MailServer, ledger: Ledger
) -> None:
    letters = taken(ledger)
    with writing():
        ledger.give_back(letters)
    assert work_once(app) == 4
    assert {letter.tries for letter in db.session.scalars(select(Letter))} == {1}
    assert len(mailbox.letters) == 4


def test_a_lease_that_is_lost_is_not_written_over(
    app: Flask, rosa: Expression, ledger: Ledger
) -> None:
    letters = taken(ledger)
    make_due()
    work_once(app)
    with writing():
        ledger.give_back(letters)
        ledger.renew([letter.id for letter in letters])
    assert letter_to().state is LetterState.DEFERRED
    assert letter_to().lease is None


def test_renewing_keeps_letters_that_wait_their_turn(
    app: Flask, rosa: Expression, ledger: Ledger
) -> None:
    letters = taken(ledger)
    make_due()
    with writing():
        ledger.renew([letter.id for letter in letters[:3]])
    work_once(app)
    states = {letter.id: letter.state for letter in db.session.scalars(select(Letter))}
    assert [states[letter.id] for letter in letters] == [LetterState.SENDING] * 3 + [
        LetterState.DEFERRED
    ]


def test_results_of_many_are_written_together_each_as_if_alone(
    app: Flask, rosa: Expression, ledger: Ledger
) -> None:
    letters = taken(ledger)
    outcomes = [
        Outcome(Result.ACCEPTED, said="250 kept"),
        Outcome(Result.LATER, said="450 later"),
        Outcome(Result.BAD_ADDRESS, said="550 5.1.1 nobody", is_dead=True),
        Outcome(Result.UNSURE, said="lost"),
    ]
    with writing():
        ledger.record(list(zip(letters, outcomes, strict=True)))
    db.session.rollback()
    db.session.expire_all()
    rows = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [(row.state, row.server_said, row.ambiguous_tries) for row in rows] == [
        (LetterState.SENT, "250 kept", 0),
        (LetterState.DEFERRED, "450 later", 0),
        (LetterState.FAILED_ADDRESS, "550 5.1.1 nobody", 0),
        (LetterState.DEFERRED, "lost", 1),
    ]
    assert {row.lease for row in rows} == {None}
    assert {row.tries for row in rows} == {1}
    assert db.session.scalars(select(Suppression)).one()


def test_the_breaker_is_for_all_workers(app: Flask, rosa: Expression, ledger: Ledger) -> None:
    with writing():
        Breaker(ledger.engine).open("421 busy")
    assert work_once(app) == 0
    with writing():
        db.session.execute(update(MailBreaker).values(probe_at=clock.now() - SOON))
    with writing():
        asked = [Breaker(ledger.engine).may_probe() for _ in range(3)]
    assert asked == [True, False, False]


def test_the_worker_runs_until_it_is_told_to_stop(
    app: Flask, rosa: Expression, mailbox: MailServer, register: Register, cast: Cast
) -> None:
    stop = threading.Event()
    worker = threading.Thread(target=run_worker, args=(app, stop))
    worker.start()
    mailbox.wait_for(4)
    register("Ann Roe", cast.panel)
    mailbox.wait_for(8)
    eventually(lambda: letter_to("ann@mail.example").state is LetterState.SENT)
    began = time.monotonic()
    stop.set()
    worker.join(30)
    assert not worker.is_alive()
    assert time.monotonic() - began < jobs.FINISH_SECONDS
