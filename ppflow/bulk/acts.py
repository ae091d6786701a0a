"""A run from choosing who is meant to its beginning, and to the beginning of its undoing.

Each form is done once, on its own: `doing`. Who works through them: `jobs`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, insert, update

from ppflow import clock, events, keys
from ppflow.access import Standing
from ppflow.bulk import forms, others, telling
from ppflow.bulk.doing import Asked
from ppflow.bulk.models import BulkItem, BulkRun, RunState
from ppflow.bulk.queries import Chosen
from ppflow.bulk.words import held_for
from ppflow.bulk.workflow import ACTS, MOST, BulkAct
from ppflow.db import db
from ppflow.errors import Conflict, NotNow
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.people.queries import standing_of
from ppflow.places import acts as places
from ppflow.projects.queries import projects_of
from ppflow.statements import rows_changed

BEGUN: Final = "This was carried out already."
TOO_LATE: Final = "It is too late to undo this."

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
    hold(run)
    run.sealed, run.state = keys.seal(forms.as_json(details)), RunState.READY
    run.version += 1
    for expression_id, version in versions.items():
        mine = BulkItem.run_id == run.id, BulkItem.expression_id == expression_id
        changed = update(BulkItem).where(*mine, BulkItem.version != version)
        db.session.execute(changed.values(version=version))


def hold(run: BulkRun) -> None:
    """Let nobody else change it meanwhile. Raises `Conflict` for a run that has begun."""
    db.session.refresh(run, with_for_update=True)
    if run.state not in {RunState.CHOOSING, RunState.READY}:
        raise Conflict(BEGUN)


def kept_details(sealed: bytes | None) -> dict[str, Any]:
    """What was typed before; empty when nothing was."""
    return forms.from_json(keys.unseal(sealed))


def asked_of(act_key: str, sealed: bytes | None, by: Standing, meant: ColumnElement[bool]) -> Asked:
    """A run's act, opened, for the forms that this condition means."""
    details = kept_details(sealed)
    number = details.get("colleague")
    colleague = db.session.get(Person, int(number)) if number else None
    to = standing_of(colleague, projects_of(colleague.id)) if colleague else None
    named = others.chosen(details.get("alternatives", ()), meant)
    return Asked(ACTS[act_key], details, by, to, others=named)


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


def begin_dating(opportunity: Opportunity, on: date, why: str, *, by: Standing) -> BulkRun:
    """Name a new date to more people than one press tells; what was read before is carried out.

    Begun twice it tells nobody twice: what one run has done, another finds changed.
    """
    places.name_date(opportunity, on, why, by=by)
    columns = (Expression.id, Expression.version)
    chosen = places.to_be_dated(opportunity, on).with_only_columns(*columns).limit(MOST)
    found = [(row.id, row.version) for row in db.session.execute(chosen)]
    run = choose(ACTS["promise"], found, by=by, query=f"view=open&opportunity={opportunity.id}")
    prepare(run, {"next_reply_by": on, "body": why}, {})
    begin(run, run.version, by=by)
    return run


def begin_undo(run: BulkRun, *, by: Standing) -> bool:
    """Let the taking back begin; False when it has begun already.

    Raises `NotNow` when it is too late for what no email holds.
    """
    act = ACTS[run.act]
    if act.letter is None and run.started_at and clock.now() >= run.started_at + held_for(act):
        raise NotNow(TOO_LATE)
    is_taken = rows_changed(
        update(BulkRun)
        .where(BulkRun.id == run.id, BulkRun.state == RunState.DONE)
        .values(state=RunState.UNDOING, touched_at=clock.now())
    )
    if not is_taken:
        return False
    telling.stop(run)
    events.record("bulk_undo", run, by.actor, reason=run.act)
    return True
