"""What waits for me: the counts, the people to answer first and why, and the calls to make.

What a page costs does not grow with the table: the lists are short, and their numbers bounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, or_, select

from ppflow import clock
from ppflow.access import Role, Standing
from ppflow.applicants.models import Applicant, ContactBy
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue, is_visible_to
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import NOT_SENT, Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project
from ppflow.triage import counting
from ppflow.triage.forms import Asked, Mark
from ppflow.triage.options import stamp
from ppflow.triage.queries import place_in_address
from ppflow.triage.workflow import VIEWS

FIRST: Final = 7
LATE_LONG: Final = 2  # working days
CALLS: Final = 10
TILES: Final = ("wrote-back", "talks-today", "by-hand", "email-failed", "to-release")
COORDINATOR_TILES: Final = ("unrouted", "spam")
DUE_TODAY: Final = Asked(VIEWS["mine"], due="today")
MINE_LATE: Final = Asked(VIEWS["mine"], due="late")


@dataclass(frozen=True)
class Tile:
    """One count with its words, its list and whether it wants care: late, today or nothing."""

    number: int
    label: str
    href: str
    edge: str


@dataclass(frozen=True)
class Day:
    """The numbers of somebody's day: tiles, open forms of their own, and those overdue."""

    tiles: list[Tile]
    mine: int
    late: int


@dataclass(frozen=True)
class Task:
    """One person to answer: why they are here, and the next step as a verb."""

    row: Row[*tuple[Any, ...]]
    why: str
    step: str
    act: str
    view: str  # the list in which they are walked through

    @property
    def name(self) -> str:
        return f"{self.row.first_name} {self.row.last_name}".strip() or "No name given"

    @property
    def about(self) -> str:
        return str(self.row.opportunity or self.row.project or self.row.programme)

    @property
    def plain_href(self) -> str:
        """Their page, in the list of mine, or of those without anybody."""
        where = place_in_address(Asked(VIEWS[self.view]), Mark(self.row.reply_by, self.row.id))
        return f"/expressions/{self.row.reference}?{where}"

    @property
    def href(self) -> str:
        """The same with the next step open."""
        return f"{self.plain_href}&act={self.act}#acts" if self.act else self.plain_href

    def edge(self, today: date) -> str:
        """late, today or nothing: the colour at the row's edge, beside the words."""
        if self.row.reply_by < today:
            return "late"
        return "today" if self.row.reply_by == today else ""


def day(standing: Standing) -> Day:
    """The counts that matter to this person; two statements, or one when nothing happened."""
    keys = TILES + (COORDINATOR_TILES if standing.has(Role.COORDINATOR) else ())
    views = tuple(VIEWS[key] for key in ("overdue", *keys))
    counted = counting.count(Asked(VIEWS["mine"]), standing, stamp(), views, (DUE_TODAY, MINE_LATE))
    tiles = [
        Tile(
            counted.views[view.key],
            view.label,
            Asked(view).address(),
            "late" if view.is_alarm and counted.views[view.key] else "",
        )
        for view in views
    ]
    due_today = counted.saved[DUE_TODAY.query()]
    tiles.insert(1, Tile(due_today, "Reply due today", DUE_TODAY.address(), "today"))
    return Day(tiles, counted.total, counted.saved[MINE_LATE.query()])


def first_things(standing: Standing) -> list[Task]:
    """Who to answer first, by reply-by date: mine; for coordinators also what is stuck.

    Stuck is a form that nobody answers, or that is late by so much that coordinators were told.
    """
    rows = db.session.execute(
        select(
            Expression.id,
            Expression.reference,
            Expression.status,
            Expression.reply_by,
            Expression.assignee_id,
            Expression.has_needs,
            Expression.has_email_trouble,
            Expression.has_answered,
            Expression.first_replied_at,
            Expression.last_contact_at,
            Applicant.first_name,
            Applicant.last_name,
            Applicant.phone,
            Applicant.contact_by,
            Opportunity.title.label("opportunity"),
            Project.title.label("project"),
            Programme.name.label("programme"),
            Person.name.label("assignee"),
        )
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .join(Programme, Programme.id == Expression.programme_id)
        .outerjoin(Project, Project.id == Expression.project_id)
        .outerjoin(Opportunity, Opportunity.id == Expression.opportunity_id)
        .outerjoin(Person, Person.id == Expression.assignee_id)
        .where(in_queue(), _mine_or_stuck(standing))
        .order_by(Expression.reply_by, Expression.id)
        .limit(FIRST)
    )
    me = standing.person_id
    return [Task(row, *_why(row, me), _view_of(row, me)) for row in rows]


def _mine_or_stuck(standing: Standing) -> ColumnElement[bool]:
    mine = Expression.assignee_id == standing.person_id
    if standing.has(Role.COORDINATOR):
        is_stuck = or_(Expression.assignee_id.is_(None), Expression.reply_by <= told_of())
        mine = or_(mine, and_(is_stuck, is_visible_to(standing)))
    return mine


def _view_of(row: Row[*tuple[Any, ...]], me: int) -> str:
    if row.assignee_id is None:
        return "unassigned"
    return "mine" if row.assignee_id == me else "overdue"


def told_of() -> date:
    """Forms promised by this day are so late that their coordinators were told (design.md 5)."""
    day = clock.today()
    while clock.working_days_between(day, clock.today()) < LATE_LONG:
        day -= timedelta(days=1)
    return day


def _why(row: Row[*tuple[Any, ...]], me: int) -> tuple[str, str, str]:
    """Why a person stands here, the next step in words, and the act that opens for it."""
    if row.assignee_id is None:
        return "Nobody answers this yet.", "Choose who answers", ""
    if row.assignee_id != me:
        return f"Late. {row.assignee} answers it.", "See what holds it up", ""
    if row.has_email_trouble:
        return "Our email did not reach them.", "Ring or correct the address", ""
    if row.has_answered:
        return "They wrote, and wait for an answer.", "Read and reply", "message"
    if row.status is Status.CONVERSATION:
        return "A conversation is arranged.", "Open the call page", ""
    if row.status in {Status.NEEDS_INFO, Status.OFFERED}:
        late = row.reply_by < clock.today()
        return "We wait for their answer.", "Ring them" if late else "See what we asked", ""
    if row.first_replied_at is None:
        if row.contact_by is ContactBy.PHONE:
            return "They asked for a call. No reply yet.", "Ring them", "ring"
        if row.contact_by is ContactBy.POST:
            return "They asked for a letter. No reply yet.", "Write to them", "message"
        return "New. No reply yet.", "Write a first reply", "message"
    return "You wrote. This is the date you named.", "Give a next date", "message"


def calls(standing: Standing) -> list[Row[*tuple[Any, ...]]]:
    """Letters for people without email, to print or to ring about, oldest first."""
    return list(
        db.session.execute(
            select(
                Letter.id,
                Letter.subject,
                Letter.created_at,
                Expression.reference,
                Applicant.first_name,
                Applicant.last_name,
                Applicant.phone,
                Applicant.contact_by,
            )
            .join(Expression, Expression.id == Letter.expression_id)
            .join(Applicant, Applicant.id == Expression.applicant_id)
            .where(
                NOT_SENT,
                Letter.state == LetterState.BY_HAND,
                is_visible_to(standing),
                Expression.erased_at.is_(None),
            )
            .order_by(Letter.id)
            .limit(CALLS)
        )
    )
