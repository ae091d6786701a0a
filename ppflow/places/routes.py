"""The places of one opportunity: who has one, who waits, what is prepared; a new date for all."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, clock, web
from ppflow.access import Standing
from ppflow.bulk import acts as bulk
from ppflow.db import db, end_writing
from ppflow.errors import NotComplete
from ppflow.expressions.workflow import LIFE, Status
from ppflow.forms import drawn
from ppflow.opportunities.models import Opportunity
from ppflow.places import acts, queries
from ppflow.places.forms import DecideOnForm
from ppflow.triage.routes import refuse_onlookers

pages = Blueprint("places", __name__)


def opened(slug: str) -> tuple[Opportunity, Standing]:
    """The opportunity through the door of those who answer its forms; 404 for others."""
    standing = access.standing()
    refuse_onlookers(standing)
    found = queries.kept_by(standing, slug)
    if found is None:
        abort(404)
    return found, standing


def draw(
    opportunity: Opportunity,
    standing: Standing,
    form: DecideOnForm | None = None,
    status: int = 200,
    **more: Any,
) -> Response:
    """The whole page. Five statements for its lists, one for its numbers."""
    form = form or DecideOnForm(formdata=None)
    context: dict[str, Any] = {
        "opportunity": opportunity,
        "now": queries.capacity(opportunity),
        "offered": queries.in_status(opportunity, Status.OFFERED),
        "joined": queries.in_status(opportunity, Status.JOINED),
        "waiting": queries.in_status(opportunity, Status.WAITING_LIST),
        "prepared": queries.prepared(opportunity),
        "labels": {verb: row.label for verb, row in LIFE.transitions.items()},
        "shown": queries.SHOWN,
        "at_once": acts.MOST_AT_ONCE,
        "queue": f"/triage?view=open&about=opportunity-{opportunity.id}",
        "may_release": standing.coordinates(opportunity.programme_id),
        "today": clock.today(),
        "form": form,
        "drawn": drawn,
        "errors": form.error_list(),
        **more,
    }
    return web.personal(web.page("places/places.html", status, **context))


@pages.get("/opportunities/<slug>/places")
@access.staff()
def places(slug: str) -> Response:
    """Places, offered, joined, waiting in order, and decisions prepared."""
    return draw(*opened(slug))


@pages.post("/opportunities/<slug>/decide-on")
@access.staff()
def decide_on(slug: str) -> Response:
    """Show who would be told of the new date and what they read; then tell them."""
    opportunity, standing = opened(slug)
    form = DecideOnForm()
    if not form.validate():
        end_writing()
        return draw(opportunity, standing, form, 422)
    on, why = form.decide_on.data or clock.today(), form.why.data or ""
    try:
        telling = acts.foreseen(opportunity, on, why, by=standing)
        if request.form.get("sure") != _digest(on, why):  # they send what they have read
            end_writing()
            return draw(opportunity, standing, form, telling=telling, sure=_digest(on, why))
        if telling.to_tell > acts.MOST_AT_ONCE:
            return _in_background(opportunity, on, why, standing)
        done = acts.decide_on(opportunity, on, why, by=standing)
    except NotComplete as missing:
        end_writing()
        form[missing.field].errors = [str(missing)]
        return draw(opportunity, standing, form, 422)
    db.session.commit()
    web.say(_words(done))
    return web.see_other(f"/opportunities/{slug}/places")


def _in_background(opportunity: Opportunity, on: date, why: str, standing: Standing) -> Response:
    """So many are told by the worker; the page of the run says how far it is."""
    run = bulk.begin_dating(opportunity, on, why, by=standing)
    db.session.commit()
    return web.see_other(f"/triage/bulk/{run.key}")


def _digest(on: date, why: str) -> str:
    """What the page showed: another day or reason since then is shown first."""
    return sha256(f"{on} {' '.join(why.split())}".encode()).hexdigest()[:16]


def _words(done: acts.Dating) -> str:
    told = f"{web.plural(done.told, 'person', 'people')} told of the new date."
    troubled = [f"{each.reference}: {each.trouble}" for each in done.results if each.trouble]
    return " ".join([told, *troubled])


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
