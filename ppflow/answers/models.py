"""Answers by version, the wording they answered, and consents: one row each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ppflow import clock
from ppflow.db import Base


class FormVersion(Base):
    """The wording a form had when it was answered, by field key.

    Each holds: group, label, short, sensitivity; where it applies also options (words by value),
    is_day, is_need, is_searchable.
    """

    __tablename__ = "form_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    wording: Mapped[dict[str, Any]]


class Answers(Base):
    """What was answered: one plain and one encrypted document a version. Old versions are kept."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("expression_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"))
    number: Mapped[int] = mapped_column(default=1)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"))
    plain: Mapped[dict[str, Any]]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)

    form_version: Mapped[FormVersion] = relationship()


class Consent(Base):
    """One permission: its wording, when it was given, and when it was taken back."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_expression", "expression_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"))
    key: Mapped[str]
    wording: Mapped[str]
    choice: Mapped[str] = mapped_column(default="yes")
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_out_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]


class CallAnswer(Base):
    """One question of the kind on a call: asked or not, with a short answer. Staff only.

    The answer is encrypted, as it may reveal anything; it goes when sensitive answers go.
    """

    __tablename__ = "call_answer"
    __table_args__ = (UniqueConstraint("expression_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"))
    question: Mapped[str]  # as it was worded when it was asked
    is_asked: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
