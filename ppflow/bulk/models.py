"""One act on many forms: who was chosen, what is asked, and what came of each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import KEEPS_QUERY, Base

_AT_WORK = text("state in ('running', 'undoing')")


class RunState(StrEnum):
    """How far it is."""

    CHOOSING = "choosing"  # people are chosen, and its questions are not answered
    READY = "ready"  # what will happen can be read
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class ItemState(StrEnum):
    """What came of one form."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    UNDONE = "undone"
    STAYS = "stays"  # it was to be undone, and it was too late


class Told(StrEnum):
    """What the person hears of it."""

    EMAIL = "email"
    BY_HAND = "by_hand"  # a letter to print or read out
    LATER = "later"  # a decision is prepared, and released with others
    NOTHING = "nothing"


class BulkRun(Base):
    """One act of one person on many forms, kept 30 days. `key` is its address.

    `sealed` is what was typed, encrypted. `version` rises each time it is shown anew, so that
    only what stood on the page is carried out. `unseen` counts what is not theirs. `letter_id` is
    the one letter by which a colleague hears of forms given to them.
    """

    __tablename__ = "bulk_run"
    __table_args__ = (
        Index(
            "ix_bulk_run_at_work", "touched_at", postgresql_where=_AT_WORK, sqlite_where=_AT_WORK
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    act: Mapped[str]
    query: Mapped[str] = mapped_column(info={KEEPS_QUERY: True})  # of the list it began in
    state: Mapped[RunState] = mapped_column(default=RunState.CHOOSING)
    total: Mapped[int]
    unseen: Mapped[int] = mapped_column(default=0)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    touched_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))

    @property
    def event_subject(self) -> str:
        return f"bulk-run:{self.id}"

    @property
    def is_at_work(self) -> bool:
        return self.state in {RunState.RUNNING, RunState.UNDOING}


class BulkItem(Base):
    """One form of a run: the version that was seen, and what came of it.

    `sealed` is what was typed for this person alone, encrypted; `before` how it stood, where the
    form itself does not keep that.
    """

    __tablename__ = "bulk_item"
    __table_args__ = (
        UniqueConstraint("run_id", "expression_id"),
        Index("ix_bulk_item_state", "run_id", "state", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("bulk_run.id"))
    number: Mapped[int]  # its place in the list
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"), index=True)
    version: Mapped[int]
    state: Mapped[ItemState] = mapped_column(default=ItemState.WAITING)
    words: Mapped[str | None]  # why nothing happened; never a personal value
    told: Mapped[Told | None]
    event_id: Mapped[int | None]  # what it did, to be taken back
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    before: Mapped[dict[str, Any] | None]
