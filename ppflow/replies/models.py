"""A ready-made reply: words for a message that is sent often."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import Base


class CannedReply(Base):
    """Words of a programme for one kind of form, or for every kind (`kind` is empty).

    `body` may hold the placeholders of `workflow.PLACEHOLDERS`, and nothing else in braces.
    """

    __tablename__ = "canned_reply"
    __table_args__ = (Index("ix_canned_reply_programme", "programme_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    body: Mapped[str]
    is_offered: Mapped[bool] = mapped_column(default=True)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def event_subject(self) -> str:
        return f"canned-reply:{self.id}"
