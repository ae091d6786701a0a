"""The database: engine, session, column types and how transactions begin.

Safe requests open read-only transactions, so no GET can write. All others take the write lock
before their first query: on SQLite a transaction that reads first and writes later fails at once
as locked, whatever the busy timeout.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    DateTime,
    Engine,
    Enum,
    MetaData,
    TypeDecorator,
    event,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

BUSY_TIMEOUT_MS: Final = 5000


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment. Naive values are refused: a moment without a zone is a bug."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("moments must carry a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


# Marks of a column, in its `info`: erasing somebody looks for their words there.
KEEPS_QUERY: Final = "keeps_query"  # an address of the queue, with what was searched in it
KEEPS_WORDS: Final = "keeps_words"  # what staff typed, and no table points at a person


class Base(DeclarativeBase):
    """All tables. Enums are stored as their words, moments as UTC."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: dict[Any, TypeEngine[Any]] = {
        datetime: UtcDateTime(),
        enum.StrEnum: Enum(enum.StrEnum, native_enum=False, length=40, values_callable=_values),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[dict[str, Any]]: JSON(),
    }


db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

_is_reading: ContextVar[bool] = ContextVar("ppflow_is_reading", default=False)


def read_only(is_reading: bool) -> None:
    """Say whether transactions begun from now on, in this thread, may write."""
    _is_reading.set(is_reading)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside are read-only; the database itself refuses a write."""
    before = _is_reading.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _is_reading.reset(before)


@contextmanager
def writing() -> Iterator[None]:
    """One write transaction: committed at the end, rolled back on any error."""
    if _is_reading.get():
        db.session.rollback()  # a read-only transaction cannot become a writing one
    before = _is_reading.set(False)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _is_reading.reset(before)


@contextmanager
def aside() -> Iterator[Connection]:
    """A short write transaction on a connection of its own, kept whatever becomes of the request.

    For counters and heartbeats: on SQLite it commits with `synchronous=NORMAL`, so a power cut may
    forget the newest. Not inside a write transaction of the session: on SQLite they would wait for
    each other.
    """
    before = _is_reading.set(False)
    try:
        with db.engine.connect() as connection:
            _synchronous(connection, "NORMAL")
            try:
                with connection.begin():
                    yield connection
            finally:
                _synchronous(connection, "FULL")
    finally:
        _is_reading.reset(before)


def _synchronous(connection: Connection, mode: str) -> None:
    raw = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and raw is not None:
        raw.execute(f"PRAGMA synchronous={mode}")


def is_writing() -> bool:
    """Whether the session holds a write transaction at this moment."""
    return not _is_reading.get() and db.session.registry.has() and db.session().in_transaction()


def end_writing() -> None:
    """Give the write lock back before a page is rendered; what follows may only read."""
    db.session.rollback()
    read_only(True)


Extra = Callable[[Connection], None]
_extras: list[Extra] = []


def extra(create: Extra) -> Extra:
    """Register what tables alone cannot say (triggers, full-text index). Must be repeatable."""
    _extras.append(create)
    return create


def create_extras(connection: Connection) -> None:
    """Create or replace every registered trigger and index; migrations end with this."""
    for create in _extras:
        create(connection)


def init_app(app: Flask) -> None:
    """Bind the session to the configured database and fix how its transactions begin."""
    settings = app.config["PPFLOW"]
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    options: dict[str, Any] = {
        "pool_size": settings.web_threads + 4,
        "pool_use_lifo": True,  # few connections, each with its pages and statements at hand
        "hide_parameters": True,
    }
    if settings.database.startswith("postgresql"):
        options["connect_args"] = {"options": f"-c lock_timeout={BUSY_TIMEOUT_MS}"}
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """Attach pragmas and the begin rule to an engine; used by the app, the tests and tools."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connect_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_postgresql)


def _connect_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    is_reading = _is_reading.get()
    if connection.info.get("is_reading") is not is_reading:  # as this connection was left
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if is_reading else 'OFF'}")
        connection.info["is_reading"] = is_reading
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if _is_reading.get():
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
