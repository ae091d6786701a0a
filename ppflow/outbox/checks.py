"""May this letter still go? Asked just before sending, whatever was true when it was written.

Trial mode and addresses that failed are the outbox's own affair. What only later rooms know (is the
person erased, still a member, is this still their address) they tell through `ask`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, bindparam, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from ppflow import clock, config, keys
from ppflow.outbox.models import Letter, Suppression
from ppflow.outbox.workflow import LetterState

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
    is_unconfirmed: bool = False
    is_gone: bool = False  # somebody else has it, or it was cancelled meanwhile

    @property
    def may_go(self) -> bool:
        return self.state is None and self.wait is None and not self.is_gone


GO: Final = Verdict()
Claimed = Row[*tuple[Any, ...]]  # the columns of `leases.COLUMNS`
Check = Callable[[Connection, Claimed], Verdict]
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


def verdict_on(connection: Connection, letter: Claimed) -> Verdict:
    """The first reason to stop or wait, else leave to go."""
    if not is_on_trial_list(letter.to_address):
        return Verdict(LetterState.SUPPRESSED, TRIAL_WORDS)
    if connection.execute(_SUPPRESSED, {"hash": hash_of(letter.to_address)}).first():
        return Verdict(LetterState.FAILED_ADDRESS, FAILED_BEFORE)
    verdict = GO
    for check in _checks:
        verdict = check(connection, letter)
        if not verdict.may_go:
            return verdict
    if verdict.is_unconfirmed and letter.is_automatic and _has_had_enough(connection, letter):
        return Verdict(wait=LOOK_AGAIN, words=TOO_MANY)
    return verdict


def is_on_trial_list(address: str) -> bool:
    """Whether trial mode lets this address be written to; without trial mode all are."""
    allowed = {entry.strip().lower() for entry in config.current().mail_trial.split(",")} - {""}
    address = address.lower()
    return not allowed or address in allowed or f"@{address.rpartition('@')[2]}" in allowed


def _has_had_enough(connection: Connection, letter: Claimed) -> bool:
    if connection.dialect.name == "postgresql":  # two workers may ask about one address at once
        key = int(hash_of(letter.to_address)[:15], 16)
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    values = {"address": letter.to_address, "since": clock.now() - A_DAY}
    return (connection.scalar(_AUTOMATIC_TODAY, values) or 0) >= UNCONFIRMED_A_DAY


def hash_of(address: str) -> str:
    """What is kept of an address that must not be written to."""
    return keys.fingerprint(address.strip().lower(), "suppression")


def suppress(connection: Connection, address: str, reason: str) -> None:
    """Never write to this address again, until somebody says it works."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(Suppression).values(
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


_SUPPRESSED = select(Suppression.id).where(Suppression.address_hash == bindparam("hash"))
_AUTOMATIC_TODAY = (
    select(func.count())
    .select_from(Letter)
    .where(
        Letter.to_address == bindparam("address"),
        Letter.is_automatic,
        Letter.state.in_([LetterState.SENT, LetterState.SENDING]),
        (Letter.ended_at.is_(None) | (Letter.ended_at > bindparam("since"))),
    )
)
