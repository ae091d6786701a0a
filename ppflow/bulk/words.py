"""How the result of a run is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from ppflow import clock, web
from ppflow.bulk.models import BulkRun, ItemState, RunState, Told
from ppflow.bulk.queries import Came
from ppflow.bulk.workflow import BulkAct
from ppflow.expressions.mail import hold_for

if TYPE_CHECKING:
    from ppflow.bulk.doing import Asked
    from ppflow.bulk.mail import Foreseen

DECISION: Final = "expression-offered"  # held as long as any decision

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


def held_for(act: BulkAct) -> timedelta:
    """How long an act can be taken back: as long as its emails are held, or those of a decision."""
    return hold_for(act.letter or DECISION)


def undo_words(asked: Asked, found: Foreseen) -> str:
    """Before it is done: how long it can be taken back, and what of it cannot."""
    act = asked.act
    minutes = int(held_for(act).total_seconds() // 60)
    quiet = found.many - found.by_email - found.by_hand.many - found.later
    never = found.by_hand.many + (0 if act.is_undone_quietly(asked.details) else quiet)
    if not minutes or never >= found.many:
        return "This cannot be undone."
    words = [f"You can undo this for {web.plural(minutes, 'minute')}."]
    if found.by_hand.many:
        words.append(f"It stays for {found.by_hand.many:,} with a letter to print or read out.")
    if never > found.by_hand.many:
        words.append(f"It stays for {quiet:,} without an email, as it is on their page at once.")
    return " ".join([*words, act.stays]).strip()


def undo_until(
    act: BulkAct, details: Mapping[str, Any], run: BulkRun, came: Came
) -> datetime | None:
    """Until when all of it can be taken back; None when it cannot, or not any more."""
    if run.state is not RunState.DONE or run.started_at is None:
        return None
    if came.told.get(Told.LATER):  # until somebody releases them, but let nobody wait for that
        return run.started_at + hold_for(DECISION)
    is_quiet = act.is_undone_quietly(details) and Told.NOTHING in came.told
    if not is_quiet and Told.EMAIL not in came.told:
        return None
    until = run.started_at + held_for(act)
    return until if until > clock.now() else None
