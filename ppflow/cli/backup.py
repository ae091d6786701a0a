"""`ppflow backup DIR`: a whole, checked copy of the database with a manifest beside it.

SQLite is copied by its backup API (copying the file of a running site gave a corrupt copy in 2 of 8
tries), PostgreSQL by `pg_dump` from one snapshot. The manifest says how to recognise the copy: its
hash, its shape and the head of the event chain, which is worth keeping on another machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import psycopg
from flask import Flask
from sqlalchemy import func, make_url, select, text

from ppflow import clock, config, create_app, events, migrations
from ppflow.db import db, reading
from ppflow.erasing import ledger

MANIFEST = "manifest.json"
FORMAT = 1
COUNTED = ("expression", "letter", "event", "person")


@dataclass(frozen=True)
class Manifest:
    """What a backup is: recognised by its hash, its shape and the head of its event chain."""

    format: int
    made_at: str
    database: str
    file: str
    sha256: str
    size: int
    revision: str | None
    chain_head: str
    events_sealed: int
    events_unsealed: int
    rows: dict[str, int]
    erasures: int = 0  # lines of the list of erased forms, which is kept apart from backups


def kind_of(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return make_url(url).get_backend_name()


def sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def on_disk(path: Path) -> None:
    """Return when a file, or the names in a folder, are safe from a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def state_of_database() -> dict[str, Any]:
    """Shape, event chain and row counts, as the present transaction sees them."""
    chain = events.verify_chain()
    if chain.first_bad is not None:
        raise click.ClickException(
            f"Event {chain.first_bad} does not fit its seal. Run 'ppflow check'; nothing was made."
        )
    connection = db.session.connection()
    tables = db.metadata.tables
    return {
        "revision": migrations.present(connection),
        "chain_head": chain.head,
        "events_sealed": chain.sealed,
        "events_unsealed": chain.unsealed,
        "rows": {
            name: connection.execute(select(func.count()).select_from(tables[name])).scalar_one()
            for name in COUNTED
        },
    }


@contextmanager
def app_on(url: str) -> Iterator[Flask]:
    """An app of our settings on another database, with its context; all let go at the end."""
    app = create_app({"PPFLOW_DATABASE_URL": url})
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _copy_sqlite(url: str, copy: Path) -> dict[str, Any]:
    source = sqlite3.connect(f"file:{make_url(url).database}?mode=rw", uri=True)
    target = sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    with app_on(f"sqlite:///{copy}"), reading():
        return state_of_database()


def postgres_program(name: str, url: str, *words: str) -> None:
    """Run one of PostgreSQL's programs on our database; the password goes by the environment."""
    program = shutil.which(name)
    if program is None:
        raise click.ClickException(
            f"{name} is not installed here. On Debian and Ubuntu: apt install postgresql-client"
        )
    parts = make_url(url)
    known = {
        "dbname": parts.database, "host": parts.host, "port": parts.port, "user": parts.username,
        **parts.query,
    }  # fmt: skip
    conninfo = psycopg.conninfo.make_conninfo(**{k: str(v) for k, v in known.items() if v})
    environment = {**os.environ, **({"PGPASSWORD": str(parts.password)} if parts.password else {})}
    done = subprocess.run(  # noqa: S603 - a fixed program; no shell
        [program, f"--dbname={conninfo}", *words],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise click.ClickException(f"{name} failed: {' '.join(done.stderr.split())[-400:]}")


def _dump_postgresql(url: str, copy: Path) -> dict[str, Any]:
    with app_on(url), reading():
        one_moment = {"isolation_level": "REPEATABLE READ"}
        connection = db.session.connection(execution_options=one_moment)
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        words = ("--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={copy}")
        postgres_program("pg_dump", url, *words)
        return state_of_database()


def make_backup(url: str, folder: Path) -> Path:
    """Make a backup in a new folder inside `folder`; returns it. A half-made one is never left."""
    kind, now = kind_of(url), clock.now()
    name = f"ppflow-{now:%Y%m%dT%H%M%SZ}"
    half, whole = folder / f".{name}.{os.getpid()}", folder / name
    if whole.exists():
        raise click.ClickException(f"{whole} is there already; wait a second and try again.")
    half.mkdir(parents=True, mode=0o700)
    try:
        copy = half / ("ppflow.sqlite3" if kind == "sqlite" else "ppflow.pgdump")
        copy.touch(mode=0o600)
        state = (_copy_sqlite if kind == "sqlite" else _dump_postgresql)(url, copy)
        manifest = Manifest(
            format=FORMAT, made_at=now.isoformat(), database=kind, file=copy.name,
            sha256=sha256_of(copy), size=copy.stat().st_size,
            erasures=ledger.count(config.load().ledger), **state,
        )  # fmt: skip
        (half / MANIFEST).touch(mode=0o600)
        (half / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n")
        for path in (copy, half / MANIFEST, half):
            on_disk(path)
        half.rename(whole)
        on_disk(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return whole


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def backup(folder: Path) -> None:
    """Copy the database into FOLDER, checked, while the site runs. Keep the keys elsewhere."""
    whole = make_backup(config.load().database, folder)
    manifest = read_manifest(whole)
    click.echo(
        f"{whole}: {manifest.rows['expression']:,} expressions, {manifest.rows['event']:,} events, "
        f"{manifest.size:,} bytes. Chain head {manifest.chain_head[:16]}."
    )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises `ClickException` when there is none or it is not ours."""
    try:
        content = json.loads((folder / MANIFEST).read_text())
        manifest = Manifest(**content)
    except (OSError, ValueError, TypeError) as error:
        raise click.ClickException(f"{folder} is not a backup: {error}") from None
    if manifest.format != FORMAT:
        raise click.ClickException(f"{folder} was made by another version of ppflow.")
    return manifest
