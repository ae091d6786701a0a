"""Write what a checked file holds and is not here yet, in one transaction. Nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import text

from ppflow.db import db, writing
from ppflow.importing import (
    clashes,
    load_expressions,
    load_opportunities,
    load_people,
    load_programmes,
    load_projects,
)
from ppflow.importing.books import Books
from ppflow.importing.reading import BrokenFile, read

NOT_YET: Final = {  # parts of the file that are checked, and loaded by a later version
    "workshops": "workshops",
    "triage_questions": "triage questions",
    "message_templates": "letters",
}


def import_file(path: Path, *, password: str | None = None) -> Books:
    """Load a file: all of it or nothing. Gives what was added, was here already, was skipped.

    `password` is set for people who are added, and is for demonstrations only. Raises
    `BrokenFile` with every fault; then nothing was written.
    """
    document = read(path)
    with writing():
        _one_at_a_time()
        books = Books(document, root=document["programme"]["id"], password=password)
        lines = clashes.lines(books)
        if lines:
            raise BrokenFile(lines)
        for load in (
            load_people.organisations,
            load_programmes.programmes,
            load_people.people,
            load_projects.projects,
            load_opportunities.opportunities,
            load_expressions.samples,
        ):
            load(books)
        _count_what_waits(books)
    return books


def _one_at_a_time() -> None:
    """Two imports at once would add the same twice; SQLite's write lock sees to it already."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE programme IN SHARE ROW EXCLUSIVE MODE"))


def _count_what_waits(books: Books) -> None:
    document = books.document
    for key, noun in NOT_YET.items():
        books.skipped[noun] += len(document[key])
    industry, advanced = document["industry_front_door"], document["advanced_practice"]
    if industry:
        books.skipped["industry enquiry types"] += len(industry["enquiry_types"])
    if advanced:
        books.skipped["surveys"] += len(advanced["surveys"])
    if document["ics_portal"]:
        books.skipped["metrics"] += len(document["ics_portal"]["metrics"])
