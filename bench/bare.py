"""The limit: bare Flask that runs the same statements with the driver and returns the same bytes.

`BENCH_RECORDINGS` names a folder of recordings and `BENCH_DATABASE` the SQLite file. A POST runs
the same inserts into tables of the same columns, with every commit synced.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

FOLDER = Path(os.environ["BENCH_RECORDINGS"])
DATABASE = os.environ["BENCH_DATABASE"]
RECORDINGS: dict[str, Any] = {p.stem: json.loads(p.read_text()) for p in FOLDER.glob("*.json")}

app = Flask("bare")
_local = threading.local()


def connection() -> sqlite3.Connection:
    """One connection a thread, set as the real app sets its own."""
    if not hasattr(_local, "connection"):
        opened = sqlite3.connect(DATABASE, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            opened.execute(f"PRAGMA {pragma}")
        _local.connection = opened
    found: sqlite3.Connection = _local.connection
    return found


@app.get("/<name>")
def page(name: str) -> Response:
    """The same reads, the same bytes."""
    recording = RECORDINGS[name]
    database = connection()
    database.execute("BEGIN")
    for statement, parameters in recording["statements"]:
        database.execute(statement, parameters).fetchall()
    database.execute("COMMIT")
    return Response(recording["body"], mimetype="text/html")


@app.post("/<name>")
def sent(name: str) -> Response:
    """The same rows written, in one transaction, synced."""
    recording = RECORDINGS[name]
    assert request.form
    database = connection()
    database.execute("BEGIN IMMEDIATE")
    for statement, parameters in recording["statements"]:
        database.execute(statement, parameters)
    database.execute("COMMIT")
    return Response(status=303, headers={"Location": "/"})
