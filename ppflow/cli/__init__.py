"""The `ppflow` command: one file a command, imported when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from ppflow.errors import PpflowError

COMMANDS: Final = {  # name: (file, its click command, what `ppflow --help` says)
    "run": ("run", "run", "The demonstration: web, worker and mailbox, with sample data."),
    "init": ("init", "init", "Start an empty installation: keys, database, administrator."),
    "web": ("web", "web", "Serve the pages."),
    "worker": ("worker", "worker", "Send emails and do what is due."),
    "import": ("importing", "import_", "Load a programme from a file; all or nothing."),
    "demo": ("demo", "demo", "Load the sample programme when there is none."),
    "add-person": ("people", "add_person", "Add somebody who may sign in."),
    "set-password": ("people", "set_password", "Give somebody a new password."),
    "backup": ("backup", "backup", "Copy the database, checked, while the site runs."),
    "restore": ("restore", "restore", "Put a backup in place, with every email held."),
    "check": ("check", "check", "Show every setting; check database, keys, seals and mail."),
    "outbox": ("outbox", "outbox", "Release the emails that were held after a restore."),
    "retention": ("erasing", "retention", "Erase what is over its time; --dry-run only counts."),
    "erase": ("erasing", "erase", "Erase one form, because the person asked."),
    "make-load": ("load", "make_load", "Add many made-up expressions, to measure with."),
    "mailbox": ("mailbox", "mailbox", "Receive the demonstration's emails."),
}


class Commands(click.Group):
    """Knows its commands by name, and imports the file of the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        file, command, _help = COMMANDS[name]
        found: click.Command = getattr(import_module(f"ppflow.cli.{file}"), command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, without importing a single command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, _, words) in COMMANDS.items()])


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """ppflow: nobody who offers their time to health research meets silence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Gives the exit code; an error is one clear line on stderr."""
    try:
        outcome = group.main(arguments, prog_name="ppflow", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        click.echo("Stopped; nothing was changed.", err=True)
        return 130
    except click.ClickException as error:
        error.show(sys.stderr)
        return error.exit_code
    except PpflowError as error:
        click.echo(str(error), err=True)
        return 1
    return outcome if isinstance(outcome, int) else 0
