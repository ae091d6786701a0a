"""Changes of the database's shape, applied by `ppflow` at start and by `ppflow.migrations.upgrade`.

On SQLite each runs with `foreign_keys=OFF` in one `BEGIN IMMEDIATE`, recreates triggers from one
function and ends with `foreign_key_check`: Alembic's batch mode with keys on deleted child rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.engine import Connection

from ppflow import db
from ppflow.errors import PpflowError

if TYPE_CHECKING:
    from alembic.config import Config

ONE_AT_A_TIME = 7_071_966  # PostgreSQL's advisory lock of our migrations; any number will do
FOLDER = Path(__file__).resolve().parent


def _config() -> Config:
    from alembic.config import Config  # here: a web process that need not migrate is spared 8 MiB

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def upgrade(app: Flask, to: str = "head") -> None:
    """Bring the database to the newest shape; all or nothing."""
    with app.app_context(), db.db.engine.connect() as connection:
        _migrate(connection, to)


def _migrate(connection: Connection, to: str) -> None:
    from alembic import command

    is_sqlite = connection.dialect.name == "sqlite"
    raw = connection.connection.driver_connection
    if is_sqlite and raw is not None:
        raw.execute("PRAGMA foreign_keys=OFF")
    config = _config()
    config.attributes["connection"] = connection
    try:
        with connection.begin():
            if not is_sqlite:  # web and worker may start at the same moment
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})")
            command.upgrade(config, to)
            db.create_extras(connection)
            if is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise PpflowError(f"The change would break {len(broken)} references; undone.")
    finally:
        if is_sqlite and raw is not None:
            raw.execute("PRAGMA foreign_keys=ON")


def newest() -> str | None:
    """The revision this code expects."""
    names = [path.stem for path in (FOLDER / "versions").glob("[0-9]*.py")]
    return max(names).partition("_")[0] if names else None


def present(connection: Connection) -> str | None:
    """The revision the database has."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar()
    return found
