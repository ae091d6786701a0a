"""Digests are written from 8am on working days: one for each person and period, and never empty.

Made of how things stand now: after days on which no worker ran there is one digest, not five.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.engine import Connection

from ppflow import clock
from ppflow.db import db
from ppflow.digests import mail
from ppflow.digests.acts import stop_address
from ppflow.digests.models import Digest, DigestChoice
from ppflow.digests.overview import overview
from ppflow.digests.queries import Reader, coordinated_by, due, for_facilitators, is_away
from ppflow.digests.workflow import FROM_HOUR, TO_HOUR, Often, Part
from ppflow.outbox.checks import Claimed, Verdict, Verdicts, ask, cancelled
from ppflow.outbox.models import Letter
from ppflow.outbox.periodic import Period, every
from ppflow.people.models import Person
from ppflow.statements import insert

AT_ONCE: Final = 50  # a minute: rendering holds the write lock
KEPT_FOR: Final = timedelta(days=400)
NAMES: Final = "staff-digest-"


@every("digests", Period.MINUTE)
def write_digests() -> None:
    """Write what is due, in working hours."""
    local = clock.local(clock.now())
    if clock.is_working_day(local.date()) and FROM_HOUR <= local.hour < TO_HOUR:
        _to_facilitators(local.date())
        _to_coordinators(local.date())


def _to_facilitators(today: date) -> None:
    readers = due(Part.FACILITATOR, today)[:AT_ONCE]
    if not readers:
        return
    waiting = for_facilitators([reader.person.id for reader in readers], today)
    for reader in readers:
        digest = _first(reader, Part.FACILITATOR)
        theirs = waiting.get(reader.person.id)
        if digest is not None and theirs is not None and not theirs.is_empty:
            _keep(digest, mail.to_facilitator(reader, theirs))


def _to_coordinators(today: date) -> None:
    """The whole on the first day of the week, else only when somebody must act or is new."""
    readers = due(Part.COORDINATOR, today)[:AT_ONCE]
    if not readers:
        return
    everything = overview(today)
    programmes = coordinated_by([reader.person.id for reader in readers])
    for reader in readers:
        digest = _first(reader, Part.COORDINATOR)
        theirs = everything.of(programmes[reader.person.id])
        if not reader.is_first_of_week:
            theirs = theirs.without_routine()
        if digest is not None and not theirs.is_empty:
            _keep(digest, mail.to_coordinator(reader, theirs))


def _first(reader: Reader, part: Part) -> int | None:
    """The id of the guarding row; None when another worker has written it."""
    row = insert(Digest).values(
        person_id=reader.person.id, part=part, period_on=reader.period, written_at=clock.now()
    )
    written: int | None = db.session.scalar(row.on_conflict_do_nothing().returning(Digest.id))
    return written


def _keep(digest_id: int, letter: Letter) -> None:
    db.session.flush()
    db.session.get_one(Digest, digest_id).letter_id = letter.id


@every("old-digests", Period.DAY)
def forget_old_digests() -> None:
    """Rows that guard periods long past."""
    old = Digest.period_on < clock.today() - KEPT_FOR
    db.session.execute(delete(Digest).where(old))


# --- just before sending --------------------------------------------------------------------------

_READERS = (
    select(Letter.id, Letter.person_id, Person.active, DigestChoice.often)
    .join(Person, Person.id == Letter.person_id)
    .outerjoin(DigestChoice, DigestChoice.person_id == Person.id)
    .where(Letter.id.in_(bindparam("letters", expanding=True)))
)


@ask
def may_still_come(connection: Connection, letters: Sequence[Claimed]) -> Verdicts:
    """They are here and still want it; the address that stops it is filled in now."""
    digests = [row.id for row in letters if row.name.startswith(NAMES)]
    if not digests:
        return {}
    readers = _READERS.add_columns(is_away(clock.today()).label("is_away"))
    return {
        row.id: _verdict(row.person_id, row.active and not row.is_away, row.often)
        for row in connection.execute(readers, {"letters": digests})
    }


def _verdict(person_id: int, is_here: bool, often: Often | None) -> Verdict:
    if not is_here:
        return cancelled("This person has left or is away.")
    if often is Often.OFF:
        return cancelled("They stopped these emails.")
    return Verdict(unsubscribe=stop_address(person_id))
