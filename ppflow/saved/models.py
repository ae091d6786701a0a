"""A saved view: a list of the queue under a name, one person's own or shared with a programme."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import KEEPS_QUERY, KEEPS_WORDS, Base


class SavedView(Base):
    """`query` is the list as its address says it; what each reader sees in it is what they may.

    Without `programme_id` it is the owner's alone; one with words that were searched always is.
    """

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(info={KEEPS_WORDS: True})
    query: Mapped[str] = mapped_column(info={KEEPS_QUERY: True})
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def event_subject(self) -> str:
        return f"saved-view:{self.id}"
