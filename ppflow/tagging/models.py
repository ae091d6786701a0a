"""A tag: one short word of staff on one form."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import Base


class ExpressionTag(Base):
    """One word on one form, in small letters. It goes when the form is erased."""

    __tablename__ = "expression_tag"
    __table_args__ = (
        UniqueConstraint("expression_id", "word"),
        Index("ix_expression_tag_word", "word", "expression_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    expression_id: Mapped[int] = mapped_column(ForeignKey("expression.id"))
    word: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
