"""Changes of the database's shape, applied by `ppflow` at start and by `ppflow.migrations.upgrade`.

On SQLite each runs with `foreign_keys=OFF` in one `BEGIN IMMEDIATE`, recreates triggers from one
function and ends with `foreign_key_check`: Alembic's batch mode with keys on deleted child rows.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.engine import Connection

from ppflow import db
from ppflow.errors import PpflowError

ONE_AT_A_TIME = 7_071_966  # PostgreSQL's advisory lock of our migrations; any number will do
FOLDER = Path(__file__).resolve().parent


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def upgrade(app: Flask, to: str = "head") -> None:
    """Bring the database to the newest shape; all or nothing."""
    with app.app_context(), db.db.engine.connect() as connection:
        _migrate(connection, to)


def _migrate(connection: Connection, to: str) -> None:
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
    return ScriptDirectory.from_config(_config()).get_current_head()


def present(connection: Connection) -> str | None:
    """The revision the database has."""
    return MigrationContext.configure(connection).get_current_revision()
