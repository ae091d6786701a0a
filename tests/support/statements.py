"""What the database is asked meanwhile, to be counted or read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import event

from ppflow.db import db

Statements = Callable[[], AbstractContextManager[list[str]]]
BESIDE = ("PRAGMA", "BEGIN", "SET")  # they read and write no rows


@contextmanager
def statements(*, only: str = "", but: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """`with statements() as asked:` collects each; those that begin like this, or all but these."""
    asked: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith(only) and not statement.lstrip().upper().startswith(but):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
