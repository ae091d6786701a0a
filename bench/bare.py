"""The limits: bare Flask that runs the same statements and returns the same bytes, in two ways.

`/bare/<name>` executes the recorded text of each statement in a session of Flask-SQLAlchemy, the
stack this site is built with, in a transaction that begins as ours do. `/driver/<name>` has the
database driver alone, no SQLAlchemy. A POST runs the same inserts into tables of the same columns,
with every commit synced. `BENCH_RECORDINGS` names a folder of recordings, read when first asked
for; `BENCH_DATABASE` the SQLite file.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from flask_sqlalchemy import SQLAlchemy

from ppflow.db import prepare, read_only

FOLDER = Path(os.environ["BENCH_RECORDINGS"])
DATABASE = os.environ["BENCH_DATABASE"]

app = Flask("bare")
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{DATABASE}"
db = SQLAlchemy()
db.init_app(app)
with app.app_context():
    prepare(db.engine)  # the same pragmas, and BEGIN as ours
_local = threading.local()


@cache
def recording(name: str) -> Any:
    """The statements with their parameters, and the bytes of the page."""
    found = json.loads((FOLDER / f"{name}.json").read_text())
    found["statements"] = [(text, tuple(values)) for text, values in found["statements"]]
    return found


@app.get("/bare/<name>")
def page(name: str) -> Response:
    """The same reads and bytes through SQLAlchemy."""
    read_only(True)
    recorded = recording(name)
    connection = db.session.connection()
    for statement, parameters in recorded["statements"]:
        connection.exec_driver_sql(statement, parameters).fetchall()
    return Response(recorded["body"], mimetype="text/html")


@app.post("/bare/<name>")
def sent(name: str) -> Response:
    """The same rows written through SQLAlchemy, in one transaction, synced."""
    assert request.form
    read_only(False)
    connection = db.session.connection()
    for statement, parameters in recording(name)["statements"]:
        connection.exec_driver_sql(statement, parameters)
    db.session.commit()
    return Response(status=303, headers={"Location": "/"})


def driver() -> sqlite3.Connection:
    """One connection a thread, set as the site sets its own."""
    if not hasattr(_local, "connection"):
        opened = sqlite3.connect(DATABASE, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
            opened.execute(f"PRAGMA {pragma}")
        _local.connection = opened
    found: sqlite3.Connection = _local.connection
    return found


@app.get("/driver/<name>")
def driver_page(name: str) -> Response:
    """The same reads and bytes by the driver alone."""
    recorded, database = recording(name), driver()
    database.execute("BEGIN")
    for statement, parameters in recorded["statements"]:
        database.execute(statement, parameters).fetchall()
    database.execute("COMMIT")
    return Response(recorded["body"], mimetype="text/html")


@app.post("/driver/<name>")
def driver_sent(name: str) -> Response:
    """The same rows written by the driver alone, in one transaction, synced."""
    assert request.form
    database = driver()
    database.execute("BEGIN IMMEDIATE")
    for statement, parameters in recording(name)["statements"]:
        database.execute(statement, parameters)
    database.execute("COMMIT")
    return Response(status=303, headers={"Location": "/"})
