"""Whatever a table holds about a person is in their own download, or `columns.py` says why not.

A new table or column about a form fails the first story until somebody has decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, select

from ppflow import clock, events, keys
from ppflow.answers.models import CallAnswer, Consent
from ppflow.applicants.acts import current_link
from ppflow.applicants.models import ContactBy, MailedCheck
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, Note, Source
from ppflow.outbox.jobs import work_once
from ppflow.rights.queries import everything
from ppflow.tagging.models import ExpressionTag
from ppflow.visiting.acts import keep_text
from ppflow.visiting.queries import seen
from tests.rights.columns import NOT_TOLD, SOMETIMES, TOLD, WHOLE
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.installation import Installation


def about_a_form() -> list[Table]:
    """The tables of the form and its person, and all that point at one of their rows."""
    tables = db.metadata.sorted_tables  # what is pointed at comes first
    found = [db.metadata.tables[name] for name in ("applicant", "expression")]
    for table in tables:
        points = {key.column.table for key in table.foreign_keys} & set(found)
        if points and table not in found and table.name not in {"digest", "bulk_run"}:
            found.append(table)
    return found


def columns(table: Table) -> set[str]:
    """Its columns, without its own key and those that tie it to the form."""
    ties = {"applicant", "expression", "letter", "status_link", "note"}
    return {
        f"{table.name}.{column.name}"
        for column in table.columns
        if not column.primary_key
        and column.name not in {"link_draft_id", "link_check_id"}
        and (
            not any(key.column.table.name in ties for key in column.foreign_keys)
            or column.name == "duplicate_of_id"
        )
    }


@pytest.mark.sqlite_only
def test_every_column_about_a_person_is_told_or_says_why_not(app: Flask) -> None:
    held = set[str]()
    for table in about_a_form():
        held |= set() if table.name in WHOLE else columns(table)
    known = {*TOLD, *SOMETIMES, *NOT_TOLD}
    assert sorted(held - known) == [], (
        "tell it in ppflow/rights/queries.py, or say in columns.py why not"
    )
    assert sorted(known - held) == [], "this column is gone"
    assert len(known) == len(TOLD) + len(SOMETIMES) + len(NOT_TOLD), "a column has two answers"
    assert set(WHOLE) <= {table.name for table in about_a_form()}


@pytest.fixture
def rosa(
    app: Flask, cast: Cast, register: Register, installation: Installation
) -> Iterator[Expression]:
    """A form that holds something in every column that is told."""
    ten = clock.start_of(date(2027, 5, 3), at=time(10))

    def at(moment: datetime) -> Any:
        ahead = moment - datetime.now(moment.tzinfo)
        return installation.with_settings(clock_offset_seconds=int(ahead.total_seconds()) + 5)

    farah = standing(cast.facilitator)
    with at(ten):
        found = register(
            "canary-first canary-last", cast.panel,
            email="rosa@mail.example", phone="0121 496 0999", post_address="1 Canary Street",
            best_time=["morning"], may_leave_message=True, contact_by=ContactBy.EMAIL,
            is_for_someone_else=True, helper_name="canary-helper", helper_relation="canary-aunt",
            contact_is_helper=True, plain={"why": "canary-plain"}, sealed={"x": "canary-sealed"},
        )  # fmt: skip
        with writing():
            found.source, found.entered_by_id = Source.PHONE, cast.coordinator.id
            found.confirmed_at, found.has_email_trouble, found.spam_score = clock.now(), True, 1
            link = current_link(found.id)
            link.opened_at = clock.now()
            keep_text(link, "canary typed too late")
            fresh = clock.now() + timedelta(minutes=10)
            more: list[Any] = [
                Note(expression_id=found.id, by_id=farah.person_id, body="hidden-note"),
                ExpressionTag(expression_id=found.id, word="hidden-tag", by_id=farah.person_id),
                MailedCheck(
                    expression_id=found.id, purpose="address", expires_at=fresh,
                    new_address="canary-new@mail.example",
                ),
                CallAnswer(
                    expression_id=found.id, question="Is a canary well?", is_asked=True,
                    sealed=keys.seal({"answer": "canary-call"}), by_id=farah.person_id,
                ),
            ]  # fmt: skip
            db.session.add_all(more)
            agreed = select(Consent).where(Consent.expression_id == found.id)
            consent = db.session.scalars(agreed).one()
            consent.read_out_by_id = cast.coordinator.id
            consent.withdrawn_at = clock.now() + timedelta(days=1)
    with at(ten + timedelta(minutes=1)):
        work_once(app)
        with writing():
            acts.perform("message", found, by=farah, body="canary-message")
            acts.perform("write", found, by=events.APPLICANT, body="canary-answer")
            when = clock.start_of(date(2027, 5, 12), at=time(14, 30))
            acts.perform("arrange", found, by=farah, talk_at=when, talk_how="By video")
            found.has_email_trouble = True
        work_once(app)
    with at(ten + timedelta(hours=1)):
        yield found


def lines(found: Expression) -> list[str]:
    """The download as lines: heading (what: value)."""
    return [
        line
        for heading, pairs in everything(found, seen(found))
        for line in (
            heading,
            *(f"{what}: {value if isinstance(value, str) else ', '.join(value)}"
              for what, value in pairs),
        )
    ]  # fmt: skip


def test_what_is_called_told_is_told(rosa: Expression) -> None:
    held = "\n".join(lines(rosa))
    missing = {column: words for column, words in TOLD.items() if words not in held}
    assert missing == {}, held
    assert "hidden" not in held


def test_while_it_is_so(rosa: Expression, cast: Cast, register: Register) -> None:
    farah = standing(cast.facilitator)
    ahead = [clock.now() + timedelta(days=days) for days in (3, 5)]
    later = clock.today() + timedelta(days=30)
    seen_as = {}
    with writing():
        asked = register("Ann Roe", cast.panel)
        acts.perform("propose", asked, by=farah, talk_times=ahead, talk_how="By phone")
    with writing():
        offered = register("Bob Roe", cast.panel)
        acts.perform("offer", offered, by=farah, accept_by=later)
    with writing():
        first, second = register("Cat Roe", cast.panel), register("Dan Roe", cast.panel)
        for each in (first, second):
            acts.perform("wait", each, by=farah, next_reply_by=later)
    with writing():
        over = register("Eve Roe", cast.panel)
        others = [cast.other_panel.slug]
        acts.perform("not_this_time", over, by=farah, reason="full", alternatives=others)
    for row in (asked, offered, second, over):
        seen_as[row.applicant.first_name] = "\n".join(lines(row))
    proposed = seen_as["Ann"]
    assert proposed.count(", By phone") == 2
    assert "Times we proposed for a talk" in seen_as["Ann"]
    assert f"A place is offered; answer by: {later.day} " in seen_as["Bob"]
    assert ", number 2" in seen_as["Dan"]
    assert "Why not this time: because all the places are taken" in seen_as["Eve"]
    assert "What we suggested instead: Join our falls panel" in seen_as["Eve"]
    assert "Ended: " in seen_as["Eve"]
    for words in ("Times we proposed", "A place is offered", "On the waiting list", "Why not"):
        assert sum(words in text for text in seen_as.values()) == 1, words


def test_a_decision_that_can_be_taken_back_is_not_in_it_yet(
    cast: Cast, register: Register, installation: Installation
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with installation.with_settings(hold_decisions_minutes=10):
        with writing():
            others = [cast.other_panel.slug]
            by = standing(cast.facilitator)
            acts.perform("not_this_time", rosa, by=by, reason="full", alternatives=others)
        held = "\n".join(lines(rosa))
    for words in ("Not this time", "Why not", "suggested", "Ended"):
        assert words not in held
    assert "Where it stands: We have your form" in held
