"""A project is a numbered piece of work with a facilitator, a brief and an action plan."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ppflow import clock
from ppflow.db import Base
from ppflow.people.models import Organisation, Person
from ppflow.programmes.models import Programme, Theme


class Stage(StrEnum):
    """How far a project has come (domain.md 1.4)."""

    PROPOSED = "proposed"
    FACILITATOR_ASSIGNED = "facilitator_assigned"
    DOCUMENTED = "documented"
    DELIVERING = "delivering"
    OUTPUTS_EMERGING = "outputs_emerging"
    COMPLETED = "completed"


class Progress(StrEnum):
    """Whether a project is moving."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    CLOSED_EARLY = "closed_early"


class Rag(StrEnum):
    """The rating of a progress report; always shown as a shape and a word."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    BLUE = "blue"
    GREY = "grey"


class ActivityStatus(StrEnum):
    """How far one activity of an action plan is (domain.md 1.4)."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    OVERDUE = "overdue"
    DROPPED = "dropped"


class MemberRole(StrEnum):
    """A member answers a project's expressions, or covers for the one who does."""

    FACILITATOR = "facilitator"
    DEPUTY = "deputy"


class Strategy(StrEnum):
    """Who of a project gets the next form (design.md 5)."""

    LEAD = "lead"
    ROUND_ROBIN = "round_robin"
    LEAST_OPEN = "least_open"
    POOL = "pool"


STAGE_LABELS = {
    Stage.PROPOSED: "Proposed",
    Stage.FACILITATOR_ASSIGNED: "Facilitator assigned",
    Stage.DOCUMENTED: "Brief and action plan agreed",
    Stage.DELIVERING: "Delivering",
    Stage.OUTPUTS_EMERGING: "First results",
    Stage.COMPLETED: "Completed",
}
PROGRESS_LABELS = {
    Progress.NOT_STARTED: "Not started",
    Progress.IN_PROGRESS: "In progress",
    Progress.ON_HOLD: "Paused",
    Progress.COMPLETED: "Completed",
    Progress.CLOSED_EARLY: "Closed early",
}
RAG_LABELS = {
    Rag.GREEN: "On track",
    Rag.AMBER: "Some concerns",
    Rag.RED: "Needs a steer",
    Rag.BLUE: "Done",
    Rag.GREY: "Not rated",
}
STRATEGY_LABELS = {
    Strategy.LEAD: "The facilitator",
    Strategy.ROUND_ROBIN: "Everyone in turn",
    Strategy.LEAST_OPEN: "Whoever has the fewest open forms",
    Strategy.POOL: "Whoever takes it first",
}
ACTIVITY_LABELS = {
    ActivityStatus.NOT_STARTED: "Not started",
    ActivityStatus.IN_PROGRESS: "In progress",
    ActivityStatus.DONE: "Done",
    ActivityStatus.OVERDUE: "Late",
    ActivityStatus.DROPPED: "Dropped",
}

project_organisation = Table(
    "project_organisation",
    Base.metadata,
    Column("project_id", ForeignKey("project.id"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True),
)


class Project(Base):
    """A numbered piece of work. Its number identifies it across themes."""

    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("theme.id"), index=True)
    number: Mapped[int]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    lay_summary: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    stage: Mapped[Stage] = mapped_column(default=Stage.PROPOSED)
    progress: Mapped[Progress] = mapped_column(default=Progress.NOT_STARTED)
    is_published: Mapped[bool] = mapped_column(default=False)
    started_on: Mapped[date | None]
    expected_end_on: Mapped[date | None]
    is_recruiting_staff: Mapped[bool] = mapped_column(default=False)
    is_recruiting_public: Mapped[bool] = mapped_column(default=False)
    looking_for: Mapped[str] = mapped_column(default="")
    time_ask: Mapped[str] = mapped_column(default="")
    promise_days: Mapped[int | None]  # sooner than the kind's promise, in working days
    strategy: Mapped[Strategy] = mapped_column(default=Strategy.LEAD, server_default=text("'lead'"))
    interest_count: Mapped[int] = mapped_column(default=0)
    provenance: Mapped[str] = mapped_column(default="")
    imported_as: Mapped[str | None] = mapped_column(unique=True)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship()
    theme: Mapped[Theme | None] = relationship()
    organisations: Mapped[list[Organisation]] = relationship(
        secondary=project_organisation, order_by=Organisation.name
    )
    members: Mapped[list[Member]] = relationship(back_populates="project", order_by="Member.id")
    briefs: Mapped[list[Brief]] = relationship(order_by="Brief.number.desc()")
    objectives: Mapped[list[Objective]] = relationship(order_by="Objective.position")
    reports: Mapped[list[ProgressReport]] = relationship(
        order_by="ProgressReport.reported_on.desc(), ProgressReport.id.desc()"
    )

    @property
    def event_subject(self) -> str:
        return f"project:{self.id}"

    @property
    def is_recruiting(self) -> bool:
        return self.is_recruiting_staff or self.is_recruiting_public


class Member(Base):
    """A person's part in a project, from a day until a day: the history of facilitators."""

    __tablename__ = "project_member"
    __table_args__ = (
        Index(
            "ix_member_now",
            "person_id",
            "project_id",
            "role",
            unique=True,
            postgresql_where=text("until_on is null"),
            sqlite_where=text("until_on is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[MemberRole]
    since_on: Mapped[date] = mapped_column(default=clock.today)
    until_on: Mapped[date | None]
    most_open: Mapped[int | None]  # no new form while they hold so many open ones, of any project

    project: Mapped[Project] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class Brief(Base):
    """One version of a project's brief. The newest stands; old versions are kept."""

    __tablename__ = "project_brief"
    __table_args__ = (UniqueConstraint("project_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    dated_on: Mapped[date] = mapped_column(default=clock.today)
    background: Mapped[str] = mapped_column(default="")
    aim: Mapped[str] = mapped_column(default="")
    in_scope: Mapped[list[str]] = mapped_column(default=list)
    out_of_scope: Mapped[list[str]] = mapped_column(default=list)
    expected_outputs: Mapped[list[str]] = mapped_column(default=list)
    how_we_will_know: Mapped[list[str]] = mapped_column(default=list)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Objective(Base):
    """One objective of the action plan (1.0) with its activities (1.1, 1.2 …).

    `activities` holds rows of: ref, activity, owner_role, due_on (ISO day), status, output_url.
    """

    __tablename__ = "objective"
    __table_args__ = (UniqueConstraint("project_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    position: Mapped[int]
    ref: Mapped[str]
    title: Mapped[str]
    activities: Mapped[list[dict[str, Any]]] = mapped_column(default=list)


class ProgressReport(Base):
    """What moved and what comes next, as the facilitator says it. The newest is the page's."""

    __tablename__ = "progress_report"
    __table_args__ = (Index("ix_report_newest", "project_id", "reported_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    reported_on: Mapped[date]
    rag: Mapped[Rag]
    progress: Mapped[str]
    next_steps: Mapped[str] = mapped_column(default="")
    steer_needed: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
