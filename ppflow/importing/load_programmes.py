"""Load the programmes of a file: its own, and the three that may share the installation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from ppflow.db import db
from ppflow.importing import sections
from ppflow.importing.books import Books
from ppflow.programmes.models import BoardMeeting, Milestone, MilestoneState, Programme, Theme

Row = Mapping[str, Any]
BESIDE = (  # the other programmes a file may hold, and what each page says beside its name
    ("ics_portal", sections.of_portal),
    ("industry_front_door", sections.of_industry),
    ("advanced_practice", sections.of_advanced),
)
TEXTS = ("formerly", "strapline", "about", "why_it_changes", "how_to_join", "accessible_formats")


def programmes(books: Books) -> None:
    """All programmes of the file, and the themes of its own one."""
    document = books.document
    known = {p.imported_as: p for p in db.session.scalars(select(Programme))}
    known |= {p.slug: p for p in known.values()}
    row = document["programme"]
    if not _is_here(books, known, row):
        _add(books, row, _own(books, row))
    for key, describe in BESIDE:
        beside = document[key]
        if beside and not _is_here(books, known, beside):
            texts, parts = describe(beside, document)
            programme = Programme(**texts, sections=parts, **_contacts(beside["contact"], None))
            _add(books, beside, programme)
    _themes(books, books.programmes[books.root])


def _is_here(books: Books, known: Mapping[str | None, Programme], row: Row) -> bool:
    found = known.get(books.name_of(row)) or known.get(row["id"])
    if found is None:
        return False
    books.programmes[row["id"]] = found
    books.here["programmes"] += 1
    return True


def _add(books: Books, row: Row, programme: Programme) -> None:
    last = db.session.scalar(select(func.max(Programme.position)))
    programme.position = 0 if last is None else last + 1
    programme.slug, programme.name = row["id"], row["name"]
    programme.imported_as = books.name_of(row)
    books.add("programmes", programme)
    books.programmes[row["id"]] = programme


def _own(books: Books, row: Row) -> Programme:
    board, report = row["board"], row["progress_report"]
    managed_by = books.organisations.get(row["managed_by"])
    programme = Programme(
        **{key: row[key] for key in TEXTS},
        **_contacts(row["contact"], row["formats_contact"]),
        managed_by=managed_by,
        sections=sections.of_own(row),
    )
    if report:
        programme.report_title = report["title"]
    if board:
        programme.board_name, programme.board_role = board["name"], board["role"]
        programme.board_cadence = board["cadence"]
        programme.meetings = [
            BoardMeeting(held_on=m["date"], is_held=m["state"] == "held", note=m["note"])
            for m in board["meetings"]
        ]
    programme.milestones = [
        Milestone(
            number=m["stage"], title=m["title"], text=m["text"], state=MilestoneState(m["state"])
        )
        for m in row["milestones"]
    ]
    return programme


def _contacts(contact: Row, formats: Row | None) -> dict[str, str]:
    """The contact, and the one for other formats, which is the same where none is named."""
    formats = formats or contact
    found = {f"contact_{key}": contact.get(key) or "" for key in contact}
    return found | {"formats_email": formats["email"], "formats_phone": formats["phone"]}


def _themes(books: Books, programme: Programme) -> None:
    """Themes, known by their short name; a taken number gives the next free one."""
    here = {theme.slug: theme for theme in programme.themes}
    numbers = {theme.number for theme in programme.themes}
    for row in books.document["themes"]:
        theme = here.get(row["id"])
        if theme is None:
            number = row["number"] if row["number"] not in numbers else max(numbers) + 1
            numbers.add(number)
            theme = Theme(
                programme=programme,
                number=number,
                slug=row["id"],
                title=row["title"],
                summary=row["summary"],
                colour=row["colour"],
            )
            books.add("themes", theme)
        else:
            books.here["themes"] += 1
        books.themes[row["id"]] = theme
