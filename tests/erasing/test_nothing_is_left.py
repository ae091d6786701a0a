"""Somebody is erased: nothing of theirs is left, and what was done stays told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from ppflow import events
from ppflow.applicants.models import Applicant
from ppflow.db import db, writing
from ppflow.erasing import acts, cleaning, jobs
from ppflow.erasing.models import Erasure, Why
from ppflow.errors import NotNow, PpflowError
from ppflow.events import Event
from ppflow.expressions.models import Expression, Message, Note
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.erasing.conftest import CANARY, bytes_on_disk, rows_of_search, traces
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.smtp import MailServer, Received

Full = Callable[..., Expression]


def erase(expression: Expression) -> None:
    with writing():
        acts.erase(expression, by=events.APPLICANT)


def to_staff(mailbox: MailServer) -> list[tuple[str, Received]]:
    """(address, letter) of what went to us."""
    found = [(letter.recipients[0], letter) for letter in mailbox.letters]
    return [(to, letter) for to, letter in found if to.endswith("@nhs.example")]


def test_no_row_of_any_table_holds_a_word_of_theirs(full: Full) -> None:
    rosa = full()
    assert {"applicant", "answers", "letter", "message", "note", "draft"} <= set(traces())
    assert {"assignment", "mailed_check", "search_entry"} <= set(traces())
    erase(rosa)
    assert set(traces()) <= {"letter"}, "only the last email, until it has gone"
    last = select(Letter.name).where(Letter.to_address.contains(CANARY))
    assert db.session.scalars(last).all() == ["erased-receipt"]
    assert rows_of_search() == 0


def test_when_the_last_email_has_gone_its_address_goes_too(
    app: Flask, full: Full, mailbox: MailServer
) -> None:
    erase(full())
    work_once(app)
    (letter,) = mailbox.to(f"{CANARY}@mail.example")
    assert "is erased" in letter.subject
    assert CANARY not in letter.text
    with writing():
        acts.clear_after_sending()
    assert traces() == {}


@pytest.mark.sqlite_only
def test_the_files_hold_none_of_their_bytes(
    app: Flask, full: Full, mailbox: MailServer, register: Register, cast: Cast
) -> None:
    rosa = full()
    register("Omar Oak", cast.panel)
    assert bytes_on_disk(app).count(CANARY.encode()) > 10, "the search reads the right files"
    erase(rosa)
    work_once(app)
    with writing():
        acts.clear_after_sending()
    db.session.remove()
    assert cleaning.clean()
    assert bytes_on_disk(app).count(CANARY.encode()) == 0
    assert b"omar" in bytes_on_disk(app), "nothing of anybody else's went"


def test_cleaning_is_done_once_for_an_erasure(full: Full) -> None:
    erase(full())
    db.session.remove()
    assert cleaning.newest_to_clean() is not None
    db.session.rollback()
    assert cleaning.clean()
    assert cleaning.newest_to_clean() is None
    db.session.rollback()
    assert cleaning.clean()


def test_the_shell_and_its_events_stay(full: Full, cast: Cast) -> None:
    rosa = full()
    subject, before = rosa.event_subject, db.session.scalar(select(func.count(Event.id)))
    interest = select(Opportunity.interest_count).where(Opportunity.id == cast.panel.id)
    counted = db.session.scalars(interest).one()
    erase(rosa)
    shell = db.session.scalars(select(Expression)).one()
    assert shell.reference == rosa.reference
    assert (shell.status, shell.event_ref) == (Status.WITHDRAWN, None)
    assert shell.erased_at is not None
    verbs = db.session.scalars(
        select(Event.verb).where(Event.subject == subject).order_by(Event.id)
    ).all()
    assert verbs[-2:] == ["withdraw", "erase"]
    assert len(verbs) > 3
    assert db.session.scalar(select(func.count(Event.id))) == (before or 0) + 2
    assert db.session.scalars(interest).one() == counted - 1
    assert events.verify_chain().first_bad is None


def test_who_was_told_is_asked_to_delete_any_copy(
    app: Flask, full: Full, mailbox: MailServer, cast: Cast
) -> None:
    rosa = full()
    work_once(app)
    told = {to for to, _letter in to_staff(mailbox)}
    assert cast.facilitator.email in told
    mailbox.clear()
    erase(rosa)
    work_once(app)
    asked = to_staff(mailbox)
    assert {to for to, _letter in asked} == told
    assert len(asked) == len(told), "one each"
    for _to, letter in asked:
        assert "delete any copy" in letter.text
        assert CANARY not in letter.subject + letter.text


def test_letters_that_wait_are_cancelled_and_never_go(
    app: Flask, full: Full, installation: Installation, mailbox: MailServer
) -> None:
    with installation.with_settings(hold_messages_minutes=10):
        rosa = full()
        erase(rosa)
        states = db.session.execute(
            select(Letter.name, Letter.state).where(Letter.expression_id == rosa.id)
        ).all()
        assert {state for _name, state in states} == {LetterState.CANCELLED}
    work_once(app)
    assert {letter.subject.partition(": ")[2] for letter in mailbox.letters} == {
        "Your form is erased"
    }


def test_a_letter_on_its_way_is_emptied_when_it_has_ended(full: Full) -> None:
    rosa = full()
    with writing():
        going = db.session.scalars(select(Letter).where(Letter.name == "expression-received")).one()
        going.state, going.lease = LetterState.SENDING, "a worker"
    erase(rosa)
    db.session.refresh(going)
    assert (going.state, going.lease) == (LetterState.SENDING, "a worker")
    with writing():  # as the worker writes it down
        going.state, going.lease, going.ended_at = LetterState.SENT, None, going.created_at
        going.server_said = f"250 ok {CANARY}"
    with writing():
        acts.clear_after_sending()
    assert "letter" not in {name for name in traces() if name != "letter"}
    db.session.refresh(going)
    assert (going.server_said, going.body) == (None, "")


def test_only_this_form_goes(full: Full, register: Register, cast: Cast) -> None:
    rosa = full()
    twin = register("Twin Reed", cast.panel, email=f"{CANARY}@mail.example", plain={"why": "mine"})
    with writing():
        db.session.add(Note(expression_id=twin.id, by_id=cast.facilitator.id, body="twin note"))
        db.session.add(Message(expression_id=twin.id, body="twin message"))
    erase(rosa)
    db.session.refresh(twin)
    assert twin.applicant.email == f"{CANARY}@mail.example"
    assert twin.answers[0].plain == {"why": "mine"}
    assert [note.body for note in twin.notes] == ["twin note"]
    assert [message.body for message in twin.messages] == ["twin message"]
    assert twin.consents != []
    own = select(Letter).where(
        Letter.expression_id == twin.id, Letter.name == "expression-received"
    )
    assert db.session.scalars(own).one().state is LetterState.QUEUED


def test_the_ledger_names_no_person_and_is_there_first(
    full: Full, ledger: Path, installation: Installation
) -> None:
    rosa = full()
    erase(rosa)
    (line,) = [json.loads(each) for each in ledger.read_text().splitlines()]
    assert set(line) == {"reference", "at", "why"}
    assert (line["reference"], line["why"]) == (rosa.reference, "asked")
    assert ledger.stat().st_mode & 0o777 == 0o600


def test_without_a_ledger_nothing_is_erased(
    full: Full, installation: Installation, tmp_path: Path
) -> None:
    rosa = full()
    (tmp_path / "a-file").write_text("no folder")
    with (
        installation.with_settings(erasure_ledger=str(tmp_path / "a-file" / "ledger")),
        pytest.raises(PpflowError, match="cannot be written"),
    ):
        erase(rosa)
    assert "applicant" in traces()


def test_a_crash_between_ledger_and_commit_erases_again(full: Full, ledger: Path) -> None:
    rosa = full()
    with writing():
        acts.erase(rosa, by=events.APPLICANT)
        db.session.rollback()  # the power went
    assert "applicant" in traces()
    with ledger.open("a") as cut_short:
        cut_short.write('{"reference": "PP-')
    with writing():
        assert acts.replay() == 1
    assert traces() == {}
    with writing():
        assert acts.replay() == 0
    assert db.session.scalars(select(Erasure.why)).all() == [Why.REPLAYED]


def test_a_damaged_ledger_is_seen(full: Full, ledger: Path) -> None:
    erase(full())
    ledger.write_text("{not ours}\n" + ledger.read_text())
    with pytest.raises(PpflowError, match="line 1"), writing():
        acts.replay()


def test_after_a_cut_line_the_next_stands_on_its_own(
    full: Full, ledger: Path, register: Register, cast: Cast
) -> None:
    ledger.write_text('{"reference": "PP-')
    rosa = full()
    erase(rosa)
    assert ledger.read_text().splitlines()[1].startswith(f'{{"reference": "{rosa.reference}"')


def test_nobody_is_erased_twice(full: Full) -> None:
    rosa = full()
    erase(rosa)
    with pytest.raises(NotNow, match="erased already"):
        erase(rosa)


def test_a_suspect_that_nobody_judged_can_be_erased(register: Register, cast: Cast) -> None:
    suspect = register("Spam Bot", cast.panel, is_set_aside=True)
    interest = select(Opportunity.interest_count).where(Opportunity.id == cast.panel.id)
    counted = db.session.scalars(interest).one()
    with writing():
        acts.erase(suspect, by=standing(cast.coordinator))
    assert db.session.scalars(select(Applicant.first_name)).one() == ""
    assert db.session.scalars(interest).one() == counted


def test_every_column_of_a_form_is_its_shell_or_goes() -> None:
    """A column added later must be put in one of the two: it is decided, not forgotten."""
    shell = {
        "id", "reference", "kind", "source", "programme_id", "project_id", "opportunity_id",
        "applicant_id", "assignee_id", "is_unrouted", "status", "reply_by", "received_at",
        "first_replied_at", "last_contact_at", "last_contact", "closed_at", "asked_at", "talk_at",
        "talk_sequence", "accept_by", "waiting_since", "reason", "duplicate_of_id", "spam_score",
        "set_aside_at", "entered_by_id", "archived_at", "erased_at", "version",
    }  # fmt: skip
    columns = set(Expression.__table__.columns.keys())
    assert columns - shell - set(acts.BLANK) == set()


def test_every_table_that_points_at_a_form_is_emptied_or_named() -> None:
    pointing = {
        table.name
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "expression"
    }
    assert acts.KEPT & pointing == {"expression", "assignment", "letter", "erasure"}
    assert {"message", "note", "answers", "consent", "draft", "status_link"} <= pointing


def test_postgresql_frees_the_dead_rows(full: Full, database: str) -> None:
    if database == "sqlite":
        return
    erase(full())
    db.session.remove()
    assert cleaning.clean()
    dead = text("SELECT coalesce(sum(n_dead_tup), 0) FROM pg_stat_all_tables WHERE relname='note'")
    assert db.session.scalar(dead) == 0


def test_every_hour_only_late_lines_are_looked_at_and_all_at_a_start(
    full: Full, ledger: Path
) -> None:
    rosa = full()
    old = {"reference": rosa.reference, "at": "2020-01-01T00:00:00+00:00", "why": "asked"}
    ledger.write_text(json.dumps(old) + "\n")
    with writing():
        jobs.erase_what_the_ledger_names()
    assert "applicant" in traces()
    with writing():
        assert acts.replay() == 1
    assert traces() == {}
