"""An expression of interest, its answers, consents, assignments, messages and notes."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    LargeBinary,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ppflow import clock
from ppflow.answers.models import Answers, Consent
from ppflow.applicants.models import Applicant
from ppflow.db import Base
from ppflow.events import ActorKind
from ppflow.expressions.indexes import INDEXES
from ppflow.expressions.workflow import OPEN, WORDS, Status
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project
from ppflow.workflow import Clock


class Source(StrEnum):
    """How the form reached us."""

    WEB = "web"
    PHONE = "phone"
    PAPER = "paper"


class LastContact(StrEnum):
    """What passed between us last; its words stand in the queue."""

    FORM_SENT = "form_sent"
    THEY_WROTE = "they_wrote"
    WE_WROTE = "we_wrote"
    WE_ASKED = "we_asked"
    WE_OFFERED = "we_offered"
    WE_RANG = "we_rang"
    WE_TALKED = "we_talked"


LAST_CONTACT_LABELS = {
    LastContact.FORM_SENT: "Form sent",
    LastContact.THEY_WROTE: "They wrote",
    LastContact.WE_WROTE: "We wrote",
    LastContact.WE_ASKED: "We asked",
    LastContact.WE_OFFERED: "We offered",
    LastContact.WE_RANG: "We rang",
    LastContact.WE_TALKED: "We talked",
}

_open_list = ", ".join(f"'{status.value}'" for status in sorted(OPEN))


class Expression(Base):
    """One person's reply to one opportunity or project, or a general one.

    `version` rises with every act; a decision made on an older one is refused (409).
    `set_aside_at` hides a suspected spam until a coordinator judges it.
    """

    __tablename__ = "expression"
    __table_args__ = (
        CheckConstraint(f"(status in ({_open_list})) = (closed_at is null)", "open_or_closed"),
        CheckConstraint("closed_at is not null or reply_by is not null", "open_has_reply_by"),
        CheckConstraint("status <> 'offered' or accept_by is not null", "offered_has_accept_by"),
        CheckConstraint("status <> 'conversation' or talk_at is not null", "conversation_has_time"),
        CheckConstraint(
            "status <> 'waiting_list' or waiting_since is not null", "waiting_has_since"
        ),
        CheckConstraint(
            "status <> 'not_this_time' or reason is not null", "not_this_time_has_reason"
        ),
        CheckConstraint(
            "status <> 'duplicate' or duplicate_of_id is not null", "duplicate_has_other"
        ),
        *INDEXES,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
    event_ref: Mapped[str | None] = mapped_column(
        unique=True, default=lambda: secrets.token_hex(12)
    )
    kind: Mapped[str]
    source: Mapped[Source] = mapped_column(default=Source.WEB)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"))
    applicant_id: Mapped[int] = mapped_column(ForeignKey("applicant.id"), unique=True)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_unrouted: Mapped[bool] = mapped_column(default=False)
    status: Mapped[Status] = mapped_column(default=Status.RECEIVED)
    reply_by: Mapped[date | None]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    first_replied_at: Mapped[datetime | None]
    last_contact_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_contact: Mapped[LastContact] = mapped_column(default=LastContact.FORM_SENT)
    closed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]  # the email address works and is theirs
    has_needs: Mapped[bool] = mapped_column(default=False)  # access or communication needs
    has_email_trouble: Mapped[bool] = mapped_column(default=False)
    has_answered: Mapped[bool] = mapped_column(default=False)  # they wrote and nobody has replied
    shares_address: Mapped[bool] = mapped_column(default=False)
    asked_at: Mapped[datetime | None]
    talk_at: Mapped[datetime | None]
    talk_how: Mapped[str | None]
    talk_times: Mapped[list[str] | None]  # proposed, to choose from; moments in ISO form
    talk_set_at: Mapped[datetime | None]  # when the present time was fixed
    talk_sequence: Mapped[int | None]  # of its calendar file: rises with every change
    accept_by: Mapped[date | None]
    waiting_since: Mapped[datetime | None]
    reason: Mapped[str | None]
    duplicate_of_id: Mapped[int | None] = mapped_column(ForeignKey("expression.id"))
    alternatives: Mapped[list[str] | None]  # slugs of opportunities shown with "not this time"
    pending_verb: Mapped[str | None]  # a decision waits for joint release
    pending: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)  # it, encrypted
    undo: Mapped[dict[str, Any] | None]  # how to take the last decision back while it is held
    spam_score: Mapped[int] = mapped_column(default=0)
    set_aside_at: Mapped[datetime | None]
    submission_key: Mapped[str | None] = mapped_column(unique=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    archived_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship()
    project: Mapped[Project | None] = relationship()
    opportunity: Mapped[Opportunity | None] = relationship()
    applicant: Mapped[Applicant] = relationship()
    assignee: Mapped[Person | None] = relationship(foreign_keys=assignee_id)
    answers: Mapped[list[Answers]] = relationship(order_by="Answers.number.desc()")
    consents: Mapped[list[Consent]] = relationship(order_by="Consent.id")
    messages: Mapped[list[Message]] = relationship(order_by="Message.at")
    notes: Mapped[list[Note]] = relationship(order_by="Note.at")
    assignments: Mapped[list[Assignment]] = relationship(order_by="Assignment.id")

    @property
    def event_subject(self) -> str:
        return f"expression:{self.event_ref}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_their_turn(self) -> bool:
        """Do we wait for the person: their answer, their yes or no?"""
        return WORDS[self.status].clock is Clock.THEIRS

    @property
    def title(self) -> str:
        """What it is about, for pages (never for an email's subject)."""
        if self.opportunity is not None:
            return self.opportunity.title
        return self.project.title if self.project is not None else self.programme.name


class Assignment(Base):
    """Who answers, since when, and why: append-only. Nobody means unrouted."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    since_at: Mapped[datetime] = mapped_column(default=clock.now)
    by_kind: Mapped[ActorKind]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    why: Mapped[str]  # "because you facilitate this project": read after "You, "
    person: Mapped[Person | None] = relationship(foreign_keys=person_id)


class Message(Base):
    """Words between the applicant and us. Both sides see it."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    is_from_applicant: Mapped[bool] = mapped_column(default=False)
    is_question: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    once_key: Mapped[str | None] = mapped_column(unique=True)  # of the form it was typed in
    by: Mapped[Person | None] = relationship()


class Note(Base):
    """Words among staff. The applicant never sees it: another table, form and colour."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str]
    by: Mapped[Person] = relationship()
