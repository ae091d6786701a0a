"""Ready-made replies: those offered for one form, and the list that coordinators keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, literal, or_, select, tuple_

from ppflow.access import Standing
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.programmes.queries import coordinated_by
from ppflow.replies.models import CannedReply

ROWS: Final = 25
OFFERED: Final = 100
COUNT_TO: Final = 1000


def visible_to(standing: Standing) -> Select[CannedReply]:
    """The door: replies of the programmes that a person coordinates."""
    return select(CannedReply).where(standing.is_of_theirs(CannedReply.programme_id))


def offered(expression: Expression) -> Select[CannedReply]:
    """Replies for forms of this kind in this programme."""
    return select(CannedReply).where(
        CannedReply.programme_id == expression.programme_id,
        CannedReply.kind.in_(["", expression.kind]),
        CannedReply.is_offered,
    )


def choices(expression: Expression) -> list[tuple[str, str]]:
    """(id, title) of the replies to choose from, by title."""
    chosen = offered(expression).with_only_columns(CannedReply.id, CannedReply.title)
    rows = db.session.execute(chosen.order_by(CannedReply.title, CannedReply.id).limit(OFFERED))
    return [(str(row.id), row.title) for row in rows]


def programmes(standing: Standing) -> list[tuple[str, str]]:
    """(id, name) of the programmes that a person coordinates."""
    chosen = coordinated_by(standing).with_only_columns(Programme.id, Programme.name)
    return [(str(row.id), row.name) for row in db.session.execute(chosen)]


# --- the list -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What is searched and filtered, and the place to read on from: (title, id)."""

    q: str = ""
    kind: str = ""
    after: tuple[str, int] | None = None


@dataclass(frozen=True)
class Page:
    """Rows (id, title, kind, programme, is_offered, changed_at, by), how many, the next place."""

    rows: list[Row[*tuple[Any, ...]]]
    total: int
    next: tuple[str, int] | None


def page(asked: Asked, standing: Standing) -> Page:
    """One page of the list by title; two statements."""
    conditions = _conditions(asked, standing)
    few = select(literal(1)).select_from(CannedReply).where(*conditions).limit(COUNT_TO + 1)
    total = db.session.scalar(select(func.count()).select_from(few.subquery())) or 0
    chosen = (
        select(
            CannedReply.id,
            CannedReply.title,
            CannedReply.kind,
            CannedReply.is_offered,
            CannedReply.changed_at,
            Programme.name.label("programme"),
            Person.name.label("by"),
        )
        .join(Programme, Programme.id == CannedReply.programme_id)
        .join(Person, Person.id == CannedReply.changed_by_id)
        .where(*conditions)
        .order_by(CannedReply.title, CannedReply.id)
        .limit(ROWS + 1)
    )
    if asked.after is not None:
        here = tuple_(CannedReply.title, CannedReply.id)
        chosen = chosen.where(here > tuple_(literal(asked.after[0]), literal(asked.after[1])))
    found = list(db.session.execute(chosen))
    rows = found[:ROWS]
    return Page(rows, total, (rows[-1].title, rows[-1].id) if len(found) > ROWS else None)


def _conditions(asked: Asked, standing: Standing) -> list[ColumnElement[bool]]:
    found = [standing.is_of_theirs(CannedReply.programme_id)]
    for word in asked.q.split()[:8]:
        columns = (CannedReply.title, CannedReply.body)
        found.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if asked.kind:
        found.append(CannedReply.kind == ("" if asked.kind == "any" else asked.kind))
    return found
