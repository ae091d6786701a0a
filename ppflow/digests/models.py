"""What a person chose, and the digests that were seen to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import Base
from ppflow.digests.workflow import Often, Part


class DigestChoice(Base):
    """How often somebody wants their digest; no row means daily."""

    __tablename__ = "digest_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    often: Mapped[Often]


class Digest(Base):
    """One digest of one person and period. The row is the guard: there is never a second one.

    Without a letter there was nothing to say.
    """

    __tablename__ = "digest"
    __table_args__ = (UniqueConstraint("person_id", "part", "period_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    part: Mapped[Part]
    period_on: Mapped[date]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    written_at: Mapped[datetime] = mapped_column(default=clock.now)
