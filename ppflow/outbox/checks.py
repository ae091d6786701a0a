"""May these letters still go? Asked just before sending, whatever was true when they were written.

Trial mode and addresses that failed are the outbox's own affair. What only later rooms know (is the
person erased, still a member, is this still their address) they tell through `ask`. A few letters
are asked about together: a statement for each kind of question, never one for each letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, func, select, text
from sqlalchemy.engine import Connection

from ppflow import clock, config, keys
from ppflow.outbox.models import Letter, Suppression
from ppflow.outbox.workflow import LetterState
from ppflow.statements import insert

A_DAY: Final = timedelta(days=1)
UNCONFIRMED_A_DAY: Final = 3  # design.md 6: automatic letters to an address nobody confirmed
LOOK_AGAIN: Final = timedelta(hours=1)
TRIAL_WORDS: Final = "Trial mode: only addresses on the list are written to."
FAILED_BEFORE: Final = "This address failed before. We did not try again."
TOO_MANY: Final = "Waits: three emails went to this address today, and nobody has confirmed it."


@dataclass(frozen=True)
class Verdict:
    """Go (with the present generation of the private link), wait, or stop and say why."""

    state: LetterState | None = None
    words: str = ""
    wait: timedelta | None = None
    link_generation: int | None = None
    unsubscribe: str | None = None  # an address that stops letters like this one
    is_unconfirmed: bool = False

    @property
    def may_go(self) -> bool:
        return self.state is None and self.wait is None


GO: Final = Verdict()
Claimed = Row[*tuple[Any, ...]]  # the columns of `leases.COLUMNS`
Verdicts = dict[int, Verdict]  # by the letter's id
Check = Callable[[Connection, Sequence[Claimed]], Mapping[int, Verdict]]  # absent: leave to go
OnFailedAddress = Callable[[Connection, Claimed], None]
_checks: list[Check] = []
_told_of_failure: list[OnFailedAddress] = []


def ask(check: Check) -> Check:
    """Ask this too before sending. For rooms above; called once, when they are imported."""
    _checks.append(check)
    return check


def tell_of_failed_address(listener: OnFailedAddress) -> OnFailedAddress:
    """Tell this room, in the same transaction, when an address is refused."""
    _told_of_failure.append(listener)
    return listener


def cancelled(words: str) -> Verdict:
    return Verdict(LetterState.CANCELLED, words)


def verdicts_on(connection: Connection, letters: Sequence[Claimed]) -> Verdicts:
    """For each letter the first reason to stop or wait, else leave to go."""
    found = _own_verdicts(connection, letters)
    for check in _checks:
        found |= check(connection, [row for row in letters if found[row.id].may_go])
    doubted = [
        row for row in letters
        if row.is_automatic and found[row.id].may_go and found[row.id].is_unconfirmed
    ]  # fmt: skip
    return found | _enough_for_today(connection, doubted)


def _own_verdicts(connection: Connection, letters: Sequence[Claimed]) -> Verdicts:
    hashes = {row.id: hash_of(row.to_address) for row in letters}
    dead = set(connection.scalars(_SUPPRESSED, {"hashes": sorted(set(hashes.values()))}))
    found = dict.fromkeys(hashes, GO)
    for row in letters:
        if not is_on_trial_list(row.to_address):
            found[row.id] = Verdict(LetterState.SUPPRESSED, TRIAL_WORDS)
        elif hashes[row.id] in dead:
            found[row.id] = Verdict(LetterState.FAILED_ADDRESS, FAILED_BEFORE)
    return found


@cache
def _listed(trial: str) -> frozenset[str]:
    return frozenset(entry.strip().lower() for entry in trial.split(",")) - {""}


def is_on_trial_list(address: str) -> bool:
    """Whether trial mode lets this address be written to; without trial mode all are."""
    allowed = _listed(config.current().mail_trial)
    address = address.lower()
    return not allowed or address in allowed or f"@{address.rpartition('@')[2]}" in allowed


def _enough_for_today(connection: Connection, letters: Sequence[Claimed]) -> Verdicts:
    """Those that wait, because their address nobody confirmed has had its letters of a day."""
    addresses = sorted({row.to_address for row in letters})
    if not addresses:
        return {}
    if connection.dialect.name == "postgresql":  # two workers may ask about one address at once
        numbers = sorted(int(hash_of(address)[:15], 16) for address in addresses)
        connection.execute(_ONE_AT_A_TIME, {"keys": numbers})
    values = {"addresses": addresses, "since": clock.now() - A_DAY}
    had = Counter({row[0]: row[1] for row in connection.execute(_AUTOMATIC_TODAY, values)})
    found = {}
    for row in letters:
        if had[row.to_address] >= UNCONFIRMED_A_DAY:
            found[row.id] = Verdict(wait=LOOK_AGAIN, words=TOO_MANY)
        had[row.to_address] += 1
    return found


def hash_of(address: str) -> str:
    """What is kept of an address that must not be written to."""
    return keys.fingerprint(address.strip().lower(), "suppression")


def suppress(connection: Connection, address: str, reason: str) -> None:
    """Never write to this address again, until somebody says it works."""
    row = insert(Suppression, connection.dialect.name).values(
        address_hash=hash_of(address), reason=reason, created_at=clock.now()
    )
    connection.execute(row.on_conflict_do_nothing())


def release(connection: Connection, address: str) -> None:
    """Somebody says this address works: write to it again."""
    connection.execute(delete(Suppression).where(Suppression.address_hash == hash_of(address)))


def address_failed(connection: Connection, letter: Claimed, is_dead: bool) -> None:
    """Remember a dead address and tell the rooms above."""
    if is_dead:
        suppress(connection, letter.to_address, "refused")
    for listener in _told_of_failure:
        listener(connection, letter)


_SUPPRESSED = select(Suppression.address_hash).where(
    Suppression.address_hash.in_(bindparam("hashes", expanding=True))
)
_ONE_AT_A_TIME = text(
    "SELECT pg_advisory_xact_lock(number) FROM "
    "(SELECT unnest(CAST(:keys AS bigint[])) AS number) AS numbers"
)
_AUTOMATIC_TODAY = (
    select(Letter.to_address, func.count())
    .where(
        Letter.to_address.in_(bindparam("addresses", expanding=True)),
        Letter.is_automatic,
        Letter.state.in_([LetterState.SENT, LetterState.SENDING]),
        (Letter.ended_at.is_(None) | (Letter.ended_at > bindparam("since"))),
    )
    .group_by(Letter.to_address)
)
