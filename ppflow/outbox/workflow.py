"""The life of a letter: its states in people's words, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class LetterState(StrEnum):
    """Where a letter is. Plain SMTP proves acceptance, never delivery: none says delivered."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED_ADDRESS = "failed_address"
    FAILED_TECHNICAL = "failed_technical"
    UNKNOWN = "unknown"
    BY_HAND = "by_hand"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"


STATE_LABELS: Final = {
    LetterState.DRAFT: "Not finished",
    LetterState.QUEUED: "Waiting to go",
    LetterState.SENDING: "Going now",
    LetterState.SENT: "Sent",
    LetterState.DEFERRED: "Trying again",
    LetterState.FAILED_ADDRESS: "Address failed",
    LetterState.FAILED_TECHNICAL: "Gave up",
    LetterState.UNKNOWN: "Not sure it went",
    LetterState.BY_HAND: "Print or ring",
    LetterState.CANCELLED: "Cancelled",
    LetterState.SUPPRESSED: "Stopped",
}
STATE_COLOURS: Final = {
    LetterState.DRAFT: "grey",
    LetterState.QUEUED: "blue",
    LetterState.SENDING: "blue",
    LetterState.SENT: "green",
    LetterState.DEFERRED: "yellow",
    LetterState.FAILED_ADDRESS: "red",
    LetterState.FAILED_TECHNICAL: "red",
    LetterState.UNKNOWN: "orange",
    LetterState.BY_HAND: "purple",
    LetterState.CANCELLED: "grey",
    LetterState.SUPPRESSED: "grey",
}

WAITING: Final = frozenset({LetterState.QUEUED, LetterState.DEFERRED})
IN_TROUBLE: Final = frozenset(
    {LetterState.FAILED_ADDRESS, LetterState.FAILED_TECHNICAL, LetterState.UNKNOWN}
)
FINAL: Final = frozenset(
    {
        LetterState.SENT,
        LetterState.FAILED_ADDRESS,
        LetterState.FAILED_TECHNICAL,
        LetterState.CANCELLED,
        LetterState.SUPPRESSED,
    }
)

# design.md 6: a greylist of an hour must not beat us; peers give up after 6 minutes to 4 hours.
_FIRST_TRIES: Final = tuple(
    timedelta(seconds=s) for s in (30, 60, 120, 300, 600, 1800, 3600, 3600, 7200)
)
_LATER_TRIES: Final = timedelta(hours=4)
GIVE_UP_AFTER: Final = timedelta(hours=72)
JITTER: Final = 0.2
MAX_AMBIGUOUS: Final = 4  # at least once, never more than 3 repeats


def wait_before_try(tries: int, jitter: float) -> timedelta:
    """How long to wait after `tries` tries (1 or more); `jitter` in -1..1 moves it by 20%."""
    step = _FIRST_TRIES[tries - 1] if tries <= len(_FIRST_TRIES) else _LATER_TRIES
    return step * (1 + JITTER * jitter)


class Result(StrEnum):
    """What came of one attempt."""

    ACCEPTED = "accepted"
    BAD_ADDRESS = "bad_address"  # 5xx about the recipient
    REFUSED = "refused"  # 5xx about the letter itself
    LATER = "later"  # 4xx, or the line broke before the letter was whole
    UNSURE = "unsure"  # the line broke after the letter was whole, before the answer
    SERVER_DOWN = "server_down"  # it refuses everyone: no try is used up
    BROKEN = "broken"  # we cannot make a message of this letter


@dataclass(frozen=True)
class Outcome:
    """A result, with the server's own words, or ours where the server was not asked."""

    result: Result
    said: str = ""
    words: str = ""
    is_dead: bool = False  # the address is known not to exist: never write to it again


@dataclass(frozen=True)
class Tried:
    """What is known of a letter's tries so far."""

    tries: int
    ambiguous_tries: int
    first_tried_at: datetime


@dataclass(frozen=True)
class Settled:
    """Where a letter stands after an attempt; `wait` says when it is tried again."""

    state: LetterState
    words: str
    wait: timedelta | None = None
    ambiguous_tries: int = 0

    @property
    def is_over(self) -> bool:
        return self.wait is None


_FINALLY: Final = {
    Result.ACCEPTED: (LetterState.SENT, ""),
    Result.BAD_ADDRESS: (LetterState.FAILED_ADDRESS, "The mail server refuses this address."),
    Result.REFUSED: (LetterState.FAILED_TECHNICAL, "The mail server refuses this email."),
    Result.BROKEN: (LetterState.FAILED_TECHNICAL, "This email could not be made."),
}
NO_SUCH_MAILBOX: Final = "This address does not exist."
MAY_HAVE_GONE: Final = "The line broke while it was sent. It may have arrived."
ASKED_TO_WAIT: Final = "Their mail server asked us to wait."


def settle(outcome: Outcome, tried: Tried, now: datetime, jitter: float) -> Settled:
    """Where a letter stands after this attempt; `tried` counts it already (design.md 6).

    `jitter` in -1..1. Not for `SERVER_DOWN`, which is no attempt.
    """
    if outcome.result in _FINALLY:
        state, words = _FINALLY[outcome.result]
        words = NO_SUCH_MAILBOX if outcome.is_dead else (outcome.words or words)
        return Settled(state, words, ambiguous_tries=tried.ambiguous_tries)
    is_unsure = outcome.result is Result.UNSURE
    ambiguous = tried.ambiguous_tries + is_unsure
    if ambiguous >= MAX_AMBIGUOUS:
        words = f"The line broke {ambiguous} times while it was sent. It may have arrived."
        return Settled(LetterState.UNKNOWN, words, ambiguous_tries=ambiguous)
    left = tried.first_tried_at + GIVE_UP_AFTER - now
    if left <= timedelta(0):
        words = "We tried for 3 days, and the mail server never took it."
        return Settled(LetterState.FAILED_TECHNICAL, words, ambiguous_tries=ambiguous)
    wait = min(wait_before_try(tried.tries, jitter), left)
    words = MAY_HAVE_GONE if is_unsure else ASKED_TO_WAIT
    return Settled(LetterState.DEFERRED, words, wait, ambiguous)
