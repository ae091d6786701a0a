"""The permanent record that something happened. Events hold no personal values, ever.

They are insert-only: the database refuses to change or delete one. The worker seals them into a
hash chain (`EventSeal`) within seconds; `ppflow check` verifies the chain.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from flask import g, has_request_context
from sqlalchemy import ForeignKey, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock
from ppflow.db import Base, db, extra

FIRST_SEAL = "0" * 64
SEAL_BATCH = 500
UNSEALED_WINDOW = 50_000  # ids looked back over for events that committed out of order


class ActorKind(StrEnum):
    """Who acted."""

    STAFF = "staff"
    APPLICANT = "applicant"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """By whom. Staff carry their person id; applicants have no account, the system no one."""

    kind: ActorKind
    person_id: int | None = None


APPLICANT = Actor(ActorKind.APPLICANT)
SYSTEM = Actor(ActorKind.SYSTEM)


def staff(person_id: int) -> Actor:
    """The actor for a signed-in person."""
    return Actor(ActorKind.STAFF, person_id)


class HasEvents(Protocol):
    """A thing whose history is kept: `event_subject` names it without any personal value."""

    @property
    def event_subject(self) -> str: ...


class Event(Base):
    """One thing that happened: who, which verb, to what, which fields, from, to, when, why."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verb: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    from_status: Mapped[str | None]
    to_status: Mapped[str | None]
    fields: Mapped[list[str]] = mapped_column(default=list)
    reason: Mapped[str | None]
    request_id: Mapped[str | None]


class EventSeal(Base):
    """One link of the hash chain: SHA-256 of the seal before it and the event, in sealing order."""

    __tablename__ = "event_seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    digest: Mapped[str]
    sealed_at: Mapped[datetime] = mapped_column(default=clock.now)


def record(verb: str, thing: HasEvents, by: Actor, **what: Any) -> Event:
    """Write an event in the present transaction; see `compose`."""
    event = compose(verb, thing, by, **what)
    db.session.add(event)
    return event


def compose(
    verb: str,
    thing: HasEvents,
    by: Actor,
    *,
    from_status: str | None = None,
    to_status: str | None = None,
    fields: list[str] | None = None,
    reason: str | None = None,
) -> Event:
    """An event, not yet written. `fields` are names, `reason` a word of a list."""
    return Event(
        actor_kind=by.kind,
        actor_id=by.person_id,
        verb=verb,
        subject=thing.event_subject,
        from_status=from_status,
        to_status=to_status,
        fields=fields or [],
        reason=reason,
        request_id=g.get("request_id") if has_request_context() else None,
    )


def changed_fields(thing: Any, values: dict[str, Any]) -> list[str]:
    """Set `values` on `thing` and return the names of those that really changed."""
    changed = [name for name, value in values.items() if getattr(thing, name) != value]
    for name in changed:
        setattr(thing, name, values[name])
    return changed


def _digest(before: str, event: Event) -> str:
    content = {
        "id": event.id,
        "at": event.at.isoformat(),
        "actor": [event.actor_kind, event.actor_id],
        "verb": event.verb,
        "subject": event.subject,
        "status": [event.from_status, event.to_status],
        "fields": event.fields,
        "reason": event.reason,
        "request": event.request_id,
    }
    body = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(before.encode() + body.encode()).hexdigest()


def seal_new() -> int:
    """Seal unsealed events in one batch; returns how many. Run by one worker at a time."""
    last = db.session.scalars(select(EventSeal).order_by(EventSeal.id.desc()).limit(1)).first()
    newest = db.session.scalar(select(func.max(EventSeal.event_id))) or 0
    sealed = select(EventSeal.event_id).where(EventSeal.event_id == Event.id).exists()
    waiting = db.session.scalars(
        select(Event)
        .where(Event.id > newest - UNSEALED_WINDOW, ~sealed)
        .order_by(Event.id)
        .limit(SEAL_BATCH)
    ).all()
    number, digest = (last.id, last.digest) if last else (0, FIRST_SEAL)
    for event in waiting:
        number += 1
        digest = _digest(digest, event)
        # The chosen id is unique: a second worker sealing at the same time fails and retries.
        db.session.add(EventSeal(id=number, event_id=event.id, digest=digest))
    return len(waiting)


@dataclass(frozen=True)
class ChainReport:
    """What `ppflow check` says of the chain: events sealed, not yet sealed, first bad event."""

    sealed: int
    unsealed: int
    first_bad: int | None
    head: str


def verify_chain() -> ChainReport:
    """Walk the chain and recompute every digest. Reads all events."""
    digest, sealed, expected_id = FIRST_SEAL, 0, 0
    chain = (
        select(EventSeal, Event)
        .outerjoin(Event, Event.id == EventSeal.event_id)
        .order_by(EventSeal.id)
        .execution_options(yield_per=1000)
    )
    with db.session.execute(chain) as rows:
        for seal, event in rows:
            expected_id += 1
            digest = _digest(digest, event) if event else ""
            if seal.id != expected_id or seal.digest != digest:
                return ChainReport(sealed, 0, seal.event_id, digest)
            sealed += 1
    unsealed = (db.session.scalar(select(func.count(Event.id))) or 0) - sealed
    return ChainReport(sealed, unsealed, None, digest)


@extra
def create_triggers(connection: Connection) -> None:
    """Refuse UPDATE and DELETE on events and seals, in the database itself."""
    for table in ("event", "event_seal"):
        if connection.dialect.name == "sqlite":
            for act in ("update", "delete"):
                name = f"{table}_refuse_{act}"
                connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
                connection.execute(
                    text(
                        f"CREATE TRIGGER {name} BEFORE {act.upper()} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, '{table} rows never change'); END"
                    )
                )
            continue
        connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION '% rows never change', TG_TABLE_NAME; END $$"
            )
        )
        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_refuse_change ON {table}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {table}_refuse_change "
                f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        )
