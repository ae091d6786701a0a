"""`/triage/views`: save the list that is open, rename it, share it, take it away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, abort, request
from sqlalchemy.exc import IntegrityError

from ppflow import access, web
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import NotComplete
from ppflow.forms import drawn
from ppflow.saved import acts, forms, queries
from ppflow.saved.forms import ONLY_ME, ViewForm
from ppflow.saved.models import SavedView
from ppflow.triage.forms import Asked, read
from ppflow.triage.routes import read_query, refuse_onlookers

pages = Blueprint("saved", __name__, url_prefix="/triage/views")
TAKEN = "You have a saved view with this name. Choose another name."


def _standing() -> Standing:
    standing = access.standing()
    refuse_onlookers(standing)
    return standing


def _page(template: str, form: ViewForm | None = None, **context: Any) -> Response:
    return web.personal(web.page(template, form=form, drawn=drawn, errors=[], **context))


def _wrong(form: ViewForm, wrong: NotComplete | None = None, **context: Any) -> Response:
    if wrong is not None:
        bound = form[wrong.field]
        bound.errors = [*bound.errors, str(wrong)]
    errors = form.error_list()
    return web.personal(
        web.invalid("saved/view.html", form=form, drawn=drawn, errors=errors, **context)
    )


@pages.get("")
@access.staff()
def listed() -> Response:
    """All saved views of this person."""
    standing = _standing()
    return _page("saved/views.html", found=queries.listed(standing), most=acts.MOST)


@pages.route("/new", methods=["GET", "POST"])
@access.staff()
def new() -> Response:
    """Save the list in the address."""
    standing = _standing()
    asked = read(request.args, standing)
    form = forms.for_person(standing, has_words=bool(asked.q))
    context: dict[str, Any] = {"asked": asked, "view": None}
    if request.method == "GET":
        return _page("saved/view.html", form, **context)
    try:
        if not form.validate():
            return _wrong(form, **context)
        view = acts.save(form.name.data or "", asked.query(), form.programme_id, by=standing)
        db.session.commit()
    except NotComplete as wrong:
        return _wrong(form, wrong, **context)
    except IntegrityError:  # the same name, saved twice in the same moment
        db.session.rollback()
        return _wrong(form, NotComplete("name", TAKEN), **context)
    web.say(f"Saved: {view.name}.")
    return web.see_other(f"/triage?{view.query}")


def _mine(view_id: int, standing: Standing) -> tuple[SavedView, Asked]:
    view = queries.mine(view_id, standing)
    return (view, read_query(view.query, standing)) if view is not None else abort(404)


@pages.route("/<int:view_id>", methods=["GET", "POST"])
@access.staff()
def change(view_id: int) -> Response:
    """Rename it, or share it."""
    standing = _standing()
    view, asked = _mine(view_id, standing)
    shared, has_words = str(view.programme_id or ONLY_ME), bool(asked.q)
    context: dict[str, Any] = {"asked": asked, "view": view}
    if request.method == "GET":
        form = forms.for_person(standing, has_words=has_words, name=view.name, shared=shared)
        return _page("saved/view.html", form, **context)
    form = forms.for_person(standing, has_words=has_words)
    try:
        if not form.validate():
            return _wrong(form, **context)
        acts.change(view, form.name.data or "", form.programme_id, by=standing)
        db.session.commit()
    except NotComplete as wrong:
        return _wrong(form, wrong, **context)
    except IntegrityError:
        db.session.rollback()
        return _wrong(form, NotComplete("name", TAKEN), **context)
    web.say(f"Kept: {view.name}.")
    return web.see_other("/triage/views")


@pages.post("/<int:view_id>/delete")
@access.staff()
def delete(view_id: int) -> Response:
    """Take it away. No form is touched."""
    standing = _standing()
    view, _ = _mine(view_id, standing)
    acts.take_away(view, by=standing)
    db.session.commit()
    web.say(f"Taken away: {view.name}. The forms in it stay where they are.")
    return web.see_other("/triage/views")


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
