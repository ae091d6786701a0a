"""Erasing one form: everything personal goes in the caller's one transaction, its shell stays.

The line in the ledger is on the disk first. Every table that points at the form is emptied of it,
unless it is named in `KEPT` with what is blanked in it: a table added later is erased unasked.
Events hold no personal values and stay; the shell forgets under which name they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update

from ppflow import clock, events, search
from ppflow.access import Standing
from ppflow.applicants.models import Applicant, ContactBy, Draft, StatusLink
from ppflow.db import db
from ppflow.erasing import ledger, mail, searches
from ppflow.erasing.models import Erasure, Why
from ppflow.errors import NotNow
from ppflow.expressions import acts as expression_acts
from ppflow.expressions.acts import LetterChoice
from ppflow.expressions.effects import By, actor_of
from ppflow.expressions.models import Assignment, Expression
from ppflow.expressions.workflow import LIFE, Status
from ppflow.outbox.models import HAS_BODY, Letter
from ppflow.outbox.workflow import FINAL, LetterState

NO_LETTER: Final = LetterChoice(is_sent=False)
BEING_ERASED: Final = "Erased"  # the subject of a letter whose words are gone
# Tables that keep their rows. Who answered since when, and that a letter went, name nobody.
KEPT: Final = frozenset({"expression", "assignment", "letter", "erasure"})
# What is taken out of the form's own row; the rest is its shell.
BLANK: Final[Mapping[str, Any]] = {
    "event_ref": None,
    "confirmed_at": None,
    "has_needs": False,
    "has_email_trouble": False,
    "has_answered": False,
    "shares_address": False,
    "talk_how": None,
    "talk_times": None,
    "talk_set_at": None,
    "alternatives": None,
    "pending_verb": None,
    "pending": None,
    "undo": None,
    "submission_key": None,
}
_BLANK_APPLICANT: Final[Mapping[str, Any]] = {
    "first_name": "",
    "last_name": "",
    "email": "",
    "phone": "",
    "post_address": "",
    "contact_by": ContactBy.POST,
    "best_time": [],
    "may_leave_message": False,
    "is_for_someone_else": False,
    "helper_name": "",
    "helper_relation": "",
    "contact_is_helper": False,
}
_BLANK_LETTER: Final[Mapping[str, Any]] = {
    "to_address": "",
    "to_name": "",
    "reply_to": "",
    "subject": BEING_ERASED,
    "server_said": None,
    "calendar": None,
    "link_id": None,
    "link_generation": None,
    "link_draft_id": None,
    "link_check_id": None,
}


def erase(
    expression: Expression,
    *,
    by: By,
    why: Why = Why.ASKED,
    rule: str = "",
    is_noted: bool = False,
) -> Erasure:
    """Erase everything personal of this form. An open one ends as withdrawn first.

    Who asked gets a last email, and everybody who was told of the form one that asks to delete any
    copy; a clock of retention tells nobody. `is_noted`: its line is in the ledger already.
    Raises `NotNow` when it is erased already, and `PpflowError` when the ledger cannot be written:
    then nothing is changed.
    """
    db.session.refresh(expression, with_for_update=True)
    if expression.erased_at is not None:
        raise NotNow("This form is erased already.")
    if not is_noted:
        ledger.note([expression.reference], why.value)
    if why is Why.ASKED or expression.is_open:
        _end(expression, by)
    if why is Why.ASKED:
        mail.tell(expression)
    actor, was = actor_of(by), expression.status
    events.record("erase", expression, actor, from_status=was, to_status=was, reason=rule or why)
    db.session.flush()
    _take_out(expression)
    erasure = Erasure(
        expression_id=expression.id, why=why, rule=rule, by_kind=actor.kind, by_id=actor.person_id
    )
    db.session.add(erasure)
    db.session.flush()
    return erasure


def _end(expression: Expression, by: By) -> None:
    """Nobody waits for an erased form, and its place is free."""
    if expression.set_aside_at is not None:  # suspected spam: it was never counted nor answered
        expression.status, expression.set_aside_at = Status.WITHDRAWN, None
        expression.closed_at = expression.closed_at or clock.now()
    elif expression.status in LIFE.transitions["withdraw"].sources:
        actor = by if isinstance(by, Standing) else events.APPLICANT
        expression_acts.perform("withdraw", expression, by=actor, letter=NO_LETTER)


def _take_out(expression: Expression) -> None:
    """All rows and words of this form. The order is that of the foreign keys."""
    searches.forget(expression)
    _blank_letters(expression.id)
    links = select(StatusLink.id).where(StatusLink.expression_id == expression.id)
    for link_id in db.session.scalars(links).all():
        typed_late = Draft.submission_key == f"status-text|{link_id}"
        db.session.execute(delete(Draft).where(typed_late))
    _delete_children(Expression.metadata.tables["expression"], expression.id)
    search.forget("expression", expression.id)
    mine = Assignment.expression_id == expression.id
    db.session.execute(update(Assignment).where(mine).values(why="the form is erased"))
    theirs = Applicant.id == expression.applicant_id
    db.session.execute(update(Applicant).where(theirs).values(**_BLANK_APPLICANT))
    db.session.execute(
        update(Expression)
        .where(Expression.id == expression.id)
        .values(**BLANK, erased_at=clock.now(), version=Expression.version + 1)
    )
    db.session.expire_all()  # nothing of what was read before may be written back


def _delete_children(table: Table, *ids: int) -> None:
    """Delete the rows of every table that points at these rows, and first what points at those."""
    for child in reversed(db.metadata.sorted_tables):
        if child.name in KEPT:
            continue
        for key in child.foreign_keys:
            if key.column.table is not table or not ids:
                continue
            condition: ColumnElement[bool] = key.parent.in_(ids)
            if "id" in child.c:
                gone = db.session.scalars(select(child.c.id).where(condition)).all()
                _delete_children(child, *gone)
            db.session.execute(delete(child).where(condition))


def _blank_letters(expression_id: int) -> None:
    """That letters went stays. One on its way is blanked too; its words go when it has ended."""
    drafts = select(Draft.id).where(Draft.expression_id == expression_id)
    theirs = or_(Letter.expression_id == expression_id, Letter.link_draft_id.in_(drafts))
    on_its_way = Letter.state == LetterState.SENDING
    waiting = Letter.state.not_in([*FINAL, LetterState.SENDING])
    cancelled = {"state": LetterState.CANCELLED, "ended_at": clock.now(), "lease": None}
    for condition, values in (
        (theirs & waiting, {**cancelled, "trouble": "The form was erased.", "body": ""}),
        (theirs & on_its_way, {"body": BEING_ERASED}),
        (theirs & ~on_its_way, {"body": ""}),
        (theirs, _BLANK_LETTER),
    ):
        statement = update(Letter).where(condition).values(**values)
        db.session.execute(statement.execution_options(synchronize_session=False))


def clear_after_sending() -> int:
    """Letters that were on their way when their form was erased, and have ended: nothing is left.

    Also the last email to somebody who was erased, once it has ended. Returns how many.
    """
    gone = select(Erasure.expression_id)
    ended = Letter.state.in_(FINAL)
    last = Letter.name == mail.LAST
    left = select(Letter.id).where(ended, HAS_BODY, last | Letter.expression_id.in_(gone))
    ids = db.session.scalars(left).all()
    blank = {**_BLANK_LETTER, "body": ""}
    db.session.execute(update(Letter).where(Letter.id.in_(ids)).values(**blank))
    if ids:  # their bytes go with the next cleaning
        newest = select(func.max(Erasure.id)).scalar_subquery()
        db.session.execute(update(Erasure).where(Erasure.id == newest).values(cleaned_at=None))
    return len(ids)


def replay(since: datetime | None = None) -> int:
    """Erase again what the ledger names and the database still holds; returns how many.

    After a restored backup, and after a crash between ledger and commit: then only lines `since`
    some moment matter. In the caller's transaction. Raises `PpflowError` for a damaged ledger.
    """
    again = 0
    batch: list[str] = []
    for reference in [*dict.fromkeys(ledger.references(since=since)), ""]:
        batch.append(reference)
        if len(batch) == 500 or not reference:
            again += _erase_again(batch)
            batch = []
    return again


def _erase_again(references: list[str]) -> int:
    chosen = select(Expression).where(
        Expression.reference.in_(references), Expression.erased_at.is_(None)
    )
    found = db.session.scalars(chosen).all()
    for expression in found:
        erase(expression, by=events.SYSTEM, why=Why.REPLAYED, is_noted=True)
    return len(found)
