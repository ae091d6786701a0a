"""Choosing how often, and stopping without signing in (RFC 8058)."""

from __future__ import annotations

import hmac

from ppflow import config, events, keys
from ppflow.db import db
from ppflow.digests.models import DigestChoice
from ppflow.digests.workflow import Often
from ppflow.people.models import Person
from ppflow.statements import insert


def choice_of(person_id: int) -> Often:
    """How often this person wants their digest."""
    row = db.session.get(DigestChoice, person_id)
    return row.often if row else Often.DAILY


def choose(person: Person, often: Often) -> None:
    """Keep a person's own choice, with an event when it is another one."""
    first = insert(DigestChoice).values(person_id=person.id, often=Often.DAILY)
    db.session.execute(first.on_conflict_do_nothing())  # two may press at the same moment
    row = db.session.get_one(DigestChoice, person.id, with_for_update=True)
    if row.often is often:
        return
    row.often = often
    events.record(f"choose_digest_{often}", person, person.actor, fields=["digest"])


def token_of(person_id: int) -> str:
    """What stops a person's digests without signing in: signed, of no other use."""
    return f"{person_id}-{keys.fingerprint(str(person_id), 'stop-digest')}"


def stop_address(person_id: int) -> str:
    """The address of `List-Unsubscribe`."""
    return f"{config.current().base_url}/digests/{token_of(person_id)}"


def person_of(token: str) -> Person | None:
    """Whose digests a token stops; None for one that is not ours."""
    number = token.partition("-")[0]
    if not (number.isdecimal() and len(number) < 12):
        return None
    if not hmac.compare_digest(token.encode(), token_of(int(number)).encode()):
        return None
    return db.session.get(Person, int(number))
