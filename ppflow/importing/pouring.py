"""Many rows into one table, past SQLAlchemy's work for each row: half the time, or less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Dialect, Table

from ppflow.db import db

Row = Mapping[str, Any]
Convert = Callable[[Any], Any] | None


def pour(table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same keys, in the present transaction.

    Columns that no row names get their default, one value for all.
    """
    if not rows:
        return
    connection = db.session.connection()
    named = rows[0]
    columns = [c for c in table.columns if c.name in named or c.default is not None]
    names = ", ".join(column.name for column in columns)
    values = _values(columns, rows, connection.dialect)
    raw: Any = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        with raw.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        raw.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", values)  # noqa: S608 - our own names
    raw.close()


def _values(
    columns: Sequence[Column[Any]], rows: Sequence[Row], dialect: Dialect
) -> Iterator[list[Any]]:
    """Each row as the driver takes it, in the columns' order."""
    plan: list[tuple[str, Any, Convert]] = [
        (c.name, None if c.name in rows[0] else _default(c), _conversion(c, dialect))
        for c in columns
    ]
    for row in rows:
        found = [row.get(name, default) for name, default, _ in plan]
        yield [
            convert(value) if convert and value is not None else value
            for value, (_, _, convert) in zip(found, plan, strict=True)
        ]


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg


def _conversion(column: Column[Any], dialect: Dialect) -> Convert:
    return column.type.dialect_impl(dialect).bind_processor(dialect)
