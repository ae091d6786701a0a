"""Acts on people: the rows of the roles, adding somebody, and giving them a password."""

from __future__ import annotations

from collections.abc import Iterable

from flask_security import hash_password
from sqlalchemy import func, select

from ppflow import events, keys
from ppflow.access import ROLE_SENTENCES, Role
from ppflow.db import db
from ppflow.errors import NotComplete
from ppflow.events import Actor
from ppflow.people.models import Grant, Person, RoleName

SHORTEST_PASSWORD = 12  # requirements: length over rules (NCSC: three random words)
GRANTED = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.BOARD)  # a facilitator is a member instead


def role_rows() -> dict[Role, RoleName]:
    """The row of every role, made where it is missing."""
    rows = {Role(row.name): row for row in db.session.scalars(select(RoleName))}
    for role, sentence in ROLE_SENTENCES.items():
        if role not in rows:
            rows[role] = RoleName(name=role.value, description=sentence)
            db.session.add(rows[role])
    return rows


def find(email: str) -> Person | None:
    """The person with this email address, however it is typed."""
    return db.session.scalars(
        select(Person).where(Person.email == email.strip().lower())
    ).one_or_none()


def add(
    name: str, email: str, roles: Iterable[Role], *, programmes: Iterable[int] = (), by: Actor
) -> Person:
    """Add somebody who may sign in once they have a password.

    `programmes` are the ids that a coordinator coordinates; none means all. Raises `NotComplete`.
    """
    if find(email) is not None:
        raise NotComplete("email", f"There is already somebody with the address {email}.")
    rows = role_rows()
    person = Person(name=name.strip(), email=email.strip().lower(), fs_uniquifier=keys.new_token())
    for role in dict.fromkeys(roles):
        limited = list(programmes) if role is Role.COORDINATOR else []
        ids: list[int | None] = [*limited] or [None]
        person.grants += [Grant(role=rows[role], programme_id=id_) for id_ in ids]
    db.session.add(person)
    db.session.flush()
    events.record("add", person, by)
    return person


def checked_password(password: str) -> str:
    """The hash of a password that is long enough. Slow on purpose: call it before writing."""
    if len(password) < SHORTEST_PASSWORD:
        raise NotComplete("password", f"Use {SHORTEST_PASSWORD} characters or more.")
    return str(hash_password(password))


def set_password(person: Person, hashed: str, *, by: Actor) -> None:
    """Give somebody a new password; every session they have ends."""
    person.password = hashed
    person.fs_uniquifier = keys.new_token()
    events.record("set_password", person, by)


def is_nobody_here() -> bool:
    """There is nobody who could sign in."""
    return not db.session.scalar(select(func.count()).select_from(Person))
