"""Projects and their members: who answers for what, and what may be edited by whom."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, select, true

from ppflow.access import Role, Standing
from ppflow.db import db
from ppflow.people.models import Person
from ppflow.projects.models import Member, MemberRole, Project


def projects_of(person_id: int) -> list[int]:
    """Ids of the projects a person facilitates or covers today."""
    return list(
        db.session.scalars(
            select(Member.project_id)
            .where(Member.person_id == person_id, Member.until_on.is_(None))
            .distinct()
        )
    )


def members_now(project_id: int, role: MemberRole) -> list[Person]:
    """The people in a role on a project today, first appointed first."""
    return list(
        db.session.scalars(
            select(Person)
            .join(Member, Member.person_id == Person.id)
            .where(Member.project_id == project_id, Member.role == role, Member.until_on.is_(None))
            .order_by(Member.id)
        )
    )


def is_visible_to(standing: Standing | None) -> ColumnElement[bool]:
    """SQL condition: published for everyone; drafts for those who keep them."""
    if standing is None:
        return Project.is_published
    if standing.all_programmes and standing.has(Role.COORDINATOR):
        return true()
    kept = Project.programme_id.in_(sorted(standing.programmes))
    return Project.is_published | kept | Project.id.in_(sorted(standing.projects))


def visible_to(standing: Standing | None) -> Select[tuple[Project]]:
    """The projects a person (or the public) may see."""
    return select(Project).where(is_visible_to(standing))


def may_edit(standing: Standing | None, project: Project) -> bool:
    """Coordinators of its programme edit a project."""
    return standing is not None and standing.coordinates(project.programme_id)


def may_report(standing: Standing | None, project: Project) -> bool:
    """Its facilitator or deputy, and coordinators, write its progress."""
    return standing is not None and (
        project.id in standing.projects or standing.coordinates(project.programme_id)
    )
