"""A programme has pages, themes, a Board and contacts of its own; several share an installation."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ppflow.db import Base
from ppflow.people.models import Organisation


class TellWhen(StrEnum):
    """When coordinators are told of a new expression."""

    NOW = "now"
    DAILY = "daily"
    OFF = "off"


class MilestoneState(StrEnum):
    """Where a stage of the programme stands; shown as words."""

    DONE = "done"
    ONGOING = "ongoing"
    PLANNED = "planned"


class Programme(Base):
    """A set of projects with one front door. All texts are edited on its page."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(default=0)  # the first is the home page
    name: Mapped[str]
    formerly: Mapped[str] = mapped_column(default="")
    strapline: Mapped[str] = mapped_column(default="")
    about: Mapped[str] = mapped_column(default="")
    why_it_changes: Mapped[str] = mapped_column(default="")
    how_to_join: Mapped[str] = mapped_column(default="")
    accessible_formats: Mapped[str] = mapped_column(default="")
    managed_by_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    contact_label: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str] = mapped_column(default="")
    contact_post: Mapped[str] = mapped_column(default="")
    contact_hours: Mapped[str] = mapped_column(default="")
    formats_email: Mapped[str] = mapped_column(default="")
    formats_phone: Mapped[str] = mapped_column(default="")
    board_name: Mapped[str] = mapped_column(default="")
    board_role: Mapped[str] = mapped_column(default="")
    board_cadence: Mapped[str] = mapped_column(default="")
    report_title: Mapped[str] = mapped_column(default="Project progress report")
    role_mailbox: Mapped[str] = mapped_column(default="")  # also told of every new expression
    tell_coordinators: Mapped[TellWhen] = mapped_column(default=TellWhen.NOW)
    is_published: Mapped[bool] = mapped_column(default=True)
    asks_manager: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    asks_equality: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    uses_rules: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    imported_as: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(default=1)

    managed_by: Mapped[Organisation | None] = relationship()
    themes: Mapped[list[Theme]] = relationship(order_by="Theme.number", back_populates="programme")
    milestones: Mapped[list[Milestone]] = relationship(order_by="Milestone.number")
    meetings: Mapped[list[BoardMeeting]] = relationship(order_by="BoardMeeting.held_on")
    sections: Mapped[list[Section]] = relationship(order_by="Section.position")

    @property
    def event_subject(self) -> str:
        return f"programme:{self.id}"


class Theme(Base):
    """What projects are grouped by. A theme can be added after launch."""

    __tablename__ = "theme"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        UniqueConstraint("programme_id", "slug"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    slug: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    colour: Mapped[str] = mapped_column(default="blue")
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship(back_populates="themes")

    @property
    def event_subject(self) -> str:
        return f"theme:{self.id}"


class Milestone(Base):
    """One stage of the programme so far, in order."""

    __tablename__ = "milestone"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    state: Mapped[MilestoneState]


class BoardMeeting(Base):
    """One meeting of the programme's Board, held or planned."""

    __tablename__ = "board_meeting"
    __table_args__ = (UniqueConstraint("programme_id", "held_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    held_on: Mapped[date]
    is_held: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")


class Section(Base):
    """A further part of a programme's page: a heading and plain paragraphs."""

    __tablename__ = "programme_section"
    __table_args__ = (UniqueConstraint("programme_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    position: Mapped[int]
    heading: Mapped[str]
    body: Mapped[str]
