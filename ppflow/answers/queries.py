"""Reading answers: for staff, with the locked ones locked, and for the applicant, without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import select

from ppflow import clock, keys
from ppflow.access import Standing
from ppflow.answers.models import Answers, CallAnswer
from ppflow.db import db
from ppflow.events import Event
from ppflow.kinds import KINDS, Field, Sensitivity, words
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
    wording = answers.form_version.wording
    for key in [*wording, *(key for key in values if key not in wording)]:
        if key in values:
            meaning = meaning_of(answers, key)
            row = _answered(key, meaning, values[key], is_opened)
            found.setdefault(meaning["group"], []).append(row)
    return [
        Group(heading, words.WHO_SEES.get(heading, ""), tuple(rows))
        for heading, rows in found.items()
    ]


def meaning_of(answers: Answers, key: str) -> dict[str, Any]:
    """What a stored answer means: as worded when it was given, else as the kind says today.

    An answer that neither knows is locked if it was kept locked.
    """
    kept = answers.form_version.wording.get(key)
    if isinstance(kept, dict):
        return kept
    for page in (
        KINDS[answers.form_version.kind].pages if answers.form_version.kind in KINDS else ()
    ):
        for field in page.fields:
            if field.key == key:
                return wording_of(page.group, field, field.options)
    is_locked = key not in answers.plain
    return {
        "group": "Answers",
        "label": kept if isinstance(kept, str) else key,
        "short": kept if isinstance(kept, str) else key,
        "sensitivity": Sensitivity.SPECIAL if is_locked else Sensitivity.PLAIN,
    }


def wording_of(group: str, field: Field, options: Any) -> dict[str, Any]:
    """What is kept of a question beside its answer: JSON."""
    found: dict[str, Any] = {
        "group": field.group or group,
        "label": field.label,
        "short": field.short,
        "sensitivity": field.sensitivity.value,
    }
    if field.input in {"radios", "checkboxes", "select"} and not callable(options):
        found["options"] = {option[0]: option[1] for option in options}
    if field.input == "date":
        found["is_day"] = True
    if field.is_need:
        found["is_need"] = True
    if field.is_searchable:
        found["is_searchable"] = True
    return found


def _answered(key: str, meaning: dict[str, Any], value: Any, is_opened: bool) -> Answered:
    is_special = meaning["sensitivity"] == Sensitivity.SPECIAL
    is_locked = is_special and not is_opened
    return Answered(
        key=key,
        label=meaning["label"],
        short=meaning["short"],
        lines=() if is_locked else tuple(in_words(value, meaning)),
        is_need=meaning.get("is_need", False),
        is_special=is_special,
        is_locked=is_locked,
    )


def in_words(value: Any, wording: Mapping[str, Any]) -> list[str]:
    """A stored answer as lines of words, with the labels it had when it was given."""
    return worded(value, wording.get("options", {}), is_day=wording.get("is_day", False))


def call_answers(expression_id: int) -> list[CallAnswer]:
    """What was asked on calls, in the order of writing it down."""
    chosen = select(CallAnswer).where(CallAnswer.expression_id == expression_id)
    return list(db.session.scalars(chosen.order_by(CallAnswer.id)))
