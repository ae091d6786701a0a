"""Edit pages of a project's documents: its brief, its action plan, its progress reports."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort

from ppflow import access, web
from ppflow.access import Role
from ppflow.editing import queries
from ppflow.editing.projects import sheet_of
from ppflow.editing.sheet import actor, fill_in, fill_in_rows
from ppflow.fields import Rows
from ppflow.projects import acts
from ppflow.projects.forms import ActivityRow, BriefForm, ObjectiveRow, ReportForm
from ppflow.projects.models import ACTIVITY_LABELS, ActivityStatus, Objective, Project

pages = Blueprint("editing_plans", __name__)


@pages.route("/projects/<slug>/brief/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_brief(slug: str) -> Response:
    """The brief. Each save is a new version; the old ones are kept."""
    project = queries.project(slug)
    newest = project.briefs[0] if project.briefs else None
    number = newest.number if newest else 0
    sheet = sheet_of(
        project,
        "Edit the brief",
        "editing_plans.edit_brief",
        version=number,
        intro=f"You write version {number + 1}. Earlier versions are kept.",
    )

    def save(values: dict[str, Any]) -> None:
        if acts.write_brief(project, values, by=actor()) is None:
            sheet.saved = "Nothing was changed."

    return fill_in(sheet, lambda **options: BriefForm(obj=newest, **options), save)


@pages.route("/projects/<slug>/plan/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_plan(slug: str) -> Response:
    """The objectives of the action plan; each leads to its activities."""
    project = queries.project(slug)
    present = [{"key": each.ref, "title": each.title} for each in project.objectives]
    sheet = sheet_of(project, "Edit the action plan", "editing_plans.edit_plan")
    sheet.context |= {
        "above": "editing/objectives.html",
        "objectives": [(o.ref, o.title, len(o.activities)) for o in project.objectives],
        "slug": slug,
    }
    return fill_in_rows(
        sheet,
        Rows(ObjectiveRow, present),
        lambda rows: acts.set_objectives(project, rows, by=actor()),
        lambda: [f"{each.ref} {each.title}" for each in project.objectives],
        "Objective",
    )


@pages.route("/projects/<slug>/plan/<ref>/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_activities(slug: str, ref: str) -> Response:
    """The activities of one objective."""
    project = queries.project(slug)
    objective = _objective(project, ref)
    sheet = sheet_of(
        project,
        f"Activities of {ref}",
        "editing_plans.edit_plan",
        intro=objective.title,
    )
    sheet.back = ("Action plan", f"/projects/{slug}/plan/edit")
    return fill_in_rows(
        sheet,
        Rows(ActivityRow, [_as_typed(each) for each in objective.activities]),
        lambda rows: acts.set_activities(project, objective, rows, by=actor()),
        lambda: [_in_words(each) for each in objective.activities],
        "Activity",
    )


def _objective(project: Project, ref: str) -> Objective:
    return next((each for each in project.objectives if each.ref == ref), None) or abort(404)


def _as_typed(activity: dict[str, Any]) -> dict[str, Any]:
    due_on = activity.get("due_on")
    return {
        **activity,
        "key": activity["ref"],
        "due_on": date.fromisoformat(due_on) if due_on else None,
        "status": activity.get("status") or ActivityStatus.NOT_STARTED.value,
    }


def _in_words(activity: dict[str, Any]) -> str:
    status = ACTIVITY_LABELS.get(activity.get("status", ""), "")
    parts = [activity["activity"], activity.get("owner_role"), activity.get("due_on"), status]
    return f"{activity['ref']} {' · '.join(part for part in parts if part)}"


@pages.route("/projects/<slug>/progress/new", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR, Role.FACILITATOR)
def new_report(slug: str) -> Response:
    """What has moved: by whoever runs the project, stands in, or coordinates."""
    project = queries.reported_project(slug)
    newest = project.reports[0] if project.reports else None
    number = newest.id if newest else 0
    sheet = sheet_of(
        project,
        f"Report progress of “{project.title}”",
        "editing_plans.new_report",
        version=number,
        button="Publish the report",
        saved="The report is on the page.",
    )
    if newest is not None:
        sheet.intro = f"The last report is of {web.plain_day(newest.reported_on)}."
    start = {
        "rag": newest.rag if newest else None,
        "steer_needed": newest.steer_needed if newest else "",
    }

    def make(**options: Any) -> ReportForm:
        form = ReportForm(data=start, **options)
        if newest is not None and newest.next_steps:
            form.progress.hint += f" Last time you planned: {newest.next_steps}"
        return form

    def save(values: dict[str, Any]) -> None:
        acts.report_progress(project, values, by=actor())

    return fill_in(sheet, make, save)
