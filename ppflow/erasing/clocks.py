"""A run of the retention clocks: started daily, held by a brake, gone through in small batches.

Each batch is a transaction of its own, so a run killed half-way goes on where it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy import select

from ppflow import clock, events
from ppflow.db import db
from ppflow.erasing import ledger, queries
from ppflow.erasing.acts import erase
from ppflow.erasing.models import RetentionRun, RunState, Why
from ppflow.erasing.workflow import RULES, Rule
from ppflow.events import Actor
from ppflow.expressions.models import Expression

BATCH: Final = 20
# The brake (reliability.md R-31).
ALWAYS_FINE: Final = 100
LARGEST_SHARE: Final = 0.05
LONGEST_GAP: Final = timedelta(hours=48)  # a daily run, and 24 hours
LONGEST_STEP_BACK: Final = timedelta(hours=24)

log = structlog.get_logger("ppflow")


def last_run(*, is_held: bool | None = None) -> RetentionRun | None:
    """The newest run; `is_held` says whether only held ones count, or only the others."""
    chosen = select(RetentionRun).order_by(RetentionRun.id.desc()).limit(1)
    if is_held is not None:
        state = RetentionRun.state == RunState.HELD
        chosen = chosen.where(state if is_held else ~state)
    return db.session.scalars(chosen).one_or_none()


def held_run(*, is_locked: bool = False) -> RetentionRun | None:
    """The run that waits for a person to look; None while nothing is held."""
    last = last_run()
    if last is not None and is_locked:
        db.session.refresh(last, with_for_update=True)
        last = last_run()  # somebody may have let it go while we waited
    return last if last is not None and last.state is RunState.HELD else None


def reason_to_hold(due: int) -> str:
    """Why a person should look before this many forms are erased; empty: nothing is strange."""
    last, now = last_run(is_held=False), clock.now()
    if last is not None and now - last.at > LONGEST_GAP:
        days = (now - last.at).days
        return f"The last run was {days} days ago: no worker ran, or the clock has moved."
    if last is not None and last.at - now > LONGEST_STEP_BACK:
        return "The last run lies in the future: the clock has moved back."
    if due > max(ALWAYS_FINE, queries.not_erased() * LARGEST_SHARE):
        return f"{due} forms would go at once, more than {LARGEST_SHARE:.0%} of all."
    return ""


def start(*, is_confirmed: bool = False, by: Actor = events.SYSTEM) -> RetentionRun:
    """Begin a run, or hold it, in the present transaction. One already going is gone on with.

    `is_confirmed`: somebody (`by`) has looked, so the brake does not hold it.
    """
    last = last_run()
    if last is not None and last.state is RunState.GOING:
        return last
    due = sum(queries.counts_due().values())
    held = "" if is_confirmed else reason_to_hold(due)
    run = RetentionRun(due=due, state=RunState.HELD if held else RunState.GOING, held_because=held)
    db.session.add(run)
    db.session.flush()
    if held:
        run.ended_at = clock.now()
        log.error("retention is held", why=held, due=due)
        events.record("retention_held", run, events.SYSTEM)
    elif is_confirmed:
        events.record("retention_confirmed", run, by)
    return run


def go_on() -> RetentionRun | None:
    """Erase one batch of the run that is going, in the present transaction; ends an empty one."""
    run = last_run()
    if run is None or run.state is not RunState.GOING:
        return None
    chosen = _next_batch()
    references = [expression.reference for expression, _rule in chosen]
    if references:
        ledger.note(references, Why.RETENTION.value)
    number = len(chosen)
    for expression, rule in chosen:
        erase(expression, by=events.SYSTEM, why=Why.RETENTION, rule=rule.key, is_noted=True)
    db.session.refresh(run)
    run.erased += number
    if number < BATCH:
        run.state, run.ended_at = RunState.DONE, clock.now()
        events.record("retention", run, events.SYSTEM)
        log.info("retention run", erased=run.erased, due=run.due)
    return run


def _next_batch() -> list[tuple[Expression, Rule]]:
    found: list[tuple[Expression, Rule]] = []
    for rule in RULES:
        room = BATCH - len(found)
        ids = db.session.scalars(queries.due(rule).limit(room)).all() if room else []
        found += [(db.session.get_one(Expression, each), rule) for each in ids]
    return found
