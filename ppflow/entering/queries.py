"""What staff may enter a form for, and where a form that is under way continues."""

from __future__ import annotations

from sqlalchemy import select

from ppflow.applicants.models import Draft
from ppflow.db import db
from ppflow.opportunities.models import Opportunity
from ppflow.opportunities.queries import is_open
from ppflow.projects.models import Project
from ppflow.projects.queries import is_public
from ppflow.registering.queries import DOORS, OVER

Choices = list[tuple[str, list[tuple[str, str]]]]
FORMS = {"general": "/register", "research_need": "/register/need"}


def choices() -> Choices:
    """What is open now, in groups: opportunities, projects, and forms about neither."""
    opportunities = db.session.execute(
        select(Opportunity.slug, Opportunity.title).where(is_open()).order_by(Opportunity.title)
    )
    projects = db.session.execute(
        select(
            Project.slug, Project.title, Project.is_recruiting_staff, Project.is_recruiting_public
        )
        .where(is_public(), Project.progress.not_in(sorted(OVER)))
        .where(Project.is_recruiting_staff | Project.is_recruiting_public)
        .order_by(Project.number)
    ).all()
    by_door = [(p, "staff", "staff") for p in projects if p.is_recruiting_staff]
    by_door += [(p, "public", "public contributor") for p in projects if p.is_recruiting_public]
    return [
        ("Opportunities", [(f"opportunity {row.slug}", row.title) for row in opportunities]),
        ("Projects", [(f"{door} {p.slug}", f"{p.title} ({word})") for p, door, word in by_door]),
        (
            "Something else",
            [
                ("general", "A general offer of help"),
                ("research_need", "A research need or idea"),
            ],
        ),
    ]


def place_of(chosen: str, offered: Choices) -> dict[str, str] | None:
    """The form that a choice stands for; None for anything that was not offered."""
    if chosen not in {value for _, group in offered for value, _ in group}:
        return None
    what, _, slug = chosen.partition(" ")
    if what == "opportunity":
        return {"opportunity": slug}
    if what in DOORS:
        return {"project": slug, "door": what}
    return {"form": what}


def path_of(draft: Draft) -> str:
    """Where the form of a draft starts; it continues from there."""
    if draft.opportunity_id is not None:
        slug = db.session.scalar(
            select(Opportunity.slug).where(Opportunity.id == draft.opportunity_id)
        )
        return f"/opportunities/{slug}/register"
    if draft.project_id is not None:
        slug = db.session.scalar(select(Project.slug).where(Project.id == draft.project_id))
        door = next(door for door, kind in DOORS.items() if kind == draft.kind)
        return f"/projects/{slug}/register/{door}"
    return FORMS[draft.kind]
