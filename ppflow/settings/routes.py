"""`/settings`: my own account, and the people of this installation for administrators."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Flask, Response, abort, request, url_for
from flask_security import verify_password

from ppflow import access, sessions, web
from ppflow.access import Role
from ppflow.db import db, end_writing, read_only
from ppflow.errors import NotComplete
from ppflow.filters import MAX_SEARCH_CHARACTERS
from ppflow.forms import choices, drawn, one_line
from ppflow.monitoring.queries import programmes_of
from ppflow.people import acts
from ppflow.people.forms import AwayForm, LeavingForm, PasswordForm, PersonForm
from ppflow.people.models import Person
from ppflow.routing.acts import move_all
from ppflow.settings import queries

pages = Blueprint("settings", __name__)
LAST_PAGE = 10_000


def _me() -> Person:
    return db.session.get_one(Person, access.standing().person_id)


def _page(template: str, **context: Any) -> Response:
    return web.personal(web.page(template, drawn=drawn, **context))


def _wrong(template: str, form: Any, wrong: NotComplete | None = None, **context: Any) -> Response:
    if wrong is not None:
        bound = form[wrong.field]
        bound.errors = [*bound.errors, str(wrong)]
    errors = form.error_list()
    return web.personal(web.invalid(template, form=form, errors=errors, drawn=drawn, **context))


@pages.get("/settings")
@access.staff()
def mine() -> Response:
    """My account: who I am here, when I am away."""
    me = _me()
    form = AwayForm(data={"since": me.away_from_on, "until": me.away_until_on})
    return _page("settings/mine.html", form=form, errors=[], **_about(me))


def _about(me: Person) -> dict[str, Any]:
    """What stands around the form of my own page."""
    figures = programmes_of(access.standing())
    return {"me": me, "figures": figures, "uncovered": queries.uncovered(me)}


@pages.post("/settings")
@access.staff()
def away() -> Response:
    """Say when I am away."""
    me, form = _me(), AwayForm()
    try:
        if not form.validate():
            return _wrong("settings/mine.html", form, **_about(me))
        acts.set_away(me, form.since.data, form.until.data, by=me.actor)
    except NotComplete as wrong:
        return _wrong("settings/mine.html", form, wrong, **_about(me))
    db.session.commit()
    web.say("Your away dates are kept.")
    return web.see_other(url_for("settings.mine"))


@pages.get("/settings/password")
@access.staff()
def password() -> Response:
    return _page("settings/password.html", form=PasswordForm(), errors=[])


@pages.post("/settings/password")
@access.staff()
def change_password() -> Response:
    """A new password ends every session; this one begins anew."""
    form, me = PasswordForm(), _me()
    stored = me.password or ""
    end_writing()  # hashing takes a sixth of a second and must not hold the write lock
    try:
        if not form.validate():
            return _wrong("settings/password.html", form)
        if not verify_password(form.present.data or "", stored):
            raise NotComplete("present", "This is not your present password.")
        hashed = acts.checked_password(form.new.data or "")
    except NotComplete as wrong:
        field = "new" if wrong.field == "password" else wrong.field
        return _wrong("settings/password.html", form, NotComplete(field, str(wrong)))
    db.session.rollback()
    read_only(False)
    me = _me()
    acts.set_password(me, hashed, by=me.actor)
    sessions.end_all(me.id)
    db.session.commit()
    web.say("Your password is changed. Sign in with the new one.")
    return web.see_other(url_for("security.login"))


@pages.get("/settings/people")
@access.staff(Role.ADMINISTRATOR)
def people() -> Response:
    """Everybody who has ever signed in here, with search."""
    q, role = one_line(request.args.get("q"))[:MAX_SEARCH_CHARACTERS], request.args.get("role", "")
    page = min(max(1, request.args.get("page", 1, int)), LAST_PAGE)
    roles = [(r.value, r.value.capitalize()) for r in Role]
    role = role if role in dict(roles) else ""
    found = queries.people(q, role, page)
    return _page("settings/people.html", found=found, q=q, role=role, roles=roles)


def _person_form(person: Person | None = None) -> PersonForm:
    data: dict[str, Any] = {}
    if person is not None:
        data = {name: getattr(person, name) for name in ("name", "email", "job_role", "phone")}
        data["roles"] = list({grant.role.name for grant in person.grants})
        limited = {g.programme_id for g in person.grants if g.programme_id is not None}
        data["programmes"] = [str(programme) for programme in limited]
    form = PersonForm(data=data) if request.method == "GET" else PersonForm()
    form.programmes.choices = choices(queries.programmes())
    return form


def _granted(form: PersonForm) -> tuple[list[Role], list[int]]:
    return [Role(r) for r in form.roles.data or []], [int(p) for p in form.programmes.data or []]


def _described(form: PersonForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in ("name", "email", "job_role", "phone")}


@pages.route("/settings/people/new", methods=["GET", "POST"])
@access.staff(Role.ADMINISTRATOR)
def new_person() -> Response:
    """Add somebody, with a first password that is shown once."""
    form = _person_form()
    if request.method == "GET":
        return _page("settings/person.html", form=form, errors=[], person=None, held=0)
    first = secrets.token_urlsafe(12)
    try:
        if not form.validate():
            return _wrong("settings/person.html", form, person=None, held=0)
        end_writing()
        hashed = acts.checked_password(first)
        db.session.rollback()
        read_only(False)
        actor = access.standing().actor
        roles, programmes = _granted(form)
        person = acts.add(
            form.name.data or "", form.email.data or "", roles, programmes=programmes, by=actor
        )
        acts.describe(person, _described(form), by=actor)
        acts.set_password(person, hashed, by=actor)
    except NotComplete as wrong:
        return _wrong("settings/person.html", form, wrong, person=None, held=0)
    db.session.commit()
    read_only(True)
    return _page("settings/added.html", person=person, first=first)


@pages.route("/settings/people/<int:person_id>", methods=["GET", "POST"])
@access.staff(Role.ADMINISTRATOR)
def person(person_id: int) -> Response:
    """Change who somebody is and what they may do. A change of roles signs them out."""
    someone = db.session.get(Person, person_id) or abort(404)
    form, held = _person_form(someone), queries.open_forms(person_id)
    context: dict[str, Any] = {"person": someone, "held": held}
    if request.method == "GET":
        return _page("settings/person.html", form=form, errors=[], **context)
    try:
        if not form.validate():
            return _wrong("settings/person.html", form, **context)
        actor = access.standing().actor
        roles, programmes = _granted(form)
        if someone.id == actor.person_id and Role.ADMINISTRATOR not in roles:
            raise NotComplete("roles", "Ask another administrator to take this role from you.")
        acts.describe(someone, _described(form), by=actor)
        acts.grant(someone, roles, programmes=programmes, by=actor)
    except NotComplete as wrong:
        return _wrong("settings/person.html", form, wrong, **context)
    db.session.commit()
    web.say(f"{someone.name}: kept.")
    return web.see_other(url_for("settings.people"))


@pages.route("/settings/people/<int:person_id>/leaving", methods=["GET", "POST"])
@access.staff(Role.ADMINISTRATOR)
def leaving(person_id: int) -> Response:
    """End somebody's access, and move their open forms in the same act."""
    someone = db.session.get(Person, person_id) or abort(404)
    if someone.id == access.standing().person_id:
        abort(403)
    form, held = LeavingForm(), queries.open_forms(person_id)
    takers = queries.others(person_id)
    form.taker.choices = choices([("", "Nobody: the coordinators give them out"), *takers])
    context: dict[str, Any] = {"someone": someone, "held": held}
    if request.method == "GET":
        return _page("settings/leaving.html", form=form, errors=[], **context)
    if not form.validate():
        return _wrong("settings/leaving.html", form, **context)
    if form.sure.data == "yes":
        taker = db.session.get(Person, int(form.taker.data)) if form.taker.data else None
        moved = move_all(someone, taker, by=access.standing())
        acts.set_active(someone, False, by=access.standing().actor)
        web.say(f"{someone.name} can no longer sign in. Forms moved: {moved}.")
    db.session.commit()
    return web.see_other(url_for("settings.people"))


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
