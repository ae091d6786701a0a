"""`ppflow outbox release`: let the emails go that were held after a restore."""

from __future__ import annotations

from dataclasses import dataclass

import click

from ppflow import config, events
from ppflow.cli.backup import app_on
from ppflow.db import writing
from ppflow.outbox import holding


@dataclass(frozen=True)
class Outbox:
    """What releasing is recorded of: the outbox as a whole."""

    event_subject: str = "installation:outbox"


@click.group()
def outbox() -> None:
    """Emails held after a restore."""


@outbox.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def release(yes: bool) -> None:
    """Let every held email go. Some may have gone out before the backup was restored."""
    with app_on(config.load().database):
        count = holding.held()
        if not count:
            click.echo("No email is held.")
            return
        if not yes:
            click.confirm(f"{count} emails are held; some may go a second time. Go?", abort=True)
        with writing():
            released = holding.release_all()
            events.record("release", Outbox(), events.SYSTEM)
        click.echo(f"{released} emails released.")
