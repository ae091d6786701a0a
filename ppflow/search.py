"""Full-text search, the same on SQLite (FTS5) and PostgreSQL (tsvector): by word prefix.

Each searchable thing keeps one `SearchEntry`; `matching()` gives the ids of those that match.
Answers marked sensitive are never put here.
"""

from __future__ import annotations

import re
from functools import cache

from sqlalchemy import (
    Integer,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from ppflow.db import Base, db, extra

MAX_WORDS = 8  # more words than this narrow nothing and cost time
OPEN, CLOSED = "open", "closed"  # what is closed is searched apart, so that age costs nothing
SHORTEST_WITH_FORMS, SHORTEST_STEM = 4, 3
ENDINGS = {  # the first that fits; a plural or a longer form needs nothing, its prefix finds it
    "ies": ("y",),
    "sses": ("ss",),
    "xes": ("x",),
    "ches": ("ch",),
    "shes": ("sh",),
    "ss": (),
    "us": (),
    "is": (),
    "s": ("",),
    "y": ("ies",),
    "ing": ("", "e", "s", "es", "ed"),
    "ed": ("", "e", "s", "es", "ing"),
}
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


class SearchEntry(Base):
    """The searchable words of one thing: `room` names the table, `thing_id` the row."""

    __tablename__ = "search_entry"
    __table_args__ = (UniqueConstraint("room", "thing_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    room: Mapped[str]
    thing_id: Mapped[int]
    body: Mapped[str]
    state: Mapped[str] = mapped_column(default=OPEN, server_default=OPEN)  # or `CLOSED`


def words_of(query: str) -> list[str]:
    """The words of what somebody typed, in lower case, at most `MAX_WORDS`."""
    return [word.lower() for word in _WORD.findall(query)][:MAX_WORDS]


def forms_of(word: str) -> list[str]:
    """Other forms of a word that say the same: its singular or plural, "walk" for "walking".

    The index holds words as they are written, so that half a word finds it, and a name only
    itself; what English adds at the end is taken off or put on here.
    """
    if len(word) < SHORTEST_WITH_FORMS or not word.isalpha():
        return []
    for ending, others in ENDINGS.items():
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= SHORTEST_STEM:
            return [stem + other for other in others]
    return []


def index(room: str, thing_id: int, *parts: str | None) -> None:
    """Put or replace the searchable words of a thing, in the present transaction.

    Only the words: PostgreSQL would take an address or a reference as one word of its own.
    """
    body = _body(parts)
    entry = db.session.scalars(
        select(SearchEntry).where(SearchEntry.room == room, SearchEntry.thing_id == thing_id)
    ).one_or_none()
    if entry is None:
        db.session.add(SearchEntry(room=room, thing_id=thing_id, body=body))
    elif entry.body != body:
        entry.body = body


def entry_of(room: str, thing_id: int, *parts: str | None) -> SearchEntry:
    """The entry of a thing that is new, not yet written."""
    return SearchEntry(room=room, thing_id=thing_id, body=_body(parts))


def _body(parts: tuple[str | None, ...]) -> str:
    return "\n".join(" ".join(_WORD.findall(part)) for part in parts if part)


def forget(room: str, thing_id: int) -> None:
    """Take a thing's words out of the index."""
    db.session.execute(
        delete(SearchEntry).where(SearchEntry.room == room, SearchEntry.thing_id == thing_id)
    )


def matching(room: str, query: str) -> Select[int] | None:
    """Ids of the things whose words start with every word typed; None when no word was typed."""
    words, on_sqlite = words_of(query), db.engine.dialect.name == "sqlite"
    if not words:
        return None
    pattern = _pattern(words, is_half=True, on_sqlite=on_sqlite)
    return (_on_sqlite if on_sqlite else _on_postgresql)().params(room=room, pattern=pattern)


def newest(room: str, query: str, most: int, *, is_open: bool) -> tuple[int, ...] | None:
    """The same among open or closed things alone, at most so many; None when no word was typed.

    Of open things these are the newest. Of closed ones PostgreSQL gives those it finds first.
    A half word makes the database gather all that begins with it, so whole words come first:
    where they alone are so many, nobody looks for more.
    """
    words, on_sqlite = words_of(query), db.engine.dialect.name == "sqlite"
    found: tuple[int, ...] = ()
    for is_half in (False, True) if words else ():
        pattern = _pattern(words, is_half=is_half, on_sqlite=on_sqlite)
        pattern += f" AND {{state}} : {OPEN}" if on_sqlite and is_open else ""
        values = {"room": room, "pattern": pattern, "most": most}
        hits = _newest(OPEN if is_open else CLOSED, on_sqlite=on_sqlite)
        found = tuple(db.session.connection().scalars(hits, values))
        if len(found) == most:
            break
    return found if words else None


@cache
def _newest(state: str, *, on_sqlite: bool) -> Select[int]:
    if on_sqlite:  # entries are written as things arrive
        hits = _on_sqlite(state).order_by(literal_column("search_words.rowid").desc())
    elif state == CLOSED:
        hits = _on_postgresql(state)
    else:
        # The offset keeps the planner from walking all things from the newest for a rare word.
        found = _on_postgresql(state).offset(0).subquery()
        hits = select(found.c.thing_id).order_by(found.c.thing_id.desc())
    return hits.limit(bindparam("most", type_=Integer))


def _pattern(words: list[str], *, is_half: bool, on_sqlite: bool) -> str:
    """What each database is asked: all the words, each in one of its forms or only begun."""
    word_of, both, either = ('"{}"', " AND ", " OR ") if on_sqlite else ("{}", " & ", " | ")
    begun = ("*" if on_sqlite else ":*") if is_half else ""
    forms = [[word_of.format(word) + begun, *map(word_of.format, forms_of(word))] for word in words]
    pattern = both.join(f"({either.join(each)})" for each in forms)
    return f"{{body}} : ({pattern})" if on_sqlite else pattern


def _on_postgresql(state: str = "") -> Select[int]:
    """The pattern and the state are written out: the plan depends on the one, an index on both."""
    pattern = bindparam("pattern", type_=String, literal_execute=True)
    is_match = literal_column("search_entry.words").op("@@")
    chosen = select(SearchEntry.thing_id).where(
        SearchEntry.room == bindparam("room"), is_match(func.to_tsquery("simple", pattern))
    )
    return chosen.where(text(f"search_entry.state = '{state}'")) if state else chosen


def _on_sqlite(state: str = "") -> Select[int]:
    """The words say which, then each entry is read.

    What is open is a short list of its own. What is closed is nearly everything: to read that
    list costs more than to look at what each hit is.
    """
    # Cross: in this order, not by walking the table and asking for the words of each.
    both = "search_words CROSS JOIN search_entry ON search_entry.id = search_words.rowid"
    hits = select(literal_column("search_entry.thing_id", Integer).label("thing_id"))
    is_meant = "search_words MATCH :pattern AND +search_entry.room = :room"
    is_meant += f" AND search_entry.state = '{CLOSED}'" if state == CLOSED else ""
    return hits.select_from(text(both)).where(text(is_meant))


@extra
def create_index(connection: Connection) -> None:
    """The FTS5 table with its triggers, or the tsvector column with its GIN indexes.

    An index as it was first made, of word stems, is made anew: half a word did not find the stem.
    """
    if connection.dialect.name != "sqlite":
        _create_on_postgresql(connection)
        return
    made = connection.execute(
        text("SELECT sql FROM sqlite_master WHERE name = 'search_words'")
    ).scalar()
    if made is not None and "state" not in made:
        connection.execute(text("DROP TABLE search_words"))
        made = None
    if made is None:
        connection.execute(
            text(
                "CREATE VIRTUAL TABLE search_words USING fts5("
                "body, state, content='search_entry', content_rowid='id', "
                "tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
            )
        )
        connection.execute(text("INSERT INTO search_words(search_words) VALUES ('rebuild')"))
    _create_triggers(connection)


def _create_on_postgresql(connection: Connection) -> None:
    made = connection.execute(
        text(
            "SELECT generation_expression FROM information_schema.columns "
            "WHERE table_schema = current_schema() "
            "AND table_name = 'search_entry' AND column_name = 'words'"
        )
    ).scalar()
    if made is not None and "english" in made:
        connection.execute(text("ALTER TABLE search_entry DROP COLUMN words"))
    connection.execute(
        text(
            "ALTER TABLE search_entry ADD COLUMN IF NOT EXISTS words tsvector "
            "GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED"
        )
    )
    for name, where in (("ix_search_words", ""), ("ix_search_open", f"WHERE state = '{OPEN}'")):
        connection.execute(
            text(f"CREATE INDEX IF NOT EXISTS {name} ON search_entry USING gin (words) {where}")
        )


def _create_triggers(connection: Connection) -> None:
    add = "INSERT INTO search_words(rowid, body, state) VALUES (new.id, new.body, new.state);"
    drop = (
        "INSERT INTO search_words(search_words, rowid, body, state) "
        "VALUES ('delete', old.id, old.body, old.state);"
    )
    for act, body in (("insert", add), ("delete", drop), ("update", drop + add)):
        connection.execute(text(f"DROP TRIGGER IF EXISTS search_entry_{act}"))
        connection.execute(
            text(
                f"CREATE TRIGGER search_entry_{act} AFTER {act.upper()} ON search_entry "
                f"BEGIN {body} END"
            )
        )
