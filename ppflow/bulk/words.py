"""How the result of a run is told."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ppflow import clock, web
from ppflow.bulk.models import BulkRun, ItemState, RunState, Told
from ppflow.bulk.queries import Came
from ppflow.bulk.workflow import BulkAct
from ppflow.expressions.mail import hold_for

TOLD_WORDS: Final = {
    Told.EMAIL: "Done, and an email goes to them",
    Told.BY_HAND: "Done, with a letter to print or read out",
    Told.LATER: "Prepared. They are told when it is released",
    Told.NOTHING: "Done. They get no email",
}


def came_words(act: BulkAct, run: BulkRun, came: Came) -> str:
    """One sentence: how far it is, or what came of it."""
    if run.state is RunState.RUNNING:
        return f"{run.total - came.waiting:,} of {run.total:,} done."
    if run.state is RunState.UNDOING:
        taken = sum(came.counts.get(each, 0) for each in (ItemState.UNDONE, ItemState.STAYS))
        return f"{taken:,} of {taken + came.counts.get(ItemState.DONE, 0):,} looked at to undo."
    if run.state is RunState.UNDONE:
        words = f"{web.plural(came.undone.many, 'form')} as before."
        return f"{words} {came.done:,} could not be undone." if came.done else words
    words = f"{web.plural(came.done, *act.many)} done."
    left = sum(names.many for names in came.skipped.values())
    return f"{words} {left:,} left as they were: see why below." if left else words


def undo_minutes(act: BulkAct) -> int:
    """How long its emails are held; 0 where none goes."""
    return int(hold_for(act.letter).total_seconds() // 60) if act.letter else 0


def undo_until(act: BulkAct, run: BulkRun, came: Came) -> datetime | None:
    """Until when all of it can be taken back; None when it cannot, or not any more."""
    if run.state is not RunState.DONE or run.started_at is None:
        return None
    if came.told.get(Told.LATER):  # until somebody releases them, but let nobody wait for that
        return run.started_at + hold_for("expression-offered")
    if act.letter is None or Told.EMAIL not in came.told:
        return None
    until = run.started_at + hold_for(act.letter)
    return until if until > clock.now() else None
