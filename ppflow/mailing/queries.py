"""The doors to letters, one page of them, the counts beside the views, and the health of mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    Row,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from ppflow import clock, listing, search
from ppflow.access import Role, Standing
from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.mailing.forms import Asked
from ppflow.mailing.workflow import View
from ppflow.outbox.models import NOT_DONE, NOT_SENT, Heartbeat, Letter, MailBreaker
from ppflow.outbox.workflow import WAITING, LetterState
from ppflow.people.models import Grant
from ppflow.projects.models import Member, Project

ROWS: Final = 25
SILENT_AFTER: Final = timedelta(minutes=1)
Line = Row[*tuple[Any, ...]]


# Letters to staff that are about no form (any more): digests, and word that a form was erased.
_TO_STAFF: Final = and_(Letter.expression_id.is_(None), Letter.name.startswith("staff-"))


def may_read(standing: Standing) -> ColumnElement[bool]:
    """SQL condition on letters joined with their expressions: those of one's own people.

    Letters to people outside about no expression (a way back to a form not sent yet) hold a
    secret: nobody's.
    """
    if standing.all_programmes:
        return Expression.erased_at.is_(None)
    return and_(is_visible_to(standing), Expression.erased_at.is_(None))


def may_tend(standing: Standing) -> ColumnElement[bool]:
    """SQL condition on letters to staff about no form: whose going this person looks after.

    Their own; for administrators and coordinators of everything all; for coordinators of a
    programme those to the people of its projects and to their fellow coordinators. That is leave
    to see how a letter fares and to send it again, never to read what it tells somebody else.
    """
    if standing.has(Role.ADMINISTRATOR) or standing.all_programmes:
        return _TO_STAFF
    mine = Letter.person_id == standing.person_id
    if not standing.programmes:
        return and_(_TO_STAFF, mine)
    theirs = sorted(standing.programmes)
    team = (
        select(Member.person_id)
        .join(Project, Project.id == Member.project_id)
        .where(Project.programme_id.in_(theirs), Member.until_on.is_(None))
    )
    fellows = select(Grant.person_id).where(Grant.programme_id.in_(theirs))
    ways = (mine, Letter.programme_id.in_(theirs), Letter.person_id.in_(team.union(fellows)))
    return and_(_TO_STAFF, or_(*ways))


def _joined(*columns: Any) -> Select[Any]:
    letters = select(*columns).select_from(Letter)
    return letters.join(Expression, Expression.id == Letter.expression_id)


def letter(letter_id: int, standing: Standing) -> Select[Letter]:
    """One letter, through the doors."""
    about_forms = _joined(Letter.id).where(Letter.id == letter_id, may_read(standing))
    to_staff = select(Letter.id).where(Letter.id == letter_id, may_tend(standing))
    return select(Letter).where(or_(Letter.id.in_(about_forms), Letter.id.in_(to_staff)))


def _of(view: View) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if view.states:
        is_by_index = LetterState.SENT not in view.states
        chosen = Letter.state.in_(view.states)
        conditions.append(and_(NOT_SENT, chosen) if is_by_index else chosen)
    if view.since is not None:
        conditions.append(Letter.ended_at > clock.now() - view.since)
    return conditions


def _number(standing: Standing, asked: Asked) -> ColumnElement[int]:
    """How many letters somebody asked for; through each door counted to `listing.COUNT_TO` + 1."""
    forms = _joined(literal(1)).where(may_read(standing), *_narrowed(asked))
    staff = select(literal(1)).where(may_tend(standing), *_narrowed_staff(asked))
    few = [listing.few(chosen) for chosen in (forms, staff)]
    first, second = (select(func.count()).select_from(each).scalar_subquery() for each in few)
    return first + second


def counts(standing: Standing, views: Iterable[View]) -> dict[str, int]:
    """How many letters each view has, by its key; beyond `listing.COUNT_TO` no longer exact.

    One statement.
    """
    views = list(views)
    row = db.session.execute(select(*(_number(standing, Asked(view)) for view in views))).one()
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
    total = db.session.scalar(select(_number(standing, asked))) or 0
    found = _lines(standing, asked, ROWS + 1)
    has_more, rows = len(found) > ROWS, found[:ROWS]
    if asked.after:
        rows.reverse()
    has_newer = has_more if asked.after else bool(asked.before)
    has_older = bool(rows) if asked.after else has_more
    newer = rows[0].id if rows and has_newer else 0
    return Page(rows, total, newer, rows[-1].id if rows and has_older else 0)


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    found = _of(asked.view)
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


def _narrowed_staff(asked: Asked) -> list[ColumnElement[bool]]:
    """The same of letters to staff about no form: found by who gets them."""
    found = _narrowed(replace(asked, q="", to=""))
    if asked.q:
        has_name = Letter.to_name.icontains(asked.q, autoescape=True)
        found.append(or_(Letter.to_address == asked.q.lower(), has_name))
    return [*found, false()] if asked.to == "applicant" else found


_COLUMNS: Final = (
    Letter.id,
    Letter.name,
    Letter.state,
    Letter.lease,
    Letter.due_at,
    Letter.created_at,
    Letter.ended_at,
    Letter.to_name,
    Letter.to_address,
    Letter.trouble,
    Letter.expression_id,
    Letter.person_id,
    Letter.handled_by_id,
    Letter.tries,
    Letter.ambiguous_tries,
    Letter.server_said,
)
_OF_FORMS: Final = (Letter.subject, Expression.reference, Expression.reply_by, Applicant.phone)


def _lines(standing: Standing, asked: Asked, limit: int, *, is_oldest: bool = False) -> list[Line]:
    """Rows through both doors, newest first; of the page after a mark, oldest first.

    What a letter to somebody else tells them is not read: its subject is empty.
    """
    is_rising = is_oldest or bool(asked.after)
    is_mine = Letter.person_id == standing.person_id
    subject = case((is_mine, Letter.subject), else_="").label("subject")
    nothing = (literal(""), cast(null(), Date), literal(""))
    forms = _joined(*_COLUMNS, *_OF_FORMS).join(Applicant, Applicant.id == Expression.applicant_id)
    doors = (
        forms.where(may_read(standing), *_narrowed(asked)),
        select(*_COLUMNS, subject, *nothing).where(may_tend(standing), *_narrowed_staff(asked)),
    )
    parts = []
    for door in doors:
        if asked.after:
            door = door.where(Letter.id > asked.after)
        elif asked.before:
            door = door.where(Letter.id < asked.before)
        part = door.order_by(Letter.id if is_rising else Letter.id.desc()).limit(limit)
        parts.append(select(part.subquery()))
    both = union_all(*parts).subquery()
    chosen = select(both).order_by(both.c.id if is_rising else both.c.id.desc()).limit(limit)
    return list(db.session.execute(chosen))


def first_in_trouble(standing: Standing, view: View) -> Line | None:
    """The letter that has been in trouble for longest: its story is told first."""
    return next(iter(_lines(standing, Asked(view), 1, is_oldest=True)), None)


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
        NOT_DONE, Letter.state.in_(WAITING), Letter.due_at <= clock.now()
    )
    return Health(
        stopped_at=breaker.opened_at if breaker else None,
        reason=(breaker.reason or "") if breaker else "",
        last_sent_at=db.session.scalar(last.order_by(Letter.id.desc()).limit(1)),
        oldest_due_at=db.session.scalar(oldest),
        is_worker_alive=beat is not None and clock.now() - beat < SILENT_AFTER,
    )
