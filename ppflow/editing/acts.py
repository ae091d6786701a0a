"""Edits that reach further than one thing: who answers, and what others are found by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.db import db
from ppflow.editing.queries import count_open, open_of
from ppflow.errors import NotComplete
from ppflow.expressions import mail
from ppflow.expressions.effects import assign
from ppflow.expressions.models import Expression
from ppflow.opportunities import acts as opportunity_acts
from ppflow.opportunities.models import EXPRESSION_KINDS, Opportunity, Publication
from ppflow.people.models import Person
from ppflow.programmes import acts as programme_acts
from ppflow.programmes.models import Theme
from ppflow.projects import acts as project_acts
from ppflow.projects.models import Member, MemberRole, Project
from ppflow.web import plural

Values = Mapping[str, Any]


def edit_theme(theme: Theme, values: Values, *, by: Standing) -> None:
    """Change a theme; its projects and their opportunities are found by its new title."""
    changed = programme_acts.edit_theme(theme, values, by=by.actor)
    if "title" in changed:
        for project in db.session.scalars(select(Project).where(Project.theme_id == theme.id)):
            project_acts.reindex(project)
            _reindex_opportunities(project)


def edit_project(project: Project, values: Values, *, by: Standing) -> None:
    """Change a project. Nobody who waits for it is left behind when it ends."""
    is_over = values["progress"] in project_acts.OVER
    if is_over and project.progress not in project_acts.OVER:
        _check_nobody_is_left(project)
    changed = project_acts.edit_project(project, values, by=by.actor)
    if {"title", "theme_id"} & set(changed):
        _reindex_opportunities(project)


def _check_nobody_is_left(project: Project) -> None:
    waiting = count_open(Expression.project_id, project.id)
    if waiting:
        people = plural(waiting, "person still waits", "people still wait")
        message = f"{people} for an answer about this project. Answer first, then end it."
        raise NotComplete("progress", message)
    advertised = select(Opportunity.title).where(
        Opportunity.project_id == project.id, Opportunity.publication == Publication.PUBLISHED
    )
    title = db.session.scalars(advertised.order_by(Opportunity.id)).first()
    if title is not None:
        message = f"People can still put their names forward for “{title}”. Close it first."
        raise NotComplete("progress", message)


def edit_opportunity(opportunity: Opportunity, values: Values, *, by: Standing) -> list[str]:
    """Change an advert; gives the names of what changed.

    What people said yes to stays what it is: once a form has come, its kind of form is fixed.
    """
    wanted = EXPRESSION_KINDS[values["kind"]]
    if wanted != opportunity.expression_kind:
        sent = select(Expression.id).where(Expression.opportunity_id == opportunity.id)
        if db.session.scalars(sent.limit(1)).first() is not None:
            message = "People have sent forms for it as it is. Copy it, and change the copy."
            raise NotComplete("kind", message)
    return opportunity_acts.edit_opportunity(opportunity, values, by=by.actor)


def _reindex_opportunities(project: Project) -> None:
    for each in db.session.scalars(select(Opportunity).where(Opportunity.project_id == project.id)):
        opportunity_acts.reindex(each)


# --- who answers --------------------------------------------------------------------------------


def set_members(
    project: Project,
    facilitators: Sequence[int],
    deputies: Sequence[int],
    *,
    why: str,
    by: Standing,
) -> int:
    """Who runs a project and who stands in, from today; what was is kept.

    Open forms of anybody who leaves move to the first facilitator in this act. Gives how many.
    """
    wanted = dict.fromkeys((id_, MemberRole.FACILITATOR) for id_ in facilitators)
    wanted |= dict.fromkeys((id_, MemberRole.DEPUTY) for id_ in deputies)
    if len({id_ for id_, _role in wanted}) < len(facilitators) + len(deputies):
        raise NotComplete("deputy", "Choose each person once.")
    standing = [member for member in project.members if member.until_on is None]
    ended = [each for each in standing if (each.person_id, each.role) not in wanted]
    present = {(each.person_id, each.role) for each in standing}
    added = [each for each in wanted if each not in present]
    limits = {member.person_id: member.most_open for member in ended}  # another role, same person
    for member in ended:
        member.until_on = clock.today()
    for id_, role in added:
        project.members.append(Member(person_id=id_, role=role, most_open=limits.get(id_)))
    roles = sorted({*(member.role.value for member in ended), *(role.value for _, role in added)})
    programme_acts.edit(project, {}, by=by.actor, more=roles)
    stay = {id_ for id_, _role in wanted}
    leave = {member.person_id for member in ended} - stay
    return _move_open(project, leave, db.session.get_one(Person, facilitators[0]), why, by)


def _move_open(project: Project, leave: set[int], to: Person, why: str, by: Standing) -> int:
    rows = open_of(Expression.project_id, project.id).where(Expression.assignee_id.in_(leave))
    giver = db.session.get_one(Person, by.person_id)
    moved = list(db.session.scalars(rows.with_for_update()))
    for expression in moved:
        assign(expression, to, by=by, why=why or "because you run this project now")
        events.record("assign", expression, by.actor)
        expression.version += 1
        if to.id != by.person_id:
            mail.tell_staff("staff-handed-over", expression, [to], giver=giver)
    return len(moved)


def count_held(project: Project) -> dict[int, int]:
    """How many open forms of a project each person holds: {person id: how many}."""
    waiting = open_of(Expression.project_id, project.id).order_by(None).subquery()
    holder = waiting.c.assignee_id
    counted = select(holder, func.count()).where(holder.is_not(None)).group_by(holder)
    return dict(db.session.execute(counted).all())
