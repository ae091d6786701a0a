"""Ready-made replies: those offered for one form, and the list that coordinators keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, or_, select

from ppflow import listing
from ppflow.access import Standing
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.listing import Listed, Place
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.programmes.queries import coordinated_by
from ppflow.replies.models import CannedReply

OFFERED: Final = 100


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
    """What is searched and filtered, and the place to read on from."""

    q: str = ""
    kind: str = ""
    after: Place | None = None


def page(asked: Asked, standing: Standing) -> Listed:
    """One page by title: (id, title, kind, is_offered, changed_at, programme, by)."""
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
        .where(*_conditions(asked, standing))
    )
    return listing.by_title(chosen, CannedReply, asked.after)


def _conditions(asked: Asked, standing: Standing) -> list[ColumnElement[bool]]:
    found = [standing.is_of_theirs(CannedReply.programme_id)]
    for word in asked.q.split()[:8]:
        columns = (CannedReply.title, CannedReply.body)
        found.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if asked.kind:
        found.append(CannedReply.kind == ("" if asked.kind == "any" else asked.kind))
    return found
