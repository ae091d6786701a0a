"""What somebody typed on the decision page and has not sent yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import Base


class StaffDraft(Base):
    """One person's words for one panel of one expression: encrypted, 30 days, gone once sent.

    `panel` is an act, or the note, or the questions for the call.
    """

    __tablename__ = "staff_draft"
    __table_args__ = (UniqueConstraint("expression_id", "person_id", "panel"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"))
    panel: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
