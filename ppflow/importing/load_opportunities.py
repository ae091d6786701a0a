"""Load opportunities with their own questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from ppflow import clock
from ppflow.db import db
from ppflow.importing.books import Books
from ppflow.opportunities import acts
from ppflow.opportunities.models import (
    Format,
    Opportunity,
    OpportunityKind,
    Payment,
    Publication,
    Question,
)

Row = Mapping[str, Any]
PUBLICATION: Final = {  # a scheduled one is published, and opens on its day
    "draft": Publication.DRAFT,
    "scheduled": Publication.PUBLISHED,
    "open": Publication.PUBLISHED,
    "paused": Publication.PAUSED,
    "closed": Publication.CLOSED,
}
INPUTS: Final = {"radio": "radios", "postcode_area": "postcode"}


def opportunities(books: Books) -> None:
    """Opportunities, known by what they were imported as."""
    here = {o.imported_as: o for o in db.session.scalars(select(Opportunity))}
    for row in books.document["opportunities"]:
        opportunity = here.get(books.name_of(row))
        if opportunity is None:
            opportunity = _opportunity(books, row)
            books.add("opportunities", opportunity)
            acts.reindex(opportunity)
        else:
            books.here["opportunities"] += 1
        books.opportunities[row["id"]] = opportunity


def _opportunity(books: Books, row: Row) -> Opportunity:
    project = books.projects[row["project"]]
    opened = clock.start_of(row["opens_on"]) if row["opens_on"] else clock.now()
    return Opportunity(
        **_words(row),
        **_facts(row),
        programme=project.programme,
        project=project,
        host=books.organisations.get(row["host_organisation"]),
        named_person=books.people.get(row["named_person"]),
        slug=row["slug"],
        kind=OpportunityKind(row["kind"]),
        publication=PUBLICATION[row["status"]],
        questions=[_question(n, q) for n, q in enumerate(row["questions"], start=1)],
        imported_as=books.name_of(row),
        updated_at=min(opened, clock.now()),
    )


def _words(row: Row) -> dict[str, Any]:
    """The texts of the advert."""
    ethics = row["ethics"] or {}
    return {
        "title": row["title"],
        "lay_summary": row["lay_summary"],
        "why": row["why_we_are_doing_this"],
        "activity": row["what_is_the_activity"],
        "involves": row["what_is_involved"],
        "looking_for": row["who_we_are_looking_for"],
        "support": row["support_and_training"],
        "accessibility": row["accessibility"],
        "difference": row["difference_you_will_make"],
        "hear_back": row["how_you_will_hear_back"],
        "how_to_apply": row["how_to_apply"],
        "how_we_choose": row["how_we_choose"],
        "checks": row["checks"],
        "consent_rule": row["consent_rule"],
        "under_18_rule": row["under_18_rule"],
        "ethics_reference": ethics.get("reference", ""),
        "ethics_note": ethics.get("note", ""),
        "topics": row["topics"],
        "provenance": row["provenance"],
    }


def _facts(row: Row) -> dict[str, Any]:
    """What people ask first: when, where, how much, who may."""
    limits, time, where = row["eligibility"], row["time_commitment"], row["location"]
    payment, contact = row["payment"], row["contact"]
    return {
        "min_age": limits["min_age"],
        "area_limit": limits["area"],
        "must_have": limits["must_have"],
        "not_suitable_if": limits["not_suitable_if"],
        "time_summary": time["summary"],
        "total_hours": time["total_hours"],
        "sessions": time["sessions"],
        "first_on": time["first_date"],
        "last_on": time["last_date"],
        "format": Format(row["format"]),
        "venue": where["venue"],
        "place": where["area"],
        "getting_there": where["getting_there"],
        "building_access": where["building_access"],
        "places": row["places"],
        "payment": Payment(payment["model"]),
        "amount_gbp": payment["amount_gbp"],
        "payment_unit": payment["unit"],
        "payment_note": payment["note"],
        "expenses": row["expenses"],
        "opens_on": row["opens_on"],
        "closes_on": row["closes_on"],
        "decision_by": row["decision_by"],
        "contact_label": contact["label"],
        "contact_email": contact["email"],
        "contact_phone": contact["phone"],
    }


def _question(position: int, question: Row) -> Question:
    kind = question["type"]
    is_yes_no = [option.lower() for option in question["options"]] == ["yes", "no"]
    return Question(
        position=position,
        key=question["id"],
        label=question["label"],
        input="yes_no" if is_yes_no else INPUTS.get(kind, kind),
        options=[] if is_yes_no else question["options"],
        max_words=question["max_words"],
        is_required=question["required"],
        is_sensitive=question["special_category"],
    )
