"""Load sample expressions with a likely past. Their letters went long ago: none is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from ppflow import clock
from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.events import ActorKind
from ppflow.expressions.models import Assignment, Expression
from ppflow.expressions.workflow import COUNTED, Status
from ppflow.importing.books import Books
from ppflow.importing.past import live_through
from ppflow.importing.rules import LATER_KINDS
from ppflow.importing.sample_answers import answer
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.projects.models import MemberRole, Project

Row = Mapping[str, Any]


def samples(books: Books) -> None:
    """Sample expressions of the kinds built so far, known by their reference."""
    here = set(db.session.scalars(select(Expression.reference)))
    interest: Counter[Opportunity | Project] = Counter()
    for row in books.document["sample_eois"]:
        if row["kind"] in LATER_KINDS:
            books.skipped["sample expressions of kinds to come"] += 1
        elif row["reference"] in here:
            books.here["sample expressions"] += 1
        else:
            expression = _expression(books, row)
            target = expression.opportunity or expression.project
            if target is not None and expression.status in COUNTED:
                interest[target] += 1
            books.added["sample expressions"] += 1
    for thing, people in interest.items():
        thing.interest_count += people
    db.session.flush()


def _expression(books: Books, row: Row) -> Expression:
    opportunity = books.opportunities.get(row["target"])
    project = opportunity.project if opportunity else books.projects.get(row["target"])
    programme = project.programme if project else books.programmes[books.root]
    person = books.people.get(row["assigned_to"])
    received_at = _moment(row)
    expression = Expression(
        reference=row["reference"],
        kind=row["kind"],
        programme=programme,
        project=project,
        opportunity=opportunity,
        applicant=_applicant(row),
        assignee=person,
        is_unrouted=person is None,
        reply_by=row["reply_by"],
        received_at=received_at,
        last_contact_at=received_at,
        assignments=[_assignment(project, person, received_at)],
    )
    db.session.add(expression)
    db.session.flush()
    answer(expression, row["summary"], is_special=row["special_category_recorded"], by=person)
    live_through(expression, Status(row["status"]), by=person, asks=_question(books, row))
    return expression


def _moment(row: Row) -> datetime:
    """Half past nine on the day it came, or just now when that is still to come."""
    return min(clock.start_of(row["received_on"], time(9, 30)), clock.now() - timedelta(minutes=5))


def _question(books: Books, row: Row) -> str:
    """What the file says staff may ask people who send this kind."""
    questions = books.document["triage_questions"].get(row["kind"], [])
    return questions[0] if questions else "Could you tell us a little more?"


def _applicant(row: Row) -> Applicant:
    """A name of two words is a first and a last name; anything longer is kept as it stands."""
    first, _, last = row["name"].partition(" ")
    if " " in last:
        first, last = row["name"], ""
    return Applicant(first_name=first, last_name=last, email=row["email"].lower())


def _assignment(project: Project | None, person: Person | None, since_at: datetime) -> Assignment:
    roles = {m.person: m.role for m in project.members} if project else {}
    if person is None:
        why = "it is not about one project, so the coordinators have it"
    elif roles.get(person) is MemberRole.FACILITATOR:
        why = "because you facilitate this project"
    elif roles.get(person) is MemberRole.DEPUTY:
        why = "because you are the deputy of this project"
    else:
        why = "because a coordinator gave it to you"
    return Assignment(person=person, since_at=since_at, by_kind=ActorKind.SYSTEM, why=why)
