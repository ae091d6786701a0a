"""Load organisations and people with their roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_security import hash_password
from sqlalchemy import select

from ppflow import keys
from ppflow.access import Role
from ppflow.db import db
from ppflow.importing.books import Books
from ppflow.people.acts import role_rows
from ppflow.people.models import Grant, Organisation, Person, RoleName


def organisations(books: Books) -> None:
    """Organisations, known by their short name."""
    here = {o.slug: o for o in db.session.scalars(select(Organisation))}
    for row in books.document["organisations"]:
        organisation = here.get(row["id"])
        if organisation is None:
            organisation = Organisation(
                slug=row["id"],
                name=row["name"],
                formerly=row["formerly"] or None,
                type=row["type"],
                is_real=row["real"],
            )
            db.session.add(organisation)
            books.added["organisations"] += 1
        else:
            books.here["organisations"] += 1
        books.organisations[row["id"]] = organisation
    db.session.flush()


def people(books: Books) -> None:
    """People, known by what they were imported as, else by their email address."""
    everyone = db.session.scalars(select(Person)).all()
    by_import = {person.imported_as: person for person in everyone}
    by_email = {person.email: person for person in everyone}
    roles = role_rows()
    hashed = hash_password(books.password) if books.password else None
    for row in books.document["people"]:
        known = by_import.get(books.name_of(row)) or by_email.get(row["email"].lower())
        if known is None:
            person = _person(books, row, hashed)
            person.grants = list(_grants(books, row, roles))
            books.add("people", person)
        else:
            person = known
            books.here["people"] += 1
        books.people[row["id"]] = person


def _person(books: Books, row: Mapping[str, Any], hashed: str | None) -> Person:
    return Person(
        name=row["name"],
        email=row["email"].lower(),
        job_role=row["job_role"],
        phone=row["phone"],
        organisation=books.organisations.get(row["organisation"]),
        password=hashed,
        fs_uniquifier=keys.new_token(),
        imported_as=books.name_of(row),
    )


def _grants(books: Books, row: Mapping[str, Any], roles: Mapping[Role, RoleName]) -> list[Grant]:
    """Facilitators are no grant: they are members of their projects."""
    grants = []
    for name in dict.fromkeys(row["app_roles"]):
        role = Role(name)
        if role is Role.COORDINATOR and row["coordinates"] != "all":
            for programme in dict.fromkeys(row["coordinates"]):
                programme_id = books.programmes[programme].id
                grants.append(Grant(role=roles[role], programme_id=programme_id))
        elif role is not Role.FACILITATOR:
            grants.append(Grant(role=roles[role]))
    return grants
