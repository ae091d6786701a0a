"""Letters, addresses we must not write to, and the state of the mail server and the worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import Base
from ppflow.outbox.workflow import FINAL, LetterState

PRIVATE_LINK = "[private link]"

# What indexes hold. SQLite uses one only where a query says the same words.
NOT_DONE = text("state in ('queued', 'deferred', 'sending')")
NOT_SENT = text("state <> 'sent'")
HAS_BODY = text("body <> ''")


class Letter(Base):
    """One email (or printed page) to one person. The row is the queue: there is no second one.

    `message_id`, `dated_at`, subject and body are fixed when the row is written, so every copy is
    the same. The body holds `[private link]`; sending fills it in from `link_id` and
    `link_generation`, of which only a hash is kept.

    Nearly all letters are sent ones: no index holds these by state, and none moves when one is sent
    but those it leaves.
    """

    __tablename__ = "letter"
    __table_args__ = (
        Index("ix_letter_due", "due_at", postgresql_where=NOT_DONE, sqlite_where=NOT_DONE),
        Index(
            "ix_letter_not_sent", "state", "id", postgresql_where=NOT_SENT, sqlite_where=NOT_SENT
        ),
        Index("ix_letter_to_blank", "created_at", postgresql_where=HAS_BODY, sqlite_where=HAS_BODY),
        Index("ix_letter_to", "to_address"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]  # of its template: expression-offered
    state: Mapped[LetterState] = mapped_column(default=LetterState.QUEUED)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    expression_id: Mapped[int | None] = mapped_column(ForeignKey("expression.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # staff recipient
    to_address: Mapped[str]  # empty: by hand
    to_name: Mapped[str]
    reply_to: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    calendar: Mapped[str | None]  # a calendar file (RFC 5545) that goes with it
    link_id: Mapped[int | None] = mapped_column(ForeignKey("status_link.id"))
    link_generation: Mapped[int | None]
    link_draft_id: Mapped[int | None]  # instead: the link goes back to a form not sent yet
    link_check_id: Mapped[int | None]  # instead: the link shows that the mailbox is theirs
    message_id: Mapped[str] = mapped_column(unique=True)
    thread_id: Mapped[str | None]  # References, so that a mailbox keeps one expression together
    dated_at: Mapped[datetime]
    created_at: Mapped[datetime]
    is_automatic: Mapped[bool] = mapped_column(default=True)  # no human act caused it
    is_about_status: Mapped[bool] = mapped_column(default=False)  # cancelled by a later change
    due_at: Mapped[datetime]  # not before this; the next try; or the end of the lease
    lease: Mapped[str | None]  # which worker holds it
    first_tried_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    ambiguous_tries: Mapped[int] = mapped_column(default=0)
    server_said: Mapped[str | None]
    trouble: Mapped[str | None]  # what happened, in a sentence for staff
    ended_at: Mapped[datetime | None]
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # printed or rang
    version: Mapped[int] = mapped_column(default=1)

    @property
    def event_subject(self) -> str:
        return f"letter:{self.id}"

    @property
    def is_held(self) -> bool:
        """Queued, and can still be undone."""
        is_waiting = self.state is LetterState.QUEUED and self.lease is None
        return is_waiting and self.due_at > clock.now()

    @property
    def is_over(self) -> bool:
        return self.state in FINAL

    @property
    def is_to_staff(self) -> bool:
        return self.name.startswith("staff-")


class Suppression(Base):
    """An address we must not write to, as a keyed hash: it bounced, or its owner said stop."""

    __tablename__ = "suppression"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class MailBreaker(Base):
    """One row: whether the mail server refuses everyone, why, and when to knock again."""

    __tablename__ = "mail_breaker"

    id: Mapped[int] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    probe_at: Mapped[datetime | None]


class Heartbeat(Base):
    """When each worker last said it was alive; `/readyz` reads it."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class PeriodicRun(Base):
    """A periodic job done once per period, whoever is first: key `name:period`."""

    __tablename__ = "periodic_run"

    key: Mapped[str] = mapped_column(primary_key=True)
    done_at: Mapped[datetime] = mapped_column(default=clock.now)
