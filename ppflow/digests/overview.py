"""What coordinators are told: gathered once for all programmes, then cut to each one's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Row, case, func, select

from ppflow import clock
from ppflow.db import db
from ppflow.digests.queries import is_away
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.people.models import Person
from ppflow.programmes.models import Programme, TellWhen
from ppflow.projects.models import Project
from ppflow.routing.jobs import escalated_by

Line = Row[*tuple[Any, ...]]
REPLIES_OF: Final = timedelta(days=90)
MOST_REPLIES: Final = 20_000


@dataclass(frozen=True)
class Overview:
    """Rows of some programmes; `medians` in working days to the first reply, by project id."""

    unrouted: list[Line]
    escalated: list[Line]
    new: list[Line]
    projects: list[Line]
    absent: list[Line]
    medians: dict[int | None, float]

    @property
    def is_urgent(self) -> bool:
        return bool(self.unrouted or self.escalated)

    @property
    def is_empty(self) -> bool:
        return not (self.is_urgent or self.new or self.projects or self.absent)

    def of(self, programmes: set[int | None]) -> Overview:
        """Only what belongs to these programmes; None in the set means all."""
        if None in programmes:
            return self
        cut = {
            name: [row for row in getattr(self, name) if row.programme_id in programmes]
            for name in ("unrouted", "escalated", "new", "projects", "absent")
        }
        return Overview(**cut, medians=self.medians)

    def without_routine(self) -> Overview:
        """On days that are not the first of the week: what is urgent or new."""
        return Overview(self.unrouted, self.escalated, self.new, [], [], {})


def overview(today: date) -> Overview:
    """All programmes, in six statements."""
    lines = (
        select(
            Expression.programme_id,
            Expression.reference,
            Expression.reply_by,
            Project.title.label("project"),
            Person.name.label("assignee"),
        )
        .outerjoin(Project, Project.id == Expression.project_id)
        .outerjoin(Person, Person.id == Expression.assignee_id)
        .where(in_queue())
        .order_by(Expression.reply_by, Expression.id)
    )
    told_daily = select(Programme.id).where(Programme.tell_coordinators == TellWhen.DAILY)
    return Overview(
        unrouted=_rows(lines.where(Expression.assignee_id.is_(None))),
        escalated=_rows(lines.where(Expression.reply_by <= escalated_by(today))),
        new=_rows(
            lines.where(
                Expression.programme_id.in_(told_daily), Expression.received_at >= _last_time(today)
            )
        ),
        projects=_projects(today),
        absent=_absent(today),
        medians=_medians(),
    )


def _rows(statement: Any) -> list[Line]:
    return list(db.session.execute(statement))


def _last_time(today: date) -> Any:
    """When the last digest was made: 8am of the working day before."""
    day = today - timedelta(days=1)
    while not clock.is_working_day(day):
        day -= timedelta(days=1)
    return clock.start_of(day, at=time(8))


def _projects(today: date) -> list[Line]:
    is_late = case((Expression.reply_by < today, 1), else_=0)
    return _rows(
        select(
            Expression.programme_id,
            Expression.project_id,
            Project.title.label("project"),
            func.count().label("open"),
            func.sum(is_late).label("late"),
        )
        .outerjoin(Project, Project.id == Expression.project_id)
        .where(in_queue())
        .group_by(Expression.programme_id, Expression.project_id, Project.title)
        .order_by(func.sum(is_late).desc(), func.count().desc(), Project.title)
    )


def _absent(today: date) -> list[Line]:
    """Who is away and still holds open forms."""
    return _rows(
        select(Expression.programme_id, Person.name, func.count().label("open"))
        .join(Person, Person.id == Expression.assignee_id)
        .where(in_queue(), is_away(today))
        .group_by(Expression.programme_id, Person.id, Person.name)
        .order_by(Person.name, Person.id)
    )


def _medians() -> dict[int | None, float]:
    rows = db.session.execute(
        select(Expression.project_id, Expression.received_at, Expression.first_replied_at)
        .where(
            Expression.first_replied_at.is_not(None),
            Expression.received_at >= clock.now() - REPLIES_OF,
        )
        .order_by(Expression.received_at.desc())
        .limit(MOST_REPLIES)
    )
    took: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        came, told = clock.local(row.received_at).date(), clock.local(row.first_replied_at).date()
        took[row.project_id].append(clock.working_days_between(came, told))
    return _middle(took.items())


def _middle(took: Iterable[tuple[int | None, list[int]]]) -> dict[int | None, float]:
    return {project: median(days) for project, days in took}
