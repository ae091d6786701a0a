"""Statements that pass by the session: rows written now, a row unless it is there, rows counted.

For moments where the session's own way costs too much, or where only the database can say who was
first. They run in the present transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import Insert, Table, Update, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import UpdateBase

from ppflow.db import Base, db

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

Thing = TypeVar("Thing", bound=Base)


@cache
def _insert(table: Table) -> Insert:
    return table.insert().inline()  # nobody asks for the new ids


def _values(row: Base) -> dict[str, Any]:
    columns = row.__table__.c
    return {name: value for name, value in vars(row).items() if name in columns}


def insert_now(row: Thing) -> Thing:
    """Insert one new row and have it in the session, as if it had been read: with its id and all.

    It costs a third of what the session's own flush does. Ids of other things must be set, not the
    things alone, and nothing may point at it yet.
    """
    table = cast(Table, row.__table__)
    done: Any = db.session.connection().execute(table.insert(), _values(row))
    written = {**done.last_inserted_params(), "id": done.inserted_primary_key[0]}
    for column in table.c:
        if column.key in written or column.server_default is None:
            set_committed_value(row, column.key, written.get(column.key))
    make_transient_to_detached(row)
    db.session.add(row)
    return row


@cache
def _update(table: Table) -> Update:
    return table.update().where(table.c.id == bindparam("row_id"))


def change_now(row: Any, **values: Any) -> None:
    """Change one row of the session and its object; nothing is left for the session to flush."""
    statement = _update(row.__table__)
    db.session.connection().execute(statement, {"row_id": row.id, **values})
    for name, value in values.items():
        set_committed_value(row, name, value)


def insert_all(rows: Iterable[Base]) -> None:
    """Insert new rows that nobody needs back, those of one table in one statement.

    For moments that write many rows at once: it costs a third of what the session's own flush
    does. What they point at must be flushed. The objects stay outside the session.
    """
    alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        values = _values(row)
        alike.setdefault((row.__table__, *values), []).append(values)
    connection = db.session.connection()
    for (table, *_names), values_of_each in alike.items():
        connection.execute(_insert(table), values_of_each)


def insert(thing: type[Base], dialect: str = "") -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say `on_conflict_do_…`: both databases know it, each under its own name.

    `dialect` is named only where no app is at hand to ask.
    """
    if (dialect or db.engine.dialect.name) != "postgresql":
        return sqlite.insert(thing)
    from sqlalchemy.dialects import postgresql  # where it is used: it brings 2 MiB of drivers

    return postgresql.insert(thing)


def rows_changed(statement: UpdateBase) -> int:
    """Do an UPDATE or DELETE; how many rows it found. Objects in the session do not hear of it."""
    db.session.flush()
    return db.session.connection().execute(statement).rowcount
