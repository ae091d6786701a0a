"""`ppflow check`: every setting, then a line for each thing that must hold; any `FAIL` fails it."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import current_app
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import SQLAlchemyError

from ppflow import clock, config, events, keys, migrations
from ppflow.answers.models import Answers
from ppflow.applicants.models import StatusLink
from ppflow.cli.backup import app_on
from ppflow.db import db, reading
from ppflow.erasing import clocks, ledger
from ppflow.erasing.models import RunState
from ppflow.errors import PpflowError, SettingsError
from ppflow.outbox.connection import Connection
from ppflow.outbox.message import Envelope
from ppflow.outbox.workflow import Result

SQLITE_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "2",
    "foreign_keys": "1",
    "secure_delete": "1",
}
POSTGRESQL_SETTINGS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class NotSound(PpflowError):
    """A check failed. The message says what is wrong and what to do."""


def setting_lines(settings: config.Settings) -> Iterator[str]:
    """Every setting as `NAME = value  (what it is for)`; a secret shows only whether it is set."""
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        if spec.metadata["secret"]:
            value = "set" if value else "not set"
        if spec.name == "database_url" and value:
            value = make_url(value).render_as_string(hide_password=True)
        yield f"{config.PREFIX}{spec.name.upper()} = {value}  ({spec.metadata['help']})"


def database() -> str:
    """It answers, and writes are as safe as they must be."""
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        found = {
            name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in SQLITE_PRAGMAS
        }
        wanted = SQLITE_PRAGMAS
    else:
        found = {
            name: str(connection.execute(text(f"SHOW {name}")).scalar_one())
            for name in POSTGRESQL_SETTINGS
        }
        wanted = POSTGRESQL_SETTINGS
    wrong = [
        f"{name} is {found[name]}, must be {wanted[name]}"
        for name in wanted
        if found[name] != wanted[name]
    ]
    if wrong:
        raise NotSound("; ".join(wrong))
    return f"{connection.dialect.name} answers and writes are synced"


def shape() -> str:
    """The database has the shape that this code expects."""
    present, newest = migrations.present(db.session.connection()), migrations.newest()
    if present != newest:
        raise NotSound(f"the database is at {present}, the code needs {newest}: run 'ppflow init'")
    return f"at {present}"


def integrity() -> str:
    """SQLite finds no damage and no broken reference. PostgreSQL keeps watch over itself."""
    connection = db.session.connection()
    if connection.dialect.name != "sqlite":
        return "left to PostgreSQL"
    damage = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if damage != ["ok"] or broken:
        raise NotSound(f"{len(broken)} broken references; {damage[0]}: restore a backup")
    return "no damage"


def answer_keys() -> str:
    """The newest locked answers open with the keys set here."""
    newest = db.session.scalar(
        select(Answers.sealed)
        .where(Answers.sealed.is_not(None))
        .order_by(Answers.id.desc())
        .limit(1)
    )
    if newest is None:
        return "no locked answers yet"
    try:
        keys.unseal(newest)
    except keys.SealError:
        raise NotSound(
            "the newest answers were locked with another key: set PPFLOW_ANSWER_KEYS to the keys "
            "of that installation, newest first"
        ) from None
    return "the newest locked answers open"


def link_key() -> str:
    """The newest private link is one that our key makes."""
    link = db.session.scalars(
        select(StatusLink)
        .where(StatusLink.token_hash.is_not(None))
        .order_by(StatusLink.id.desc())
        .limit(1)
    ).one_or_none()
    if link is None:
        return "no private links yet"
    if link.token_hash != keys.token_hash(keys.link_token(link.id, link.generation)):
        raise NotSound("private links were made with another key: set PPFLOW_LINK_KEY to that one")
    return "the newest private link is ours"


def seals() -> str:
    """No event was changed, taken out or put in."""
    report = events.verify_chain()
    if report.first_bad is not None:
        raise NotSound(f"event {report.first_bad} does not fit its seal: the record was changed")
    return f"{report.sealed} events sealed, {report.unsealed} not yet; head {report.head[:16]}"


def room() -> str:
    """There is room on the disk."""
    folder = Path(config.current().data_dir)
    disk = shutil.disk_usage(folder if folder.exists() else ".")
    if disk.free < 1 << 28:
        raise NotSound(f"only {disk.free >> 20} MiB free in {folder}: make room")
    return f"{disk.free >> 20:,} MiB free"


def erasing() -> str:
    """The list of erased forms can be read, and no run of the retention clocks is held."""
    known = ledger.count()
    run = clocks.last_run()
    if run is not None and run.state is RunState.HELD:
        raise NotSound(
            f"retention is held: {run.held_because} Look with 'ppflow retention --dry-run', then "
            "run 'ppflow retention --confirm'"
        )
    last = f"last run {run.at:%Y-%m-%d}, {run.erased} erased" if run else "no run yet"
    return f"{known} forms on the list of erased ones; {last}"


CHECKS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("database", database),
    ("shape", shape),
    ("integrity", integrity),
    ("answer keys", answer_keys),
    ("link key", link_key),
    ("seals", seals),
    ("erasing", erasing),
    ("disk", room),
)


def failures(checks: tuple[tuple[str, Callable[[], str]], ...] = CHECKS) -> list[str]:
    """Run the checks, print a line for each, and return the names of those that failed."""
    failed = []
    for name, check in checks:
        try:
            with reading():
                click.echo(f"ok    {name}: {check()}")
        except (PpflowError, SQLAlchemyError) as error:
            said = error if isinstance(error, PpflowError) else type(error).__name__
            click.echo(f"FAIL  {name}: {said}")
            failed.append(name)
    return failed


@click.command()
@click.option("--mail", metavar="ADDRESS", help="Send a test email to this address.")
def check(mail: str | None) -> int:
    """Show every setting and check database, keys, seals and mail; fails when one check fails."""
    try:
        settings = config.load()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    for line in setting_lines(settings):
        click.echo(line)
    click.echo()
    checks = CHECKS + ((("mail", lambda: send_test(mail)),) if mail else ())
    with app_on(settings.database):
        return 1 if failures(checks) else 0


def send_test(address: str) -> str:
    """Send a test letter over the worker's own line, and say what the server said."""
    host = urlsplit(config.current().base_url).hostname or "localhost"
    letter = Envelope(
        to_address=address,
        reply_to="",
        subject="Test from ppflow",
        body="This is a test. If you read it, this site can send email. You need do nothing.\n",
        message_id=f"<{uuid.uuid4().hex}@{host}>",
        dated_at=clock.now(),
    )
    line = Connection(current_app.extensions["mail"])
    outcome = line.open() or line.deliver(letter)
    line.close()
    server = f"{config.current().mail_server}:{config.current().mail_port}"
    if outcome.result is not Result.ACCEPTED:
        raise NotSound(f"{server} did not take it: {outcome.said or outcome.words}")
    return f"{server} took the test email: {outcome.said}"
