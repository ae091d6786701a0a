"""An opportunity carries every fact people ask first (domain.md 1.7) and its own questions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ppflow import clock
from ppflow.db import Base
from ppflow.people.models import Organisation, Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project


class OpportunityKind(StrEnum):
    """How people take part. Involvement and participation are never mixed."""

    INVOLVEMENT = "involvement"
    PARTICIPATION = "participation"
    ENGAGEMENT = "engagement"
    STAFF_PROJECT_ROLE = "staff_project_role"


class Publication(StrEnum):
    """Whether people can see it and put their name forward."""

    DRAFT = "draft"
    PUBLISHED = "published"
    PAUSED = "paused"
    CLOSED = "closed"


class Format(StrEnum):
    """Where it happens."""

    ONLINE = "online"
    IN_PERSON = "in_person"
    HYBRID = "hybrid"
    BY_POST = "by_post"
    IN_YOUR_OWN_TIME = "in_your_own_time"


class Payment(StrEnum):
    """How people are paid."""

    PER_HOUR = "per_hour"
    PER_SESSION = "per_session"
    VOUCHER = "voucher"
    EXPENSES_ONLY = "expenses_only"
    NONE = "none"
    EMPLOYER_TIME = "employer_time"


KIND_LABELS = {
    OpportunityKind.INVOLVEMENT: "Shape the research",
    OpportunityKind.PARTICIPATION: "Take part in a study",
    OpportunityKind.ENGAGEMENT: "Hear about or share research",
    OpportunityKind.STAFF_PROJECT_ROLE: "Staff: help with a project",
}
EXPRESSION_KINDS = {
    OpportunityKind.INVOLVEMENT: "ppie_contributor",
    OpportunityKind.PARTICIPATION: "research_participation",
    OpportunityKind.ENGAGEMENT: "ppie_contributor",
    OpportunityKind.STAFF_PROJECT_ROLE: "staff_volunteer",
}
PUBLICATION_LABELS = {
    Publication.DRAFT: "Draft",
    Publication.PUBLISHED: "Published",
    Publication.PAUSED: "Paused",
    Publication.CLOSED: "Closed",
}
FORMAT_LABELS = {
    Format.ONLINE: "Online",
    Format.IN_PERSON: "In person",
    Format.HYBRID: "In person or online",
    Format.BY_POST: "By post",
    Format.IN_YOUR_OWN_TIME: "In your own time",
}
PAYMENT_LABELS = {
    Payment.PER_HOUR: "Paid by the hour",
    Payment.PER_SESSION: "Paid for each session",
    Payment.VOUCHER: "Voucher",
    Payment.EXPENSES_ONLY: "Expenses only",
    Payment.NONE: "No payment",
    Payment.EMPLOYER_TIME: "Agreed work time",
}
PAID = frozenset({Payment.PER_HOUR, Payment.PER_SESSION, Payment.VOUCHER})


class Opportunity(Base):
    """One advert. The same facts stand in the same order on every card and page."""

    __tablename__ = "opportunity"
    __table_args__ = (Index("ix_opportunity_public", "publication", "closes_on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True)
    host_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    named_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[OpportunityKind]
    publication: Mapped[Publication] = mapped_column(default=Publication.DRAFT)
    title: Mapped[str]
    lay_summary: Mapped[str] = mapped_column(default="")
    why: Mapped[str] = mapped_column(default="")
    activity: Mapped[str] = mapped_column(default="")
    involves: Mapped[str] = mapped_column(default="")
    looking_for: Mapped[str] = mapped_column(default="")
    min_age: Mapped[int | None]
    area_limit: Mapped[str] = mapped_column(default="")
    must_have: Mapped[list[str]] = mapped_column(default=list)
    not_suitable_if: Mapped[list[str]] = mapped_column(default=list)
    time_summary: Mapped[str] = mapped_column(default="")
    total_hours: Mapped[float | None]
    sessions: Mapped[int | None]
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    format: Mapped[Format]
    venue: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    getting_there: Mapped[str] = mapped_column(default="")
    building_access: Mapped[str] = mapped_column(default="")
    places: Mapped[int | None]
    payment: Mapped[Payment]
    amount_gbp: Mapped[float | None]
    payment_unit: Mapped[str] = mapped_column(default="")
    payment_note: Mapped[str] = mapped_column(default="")
    expenses: Mapped[list[str]] = mapped_column(default=list)
    support: Mapped[str] = mapped_column(default="")
    accessibility: Mapped[list[str]] = mapped_column(default=list)
    difference: Mapped[str] = mapped_column(default="")
    hear_back: Mapped[str] = mapped_column(default="")
    how_to_apply: Mapped[str] = mapped_column(default="")
    how_we_choose: Mapped[str] = mapped_column(default="")
    checks: Mapped[str] = mapped_column(default="")
    ethics_reference: Mapped[str] = mapped_column(default="")
    ethics_note: Mapped[str] = mapped_column(default="")
    consent_rule: Mapped[str] = mapped_column(default="")
    under_18_rule: Mapped[str] = mapped_column(default="")
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]  # empty: open until filled
    decision_by: Mapped[date | None]
    is_joint_release: Mapped[bool] = mapped_column(default=False)
    contact_label: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    topics: Mapped[list[str]] = mapped_column(default=list)
    interest_count: Mapped[int] = mapped_column(default=0)
    provenance: Mapped[str] = mapped_column(default="")
    imported_as: Mapped[str | None] = mapped_column(unique=True)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship()
    project: Mapped[Project] = relationship()
    host: Mapped[Organisation | None] = relationship()
    named_person: Mapped[Person | None] = relationship()
    questions: Mapped[list[Question]] = relationship(
        order_by="Question.position", cascade="all, delete-orphan"
    )

    @property
    def event_subject(self) -> str:
        return f"opportunity:{self.id}"

    @property
    def expression_kind(self) -> str:
        return EXPRESSION_KINDS[self.kind]

    @property
    def is_paid(self) -> bool:
        return self.payment in PAID

    @property
    def is_scheduled(self) -> bool:
        """Published, but not open yet."""
        return self.opens_on is not None and self.opens_on > clock.today()

    @property
    def is_past(self) -> bool:
        """Its closing day is over (23:59 in England)."""
        return self.closes_on is not None and self.closes_on < clock.today()

    @property
    def is_open(self) -> bool:
        """People can put their name forward today."""
        return (
            self.publication is Publication.PUBLISHED and not self.is_scheduled and not self.is_past
        )


class Question(Base):
    """One of an opportunity's own questions (at most six).

    A `key` that the kind's form has replaces that form's question.
    """

    __tablename__ = "question"
    __table_args__ = (
        UniqueConstraint("opportunity_id", "key"),
        UniqueConstraint("opportunity_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id"))
    position: Mapped[int]
    key: Mapped[str]
    label: Mapped[str]
    input: Mapped[str]  # textarea, text, radios, checkboxes, yes_no
    options: Mapped[list[str]] = mapped_column(default=list)
    max_words: Mapped[int | None]
    is_required: Mapped[bool] = mapped_column(default=False)
    is_sensitive: Mapped[bool] = mapped_column(default=False)
