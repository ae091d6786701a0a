"""Rules by which a programme gives out new forms, and whose turn it was on a project."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ppflow import clock
from ppflow.db import Base
from ppflow.people.models import Person
from ppflow.projects.models import Project


class Rule(Base):
    """One rule of a programme, tried in the order of `position`; the first that yields wins.

    `conditions`: values by field (`workflow.Field`). All fields must hold, one value of each is
    enough. It gives a form to a person, to the people of a project, or, with neither, to the
    coordinators.
    """

    __tablename__ = "routing_rule"
    __table_args__ = (Index("ix_routing_rule_order", "programme_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    position: Mapped[int]
    name: Mapped[str]
    conditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    is_on: Mapped[bool] = mapped_column(default=True)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person | None] = relationship(foreign_keys=person_id)
    project: Mapped[Project | None] = relationship()
    changed_by: Mapped[Person] = relationship(foreign_keys=changed_by_id)

    @property
    def event_subject(self) -> str:
        return f"routing-rule:{self.id}"


class Turn(Base):
    """Who of a project was given the last form in turn. Moved only from what was read."""

    __tablename__ = "routing_turn"

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
