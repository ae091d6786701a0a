"""Made-up expressions in any number, to measure with: the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from ppflow import keys
from ppflow.events import ActorKind
from ppflow.expressions.models import LastContact, Source
from ppflow.expressions.workflow import OPEN, Status
from ppflow.importing.chances import (
    CLOSED_WEIGHTS,
    FIRST,
    LAST,
    OPEN_SHARE,
    OPEN_WEIGHTS,
    REASONS,
    VERBS,
    WORDS,
    reference,
)
from ppflow.search import CLOSED as CLOSED_WORDS
from ppflow.search import OPEN as OPEN_WORDS


@dataclass(frozen=True)
class Target:
    """What a made-up expression is about, and who may have it."""

    programme_id: int
    project_id: int | None
    opportunity_id: int | None
    title: str
    kind: str
    people: tuple[int, ...]


@dataclass(frozen=True)
class Form:
    """Where a kind keeps people's own words: the form version, the key, and whether sealed."""

    version_id: int
    key: str
    is_sealed: bool


Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Maker:
    """Makes the rows of one expression after another, all from one seed.

    `offsets` are the highest ids in use, by table; `now` is when the past ends; `open_share` of 1
    are open.
    """

    random: Random
    targets: list[Target]
    forms: Mapping[str, Form]
    offsets: dict[str, int]
    now: datetime
    open_share: float = OPEN_SHARE

    def batch(self, first: int, count: int) -> Rows:
        """The rows of `count` expressions, by table, from the `first`-th on."""
        rows: Rows = {name: [] for name in (*self.offsets, "event")}
        for number in range(first, first + count):
            for table, row in self._one(number):
                rows[table].append(row)
        return rows

    def _one(self, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
        random = self.random
        target = random.choice(self.targets)
        ids = {name: highest + number for name, highest in self.offsets.items()}
        first, last = random.choice(FIRST), random.choice(LAST)
        status, received_at, moved_at = self._life(target)
        person_id = random.choice(target.people) if target.people else None
        expression = self._expression(ids, target, status, received_at, moved_at, person_id)
        yield (
            "applicant",
            {
                "id": ids["applicant"],
                "first_name": first,
                "last_name": last,
                "email": f"{first}.{last}.{number}@example.org".lower(),
            },
        )
        yield "expression", expression
        yield "answers", self._answers(ids, target.kind, received_at)
        yield (
            "assignment",
            {
                "id": ids["assignment"],
                "expression_id": ids["expression"],
                "person_id": person_id,
                "since_at": received_at,
                "by_kind": ActorKind.SYSTEM,
                "why": "because you facilitate this project",
            },
        )
        words = f"{expression['reference']}\n{first} {last}\n{target.title}"
        yield "search_entry", _searched(ids, words, is_open=status in OPEN)
        yield from self._events(expression, status, received_at, moved_at, person_id)

    def _life(self, target: Target) -> tuple[Status, datetime, datetime]:
        """A status, when the form came, and when it came to that status."""
        random = self.random
        if random.random() < self.open_share:
            status = random.choices(list(OPEN_WEIGHTS), list(OPEN_WEIGHTS.values()))[0]
            received_at = self.now - timedelta(days=random.uniform(0.1, 25))
        else:
            status = random.choices(list(CLOSED_WEIGHTS), list(CLOSED_WEIGHTS.values()))[0]
            received_at = self.now - timedelta(days=random.uniform(30, 1000))
        if target.kind == "research_participation" and status is Status.JOINED:
            status = Status.PASSED_TO_STUDY
        took = timedelta(days=random.uniform(0.2, 12))
        moved_at = received_at if status is Status.RECEIVED else min(received_at + took, self.now)
        return status, received_at, moved_at

    def _expression(
        self,
        ids: Mapping[str, int],
        target: Target,
        status: Status,
        received_at: datetime,
        moved_at: datetime,
        person_id: int | None,
    ) -> dict[str, Any]:
        random = self.random
        return {
            "id": ids["expression"],
            "reference": reference(ids["expression"]),
            "event_ref": f"{random.getrandbits(96):024x}",
            "kind": target.kind,
            "source": Source.WEB,
            "programme_id": target.programme_id,
            "project_id": target.project_id,
            "opportunity_id": target.opportunity_id,
            "applicant_id": ids["applicant"],
            "assignee_id": person_id,
            "is_unrouted": person_id is None,
            "status": status,
            "received_at": received_at,
            "confirmed_at": received_at if random.random() < 0.9 else None,
            "has_needs": random.random() < 0.2,
            **self._companions(status, received_at, moved_at),
        }

    def _companions(
        self, status: Status, received_at: datetime, moved_at: datetime
    ) -> dict[str, Any]:
        """The columns that a status brings with it."""
        random, is_open, is_new = self.random, status in OPEN, status is Status.RECEIVED
        ahead = timedelta(days=random.randint(-3, 25) if is_open else 7)
        is_asked = status in {Status.NEEDS_INFO, Status.LAPSED}
        is_arranged = status is Status.CONVERSATION
        return {
            "reply_by": ((self.now if is_open else received_at) + ahead).date(),
            "first_replied_at": None if is_new else moved_at,
            "last_contact_at": moved_at,
            "last_contact": LastContact.FORM_SENT if is_new else LastContact.WE_WROTE,
            "closed_at": None if is_open else moved_at,
            "asked_at": moved_at if is_asked else None,
            "talk_at": self.now + timedelta(days=2) if is_arranged else None,
            "talk_how": "By phone" if is_arranged else None,
            "waiting_since": moved_at if status is Status.WAITING_LIST else None,
            "reason": random.choice(REASONS) if status is Status.NOT_THIS_TIME else None,
            "version": 1 if is_new else 2,
        }

    def _answers(self, ids: Mapping[str, int], kind: str, at: datetime) -> dict[str, Any]:
        form = self.forms[kind]
        document = {form.key: self.random.choice(WORDS)} if form.key else {}
        return {
            "id": ids["answers"],
            "expression_id": ids["expression"],
            "number": 1,
            "form_version_id": form.version_id,
            "plain": {} if form.is_sealed else document,
            "sealed": keys.seal(document) if form.is_sealed else None,
            "answered_at": at,
        }

    def _events(
        self,
        expression: Mapping[str, Any],
        status: Status,
        received_at: datetime,
        moved_at: datetime,
        person_id: int | None,
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        def event(verb: str, kind: ActorKind, at: datetime, was: Any, now: Any) -> dict[str, Any]:
            return {
                "at": at,
                "actor_kind": kind,
                "actor_id": person_id if kind is ActorKind.STAFF else None,
                "verb": verb,
                "subject": f"expression:{expression['event_ref']}",
                "from_status": was,
                "to_status": now,
                "fields": [],
                "reason": expression["reason"] if now is Status.NOT_THIS_TIME else None,
            }

        new = Status.RECEIVED
        yield "event", event("receive", ActorKind.APPLICANT, received_at, None, new)
        yield "event", event("assign", ActorKind.SYSTEM, received_at, None, new)
        if status is not new:
            theirs = status in {Status.JOINED, Status.WITHDRAWN} or person_id is None
            kind = ActorKind.APPLICANT if theirs else ActorKind.STAFF
            yield "event", event(VERBS[status], kind, moved_at, new, status)


def _searched(ids: Mapping[str, int], words: str, *, is_open: bool) -> dict[str, Any]:
    return {
        "id": ids["search_entry"],
        "room": "expression",
        "thing_id": ids["expression"],
        "body": words,
        "state": OPEN_WORDS if is_open else CLOSED_WORDS,
    }
