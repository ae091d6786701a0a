"""Acts on people: the rows of the roles, adding somebody, and giving them a password."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from flask_security import hash_password
from sqlalchemy import func, select

from ppflow import events, keys, sessions
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


def use_shortcuts(person: Person, is_on: bool, *, by: Actor) -> None:
    """Whether single keys do things on this person's pages."""
    changed = events.changed_fields(person, {"has_shortcuts": is_on})
    if changed:
        events.record("change", person, by, fields=changed)


def set_away(person: Person, since: date | None, until: date | None, *, by: Actor) -> None:
    """When somebody is away; their deputy covers. Raises `NotComplete` for dates in no order."""
    if until is not None and since is None:
        raise NotComplete("since", "Enter the first day away.")
    if since is not None and until is not None and until < since:
        raise NotComplete("until", "Enter a last day that is not before the first day.")
    values = {"away_from_on": since, "away_until_on": until}
    fields = events.changed_fields(person, values)
    if fields:
        events.record("set_away", person, by, fields=fields)


def describe(person: Person, values: dict[str, str], *, by: Actor) -> None:
    """Change a person's name, job, email or phone. Raises `NotComplete` for a taken address."""
    values = {**values, "email": values["email"].strip().lower()}
    other = find(values["email"])
    if other is not None and other.id != person.id:
        raise NotComplete("email", "Somebody else here has this email address.")
    fields = events.changed_fields(person, values)
    if fields:
        person.version += 1
        events.record("edit", person, by, fields=fields)


def grant(
    person: Person, roles: Iterable[Role], *, programmes: Iterable[int] = (), by: Actor
) -> None:
    """Give exactly these roles. A change ends every session of the person at once."""
    rows = role_rows()
    db.session.flush()
    wanted: set[tuple[int, int | None]] = set()
    for role in roles:
        limited: list[int | None] = [*programmes] if role is Role.COORDINATOR else []
        wanted |= {(rows[role].id, programme) for programme in limited or [None]}
    present = {(g.role_id, g.programme_id): g for g in person.grants}
    if wanted == set(present):
        return
    for key, row in present.items():
        if key not in wanted:
            person.grants.remove(row)
    for role_id, programme_id in sorted(wanted - set(present), key=str):
        person.grants.append(Grant(role_id=role_id, programme_id=programme_id))
    sessions.end_all(person.id)
    events.record("grant", person, by, fields=["roles"])


def set_active(person: Person, is_active: bool, *, by: Actor) -> None:
    """Let somebody sign in again, or end it at once. Their open forms are moved by the caller."""
    person.active = is_active
    if not is_active:
        sessions.end_all(person.id)
    events.record("activate" if is_active else "deactivate", person, by)
