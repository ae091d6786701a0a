"""Carrying out a run, form by form; large ones by the worker, which goes on where one was killed.

Each form is claimed and done in one transaction: killed in between, neither is there. So it does
not matter how many work on the same run, nor how often it begins again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, or_, select, update

from ppflow import clock
from ppflow.access import Standing
from ppflow.bulk import acts, doing, queries, telling
from ppflow.bulk.doing import Asked, Outcome
from ppflow.bulk.models import BulkItem, BulkRun, ItemState, RunState
from ppflow.bulk.workflow import IN_BACKGROUND
from ppflow.db import db, reading, writing
from ppflow.errors import PpflowError
from ppflow.expressions.models import Expression
from ppflow.outbox.periodic import Period, every, steady
from ppflow.people.models import Person
from ppflow.people.queries import standing_of
from ppflow.projects.queries import projects_of
from ppflow.statements import rows_changed

BATCH: Final = 25
TURN_SECONDS: Final = 5.0  # of one turn of the worker; its heartbeat waits meanwhile
LEFT_ALONE: Final = timedelta(minutes=1)  # a small run still at work after this has lost its maker
KEPT_FOR: Final = timedelta(days=30)
WORDS_KEPT_FOR: Final = timedelta(days=1)  # what was typed; by then nothing can be undone
AT_WORK: Final = (RunState.RUNNING, RunState.UNDOING)


@steady
def go_on() -> None:
    """Go on with what is to be done in the background, for a few seconds."""
    until = time.monotonic() + TURN_SECONDS
    with reading():
        left = BulkRun.touched_at < clock.now() - LEFT_ALONE
        chosen = select(BulkRun.id).where(
            BulkRun.state.in_(AT_WORK), or_(BulkRun.total > IN_BACKGROUND, left)
        )
        ids = db.session.scalars(chosen.order_by(BulkRun.touched_at).limit(BATCH)).all()
    for run_id in ids:
        work(run_id, until)


def work(run_id: int, until: float = float("inf")) -> None:
    """Do or undo each form of a run that is left, until that moment of the monotonic clock."""
    while time.monotonic() < until:
        with reading():
            run = db.session.execute(_columns(run_id)).one_or_none()
            if run is None:
                return
            step = UNDO if run.state is RunState.UNDOING else DO
            items = queries.next_items(run_id, step.was, BATCH)
            meant = Expression.id.in_([item.expression_id for item in items])
            asked = acts.asked_of(run.act, run.sealed, _standing(run.owner_id), meant)
        if not items:
            _end(run, step, asked)
            return
        for item in items:
            _one(step, asked, item)


def _columns(run_id: int) -> Any:
    columns = select(BulkRun.id, BulkRun.owner_id, BulkRun.act, BulkRun.state, BulkRun.sealed)
    return columns.where(BulkRun.id == run_id, BulkRun.state.in_(AT_WORK))


def _standing(owner_id: int) -> Standing:
    """What the person is by now; somebody who has left may do nothing."""
    person = db.session.get_one(Person, owner_id, populate_existing=True)
    if not person.active:
        return Standing(person_id=0, name=person.name)
    return standing_of(person, projects_of(owner_id))


@dataclass(frozen=True)
class Step:
    """What a run tries with each form, and what is written down of it.

    A form goes from `was` to `becomes`, or to `refused` with the reason in words. `ends` is the
    state of the run when there is none left.
    """

    was: ItemState
    becomes: ItemState
    refused: ItemState
    ends: RunState
    act: Callable[[Asked, Expression, Row[Any]], Outcome | None]


DO: Final = Step(ItemState.WAITING, ItemState.DONE, ItemState.SKIPPED, RunState.DONE, doing.do)
UNDO: Final = Step(
    ItemState.DONE, ItemState.UNDONE, ItemState.STAYS, RunState.UNDONE, doing.take_back
)


def _one(step: Step, asked: Asked, item: Row[Any]) -> None:
    """Claim one form, try it, and write down what came of it: one transaction."""
    with writing():
        if not _claim(item.id, step.was, step.becomes):
            return
        expression = queries.one_of(item.expression_id, asked.by)
        if expression is None:
            _note(item.id, state=step.refused, words=doing.GONE)
            return
        try:
            with db.session.begin_nested():
                outcome = step.act(asked, expression, item)
        except PpflowError as refused:
            _note(item.id, state=step.refused, words=doing.words_of(refused))
        else:
            if outcome is not None:
                _note(item.id, **asdict(outcome))


def _claim(item_id: int, was: ItemState, becomes: ItemState) -> bool:
    """True for whoever is first; on PostgreSQL the second waits here for the first to end."""
    mine = update(BulkItem).where(BulkItem.id == item_id, BulkItem.state == was)
    return rows_changed(mine.values(state=becomes)) == 1


def _note(item_id: int, **values: Any) -> None:
    rows_changed(update(BulkItem).where(BulkItem.id == item_id).values(**values))


def _end(run: Row[Any], step: Step, asked: Asked) -> None:
    """No form is left: whoever is first to say so tells the colleague, if one was given forms."""
    with writing():
        ended = update(BulkRun).where(BulkRun.id == run.id, BulkRun.state == run.state)
        if rows_changed(ended.values(state=step.ends, ended_at=clock.now())):
            telling.tell(run, asked)


@every("old-bulk-runs", Period.DAY)
def forget_old_runs() -> None:
    """What was typed in runs that ended, for all and for one; and runs past their 30 days."""
    ended = select(BulkRun.id).where(BulkRun.ended_at < clock.now() - WORDS_KEPT_FOR)
    for table, of_it in ((BulkRun, BulkRun.id), (BulkItem, BulkItem.run_id)):
        words = update(table).where(of_it.in_(ended), table.sealed.is_not(None))
        db.session.execute(words.values(sealed=None))
    old = select(BulkRun.id).where(BulkRun.created_at < clock.now() - KEPT_FOR)
    db.session.execute(delete(BulkItem).where(BulkItem.run_id.in_(old)))
    db.session.execute(delete(BulkRun).where(BulkRun.created_at < clock.now() - KEPT_FOR))
