"""How many people gave which answer: a number for each, no row for a person.

Whoever has the whole database cannot tell which form an answer belongs to: there is no row of a
person's answers, no number of a row, no moment, and every number of the month is written anew with
each answer.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ppflow.db import Base


class EqualityCount(Base):
    """How many people gave one answer to one question in one month, in one programme."""

    __tablename__ = "equality_count"
    __table_args__ = {"sqlite_with_rowid": False}  # a hidden number would tell the order

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    question: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[int] = mapped_column(default=0)
