"""What one request of the real app runs and returns, so that a bare page can do the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from ppflow.db import db


@dataclass
class Recording:
    """Statements in order with their parameters, and the body that was returned.

    A statement for many rows stands once for each of them; `queries` counts it once. Pragmas and
    transaction words are not counted.
    """

    statements: list[tuple[str, list[Any]]] = field(default_factory=list)
    body: str = ""
    queries: int = 0

    def save(self, path: Path) -> None:
        kept = {"statements": self.statements, "body": self.body}
        path.write_text(json.dumps(kept, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


@contextmanager
def listening(app: Flask) -> Iterator[Recording]:
    """Collect every statement that the app runs meanwhile."""
    recording = Recording()

    def hear(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        words = statement.split(None, 1)[0].upper()
        if words not in {"PRAGMA", "BEGIN", "SET", "COMMIT", "ROLLBACK"}:
            recording.queries += 1
            is_many = isinstance(parameters, list) and bool(parameters)
            for values in parameters if is_many else [parameters]:
                recording.statements.append((statement, list(values)))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield recording
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def record(app: Flask, path: str, cookies: dict[str, str]) -> Recording:
    """One GET of the real app, the second time, when everything is warm."""
    client = app.test_client()
    for name, value in cookies.items():
        client.set_cookie(name, value)
    client.get(path)
    with listening(app) as recording:
        answer = client.get(path)
    assert answer.status_code == 200, f"{path}: {answer.status}"
    recording.body = answer.get_data(as_text=True)
    return recording
