"""A person is somebody who signs in. Applicants are not people here: they have no account."""

from __future__ import annotations

from datetime import date, datetime

from flask_security import RoleMixin, UserMixin
from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ppflow import clock, events
from ppflow.db import Base


class Organisation(Base):
    """A trust, university, council, charity or company: employer, partner or host."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    formerly: Mapped[str | None]
    type: Mapped[str]
    is_real: Mapped[bool] = mapped_column(default=True)


class RoleName(Base, RoleMixin):
    """A role that can be granted. The words are in `access.ROLE_SENTENCES`."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")


class Grant(Base):
    """A person's role; a coordinator's is for one programme, or for all without `programme_id`."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role_id", "programme_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role_id: Mapped[int] = mapped_column(ForeignKey("role.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"))
    role: Mapped[RoleName] = relationship()


class Person(Base, UserMixin):
    """A member of staff or of the Board. `active` is Flask-Security's word for may sign in."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # lower case
    name: Mapped[str]
    job_role: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    password: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    away_from_on: Mapped[date | None]
    away_until_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    imported_as: Mapped[str | None] = mapped_column(unique=True)
    has_shortcuts: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation | None] = relationship()
    grants: Mapped[list[Grant]] = relationship(cascade="all, delete-orphan")
    roles: Mapped[list[RoleName]] = relationship(  # type: ignore[assignment] # theirs is untyped
        secondary="role_grant", viewonly=True
    )

    @property
    def event_subject(self) -> str:
        return f"person:{self.id}"

    @property
    def actor(self) -> events.Actor:
        return events.staff(self.id)

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    def is_away(self, on: date | None = None) -> bool:
        """Away on that day (both ends included); an open end means until further notice."""
        day = on or clock.today()
        return self.away_from_on is not None and (
            self.away_from_on <= day and (self.away_until_on is None or day <= self.away_until_on)
        )

    @property
    def is_available(self) -> bool:
        """May be given something new to answer today."""
        return self.active and not self.is_away()
