"""The views of the outbox, and a letter's state and failure in people's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from ppflow import clock
from ppflow.outbox.workflow import STATE_COLOURS, STATE_LABELS, WAITING, LetterState
from ppflow.web import moment, plural, time_of_day

S = LetterState
TROUBLE: Final = (S.FAILED_ADDRESS, S.FAILED_TECHNICAL, S.UNKNOWN)


@dataclass(frozen=True)
class View:
    """One list of letters. No states named: all of them. `since`: only letters this young."""

    key: str
    label: str
    states: tuple[LetterState, ...]
    quiet: str
    since: timedelta | None = None
    is_alarm: bool = False


WEEK: Final = timedelta(days=7)
VIEWS: Final = (
    View("needs-you", "Needs you", TROUBLE, "No email is in trouble.", is_alarm=True),
    View("going", "Going soon", (S.QUEUED, S.SENDING), "No email waits to go."),
    View("again", "Trying again", (S.DEFERRED,), "No email is being tried again."),
    View("sent", "Sent, last 7 days", (S.SENT,), "No email has gone in the last 7 days.", WEEK),
    View("by-hand", "Print or ring", (S.BY_HAND,), "Nobody waits for a call or a letter."),
    View("cancelled", "Cancelled", (S.CANCELLED,), "No email was cancelled."),
    View("stopped", "Trial mode", (S.SUPPRESSED,), "Trial mode has stopped no email."),
    View("all", "All", (), "No email has been written yet."),
)
BY_KEY: Final = {view.key: view for view in VIEWS}
ALL: Final = BY_KEY["all"]


# What stands for the subject of a letter to staff that somebody else may not read.
TITLES: Final = {
    "staff-digest-facilitator": "Summary of their forms",
    "staff-digest-coordinator": "Summary of their programmes",
    "staff-erased": "A form was erased",
}


def title_of(letter: Any) -> str:
    """What an email is called in lists: its subject, or what kind it is when that is not ours."""
    return letter.subject or TITLES.get(letter.name, "An email to staff")


@dataclass(frozen=True)
class Story:
    """A failure told to the person who can mend it: what happened, and what to do."""

    heading: str
    why: str
    happened: str
    to_do: str


def tag_of(letter: Any) -> tuple[str, str]:
    """A letter's state as a tag: words and colour. "Sent" never says delivered."""
    if letter.state is S.QUEUED and letter.lease is None and letter.due_at > clock.now():
        minutes = max(1, round((letter.due_at - clock.now()) / timedelta(minutes=1)))
        words = f"Going in {plural(minutes, 'minute')}" if minutes < 1440 else "Held"
        return words, STATE_COLOURS[letter.state]
    if letter.state is S.DEFERRED:
        return f"Trying again {time_of_day(letter.due_at)}", STATE_COLOURS[letter.state]
    if letter.state is S.SENT and not letter.to_address and letter.handled_by_id:
        return "Done by hand", STATE_COLOURS[letter.state]
    return STATE_LABELS[letter.state], STATE_COLOURS[letter.state]


_TO_DO: Final[Mapping[LetterState, str]] = {
    S.FAILED_ADDRESS: "Ask for the right address.",
    S.FAILED_TECHNICAL: "Send it again. If that fails too, tell whoever looks after the mail.",
    S.UNKNOWN: "Ask whether it came. Send it again if it did not.",
}
_STAFF_TO_DO: Final[Mapping[LetterState, str]] = {
    **_TO_DO,
    S.FAILED_ADDRESS: "Ask them for the right address. An administrator can change it under "
    "Settings, People. Then send this email again: it goes to the new address.",
}


def story_of(letter: Any, name: str, phone: str) -> Story | None:
    """The story of a failed letter; None while nothing is wrong."""
    if letter.state not in TROUBLE:
        return None
    when = moment(letter.ended_at or letter.created_at)
    times = "once" if letter.tries == 1 else f"{letter.tries} times"
    tried = f"We tried {times}, last on {when}. " if letter.tries else f"We stopped on {when}. "
    ways = {
        S.FAILED_ADDRESS: "Trying the same address again would not help.",
        S.FAILED_TECHNICAL: "The address is not to blame.",
        S.UNKNOWN: f"{letter.ambiguous_tries} copies may have arrived, all with one number.",
    }
    ring = f"Ring {name} on {phone}. " if phone else ""
    to_do = _STAFF_TO_DO if letter.name.startswith("staff-") else _TO_DO
    heading = {
        S.FAILED_ADDRESS: f"{name} did not get this email",
        S.FAILED_TECHNICAL: f"{name} did not get this email",
        S.UNKNOWN: f"We cannot tell whether {name} got this email",
    }
    return Story(
        heading=heading[letter.state],
        why=letter.trouble or STATE_LABELS[letter.state],
        happened=tried + ways[letter.state],
        to_do=ring + to_do[letter.state],
    )


def acts_open(letter: Any) -> frozenset[str]:
    """What may be done with a letter in its state: again, address, by_hand, now, cancel."""
    is_to_applicant = letter.expression_id is not None and not letter.name.startswith("staff-")
    if letter.state in TROUBLE:
        if not letter.to_address:  # text and address were deleted: nothing is left to send
            return frozenset({"cancel"})
        return frozenset(
            {"again", "cancel"} | ({"address", "by_hand"} if is_to_applicant else set())
        )
    if letter.state in WAITING:
        return frozenset({"now", "cancel"})
    is_kept = letter.state is S.SUPPRESSED and letter.to_address
    return frozenset({"again"}) if is_kept else frozenset()
