"""Carrying out a run, form by form; large ones by the worker, which goes on where one was killed.

Each form is claimed and done in one transaction: killed in between, neither is there. So it does
not matter how many work on the same run, nor how often it begins again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, or_, select, update

from ppflow import clock
from ppflow.access import Standing
from ppflow.bulk import acts, queries
from ppflow.bulk.models import BulkItem, BulkRun, ItemState, RunState, Told
from ppflow.bulk.workflow import IN_BACKGROUND
from ppflow.db import db, reading, writing
from ppflow.errors import PpflowError
from ppflow.outbox.periodic import Period, every, steady
from ppflow.people.models import Person
from ppflow.people.queries import standing_of
from ppflow.projects.queries import projects_of
from ppflow.statements import rows_changed

BATCH: Final = 25
TURN_SECONDS: Final = 5.0  # of one turn of the worker; its heartbeat waits meanwhile
LEFT_ALONE: Final = timedelta(minutes=1)  # a small run still at work after this has lost its maker
KEPT_FOR: Final = timedelta(days=30)
AT_WORK: Final = (RunState.RUNNING, RunState.UNDOING)

Step = Callable[[Row[Any], Row[Any], Standing], None]


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
            standing = _standing(run.owner_id)
            items = queries.next_items(run, BATCH)
            step = _undo if run.state is RunState.UNDOING else _doing(run, standing)
        if not items:
            _end(run)
            return
        for item in items:
            step(run, item, standing)


def _columns(run_id: int) -> Any:
    columns = select(BulkRun.id, BulkRun.owner_id, BulkRun.act, BulkRun.state, BulkRun.sealed)
    return columns.where(BulkRun.id == run_id, BulkRun.state.in_(AT_WORK))


def _standing(owner_id: int) -> Standing:
    """What the person is by now; somebody who has left may do nothing."""
    person = db.session.get_one(Person, owner_id, populate_existing=True)
    if not person.active:
        return Standing(person_id=0, name=person.name)
    return standing_of(person, projects_of(owner_id))


def _doing(run: Row[Any], standing: Standing) -> Step:
    asked = acts.asked_of(run.act, run.sealed, standing)

    def step(_run: Row[Any], item: Row[Any], by: Standing) -> None:
        with writing():
            if not _claim(item.id, ItemState.WAITING, ItemState.DONE):
                return
            expression = queries.one_of(item.expression_id, by)
            if expression is None:
                _note(item.id, state=ItemState.SKIPPED, words=acts.GONE)
                return
            try:
                with db.session.begin_nested():
                    outcome = acts.do(asked, expression, item.version)
            except PpflowError as refused:
                _note(item.id, state=ItemState.SKIPPED, words=acts.words_of(refused))
            else:
                _note(item.id, told=outcome.told, event_id=outcome.event_id)

    return step


def _undo(_run: Row[Any], item: Row[Any], by: Standing) -> None:
    with writing():
        if not _claim(item.id, ItemState.DONE, ItemState.UNDONE):
            return
        expression = queries.one_of(item.expression_id, by)
        if expression is None:
            _note(item.id, state=ItemState.STAYS, words=acts.GONE)
            return
        try:
            with db.session.begin_nested():
                acts.take_back(expression, item.told, item.event_id, item.version, by=by)
        except PpflowError as refused:
            _note(item.id, state=ItemState.STAYS, words=acts.words_of(refused))


def _claim(item_id: int, was: ItemState, becomes: ItemState) -> bool:
    """True for whoever is first; on PostgreSQL the second waits here for the first to end."""
    mine = update(BulkItem).where(BulkItem.id == item_id, BulkItem.state == was)
    return rows_changed(mine.values(state=becomes)) == 1


def _note(item_id: int, **values: ItemState | Told | str | int | None) -> None:
    rows_changed(update(BulkItem).where(BulkItem.id == item_id).values(**values))


def _end(run: Row[Any]) -> None:
    is_undo = run.state is RunState.UNDOING
    state = RunState.UNDONE if is_undo else RunState.DONE
    with writing():
        ended = update(BulkRun).where(BulkRun.id == run.id, BulkRun.state == run.state)
        values = {"state": state, "ended_at": clock.now()}
        rows_changed(ended.values(**values))


@every("old-bulk-runs", Period.DAY)
def forget_old_runs() -> None:
    """Runs past their 30 days, with what was typed in them."""
    old = select(BulkRun.id).where(BulkRun.created_at < clock.now() - KEPT_FOR)
    db.session.execute(delete(BulkItem).where(BulkItem.run_id.in_(old)))
    db.session.execute(delete(BulkRun).where(BulkRun.created_at < clock.now() - KEPT_FOR))
