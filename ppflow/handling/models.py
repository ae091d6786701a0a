"""A colleague who was mentioned in a note."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import Base

_UNREAD = text("read_at is null")


class Mention(Base):
    """Somebody asked to read a note. It waits on their home page until they say they have."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("note_id", "person_id"),
        Index("ix_mention_unread", "person_id", "id", postgresql_where=_UNREAD,
              sqlite_where=_UNREAD),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("note.id"))
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]
