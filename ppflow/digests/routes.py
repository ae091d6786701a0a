"""`/settings/emails`: how often a digest comes; `/digests/<token>`: stop it without signing in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, web
from ppflow.db import db, end_writing
from ppflow.digests import acts
from ppflow.digests.forms import OftenForm, StopForm
from ppflow.digests.workflow import Often
from ppflow.forms import drawn
from ppflow.people.models import Person

pages = Blueprint("digests", __name__)
ONE_CLICK = ("List-Unsubscribe", "One-Click")  # RFC 8058: what a mail program posts


@pages.get("/settings/emails")
@access.staff()
def emails() -> Response:
    """How often my digest comes."""
    form = OftenForm(data={"often": acts.choice_of(access.standing().person_id)})
    return web.personal(web.page("digests/emails.html", form=form, errors=[], drawn=drawn))


@pages.post("/settings/emails")
@access.staff()
def choose() -> Response:
    """Keep my choice."""
    form = OftenForm()
    if not form.validate():
        end_writing()
        errors = form.error_list()
        return web.personal(
            web.invalid("digests/emails.html", form=form, errors=errors, drawn=drawn)
        )
    person = db.session.get_one(Person, access.standing().person_id)
    acts.choose(person, Often(form.often.data))
    db.session.commit()
    web.say("Your choice of emails is kept.")
    return web.see_other("/settings")


def _person(token: str) -> Person:
    person = acts.person_of(token)
    if person is None:
        abort(404)
    return person


@pages.get("/digests/<token>")
@access.public
def show(token: str) -> Response:
    """Ask before anything stops: mail scanners open links and press lone buttons."""
    is_off = acts.choice_of(_person(token).id) is Often.OFF
    page = web.page("digests/stop.html", form=StopForm(), errors=[], drawn=drawn, is_off=is_off)
    return web.personal(page)


@pages.post("/digests/<token>")
@access.public
def stop(token: str) -> Response:
    """Stop them: by one click of a mail program, without a cookie, or by the page's own form.

    No token of a session is asked for: a mail program has none. The address itself is the secret.
    """
    person, form = _person(token), StopForm(meta={"csrf": False})
    is_one_click = request.form.get(ONE_CLICK[0]) == ONE_CLICK[1]
    if not is_one_click and not form.validate():
        end_writing()
        errors = form.error_list()
        return web.personal(
            web.invalid("digests/stop.html", form=form, errors=errors, drawn=drawn, is_off=False)
        )
    if is_one_click or form.sure.data == "yes":
        acts.choose(person, Often.OFF)
    is_off = acts.choice_of(person.id) is Often.OFF
    db.session.commit()
    end_writing()
    context: dict[str, Any] = {
        "form": form,
        "errors": [],
        "drawn": drawn,
        "is_off": is_off,
        "is_kept": True,
    }
    return web.personal(web.page("digests/stop.html", **context))


def init_app(app: Flask) -> None:
    """Add these pages. One address takes a POST without our form: RFC 8058 wants it so."""
    web.csrf.exempt(stop)
    app.register_blueprint(pages)
