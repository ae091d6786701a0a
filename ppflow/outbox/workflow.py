"""The life of a letter: its states in people's words, and when it is tried again."""

from __future__ import annotations

from datetime import timedelta
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
