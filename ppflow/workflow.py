"""The words of a life: statuses, transitions and their table. The lives themselves are in rooms.

A status is worded once, here in its `Status` row; buttons, filters, exports and README's diagram
loop over the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Clock(StrEnum):
    """Whose turn it is while a status lasts."""

    OURS = "ours"
    THEIRS = "theirs"
    UNTIL_DATE = "until_date"
    STOPPED = "stopped"


class Who(StrEnum):
    """Who may act. Staff are those who may see the thing, as the guard of the door says."""

    STAFF = "staff"
    COORDINATOR = "coordinator"
    APPLICANT = "applicant"
    SYSTEM = "system"


@dataclass(frozen=True)
class StatusWords:
    """One status: what staff read, what the applicant reads, its tag colour, whose clock runs."""

    staff_label: str
    applicant_label: str
    colour: str
    clock: Clock

    @property
    def is_open(self) -> bool:
        return self.clock is not Clock.STOPPED


Guard = Callable[[Any, Mapping[str, Any]], None]


def no_guard(_thing: Any, _details: Mapping[str, Any]) -> None:
    """Nothing more is asked."""


@dataclass(frozen=True)
class Transition:
    """One verb: from which statuses to which, who may, what must hold, which letter it causes.

    `target` None leaves the status as it is. `needs` names details that must be given. `guard`
    raises `NotComplete` or `NotNow` with words for the person. `told` is what the person reads in
    their line of time, with `{who}` for a first name; empty: they read nothing of it.
    """

    verb: str
    label: str
    sources: frozenset[Any]
    target: Any | None
    who: frozenset[Who]
    letter: str | None = None
    needs: tuple[str, ...] = ()
    guard: Guard = no_guard
    told: str = ""


@dataclass(frozen=True)
class Workflow:
    """A whole life: every status with its words and every transition by verb."""

    statuses: Mapping[Any, StatusWords]
    transitions: Mapping[str, Transition] = field(default_factory=dict)

    def open_statuses(self) -> frozenset[Any]:
        return frozenset(s for s, words in self.statuses.items() if words.is_open)

    def verbs_from(self, status: Any, who: Iterable[Who]) -> list[Transition]:
        """The transitions open to these people from this status, in the table's order."""
        allowed = frozenset(who)
        return [
            transition
            for transition in self.transitions.values()
            if status in transition.sources and transition.who & allowed
        ]

    def as_mermaid(self) -> str:
        """The life as a diagram, for README."""
        lines = ["stateDiagram-v2"]
        for transition in self.transitions.values():
            for source in sorted(transition.sources):
                target = transition.target or source
                if target != source:
                    lines.append(f"    {source} --> {target}: {transition.verb}")
        return "\n".join(lines)
