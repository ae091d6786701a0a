"""That somebody took a list away is written down, with how many forms were in it."""

from __future__ import annotations

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.bulk.models import BulkRun, RunState


def take_away(run: BulkRun, many: int, kind: str, *, by: Standing) -> None:
    """Write the event of a download: who, which run, which sort of file, how many forms."""
    run.state, run.started_at, run.ended_at = RunState.DONE, clock.now(), clock.now()
    events.record("export", run, by.actor, fields=[kind], reason=f"{many} forms")
