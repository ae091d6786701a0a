"""Ways into a form: research needs, a project's two doors, the mailed way back, help by staff."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, g, request

from ppflow import access, web
from ppflow.access import Role
from ppflow.applicants.queries import draft_by_return_token
from ppflow.checks import EMAIL
from ppflow.db import db
from ppflow.entering import queries
from ppflow.errors import NotNow
from ppflow.forms import tidy
from ppflow.kinds import KINDS
from ppflow.registering import acts
from ppflow.registering.queries import DOORS, open_doors, project
from ppflow.registering.routes import (
    PLACES,
    PRESS_AGAIN,
    at,
    hold,
    is_genuine,
    person_id,
    the_draft,
    the_target,
)

pages = Blueprint("entering", __name__)
NEED_PATH: Final = next(path for path, facts in PLACES if facts.get("form") == "research_need")


@pages.get("/needs")
@access.public
def needs() -> Response:
    """What a research need is, and where to tell us one."""
    return web.page("entering/needs.html", kind=KINDS["research_need"], start_href=NEED_PATH)


@pages.get("/projects/<slug>/register")
@access.public
def project_doors(slug: str) -> Response:
    """Staff or public: where a project looks for both, the person chooses."""
    found = project(slug)
    if found is None:
        abort(404)
    doors = open_doors(found)
    if len(doors) == 1:
        return web.see_other(f"/projects/{slug}/register/{doors[0]}")
    g.programme = found.programme
    links = [(KINDS[DOORS[door]], f"/projects/{slug}/register/{door}") for door in doors]
    return web.page("entering/doors.html", 200 if doors else 410, project=found, doors=links)


@at(pages, "/later", "GET", "POST")
@access.public
def later(**place: str) -> Response:
    """Stop now, come back within 30 days: on this device, or by a mailed link."""
    target = the_target(place)
    draft = the_draft(target)
    if draft is None or draft.sent_at:
        return web.see_other(target.path)
    context: dict[str, Any] = {"target": target, "draft": draft, "typed": "", "error": ""}
    context["notice"] = ""
    if request.method != "POST":
        return web.personal(web.page("entering/later.html", **context))
    typed = tidy(request.form.get("email")).lower()
    context["typed"] = typed or str(acts.journey_of(target, draft).answers.get("email", ""))
    if not is_genuine():
        context["notice"] = PRESS_AGAIN
    elif not EMAIL.fullmatch(typed) or len(typed) > 254 or not typed.isascii():
        context["error"] = "Enter an email address like name@example.com."
    else:
        try:
            acts.mail_way_back(draft, target, typed)
        except NotNow as refusal:
            context["notice"] = str(refusal)
    if context["error"] or context["notice"]:
        return web.personal(web.invalid("entering/later.html", **context))
    db.session.commit()
    web.say("We are sending the link. It can take a few minutes. Look in junk mail too.")
    return web.see_other(target.page("later"))


@pages.route("/drafts/<token>", methods=["GET", "POST"])
@access.public
def way_back(token: str) -> Response:
    """Where a mailed link leads: one button, then the form as it was left. Nothing is changed."""
    draft = draft_by_return_token(token)
    if draft is None:
        return web.personal(web.invalid("entering/too-late.html", status=410))
    if request.method != "POST":
        return web.personal(web.page("entering/way-back.html", draft=draft, notice=""))
    if not is_genuine():
        context: dict[str, Any] = {"draft": draft, "notice": PRESS_AGAIN}
        return web.personal(web.invalid("entering/way-back.html", **context))
    return web.personal(hold(web.see_other(queries.path_of(draft)), token))


@pages.route("/help-someone", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR, Role.FACILITATOR)
def help_someone() -> Response:
    """Enter a form that came by phone or on paper: choose what it is about, then the same pages."""
    choices = queries.choices()
    chosen = tidy(request.form.get("about"))
    error = notice = ""
    if request.method == "POST":
        notice = "" if is_genuine() else PRESS_AGAIN
        place = queries.place_of(chosen, choices)
        if place is None:
            error = "Choose what the form is about."
        elif not notice:
            return _begin_for(place)
    context: dict[str, Any] = {"choices": choices, "chosen": chosen, "error": error}
    context["notice"] = notice
    if error or notice:
        return web.invalid("entering/help-someone.html", **context)
    return web.page("entering/help-someone.html", **context)


def _begin_for(place: dict[str, str]) -> Response:
    target = the_target(place)
    journey = acts.journey_of(target, None)
    key = acts.begin(journey, entered_by=person_id())
    db.session.commit()
    return hold(web.see_other(target.page(journey.pages[0].slug)), key)


def init_app(app: Flask) -> None:
    """Add these pages."""
    web.csrf.exempt(pages)
    app.register_blueprint(pages)
