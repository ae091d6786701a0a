"""Who is meant by a run, how far it is, and what came of each: columns, one statement a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import selectinload

from ppflow.access import Standing
from ppflow.applicants.models import Applicant
from ppflow.bulk.models import BulkItem, BulkRun, ItemState, Told
from ppflow.bulk.workflow import MOST
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import visible_to
from ppflow.triage.finding import conditions
from ppflow.triage.forms import Asked

SHOWN: Final = 100  # names of one group on a page; of more, their number
RUNS: Final = 20

Chosen = list[tuple[int, int]]  # ids and versions, in the order of the list


def everybody(asked: Asked, standing: Standing) -> Chosen:
    """All forms of a list; one more than `MOST` when there are more."""
    chosen = select(Expression.id, Expression.version).where(*conditions(asked, standing))
    newest_first = asked.order.is_newest_first
    keys = (asked.order.column, Expression.id)
    ordered = chosen.order_by(*(key.desc() for key in keys) if newest_first else keys)
    return [(row.id, row.version) for row in db.session.execute(ordered.limit(MOST + 1))]


def these(references: Sequence[str], standing: Standing) -> Chosen:
    """The forms with these references that the person may see; others are not there for them."""
    chosen = visible_to(standing).where(Expression.reference.in_(references))
    columns = chosen.with_only_columns(Expression.reference, Expression.id, Expression.version)
    found = {row.reference: (row.id, row.version) for row in db.session.execute(columns)}
    return [found[each] for each in dict.fromkeys(references) if each in found]


def run_of(key: str, standing: Standing) -> BulkRun | None:
    """A run of this person's own."""
    mine = select(BulkRun).where(BulkRun.key == key, BulkRun.owner_id == standing.person_id)
    return db.session.scalars(mine).one_or_none()


def runs_of(standing: Standing) -> Sequence[BulkRun]:
    """The newest runs of this person that were carried out."""
    mine = BulkRun.owner_id == standing.person_id
    begun = BulkRun.started_at.is_not(None)
    chosen = select(BulkRun).where(mine, begun).order_by(BulkRun.id.desc()).limit(RUNS)
    return db.session.scalars(chosen).all()


def items(run_id: int) -> Sequence[Row[int, int, bytes | None]]:
    """Of each form, in the order of the list: its id, the seen version, and words of its own."""
    chosen = select(BulkItem.expression_id, BulkItem.version, BulkItem.sealed)
    return db.session.execute(
        chosen.where(BulkItem.run_id == run_id).order_by(BulkItem.number)
    ).all()


def meant_by(run_id: int) -> Select[int]:
    """Ids of the forms of a run, as a part of other statements."""
    return select(BulkItem.expression_id).where(BulkItem.run_id == run_id)


def forms_of(run_id: int, standing: Standing) -> dict[int, Expression]:
    """The forms of a run that the person may still see, with what acts and letters ask of them."""
    chosen = visible_to(standing).where(Expression.id.in_(meant_by(run_id)))
    related = (
        Expression.applicant, Expression.programme, Expression.project, Expression.opportunity,
        Expression.assignee,
    )  # fmt: skip
    loaded = chosen.options(*(selectinload(each) for each in related))
    return {each.id: each for each in db.session.scalars(loaded)}


def one_of(expression_id: int, standing: Standing) -> Expression | None:
    """One form through the door, as it stands now."""
    chosen = visible_to(standing).where(Expression.id == expression_id)
    fresh = db.session.scalars(chosen, execution_options={"populate_existing": True})
    return fresh.one_or_none()


# --- what came of it ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One person in a list of names."""

    reference: str
    name: str


@dataclass
class Names:
    """Some people with the same result: how many, and the first of them by name."""

    many: int = 0
    lines: list[Line] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.many - len(self.lines)

    def add(self, line: Line) -> None:
        self.many += 1
        if len(self.lines) < SHOWN:
            self.lines.append(line)


@dataclass(frozen=True)
class Came:
    """What came of a run so far: numbers, and names by result and by reason."""

    counts: dict[ItemState, int]
    told: dict[Told, Names]
    skipped: dict[str, Names]
    undone: Names
    stays: dict[str, Names]

    @property
    def waiting(self) -> int:
        return self.counts.get(ItemState.WAITING, 0)

    @property
    def done(self) -> int:
        return sum(self.counts.get(state, 0) for state in (ItemState.DONE, ItemState.STAYS))


def counts(run_id: int) -> dict[ItemState, int]:
    """How many forms are in each state."""
    chosen = select(BulkItem.state, func.count()).where(BulkItem.run_id == run_id)
    return {row[0]: row[1] for row in db.session.execute(chosen.group_by(BulkItem.state))}


def came(run: BulkRun, standing: Standing) -> Came:
    """Everything a page of results says. Who is not theirs any more is counted, not named."""
    found = Came(counts(run.id), {}, {}, Names(), {})
    for row in db.session.execute(_results(run.id, standing)):
        line = Line(row.reference or "", f"{row.first_name} {row.last_name}".strip())
        if row.state is ItemState.DONE:
            found.told.setdefault(row.told, Names()).add(line)
        elif row.state is ItemState.SKIPPED:
            found.skipped.setdefault(row.words, Names()).add(line)
        elif row.state is ItemState.UNDONE:
            found.undone.add(line)
        elif row.state is ItemState.STAYS:
            found.stays.setdefault(row.words, Names()).add(line)
    return found


def _results(run_id: int, standing: Standing) -> Select[Any]:
    """State, told, words of each form; its name only where the person may see it."""
    seen = (
        visible_to(standing)
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .with_only_columns(
            Expression.id, Expression.reference, Applicant.first_name, Applicant.last_name
        )
        .subquery()
    )
    names = (
        func.coalesce(part, "").label(part.key) for part in (seen.c.first_name, seen.c.last_name)
    )
    return (
        select(BulkItem.state, BulkItem.told, BulkItem.words, seen.c.reference, *names)
        .outerjoin(seen, seen.c.id == BulkItem.expression_id)
        .where(BulkItem.run_id == run_id, BulkItem.state != ItemState.WAITING)
        .order_by(BulkItem.number)
    )


def next_items(run_id: int, state: ItemState, many: int) -> Sequence[Row[Any]]:
    """The next forms of a run that are in this state, with what was typed and kept for each."""
    chosen = select(
        BulkItem.id,
        BulkItem.expression_id,
        BulkItem.version,
        BulkItem.event_id,
        BulkItem.told,
        BulkItem.sealed,
        BulkItem.before,
    )
    mine = chosen.where(BulkItem.run_id == run_id, BulkItem.state == state)
    return db.session.execute(mine.order_by(BulkItem.number).limit(many)).all()
