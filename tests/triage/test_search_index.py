"""The index of words: made anew where it was of stems, and moved by the database as forms close."""

from __future__ import annotations

from sqlalchemy import select, text

from ppflow import search
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.indexes import tell_the_search
from ppflow.search import SearchEntry
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast

OF_STEMS = {
    "sqlite": (
        "DROP TABLE search_words",
        "CREATE VIRTUAL TABLE search_words USING fts5(body, content='search_entry', "
        "content_rowid='id', tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')",
        "INSERT INTO search_words(search_words) VALUES ('rebuild')",
    ),
    "postgresql": (
        "ALTER TABLE search_entry DROP COLUMN words",
        "ALTER TABLE search_entry ADD COLUMN words tsvector "
        "GENERATED ALWAYS AS (to_tsvector('english', body)) STORED",
        "CREATE INDEX ix_search_words ON search_entry USING gin (words)",
    ),
}


def found(words: str) -> list[int]:
    ids = search.matching("expression", words)
    assert ids is not None
    return sorted(db.session.scalars(ids))


def test_an_index_of_stems_is_made_anew(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        search.index("expression", rosa.id, "universities of the region")
    with writing():
        connection = db.session.connection()
        for line in OF_STEMS[connection.dialect.name]:
            connection.execute(text(line))
    assert found("universit") == []
    for _ in range(2):  # migrations end with this each time
        with writing():
            search.create_index(db.session.connection())
        assert found("universit") == [rosa.id]
        assert found("university") == [rosa.id]
        assert found("cities") == []


def state_of(thing_id: int) -> str | None:
    db.session.expire_all()
    return db.session.scalar(
        select(SearchEntry.state).where(
            SearchEntry.room == "expression", SearchEntry.thing_id == thing_id
        )
    )


def test_the_words_move_as_a_form_closes_however_it_closes(cast: Cast, register: Register) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    with writing():
        for each in (rosa, omar):
            search.index("expression", each.id, each.applicant.name)
        search.index("project", rosa.id, "Rosa is also a garden")
    farah = standing(cast.facilitator)
    with writing():
        acts.perform("not_this_time", rosa, by=farah, reason="full")
    assert (state_of(rosa.id), state_of(omar.id)) == ("closed", "open")
    project = select(SearchEntry.state).where(SearchEntry.room == "project")
    assert set(db.session.scalars(project.where(SearchEntry.thing_id == rosa.id))) == {"open"}
    with writing():
        acts.perform("reopen", rosa, by=farah)
    assert state_of(rosa.id) == "open"


def test_what_is_not_meant_uses_up_nothing_of_the_limit(cast: Cast, register: Register) -> None:
    """Newer hits in another room, or of the other state, stand in nobody's way."""
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    with writing():
        for each in (rosa, omar):
            search.index("expression", each.id, "gardens of the north")
        for number in range(3):
            search.index("project", number + 1, "gardens everywhere")
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    for is_open, whom in ((True, omar), (False, rosa)):
        assert search.newest("expression", "garden", 1, is_open=is_open) == (whom.id,)


def test_words_of_before_the_move_are_put_right(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        search.index("expression", rosa.id, rosa.applicant.name)
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    with writing():
        db.session.execute(text("UPDATE search_entry SET state = 'open'"))
    with writing():
        tell_the_search(db.session.connection())
    assert state_of(rosa.id) == "closed"


def test_other_forms_of_a_word() -> None:
    assert {
        word: search.forms_of(word) for word in ("communities", "city", "walking", "asked")
    } == {
        "communities": ["community"],
        "city": ["cities"],
        "walking": ["walk", "walke", "walks", "walkes", "walked"],
        "asked": ["ask", "aske", "asks", "askes", "asking"],
    }
    assert [search.forms_of(word) for word in ("bus", "glass", "pain", "ed", "b2b")] == [[]] * 5


def test_signs_that_the_databases_know_are_only_words(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        search.index("expression", rosa.id, "Rosa and near or not body state open")
    for typed in (
        "and",
        "NEAR",
        'ro"sa',
        "state:open",
        "{body} : x",
        "rosa & !reed",
        "(",
        "*",
        "a:*",
    ):
        search.matching("expression", typed)
        ids = search.matching("expression", typed)
        if ids is not None:
            db.session.scalars(ids).all()
    assert found("and NOT or") == [rosa.id]
