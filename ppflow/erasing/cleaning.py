"""After erasing: the bytes go too, from the full-text index, the journal and the table files.

On SQLite deleted rows are overwritten (`secure_delete`), but the full-text index keeps traces
until it is merged, and the journal (WAL) until it is emptied. PostgreSQL frees dead rows with
VACUUM. None of that may stand in a transaction of ours.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final

from sqlalchemy import select, text, update

from ppflow import clock
from ppflow.db import db, reading, writing
from ppflow.erasing.models import Erasure

MERGE_PAGES: Final = 500  # of the index at once: other writers get their turn between
MERGE_STEPS: Final = 2000
TABLES: Final = (
    "applicant", "answers", "consent", "draft", "message", "note", "letter", "status_link",
    "mailed_check", "search_entry", "expression",
)  # fmt: skip


def newest_to_clean() -> int | None:
    """The newest erasure whose bytes may still be there."""
    waiting = select(Erasure.id).where(Erasure.cleaned_at.is_(None))
    return db.session.scalar(waiting.order_by(Erasure.id.desc()).limit(1))


def clean() -> bool:
    """Clean up after every erasure so far. False when a reader held the journal: again later."""
    with reading():
        newest = newest_to_clean()
    if newest is None:
        return True
    is_clean = _clean_sqlite() if db.engine.dialect.name == "sqlite" else _clean_postgresql()
    if is_clean:
        done = update(Erasure).where(Erasure.id <= newest, Erasure.cleaned_at.is_(None))
        with writing():
            db.session.execute(done.values(cleaned_at=clock.now()))
    return is_clean


def _clean_sqlite() -> bool:
    for step in range(MERGE_STEPS):
        pages = MERGE_PAGES if step else -MERGE_PAGES  # a negative one begins to merge everything
        if not _merge_index(pages):
            break
    path = str(db.engine.url.database)
    with closing(sqlite3.connect(path, timeout=2, isolation_level=None)) as connection:
        try:
            is_busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.OperationalError:  # somebody reads or writes just now
            return False
    return not is_busy


def _merge_index(pages: int) -> bool:
    """One step of merging; False when nothing was left to merge."""
    merge = text("INSERT INTO search_words(search_words, rank) VALUES ('merge', :pages)")
    with writing():
        before = db.session.scalar(text("SELECT total_changes()")) or 0
        db.session.execute(merge, {"pages": pages})
        after: int = db.session.scalar(text("SELECT total_changes()")) or 0
    return after - before >= 2  # the number that SQLite's manual gives


def _clean_postgresql() -> bool:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in TABLES:
            connection.exec_driver_sql(f"VACUUM {table}")
    return True
