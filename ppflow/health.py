"""`/healthz`: the process is up. `/readyz`: it can do its work; otherwise 503 with the reasons.

No personal data, and nothing that an outsider could use: counts and ages only.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from flask import Blueprint, Flask, Response, jsonify
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from ppflow import access, clock, config, migrations, web
from ppflow.db import aside, db
from ppflow.outbox.models import NOT_DONE, Heartbeat, Letter, MailBreaker
from ppflow.outbox.workflow import WAITING

WORKER_SILENT_AFTER = timedelta(seconds=45)  # so that a stopped worker shows within a minute
LETTER_LATE_AFTER = timedelta(minutes=10)
MIN_FREE_SHARE = 0.05
MIN_FREE_BYTES = 1 << 30  # a large disk may be used to the last few per cent

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@access.public
def healthz() -> Response:
    """The process answers."""
    return web.personal(jsonify(ok=True))


@pages.get("/readyz")
@access.public
def readyz() -> Response:
    """Database, migrations, room on the disk, worker, oldest letter, mail server."""
    reasons = unready()
    response = jsonify(ready=not reasons, reasons=reasons)
    response.status_code = 503 if reasons else 200
    return web.personal(response)


def unready() -> list[str]:
    """Why this installation cannot do its work, in sentences; empty when it can."""
    try:
        broken = [reason for check in (_database, _shape, _room) if (reason := check())]
        return broken or [reason for check in LATER_CHECKS if (reason := check())]
    except SQLAlchemyError:
        db.session.rollback()
        return ["The database does not answer."]


def _database() -> str:
    """It answers and takes the write lock (nothing is written)."""
    with aside() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("SELECT 1"))
            return ""
        is_copy = connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one()
        return "The database is a read-only copy." if is_copy else ""


def _shape() -> str:
    present, newest = migrations.present(db.session.connection()), migrations.newest()
    return "" if present == newest else f"The database is at {present}; the code needs {newest}."


def _room() -> str:
    folder = Path(config.current().data_dir)
    disk = shutil.disk_usage(folder if folder.exists() else ".")
    is_full = disk.free < disk.total * MIN_FREE_SHARE and disk.free < MIN_FREE_BYTES
    return "The disk is nearly full." if is_full else ""


def _worker() -> str:
    newest = db.session.scalar(select(func.max(Heartbeat.at)))
    if newest is None:
        return "No worker has ever reported."
    silent = _age(newest)
    return (
        f"The worker has been silent for {_words(silent)}." if silent > WORKER_SILENT_AFTER else ""
    )


def _letters() -> str:
    waiting = select(func.min(Letter.due_at)).where(NOT_DONE, Letter.state.in_(WAITING))
    oldest = db.session.scalar(waiting)
    if oldest is None or _age(oldest) < LETTER_LATE_AFTER:
        return ""
    return f"The oldest email has been due for {_words(_age(oldest))}."


def _mail_server() -> str:
    opened = db.session.scalar(select(MailBreaker.opened_at))
    return f"No email has gone out for {_words(_age(opened))}." if opened else ""


LATER_CHECKS: tuple[Callable[[], str], ...] = (_worker, _letters, _mail_server)


def _age(moment: datetime) -> timedelta:
    return clock.now() - moment


def _words(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    return web.plural(minutes, "minute") if minutes else web.plural(age.seconds, "second")


def init_app(app: Flask) -> None:
    """Add the two addresses."""
    app.register_blueprint(pages)
