"""One form of a run: whether the act is open for it, doing it, and taking it back.

A form that somebody changed since it was shown is left as it is, and said. Every act goes through
`perform`, or through the one act among staff, as if the form had been opened alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row, delete

from ppflow import events
from ppflow.access import Standing
from ppflow.bulk import letters
from ppflow.bulk.forms import NONE
from ppflow.bulk.models import Told
from ppflow.bulk.others import Others
from ppflow.bulk.words import held_for
from ppflow.bulk.workflow import BulkAct
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow, PpflowError
from ppflow.expressions import acts as life
from ppflow.expressions import undoing
from ppflow.expressions.acts import Done
from ppflow.expressions.effects import assign
from ppflow.expressions.models import Expression, Note
from ppflow.handling import acts as handling
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.places import acts as places
from ppflow.releasing import acts as releasing
from ppflow.tagging import acts as tagging
from ppflow.workflow import Who

CHANGED: Final = "Somebody changed it after you had looked."
GONE: Final = "It is not yours any more."
NOT_THEIRS: Final = "The colleague may not see this form."
HAVE_IT: Final = "They answer this form already."
FULL: Final = "Every place is taken or offered."
CHANGED_SINCE: Final = "Somebody changed it afterwards."
HAS_LEFT: Final = "Whoever answered it before has left."
ON_PAPER: Final = "Its letter is there to print or read out. Open it to change it."
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
    others: Others = field(default_factory=Others)

    @property
    def is_sent(self) -> bool:
        return bool(self.details.get("letter") != NONE)

    def performed(self, expression: Expression) -> dict[str, Any]:
        """The details that `perform` takes for this form."""
        found = {name: self.details[name] for name in _PERFORMED if name in self.details}
        others = self.others.fitting(expression)
        return found | ({"alternatives": others} if others else {})


@dataclass(frozen=True)
class Outcome:
    """What came of one form, and how it can be taken back: by its event, or as it stood before."""

    told: Told
    event_id: int | None = None
    before: dict[str, Any] | None = None


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
    life.checked(asked.act.key, expression, asked.by, version, asked.performed(expression))
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


# --- doing it -------------------------------------------------------------------------------------


def do(asked: Asked, expression: Expression, item: Row[Any]) -> Outcome:
    """Do it to one form, in the caller's transaction; `item` is its row. Raises as `refuse`."""
    refuse(asked, expression, item.version)
    if asked.act.key == "assign":
        return _give(asked, expression, item.version)
    if asked.act.key in TAGGING:
        TAGGING[asked.act.key](expression, asked.details["tag"], by=asked.by)
        return Outcome(Told.NOTHING)
    return _perform(asked, expression, item)


def _give(asked: Asked, expression: Expression, version: int) -> Outcome:
    assert asked.to is not None
    colleague = db.session.get_one(Person, asked.to.person_id)
    before = {"assignee": expression.assignee_id, "is_unrouted": expression.is_unrouted}
    note = handling.give(
        expression, colleague, by=asked.by, note=asked.details.get("note", ""),
        expected_version=version, is_told=False,
    )  # fmt: skip
    return Outcome(Told.NOTHING, before=before | {"note": note.id if note else None})


def _perform(asked: Asked, expression: Expression, item: Row[Any]) -> Outcome:
    own = letters.opened(item.sealed)
    letter = letters.choice(
        own, expression.reference, is_sent=asked.is_sent, undo_for=held_for(asked.act)
    )
    details = asked.performed(expression)
    if releasing.is_joint(asked.act.key, expression):
        releasing.prepare(
            asked.act.key, expression, by=asked.by, expected_version=item.version, letter=letter,
            **details,
        )  # fmt: skip
        return Outcome(Told.LATER)
    if asked.act.key == "offer":
        _refuse_over(asked, expression)
    done = life.perform(
        asked.act.key, expression, by=asked.by, expected_version=item.version, letter=letter,
        **details,
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


# --- taking it back -------------------------------------------------------------------------------


def take_back(asked: Asked, expression: Expression, item: Row[Any]) -> None:
    """Take back what a run did to one form. Raises `NotNow` when something came after it."""
    if item.told is Told.LATER:
        releasing.put_away(expression, by=asked.by, expected_version=item.version + 1)
    elif asked.act.key == "assign":
        _give_back(asked, expression, item)
    elif asked.act.key in TAGGING:
        opposite = "untag" if asked.act.key == "tag" else "tag"
        TAGGING[opposite](expression, asked.details["tag"], by=asked.by)
    else:
        _undo(asked, expression, item)


def _undo(asked: Asked, expression: Expression, item: Row[Any]) -> None:
    db.session.refresh(expression, with_for_update=True)
    kept = expression.undo
    if item.event_id is None or not kept or kept["event"] != item.event_id:
        late = undoing.TOO_LATE if item.told is Told.EMAIL else CHANGED_SINCE
        raise NotNow(ON_PAPER if item.told is Told.BY_HAND else late)
    life.undo(expression, by=asked.by)


def _give_back(asked: Asked, expression: Expression, item: Row[Any]) -> None:
    """To whoever answered it before, or to nobody; the note for the colleague goes too."""
    db.session.refresh(expression, with_for_update=True)
    if not life.who_is(asked.by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not give this form to somebody.")
    was = item.before or {}
    if expression.version != item.version + 1:
        raise NotNow(CHANGED_SINCE)
    before = db.session.get_one(Person, was["assignee"]) if was["assignee"] else None
    if before is not None and not before.active:
        raise NotNow(HAS_LEFT)
    assign(expression, before, by=asked.by, why=f"because {asked.by.name} took it back")
    expression.is_unrouted = was["is_unrouted"]
    expression.version += 1
    db.session.execute(delete(Note).where(Note.id == was["note"]))
    events.record("assign", expression, asked.by.actor)


def words_of(refused: PpflowError) -> str:
    """Why nothing happened to a form, in words that hold for many."""
    return CHANGED if isinstance(refused, Conflict) else str(refused)
