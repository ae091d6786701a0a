"""The page of equality questions after a form is sent, and what coordinators see of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response, abort, g, request

from ppflow import access, web
from ppflow.access import Role
from ppflow.db import db
from ppflow.monitoring import acts, forms, queries
from ppflow.programmes.models import Programme
from ppflow.registering.routes import PRESS_AGAIN, is_genuine

pages = Blueprint("monitoring", __name__)


def _programme() -> Programme | None:
    """The programme for which this browser may answer, while the programme asks."""
    programme_id = acts.programme_to_answer()
    found = db.session.get(Programme, programme_id) if programme_id else None
    return found if found is not None and found.asks_equality else None


@pages.route("/equality", methods=["GET", "POST"])
@access.public
def questions() -> Response:
    """A few questions about themselves, apart from the form, once."""
    programme = _programme()
    if programme is None:
        hours = acts.LASTS // timedelta(hours=1)
        return web.personal(web.invalid("monitoring/closed.html", status=410, hours=hours))
    g.programme = programme
    context: dict[str, Any] = {"fields": forms.drawn({}, {}), "errors": [], "notice": ""}
    if request.method != "POST":
        return web.personal(web.page("monitoring/questions.html", **context))
    chosen, errors = forms.read(request.form)
    context["fields"] = forms.drawn(chosen, errors)
    context["errors"] = list(errors.items())
    if not is_genuine():
        context |= {"errors": [], "notice": PRESS_AGAIN}
    if context["errors"] or context["notice"]:
        return web.personal(web.invalid("monitoring/questions.html", **context))
    acts.count(chosen)
    db.session.commit()
    return web.see_other("/equality/thanks")


@pages.get("/equality/thanks")
@access.public
def thanks() -> Response:
    """The answers are counted. Nothing here tells whose they were."""
    return web.personal(web.page("monitoring/thanks.html"))


@pages.get("/equality/figures")
@access.staff(Role.COORDINATOR)
def figures() -> Response:
    """Numbers of quarters that are over, small ones hidden, for the programmes one looks after."""
    programmes = queries.programmes_of(access.standing())
    wanted = request.args.get("programme", "")
    programme = next((p for p in programmes if p.slug == wanted), None)
    if programme is None:
        if wanted or not programmes:
            abort(404)
        programme = programmes[0]
    quarters = queries.quarters(programme.id)
    asked = request.args.get("quarter", "")
    quarter = next((q for q in quarters if q.key == asked), quarters[0] if quarters else None)
    answered, tables = queries.tables(programme.id, quarter) if quarter else ("", [])
    context: dict[str, Any] = {"programmes": programmes, "chosen": programme}
    context |= {"quarters": quarters, "quarter": quarter, "answered": answered, "tables": tables}
    return web.personal(web.page("monitoring/figures.html", **context))


def init_app(app: Flask) -> None:
    """Add these pages."""
    web.csrf.exempt(pages)
    app.register_blueprint(pages)
