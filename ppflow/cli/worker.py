"""`ppflow worker`"""

from __future__ import annotations

import signal
from threading import Event
from types import FrameType

import click


@click.command()
def worker() -> None:
    """Send emails and do what is due, until told to stop. Several may run at once."""
    from ppflow.cli.ready import ready_app
    from ppflow.outbox.jobs import run_worker

    stop = Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    run_worker(ready_app(), stop)
