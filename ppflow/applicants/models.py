"""The applicant of one expression, their private link, and forms not sent yet.

There is one `Applicant` row for each expression: several people may share an address, and no
page of one ever shows the other's.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import Base


class ContactBy(StrEnum):
    """How the person wants to be reached."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"


class Applicant(Base):
    """The person it is about, and the helper who may act for them and be the one to contact."""

    __tablename__ = "applicant"
    __table_args__ = (Index("ix_applicant_email", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")  # lower case
    phone: Mapped[str] = mapped_column(default="")
    post_address: Mapped[str] = mapped_column(default="")
    contact_by: Mapped[ContactBy] = mapped_column(default=ContactBy.EMAIL)
    best_time: Mapped[list[str]] = mapped_column(default=list)
    may_leave_message: Mapped[bool] = mapped_column(default=False)
    is_for_someone_else: Mapped[bool] = mapped_column(default=False)
    helper_name: Mapped[str] = mapped_column(default="")
    helper_relation: Mapped[str] = mapped_column(default="")
    contact_is_helper: Mapped[bool] = mapped_column(default=False)
    is_anonymous: Mapped[bool] = mapped_column(default=False)  # a need told without a name

    @property
    def name(self) -> str:
        """The name they like to be called, or words for nobody named."""
        return f"{self.first_name} {self.last_name}".strip() or "No name given"

    @property
    def greeting_name(self) -> str:
        """Letters greet whom they reach."""
        if self.contact_is_helper and self.helper_name:
            return self.helper_name
        return self.first_name or self.last_name

    @property
    def has_email(self) -> bool:
        return bool(self.email) and self.contact_by is ContactBy.EMAIL


class StatusLink(Base):
    """The private link of one expression. A new one raises `generation` and ends the old one.

    The token is HMAC-SHA256(link key, id | generation); the database keeps only its hash.
    """

    __tablename__ = "status_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"), unique=True)
    generation: Mapped[int] = mapped_column(default=1)
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    expires_at: Mapped[datetime]  # 30 days, rolling with each use
    opened_at: Mapped[datetime | None]


class Draft(Base):
    """A form that is being filled in: one encrypted document, found by a hashed key, 30 days.

    Its `submission_key` makes double clicks, reloads and retries one expression. Once sent it is
    emptied and points at its expression: the receipt is shown to whoever holds its key.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_hash: Mapped[str] = mapped_column(unique=True)
    submission_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    return_hash: Mapped[str | None] = mapped_column(unique=True)  # of the mailed link back to it
    return_generation: Mapped[int] = mapped_column(default=0, server_default="0")  # links mailed
    sent_at: Mapped[datetime | None]
    expression_id: Mapped[int | None] = mapped_column(ForeignKey("expression.id"))
    version: Mapped[int] = mapped_column(default=1)


class MailedCheck(Base):
    """A fresh email that shows that the mailbox is theirs: before download, erasing, a new address.

    The token is HMAC-SHA256(link key, check | id); the database keeps only its hash. It opens a
    page for 10 minutes, and what it allows lasts 10 minutes from there.
    """

    __tablename__ = "mailed_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"), index=True)
    purpose: Mapped[str]  # download, erase or address
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    new_address: Mapped[str] = mapped_column(default="")  # of purpose address
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
