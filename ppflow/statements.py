"""Statements that pass by the session: many rows at once, a row unless it is there, rows counted.

For moments where the session's own way costs too much, or where only the database can say who was
first. They run in the present transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import UpdateBase

from ppflow.db import Base, db


@cache
def _insert(table: Table) -> Insert:
    return table.insert().inline()  # nobody asks for the new ids


def insert_all(rows: Iterable[Base]) -> None:
    """Insert new rows that nobody needs back, those of one table in one statement.

    For moments that write many rows at once: it costs a third of what the session's own flush
    does. What they point at must be flushed. The objects stay outside the session.
    """
    alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        values = {name: value for name, value in vars(row).items() if name in row.__table__.c}
        alike.setdefault((row.__table__, *values), []).append(values)
    connection = db.session.connection()
    for (table, *_names), values_of_each in alike.items():
        connection.execute(_insert(table), values_of_each)


def insert(thing: type[Base], dialect: str = "") -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say `on_conflict_do_…`: both databases know it, each under its own name.

    `dialect` is named only where no app is at hand to ask.
    """
    name = dialect or db.engine.dialect.name
    return postgresql.insert(thing) if name == "postgresql" else sqlite.insert(thing)


def rows_changed(statement: UpdateBase) -> int:
    """Do an UPDATE or DELETE; how many rows it found. Objects in the session do not hear of it."""
    db.session.flush()
    return db.session.connection().execute(statement).rowcount
