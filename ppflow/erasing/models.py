"""The register of erasures and the runs of the retention clocks, without personal details."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import Base
from ppflow.events import ActorKind

NOT_CLEANED = text("cleaned_at is null")


class Why(StrEnum):
    """Why a form was erased."""

    ASKED = "asked"
    RETENTION = "retention"
    REPLAYED = "replayed"  # a restored backup held it again


class Erasure(Base):
    """One form that was erased: its shell stays, everything personal is gone.

    `cleaned_at`: the bytes are gone from the database's files too.
    """

    __tablename__ = "erasure"
    __table_args__ = (
        Index("ix_erasure_to_clean", "id", postgresql_where=NOT_CLEANED, sqlite_where=NOT_CLEANED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"), unique=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    why: Mapped[Why]
    rule: Mapped[str] = mapped_column(default="")  # of retention: its key in `workflow.RULES`
    by_kind: Mapped[ActorKind]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cleaned_at: Mapped[datetime | None]


class RunState(StrEnum):
    """How far a run of the clocks has come."""

    GOING = "going"
    HELD = "held"  # the brake: a person must look and confirm
    DONE = "done"


class RetentionRun(Base):
    """One run of the clocks, a day or asked for: what was due, what went, and why it was held."""

    __tablename__ = "retention_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[RunState] = mapped_column(default=RunState.GOING)
    due: Mapped[int] = mapped_column(default=0)
    erased: Mapped[int] = mapped_column(default=0)
    held_because: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]

    @property
    def event_subject(self) -> str:
        return f"retention:{self.id}"
