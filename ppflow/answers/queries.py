"""Reading answers: for staff, with the locked ones locked, and for the applicant, without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import select

from ppflow import clock, keys
from ppflow.access import Standing
from ppflow.answers.models import Answers
from ppflow.db import db
from ppflow.events import Event
from ppflow.kinds import Sensitivity, words
from ppflow.kinds.checking import worded
from ppflow.projects.models import MemberRole
from ppflow.projects.queries import members_now

LOOK: Final = "look"  # the verb of an event: somebody opened the locked answers


class Answering(Protocol):
    """What is needed of an expression here; its room stands above this one."""

    id: Any
    kind: Any
    reference: Any
    applicant: Any
    assignee_id: Any
    project_id: Any

    @property
    def event_subject(self) -> str: ...


@dataclass(frozen=True)
class Answered:
    """One answer, ready to read. A locked one has no lines: it was given, and may be opened."""

    key: str
    label: str
    short: str
    lines: tuple[str, ...]
    is_need: bool = False
    is_special: bool = False
    is_locked: bool = False


@dataclass(frozen=True)
class Group:
    """The answers under one heading, with who sees them."""

    heading: str
    who_sees: str
    rows: tuple[Answered, ...]


# --- keeping -----------------------------------------------------------------------------------


def latest(expression_id: int) -> Answers | None:
    """The present version of the answers."""
    return db.session.scalars(
        select(Answers)
        .where(Answers.expression_id == expression_id)
        .order_by(Answers.number.desc())
        .limit(1)
    ).one_or_none()


def answers_for_staff(expression: Answering, may_open_special: bool = False) -> list[Group]:
    """The answers for whoever may see the expression, needs first.

    SC answers are locked rows unless `may_open_special`: pass what `opened_today` says.
    """
    answers = latest(expression.id)
    if answers is None:
        return []
    everything = {**answers.plain, **keys.unseal(answers.sealed)}
    groups = _grouped(answers, everything, is_opened=may_open_special)
    return sorted(groups, key=lambda group: group.heading != words.HELP)


def answers_for_applicant(expression: Answering) -> list[Group]:
    """The answers shown back to the person. Sensitive ones never are."""
    answers = latest(expression.id)
    return _grouped(answers, answers.plain, is_opened=False) if answers else []


def may_open(expression: Answering, standing: Standing) -> bool:
    """Locked answers are for the assignee or a deputy of the project."""
    if standing.person_id == expression.assignee_id:
        return True
    if expression.project_id is None or expression.project_id not in standing.projects:
        return False
    deputies = members_now(expression.project_id, MemberRole.DEPUTY)
    return any(deputy.id == standing.person_id for deputy in deputies)


def opened_today(expression: Answering, standing: Standing) -> bool:
    """Has this person opened the locked answers today, and may still do so?"""
    if not may_open(expression, standing):
        return False
    looked = select(Event.id).where(
        Event.subject == expression.event_subject,
        Event.verb == LOOK,
        Event.actor_id == standing.person_id,
        Event.at >= clock.start_of(clock.today()),
    )
    return db.session.scalars(looked.limit(1)).first() is not None


def _grouped(answers: Answers, values: Mapping[str, Any], *, is_opened: bool) -> list[Group]:
    found: dict[str, list[Answered]] = {}
    for key, wording in answers.form_version.wording.items():
        if key in values:
            found.setdefault(wording["group"], []).append(
                _answered(key, wording, values[key], is_opened)
            )
    return [
        Group(heading, words.WHO_SEES.get(heading, ""), tuple(rows))
        for heading, rows in found.items()
    ]


def _answered(key: str, wording: dict[str, Any], value: Any, is_opened: bool) -> Answered:
    is_special = wording["sensitivity"] == Sensitivity.SPECIAL
    is_locked = is_special and not is_opened
    return Answered(
        key=key,
        label=wording["label"],
        short=wording["short"],
        lines=() if is_locked else tuple(in_words(value, wording)),
        is_need=wording.get("is_need", False),
        is_special=is_special,
        is_locked=is_locked,
    )


def in_words(value: Any, wording: Mapping[str, Any]) -> list[str]:
    """A stored answer as lines of words, with the labels it had when it was given."""
    return worded(value, wording.get("options", {}), is_day=wording.get("is_day", False))
