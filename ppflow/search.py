"""Full-text search, the same on SQLite (FTS5) and PostgreSQL (tsvector): by word prefix.

Each searchable thing keeps one `SearchEntry`; `matching()` gives the ids of those that match.
Answers marked sensitive are never put here.
"""

from __future__ import annotations

import re

from sqlalchemy import Integer, Select, UniqueConstraint, delete, func, literal_column, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from ppflow.db import Base, db, extra

MAX_WORDS = 8  # more words than this narrow nothing and cost time
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


class SearchEntry(Base):
    """The searchable words of one thing: `room` names the table, `thing_id` the row."""

    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("room", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str]
    thing_id: Mapped[int]
    body: Mapped[str]


def words_of(query: str) -> list[str]:
    """The words of what somebody typed, in lower case, at most `MAX_WORDS`."""
    return [word.lower() for word in _WORD.findall(query)][:MAX_WORDS]


def index(room: str, thing_id: int, *parts: str | None) -> None:
    """Put or replace the searchable words of a thing, in the present transaction.

    Only the words: PostgreSQL would take an address or a reference as one word of its own.
    """
    body = "\n".join(" ".join(_WORD.findall(part)) for part in parts if part)
    entry = db.session.scalars(
        select(SearchEntry).where(SearchEntry.room == room, SearchEntry.thing_id == thing_id)
    ).one_or_none()
    if entry is None:
        db.session.add(SearchEntry(room=room, thing_id=thing_id, body=body))
    elif entry.body != body:
        entry.body = body


def forget(room: str, thing_id: int) -> None:
    """Take a thing's words out of the index."""
    db.session.execute(
        delete(SearchEntry).where(SearchEntry.room == room, SearchEntry.thing_id == thing_id)
    )


def matching(room: str, query: str) -> Select[int] | None:
    """Ids of the things whose words start with every word typed; None when no word was typed."""
    words = words_of(query)
    if not words:
        return None
    chosen = select(SearchEntry.thing_id).where(SearchEntry.room == room)
    if db.engine.dialect.name == "sqlite":
        pattern = " ".join(f'"{word}"*' for word in words)
        hits = select(literal_column("rowid", Integer)).select_from(text("search_words"))
        return chosen.where(
            SearchEntry.id.in_(
                hits.where(text("search_words MATCH :pattern").bindparams(pattern=pattern))
            )
        )
    pattern = " & ".join(f"{word}:*" for word in words)
    return chosen.where(
        literal_column("search_entry.words").op("@@")(func.to_tsquery("english", pattern))
    )


@extra
def create_index(connection: Connection) -> None:
    """The FTS5 table with its triggers, or the tsvector column with its GIN index."""
    if connection.dialect.name != "sqlite":
        connection.execute(
            text(
                "ALTER TABLE search_entry ADD COLUMN IF NOT EXISTS words tsvector "
                "GENERATED ALWAYS AS (to_tsvector('english', body)) STORED"
            )
        )
        connection.execute(
            text("CREATE INDEX IF NOT EXISTS ix_search_words ON search_entry USING gin (words)")
        )
        return
    connection.execute(
        text(
            "CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5("
            "body, content='search_entry', content_rowid='id', "
            "tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')"
        )
    )
    add = "INSERT INTO search_words(rowid, body) VALUES (new.id, new.body);"
    drop = (
        "INSERT INTO search_words(search_words, rowid, body) VALUES ('delete', old.id, old.body);"
    )
    for act, body in (("insert", add), ("delete", drop), ("update", drop + add)):
        connection.execute(text(f"DROP TRIGGER IF EXISTS search_entry_{act}"))
        connection.execute(
            text(
                f"CREATE TRIGGER search_entry_{act} AFTER {act.upper()} ON search_entry "
                f"BEGIN {body} END"
            )
        )
