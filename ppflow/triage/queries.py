"""The queue: one page of rows, how many there are, and the counts beside every view.

Columns only, never whole rows; the number of statements is the same for 1 row and for 50. Counts
are exact to `COUNT_TO`, so a view of 100,000 costs no more than one of 1,000 (design.md 12).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from ppflow import clock, search
from ppflow.access import Standing
from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import is_visible_to
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project
from ppflow.ready import ready
from ppflow.triage.forms import NOBODY, Asked, Mark
from ppflow.triage.workflow import View

ROWS: Final = 25
COUNT_TO: Final = 1000
SEARCH_ROOM: Final = "expression"


@dataclass(frozen=True)
class Counted:
    """How many rows there are, how many of those want care, and how many stand in each view.

    Each number is at most `COUNT_TO` + 1.
    """

    total: int
    needs: int
    trouble: int
    views: dict[str, int]


@dataclass(frozen=True)
class Page:
    """One page of the queue, with the addresses of the pages before and after ("" for none)."""

    rows: list[Row[Any]]
    counted: Counted
    start: int
    previous: str
    next: str

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1


def page(asked: Asked, standing: Standing, views: Sequence[View] = ()) -> Page:
    """The rows somebody asked for, and all counts, also of these views; two statements."""
    is_back = asked.mark is not None and asked.mark.is_back
    found = list(_rows(asked, standing, is_back, clock.today()))
    has_more, rows = len(found) > ROWS, found[:ROWS]
    if is_back:
        rows.reverse()
    start = asked.start if asked.mark and (has_more or not is_back) else 1
    has_before = has_more if is_back else asked.mark is not None
    has_after = bool(rows) if is_back else has_more
    before = Mark(rows[0].place, rows[0].id, is_back=True) if rows and has_before else None
    after = Mark(rows[-1].place, rows[-1].id) if rows and has_after else None
    return Page(
        rows=rows,
        counted=_counted(asked, standing, tuple(views)),
        start=start,
        previous=asked.address(before, max(1, start - ROWS)) if before else "",
        next=asked.address(after, start + len(rows)) if after else "",
    )


def _counted(asked: Asked, standing: Standing, views: tuple[View, ...]) -> Counted:
    row = _counts(replace(asked, mark=None, start=1), standing, views, clock.today()).one()
    numbers = {view.key: number for view, number in zip(views, row[3:], strict=True)}
    return Counted(total=row[0], needs=row[1], trouble=row[2], views=numbers)


@ready
def _counts(
    asked: Asked, standing: Standing, views: tuple[View, ...], _today: date
) -> Select[*tuple[Any, ...]]:
    """All counts; the conditions of the views depend on the day."""
    chosen = select(Expression.has_needs, Expression.has_email_trouble)
    few = chosen.where(*_conditions(asked, standing)).limit(COUNT_TO + 1).subquery()
    flags = [func.count().filter(flag) for flag in (few.c.has_needs, few.c.has_email_trouble)]
    others = [how_many(view, standing) for view in views]
    return select(func.count(), *flags, *others).select_from(few)


def how_many(view: View, standing: Standing) -> Any:
    """A subquery of the number in a view, at most `COUNT_TO` + 1."""
    rows = select(literal(1)).where(is_visible_to(standing), view.where(standing))
    few = rows.select_from(Expression).limit(COUNT_TO + 1).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


def _conditions(asked: Asked, standing: Standing) -> list[ColumnElement[bool]]:
    found = [is_visible_to(standing), asked.view.where(standing)]
    if asked.q:
        found.append(_matches(asked.q))
    if asked.about:
        what, _, number = asked.about.partition("-")
        column = Expression.project_id if what == "project" else Expression.opportunity_id
        found.append(column == int(number))
    if asked.kind:
        found.append(Expression.kind == asked.kind)
    if asked.status:
        found.append(Expression.status == asked.status)
    if asked.assignee == NOBODY:
        found.append(Expression.assignee_id.is_(None))
    elif asked.assignee:
        found.append(Expression.assignee_id == int(asked.assignee))
    if asked.due:
        found.append(_due(asked.due))
    return found


def _matches(q: str) -> ColumnElement[bool]:
    exact = Expression.reference == q.upper()
    ids = search.matching(SEARCH_ROOM, q)
    return exact if ids is None else or_(exact, Expression.id.in_(ids))


def _due(due: str) -> ColumnElement[bool]:
    today = clock.today()
    if due == "late":
        return Expression.reply_by < today
    if due == "today":
        return Expression.reply_by == today
    return Expression.reply_by.between(today, today + timedelta(days=6 - today.weekday()))


def _ordered(asked: Asked, standing: Standing, chosen: Select[Any], is_back: bool) -> Select[Any]:
    """The view's rows in its order, or in the opposite one, beyond the mark."""
    order = asked.view.order
    is_falling = order.is_newest_first is not is_back
    chosen = chosen.where(*_conditions(asked, standing))
    if asked.mark is not None:
        here = tuple_(order.column, Expression.id)
        mark = tuple_(literal(asked.mark.value, order.column.type), literal(asked.mark.id))
        chosen = chosen.where(here < mark if is_falling else here > mark)
    keys = (order.column, Expression.id)
    return chosen.order_by(*(key.desc() for key in keys) if is_falling else keys)


@ready
def _rows(
    asked: Asked, standing: Standing, is_back: bool, _today: date
) -> Select[*tuple[Any, ...]]:
    """One page of rows and one more; what is due depends on the day."""
    chosen = (
        select(
            Expression.id,
            asked.view.order.column.label("place"),
            Expression.reference,
            Expression.kind,
            Expression.status,
            Expression.reply_by,
            Expression.closed_at,
            Expression.last_contact,
            Expression.last_contact_at,
            Expression.confirmed_at,
            Expression.has_needs,
            Expression.has_email_trouble,
            Expression.shares_address,
            Applicant.first_name,
            Applicant.last_name,
            Applicant.email,
            Applicant.contact_by,
            Opportunity.title.label("opportunity"),
            Opportunity.decision_by,
            Project.title.label("project"),
            Programme.name.label("programme"),
            Person.name.label("assignee"),
        )
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .join(Programme, Programme.id == Expression.programme_id)
        .outerjoin(Project, Project.id == Expression.project_id)
        .outerjoin(Opportunity, Opportunity.id == Expression.opportunity_id)
        .outerjoin(Person, Person.id == Expression.assignee_id)
    )
    return _ordered(asked, standing, chosen, is_back).limit(ROWS + 1)


# --- the place of one person in a view ------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where one expression stands in a view: its number of how many, and its neighbours."""

    number: int
    total: int
    previous: str | None
    next: str | None


def place_of(expression: Expression, asked: Asked, standing: Standing) -> Place | None:
    """The neighbours of an expression in the view it was opened from; None when it left it."""
    value = getattr(expression, asked.view.order.column.key)
    if value is None:
        return None
    here = replace(asked, mark=Mark(value, expression.id))

    def beyond(is_back: bool) -> Select[Any]:
        return _ordered(here, standing, select(Expression.reference), is_back)

    is_in_view = select(Expression.id).where(
        Expression.id == expression.id, *_conditions(asked, standing)
    )
    before = beyond(True).limit(COUNT_TO).subquery()
    everyone = select(literal(1)).select_from(Expression).where(*_conditions(asked, standing))
    total = select(func.count()).select_from(everyone.limit(COUNT_TO + 1).subquery())
    row = db.session.execute(
        select(
            is_in_view.scalar_subquery(),
            select(func.count()).select_from(before).scalar_subquery(),
            total.scalar_subquery(),
            beyond(True).limit(1).scalar_subquery(),
            beyond(False).limit(1).scalar_subquery(),
        )
    ).one()
    if row[0] is None:
        return None
    return Place(number=row[1] + 1, total=row[2], previous=row[3], next=row[4])
