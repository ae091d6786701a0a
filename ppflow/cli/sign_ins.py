"""How to sign in as each of the sample people, as a table for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppflow.cli.demo import PASSWORD

if TYPE_CHECKING:
    from flask import Flask

    from ppflow.access import Standing

HEAD = ("Name", "Role", "Email", "Password")


def table(app: Flask) -> str:
    """The people whom a file brought, with roles; the password where it is still the known one."""
    from flask_security import verify_password
    from sqlalchemy import select

    from ppflow.db import db, reading
    from ppflow.people.models import Person
    from ppflow.people.queries import standing_of
    from ppflow.projects.queries import projects_of

    known: dict[str, bool] = {}  # imported people share one hash: checked once
    rows: list[tuple[str, ...]] = [HEAD]
    with app.app_context(), reading():
        people = select(Person).where(Person.imported_as.is_not(None), Person.active)
        for person in db.session.scalars(people.order_by(Person.id)):
            hashed = person.password or ""
            if hashed not in known:
                known[hashed] = bool(hashed) and verify_password(PASSWORD, hashed)
            standing = standing_of(person, projects_of(person.id))
            password = PASSWORD if known[hashed] else "(changed)"
            rows.append((person.name, roles_of(standing), person.email, password))
    return _columns(rows) if len(rows) > 1 else "No sample people here: sign in as whom you added."


def roles_of(standing: Standing) -> str:
    """Administrator, coordinator of all, facilitator of 3 projects"""
    words = []
    for role in sorted(standing.roles):
        word = role.value
        if word == "coordinator":
            word += " of all" if standing.all_programmes else f" of {len(standing.programmes)}"
        if word == "facilitator":
            word += f" ({len(standing.projects)})"
        words.append(word)
    return ", ".join(words) or "no role"


def _columns(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
