"""What is new in the file but would stand where something else stands here already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from ppflow.db import db
from ppflow.importing.books import Books
from ppflow.opportunities.models import Opportunity
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project


def lines(books: Books) -> list[str]:
    """Each clash by its place in the file; none means the file can be loaded."""
    return [*_of_projects(books), *_of_opportunities(books)]


def _of_projects(books: Books) -> list[str]:
    known = set(db.session.scalars(select(Project.imported_as)))
    slugs = set(db.session.scalars(select(Project.slug)))
    numbers = {
        (slug, number)
        for slug, number in db.session.execute(
            select(Programme.slug, Project.number).join(Programme)
        )
    }
    found = []
    for place, row in _new(books, "projects", known):
        if row["slug"] in slugs:
            found.append(f"{place}.slug: another project here has the address '{row['slug']}'")
        if (row["programme"], row["number"]) in numbers:
            found.append(f"{place}.number: another project here has the number {row['number']}")
    return found


def _of_opportunities(books: Books) -> list[str]:
    known = set(db.session.scalars(select(Opportunity.imported_as)))
    slugs = set(db.session.scalars(select(Opportunity.slug)))
    return [
        f"{place}.slug: another opportunity here has the address '{row['slug']}'"
        for place, row in _new(books, "opportunities", known)
        if row["slug"] in slugs
    ]


def _new(books: Books, part: str, known: set[str | None]) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (f"{part}[{number}]", row)
        for number, row in enumerate(books.document[part])
        if books.name_of(row) not in known
    ]
