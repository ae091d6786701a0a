"""`/settings/teams`: coordinators say how each project shares its new forms."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, web
from ppflow.access import Role
from ppflow.db import db
from ppflow.errors import Conflict
from ppflow.filters import typed
from ppflow.forms import drawn
from ppflow.listing import from_place, place_in
from ppflow.projects.models import STRATEGY_LABELS, Member, Project, Strategy
from ppflow.teams import acts, queries
from ppflow.teams.forms import TeamForm, data_of, form_for, limits_of
from ppflow.teams.queries import Asked

pages = Blueprint("teams", __name__)
LIST: Final = "/settings/teams"


@pages.get("/settings/teams")
@access.staff(Role.COORDINATOR)
def every() -> Response:
    """Projects by title, with how they share and who answers."""
    chosen = request.args.get("way", "")
    strategy = Strategy(chosen) if chosen in set(Strategy) else None
    asked = Asked(typed(request.args, "q"), strategy, place_in(request.args))
    found = queries.page(asked, access.standing())
    kept = {"q": asked.q, "way": strategy.value if strategy else ""}
    return web.personal(
        web.page(
            "teams/list.html",
            found=found,
            people=queries.names([row.id for row in found.rows]),
            asked=asked,
            way=kept["way"],
            ways=[("", "All"), *STRATEGY_LABELS.items()],
            labels=STRATEGY_LABELS,
            more=from_place(LIST, kept, found.next),
            first=f"{LIST}?{urlencode(kept)}" if asked.after else "",
        )
    )


@pages.route("/settings/teams/<int:project_id>", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def team(project_id: int) -> Response:
    """How one project shares its forms, and the most that each can hold."""
    project = _project(project_id)
    members = queries.members_of(project.id)
    held = queries.held(members)
    if request.method == "GET":
        form = form_for(members, held, data_of(members, project.strategy, project.version))
        return web.personal(web.page("teams/team.html", **_context(form, project, members)))
    form = form_for(members, held, None)
    if not form.validate():
        context = {**_context(form, project, members), "errors": form.error_list()}
        return web.personal(web.invalid("teams/team.html", **context))
    text = form.version.data or ""
    version = int(text) if text.isdecimal() and len(text) < 10 else 0
    try:
        limits = limits_of(form, members)
        chosen = Strategy(form.strategy.data)
        acts.share(project, chosen, limits, by=access.standing(), expected_version=version)
    except Conflict as late:
        return _second(form, project_id, late)
    db.session.commit()
    web.say(f"{project.title}: kept.")
    return web.see_other(LIST)


def _project(project_id: int) -> Project:
    chosen = queries.visible_to(access.standing()).where(Project.id == project_id)
    return db.session.scalars(chosen).one_or_none() or abort(404)


def _context(form: TeamForm, project: Project, members: list[Member]) -> dict[str, Any]:
    rows = [(member.role.value, form[f"most_{member.id}"]) for member in members]
    return {
        "form": form,
        "project": project,
        "rows": rows,
        "drawn": drawn,
        "errors": [],
        "theirs": None,
    }


def _second(form: TeamForm, project_id: int, late: Conflict) -> Response:
    """409: what stands now is told, and mine can be sent over it."""
    db.session.rollback()
    project = _project(project_id)
    members = queries.members_of(project.id)
    typed_here = {name: form.data[name] for name in form.data if name != "csrf_token"}
    form = form_for(members, queries.held(members), None)
    for name, value in typed_here.items():
        if name in form:
            form[name].data = value
    form.version.data = str(project.version)
    theirs = {
        "words": str(late),
        "way": STRATEGY_LABELS[project.strategy],
        "limits": [(m.person.name, m.most_open or "no limit") for m in members],
    }
    context = {**_context(form, project, members), "theirs": theirs}
    return web.personal(web.invalid("teams/team.html", status=409, **context))


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
