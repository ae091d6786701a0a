"""The doors to letters, one page of them, the counts beside the views, and the health of mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, true

from ppflow import clock, search
from ppflow.access import Standing
from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.mailing.forms import Asked
from ppflow.mailing.workflow import View
from ppflow.outbox.models import Heartbeat, Letter, MailBreaker
from ppflow.outbox.workflow import WAITING, LetterState

ROWS: Final = 25
COUNT_TO: Final = 1000
SILENT_AFTER: Final = timedelta(minutes=1)
Line = Row[*tuple[Any, ...]]


def may_read(standing: Standing) -> ColumnElement[bool]:
    """SQL condition on letters outer-joined with their expressions: those of one's own people.

    Letters about no expression (a way back to a form not sent yet) hold a secret: nobody's.
    """
    if standing.all_programmes:
        return Expression.erased_at.is_(None)
    return and_(is_visible_to(standing), Expression.erased_at.is_(None))


def _joined(*columns: Any) -> Select[Any]:
    letters = select(*columns).select_from(Letter)
    return letters.join(Expression, Expression.id == Letter.expression_id)


def letter(letter_id: int, standing: Standing) -> Select[Letter]:
    """One letter, through the door."""
    return _joined(Letter).where(Letter.id == letter_id, may_read(standing))


def _of(view: View) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if view.states:
        conditions.append(Letter.state.in_(view.states))
    if view.since is not None:
        conditions.append(Letter.ended_at > clock.now() - view.since)
    return and_(true(), *conditions)


def counts(standing: Standing, views: Iterable[View]) -> dict[str, int]:
    """How many letters each view has, by its key, at most `COUNT_TO` + 1; one statement."""
    views = list(views)
    numbers = []
    for view in views:
        few = _joined(literal(1)).where(may_read(standing), _of(view)).limit(COUNT_TO + 1)
        numbers.append(select(func.count()).select_from(few.subquery()).scalar_subquery())
    row = db.session.execute(select(*numbers)).one()
    return {view.key: number for view, number in zip(views, row, strict=True)}


@dataclass(frozen=True)
class Page:
    """One page of letters, with the marks of the pages before and after (0: there is none)."""

    rows: list[Line]
    total: int
    newer: int
    older: int


def page(asked: Asked, standing: Standing) -> Page:
    """The letters somebody asked for, newest first; two statements."""
    conditions = [may_read(standing), _of(asked.view), *_narrowed(asked)]
    few = _joined(literal(1)).where(*conditions).limit(COUNT_TO + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(few)) or 0
    chosen = _rows().where(*conditions)
    if asked.after:
        chosen = chosen.where(Letter.id > asked.after).order_by(Letter.id)
    elif asked.before:
        chosen = chosen.where(Letter.id < asked.before).order_by(Letter.id.desc())
    else:
        chosen = chosen.order_by(Letter.id.desc())
    found = list(db.session.execute(chosen.limit(ROWS + 1)))
    has_more, rows = len(found) > ROWS, found[:ROWS]
    if asked.after:
        rows.reverse()
    has_newer = has_more if asked.after else bool(asked.before)
    has_older = bool(rows) if asked.after else has_more
    newer = rows[0].id if rows and has_newer else 0
    return Page(rows, total, newer, rows[-1].id if rows and has_older else 0)


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.q:
        ids = search.matching("expression", asked.q)
        ways = [Expression.reference == asked.q.upper(), Letter.to_address == asked.q.lower()]
        found.append(or_(*ways, *([] if ids is None else [Expression.id.in_(ids)])))
    if asked.to:
        is_to_staff = Letter.name.startswith("staff-")
        found.append(is_to_staff if asked.to == "staff" else ~is_to_staff)
    if asked.days:
        found.append(Letter.created_at > clock.now() - timedelta(days=asked.days))
    return found


def _rows() -> Select[Any]:
    return _joined(
        Letter.id,
        Letter.name,
        Letter.state,
        Letter.lease,
        Letter.due_at,
        Letter.created_at,
        Letter.ended_at,
        Letter.subject,
        Letter.to_name,
        Letter.to_address,
        Letter.trouble,
        Letter.expression_id,
        Letter.handled_by_id,
        Letter.tries,
        Letter.ambiguous_tries,
        Letter.server_said,
        Expression.reference,
        Expression.reply_by,
        Applicant.phone,
    ).join(Applicant, Applicant.id == Expression.applicant_id)


def first_in_trouble(standing: Standing, view: View) -> Line | None:
    """The letter that has been in trouble for longest: its story is told first."""
    chosen = _rows().where(may_read(standing), _of(view)).order_by(Letter.id).limit(1)
    return db.session.execute(chosen).first()


@dataclass(frozen=True)
class Health:
    """How mail is doing. `stopped_at`: since when the server refuses everyone."""

    stopped_at: datetime | None
    reason: str
    last_sent_at: datetime | None
    oldest_due_at: datetime | None
    is_worker_alive: bool


def health() -> Health:
    """The state of mail for the whole installation; holds nobody's name."""
    breaker = db.session.scalars(select(MailBreaker).limit(1)).first()
    beat = db.session.scalar(select(func.max(Heartbeat.at)))
    last = select(Letter.ended_at).where(Letter.state == LetterState.SENT, Letter.to_address != "")
    oldest = select(func.min(Letter.due_at)).where(
        Letter.state.in_(WAITING), Letter.due_at <= clock.now()
    )
    return Health(
        stopped_at=breaker.opened_at if breaker else None,
        reason=(breaker.reason or "") if breaker else "",
        last_sent_at=db.session.scalar(last.order_by(Letter.id.desc()).limit(1)),
        oldest_due_at=db.session.scalar(oldest),
        is_worker_alive=beat is not None and clock.now() - beat < SILENT_AFTER,
    )
