"""`ppflow restore DIR`: put a backup in place, checked first, with every email held.

Who was erased after the backup was made is in it again: the list of erased forms, which is kept
apart from backups, is gone through before the copy is put in place. The emails of a backup may
have gone out after it was made, so none goes again until a person says so (`ppflow outbox
release`, or the button on /outbox). Sign-ins are ended. What stood there before is kept beside,
never deleted.
"""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import inspect, make_url, update

from ppflow import clock, config, events, migrations
from ppflow.cli import check
from ppflow.cli.backup import (
    MANIFEST,
    Manifest,
    app_on,
    kind_of,
    on_disk,
    postgres_program,
    read_manifest,
    sha256_of,
    state_of_database,
)
from ppflow.db import db, reading, writing
from ppflow.erasing import acts as erasing
from ppflow.erasing import cleaning, ledger
from ppflow.outbox import holding
from ppflow.sessions import StaffSession

OF_THIS_MACHINE = {"database", "shape", "disk", "erasing"}
MUST_HOLD = tuple((name, run) for name, run in check.CHECKS if name not in OF_THIS_MACHINE)


@dataclass(frozen=True)
class Backup:
    """What restoring is recorded of: the installation itself."""

    event_subject: str = "installation:restore"


@click.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--force", is_flag=True, help="Replace what is there; a SQLite file is kept beside.")
@click.option(
    "--ledger",
    "lists",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A list of erased forms (erasures.jsonl) of the old machine. May be repeated.",
)
@click.option("--without-ledger", is_flag=True, help="The list of erased forms is lost: go on.")
def restore(source: Path, force: bool, lists: tuple[Path, ...], without_ledger: bool) -> None:
    """Put the backup SOURCE (its folder, or a file in it) in place. Stop web and worker first."""
    folder = source if source.is_dir() else source.parent
    manifest, url = read_manifest(folder), config.load().database
    copy = folder / manifest.file
    if manifest.database != kind_of(url):
        raise click.ClickException(
            f"This backup is of {manifest.database}; PPFLOW_DATABASE_URL names {kind_of(url)}."
        )
    if not copy.exists() or sha256_of(copy) != manifest.sha256:
        raise click.ClickException(f"{copy} is not the file that {MANIFEST} describes.")
    for each in lists:
        ledger.take_over(each, config.load().ledger)
    _refuse_without_ledger(manifest, is_lost=without_ledger)
    into = _into_sqlite if manifest.database == "sqlite" else _into_postgresql
    into(copy, manifest, url, force=force)
    click.echo(
        f"Restored {manifest.rows['expression']:,} expressions as of {manifest.made_at}. "
        "All emails are held: look at /outbox, then run 'ppflow outbox release'."
    )


def _refuse_without_ledger(manifest: Manifest, *, is_lost: bool) -> None:
    """A list that is shorter than when the backup was made is not the whole list."""
    path = config.load().ledger
    known = ledger.count(path)
    if known < manifest.erasures and not is_lost:
        raise click.ClickException(
            f"{path} lists {known} erased forms; it listed {manifest.erasures} when the backup was "
            "made. Give the old one with --ledger FILE. If it is lost, add --without-ledger: "
            "whoever was erased since is then in the database again."
        )


def _into_sqlite(copy: Path, manifest: Manifest, url: str, *, force: bool) -> None:
    target = Path(str(make_url(url).database))
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        _refuse_unless(force, target)
        _refuse_if_in_use(target)
    new = target.with_name(f"{target.name}.restoring")
    _remove(new)
    try:
        new.touch(mode=0o600)
        shutil.copyfile(copy, new)
        with app_on(f"sqlite:///{new}") as app:
            _make_sound(app, manifest)
        on_disk(new)
        if target.exists():
            _set_aside(target)
        new.rename(target)
        on_disk(target.parent)
    finally:
        _remove(new)


def _into_postgresql(copy: Path, manifest: Manifest, url: str, *, force: bool) -> None:
    with app_on(url):
        is_empty = not inspect(db.engine).get_table_names()
    if not is_empty:
        _refuse_unless(force, make_url(url).database)
    words = ("--clean", "--if-exists") if force else ()
    options = ("--no-owner", "--single-transaction", "--exit-on-error")
    postgres_program("pg_restore", url, *options, *words, str(copy))
    with app_on(url) as app:
        _make_sound(app, manifest)


def _make_sound(app: Flask, manifest: Manifest) -> None:
    """Check the copy against its manifest, bring it to our shape, hold its emails."""
    with reading():
        state = state_of_database()
    if state["chain_head"] != manifest.chain_head or state["rows"] != manifest.rows:
        raise click.ClickException("The copy does not hold what its manifest says.")
    if failed := check.failures(MUST_HOLD):
        raise click.ClickException(f"Not restored: {', '.join(failed)}. See above.")
    db.session.remove()
    migrations.upgrade(app)
    with writing():
        erased = erasing.replay()
        held = holding.hold_all()
        ended = update(StaffSession).where(StaffSession.ended_at.is_(None))
        db.session.execute(ended.values(ended_at=clock.now()))
        events.record("restore", Backup(), events.SYSTEM, reason="restored")
    if not cleaning.clean():
        raise click.ClickException("The copy is being read by somebody. Try again.")
    click.echo(f"ok    erased: {erased} forms erased again")
    click.echo(f"ok    outbox: {held} emails held")


def _refuse_unless(force: bool, what: object) -> None:
    if not force:
        raise click.ClickException(
            f"There is a database at {what} already. Add --force to replace it."
        )


def _refuse_if_in_use(target: Path) -> None:
    """Replacing a file under a running site would split it in two."""
    connection = sqlite3.connect(target, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError:
        raise click.ClickException(f"{target} is in use. Stop web and worker first.") from None
    finally:
        connection.close()


def _set_aside(target: Path) -> None:
    aside = target.with_name(f"{target.name}.before-{clock.now():%Y%m%dT%H%M%SZ}")
    target.rename(aside)
    for ending in ("-wal", "-shm"):
        leftover = target.with_name(target.name + ending)
        if leftover.exists():
            leftover.rename(aside.with_name(aside.name + ending))
    click.echo(f"What was there before is kept in {aside}.")


def _remove(file: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
