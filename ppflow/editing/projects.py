"""Edit pages of projects: texts and facts, and who answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from ppflow import access, web
from ppflow.access import Role
from ppflow.db import db
from ppflow.editing import acts, queries
from ppflow.editing.sheet import Sheet, actor, fill_in
from ppflow.programmes.models import Programme
from ppflow.projects import acts as project_acts
from ppflow.projects.forms import MembersForm, ProjectForm
from ppflow.projects.models import MemberRole, Project
from ppflow.projects.queries import members_now

pages = Blueprint("editing_projects", __name__)

NO_THEME = "No theme"
NOBODY = "Nobody"


def sheet_of(project: Project, title: str, endpoint: str, **more: Any) -> Sheet:
    """A page about a project, among its other parts. Facilitators see only their own part."""
    parts = [
        ("Texts and facts", "editing_projects.edit_project"),
        ("People", "editing_projects.edit_members"),
        ("Brief", "editing_plans.edit_brief"),
        ("Action plan", "editing_plans.edit_plan"),
        ("Progress", "editing_plans.new_report"),
    ]
    links = [(words, url_for(name, slug=project.slug), name == endpoint) for words, name in parts]
    links.append(("Add an opportunity", f"/opportunities/new?project={project.id}", False))
    if not access.standing().coordinates(project.programme_id):
        links = []
    version = more.pop("version", project.version)
    back = (project.title, f"/projects/{project.slug}")
    return Sheet(title, back, project, version, links=links, **more)


@pages.route("/projects/new", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def new_project() -> Response:
    """Add a project to a programme: first which programme, where there are several."""
    kept = queries.kept_programmes()
    slug = request.args.get("programme", "")
    programme = next((each for each in kept if each.slug == slug), None)
    if programme is None and len(kept) == 1:
        programme = kept[0]
    if programme is None:
        return web.personal(web.page("editing/which-programme.html", programmes=kept))
    return _new_project(programme)


def _new_project(programme: Programme) -> Response:
    queries.programme(programme.slug)
    sheet = Sheet(
        "Add a project",
        ("Projects", "/projects"),
        intro=f"It belongs to {programme.name}. Nobody else sees it before you publish it.",
        button="Add the project",
        saved="The project is there. Say who runs it.",
    )

    def make(**options: Any) -> ProjectForm:
        form = ProjectForm(number=project_acts.next_number(programme.id), **options)
        form.theme_id.offer(queries.themes_to_choose(programme.id), NO_THEME)
        return form

    def save(values: dict[str, Any]) -> str:
        project = project_acts.add_project(programme, values, by=actor())
        return f"/projects/{project.slug}/members/edit"

    return fill_in(sheet, make, save)


@pages.route("/projects/<slug>/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_project(slug: str) -> Response:
    """A project's texts, theme, stage, dates, and who is wanted."""
    project = queries.project(slug)
    partners = [each.name for each in project.organisations]

    def make(**options: Any) -> ProjectForm:
        form = ProjectForm(obj=project, organisation_names=partners, **options)
        form.theme_id.offer(queries.themes_to_choose(project.programme_id), NO_THEME)
        return form

    def save(values: dict[str, Any]) -> None:
        acts.edit_project(project, values, by=access.standing())

    sheet = sheet_of(project, f"Edit “{project.title}”", "editing_projects.edit_project")
    return fill_in(sheet, make, save)


@pages.route("/projects/<slug>/members/edit", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def edit_members(slug: str) -> Response:
    """Who runs a project and who stands in. Forms that wait are never left behind."""
    project = queries.project(slug)
    running = members_now(project.id, MemberRole.FACILITATOR)
    covering = members_now(project.id, MemberRole.DEPUTY)
    present = {
        name: people[at].id if at < len(people) else None
        for name, people, at in (
            ("facilitator", running, 0),
            ("second_facilitator", running, 1),
            ("deputy", covering, 0),
            ("second_deputy", covering, 1),
        )
    }
    choices = queries.people_to_choose(*present.values())

    def make(**options: Any) -> MembersForm:
        form = MembersForm(data=present, **options)
        for name in present:
            getattr(form, name).offer(choices, NOBODY)
        return form

    def save(values: dict[str, Any]) -> None:
        moved = acts.set_members(
            project,
            [id_ for name in ("facilitator", "second_facilitator") if (id_ := values[name])],
            [id_ for name in ("deputy", "second_deputy") if (id_ := values[name])],
            why=values["why"],
            by=access.standing(),
        )
        if moved:
            forms = web.plural(moved, "form that waited was", "forms that waited were")
            sheet.saved = f"Saved. {forms} given to the new facilitator."

    sheet = sheet_of(project, "Who runs it", "editing_projects.edit_members")
    sheet.context["history"] = _history(project)
    held = acts.count_held(project)
    sheet.intro = _held_words([*running, *covering], held)
    return fill_in(sheet, make, save)


def _held_words(people: list[Any], held: dict[int, int]) -> str:
    parts = [
        f"{person.name} holds {web.plural(held[person.id], 'open form')}."
        for person in people
        if held.get(person.id)
    ]
    if not parts:
        return "Nobody here holds an open form now."
    return f"{' '.join(parts)} Whoever leaves hands these to the facilitator, in this same step."


def _history(project: Project) -> list[tuple[str, str]]:
    """Earlier members: (name and role, from when until when)."""
    db.session.refresh(project, ["members"])
    return [
        (
            f"{member.person.name}, {member.role.value}",
            f"{web.plain_day(member.since_on)} to {web.plain_day(member.until_on)}",
        )
        for member in project.members
        if member.until_on is not None
    ]
