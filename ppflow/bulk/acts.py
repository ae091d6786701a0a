"""Doing one act to many: who is chosen is held here; each form is done once, on its own.

A form that somebody changed since it was shown is left as it is, and said. All acts go through
`perform`, as if each form had been opened alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, update

from ppflow import clock, events, keys
from ppflow.access import Standing
from ppflow.bulk import forms
from ppflow.bulk.models import BulkItem, BulkRun, RunState, Told
from ppflow.bulk.queries import Chosen
from ppflow.bulk.workflow import ACTS, BulkAct
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow, PpflowError
from ppflow.expressions import acts as life
from ppflow.expressions import undoing
from ppflow.expressions.acts import Done, LetterChoice
from ppflow.expressions.models import Expression
from ppflow.handling import acts as handling
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.people.queries import standing_of
from ppflow.places import acts as places
from ppflow.projects.queries import projects_of
from ppflow.releasing import acts as releasing
from ppflow.statements import rows_changed
from ppflow.tagging import acts as tagging
from ppflow.workflow import Who

CHANGED: Final = "Somebody changed it after you had looked."
GONE: Final = "It is not yours any more."
NOT_THEIRS: Final = "The colleague may not see this form."
HAVE_IT: Final = "They answer this form already."
FULL: Final = "Every place is taken or offered."
TAGGING: Final = {"tag": tagging.tag, "untag": tagging.untag}
_PERFORMED: Final = ("body", "reason", "accept_by", "next_reply_by")


@dataclass(frozen=True)
class Asked:
    """What a run does: the act, what was typed, by whom; `to` is what the colleague is here."""

    act: BulkAct
    details: Mapping[str, Any]
    by: Standing
    to: Standing | None = None
    tagged: frozenset[int] | None = None  # forms with its tag, where that was asked of all at once

    @property
    def is_sent(self) -> bool:
        return bool(self.details.get("letter") != forms.NONE)

    @property
    def performed(self) -> dict[str, Any]:
        """The details that `perform` takes."""
        return {name: self.details[name] for name in _PERFORMED if name in self.details}


@dataclass(frozen=True)
class Outcome:
    """What came of one form, and the event by which it can be taken back."""

    told: Told
    event_id: int | None = None


# --- choosing -------------------------------------------------------------------------------------


def choose(act: BulkAct, chosen: Chosen, *, by: Standing, query: str, unseen: int = 0) -> BulkRun:
    """Hold who is meant, under an address of its own."""
    run = BulkRun(
        key=secrets.token_urlsafe(16),
        owner_id=by.person_id,
        act=act.key,
        query=query,
        total=len(chosen),
        unseen=unseen,
        state=RunState.CHOOSING if act.needed else RunState.READY,
    )
    db.session.add(run)
    db.session.flush()
    rows = [
        {"run_id": run.id, "number": number, "expression_id": chosen_id, "version": version}
        for number, (chosen_id, version) in enumerate(chosen, start=1)
    ]
    db.session.execute(insert(BulkItem), rows)
    return run


def prepare(run: BulkRun, details: Mapping[str, Any], versions: Mapping[int, int]) -> None:
    """Keep what was typed. From now on the forms count as seen in these versions.

    Raises `Conflict` for a run that has begun.
    """
    db.session.refresh(run, with_for_update=True)
    if run.state not in {RunState.CHOOSING, RunState.READY}:
        raise Conflict("This was carried out already.")
    run.sealed, run.state = keys.seal(forms.as_json(details)), RunState.READY
    run.version += 1
    for expression_id, version in versions.items():
        mine = BulkItem.run_id == run.id, BulkItem.expression_id == expression_id
        changed = update(BulkItem).where(*mine, BulkItem.version != version)
        db.session.execute(changed.values(version=version))


def kept_details(sealed: bytes | None) -> dict[str, Any]:
    """What was typed before; empty when nothing was."""
    return forms.from_json(keys.unseal(sealed))


def asked_of(act_key: str, sealed: bytes | None, by: Standing) -> Asked:
    """A run's act, opened."""
    details = kept_details(sealed)
    number = details.get("colleague")
    colleague = db.session.get(Person, int(number)) if number else None
    to = standing_of(colleague, projects_of(colleague.id)) if colleague else None
    return Asked(ACTS[act_key], details, by, to)


def begin(run: BulkRun, version: int, *, by: Standing) -> bool:
    """Let it begin, as it was shown in that version; False when it has begun, or was changed."""
    is_taken = rows_changed(
        update(BulkRun)
        .where(BulkRun.id == run.id, BulkRun.state == RunState.READY, BulkRun.version == version)
        .values(state=RunState.RUNNING, started_at=clock.now(), touched_at=clock.now())
    )
    if not is_taken:
        return False
    events.record("bulk", run, by.actor, reason=run.act)
    return True


def begin_undo(run: BulkRun, *, by: Standing) -> bool:
    """Let the taking back begin; False when it has begun already."""
    is_taken = rows_changed(
        update(BulkRun)
        .where(BulkRun.id == run.id, BulkRun.state == RunState.DONE)
        .values(state=RunState.UNDOING, touched_at=clock.now())
    )
    if not is_taken:
        return False
    events.record("bulk_undo", run, by.actor, reason=run.act)
    return True


# --- one form -------------------------------------------------------------------------------------


def refuse(asked: Asked, expression: Expression, version: int) -> None:
    """Raises with words when the act is not open for this form; nothing is changed."""
    if version != expression.version:
        raise Conflict(CHANGED)
    if asked.act.key == "assign":
        return _refuse_giving(asked, expression)
    if asked.act.key in TAGGING:
        is_off = asked.act.key == "untag"
        has_it = None if asked.tagged is None else expression.id in asked.tagged
        return tagging.refuse(
            expression, asked.details["tag"], by=asked.by, is_off=is_off, has_it=has_it
        )
    life.checked(asked.act.key, expression, asked.by, version, asked.performed)
    return None


def _refuse_giving(asked: Asked, expression: Expression) -> None:
    if not life.who_is(asked.by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not give this form to somebody.")
    if not expression.is_open or expression.set_aside_at is not None:
        raise NotNow("Only an open form can be given to somebody.")
    to = asked.to
    if to is None or not (
        to.coordinates(expression.programme_id) or expression.project_id in to.projects
    ):
        raise NotNow(NOT_THEIRS)
    if expression.assignee_id == to.person_id:
        raise NotNow(HAVE_IT)


def do(asked: Asked, expression: Expression, version: int) -> Outcome:
    """Do it to one form, in the caller's transaction. Raises as `refuse`."""
    refuse(asked, expression, version)
    if asked.act.key == "assign":
        assert asked.to is not None
        colleague = db.session.get_one(Person, asked.to.person_id)
        handling.give(expression, colleague, by=asked.by, expected_version=version)
        return Outcome(Told.NOTHING)
    if asked.act.key in TAGGING:
        TAGGING[asked.act.key](expression, asked.details["tag"], by=asked.by)
        return Outcome(Told.NOTHING)
    letter = LetterChoice(is_sent=asked.is_sent)
    if releasing.is_joint(asked.act.key, expression):
        releasing.prepare(
            asked.act.key, expression, by=asked.by, expected_version=version, letter=letter,
            **asked.performed,
        )  # fmt: skip
        return Outcome(Told.LATER)
    if asked.act.key == "offer":
        _refuse_over(asked, expression)
    done = life.perform(
        asked.act.key, expression, by=asked.by, expected_version=version, letter=letter,
        **asked.performed,
    )  # fmt: skip
    return Outcome(_told(done), done.event.id if expression.undo else None)


def _refuse_over(asked: Asked, expression: Expression) -> None:
    try:
        places.refuse_over(expression, bool(asked.details.get("over_places")))
    except NotComplete:
        raise NotNow(FULL) from None


def _told(done: Done) -> Told:
    if not done.letters:
        return Told.NOTHING
    is_by_hand = done.letters[0].state is LetterState.BY_HAND
    return Told.BY_HAND if is_by_hand else Told.EMAIL


def take_back(
    expression: Expression, told: Told | None, event_id: int | None, version: int, *, by: Standing
) -> None:
    """Take back what a run did to one form. Raises `NotNow` when something came after it."""
    if told is Told.LATER:
        releasing.put_away(expression, by=by, expected_version=version + 1)
        return
    db.session.refresh(expression, with_for_update=True)
    if event_id is None or not expression.undo or expression.undo["event"] != event_id:
        raise NotNow(undoing.TOO_LATE if told is Told.EMAIL else "This cannot be undone here.")
    life.undo(expression, by=by)


def words_of(refused: PpflowError) -> str:
    """Why nothing happened to a form, in words that hold for many."""
    return CHANGED if isinstance(refused, Conflict) else str(refused)
