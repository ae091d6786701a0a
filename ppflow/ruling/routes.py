"""`/settings/rules`: coordinators keep the rules by which new forms are given out."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, request
from sqlalchemy import select

from ppflow import access, web
from ppflow.access import Role
from ppflow.db import db
from ppflow.errors import Conflict, NotComplete
from ppflow.forms import drawn
from ppflow.programmes.models import Programme
from ppflow.programmes.queries import coordinated_by
from ppflow.routing.models import Rule
from ppflow.routing.rehearsal import DAYS, MOST, rehearse
from ppflow.routing.workflow import Field
from ppflow.ruling import acts, queries, words
from ppflow.ruling.forms import MoveForm, RemoveForm, RuleForm, SwitchForm, data_of
from ppflow.ruling.workflow import warnings_of

pages = Blueprint("ruling", __name__)
ALL: Final = "/settings/rules"
STEPS: Final = {"up": -1, "down": 1}
FIELDS: Final = [name.value for name in Field if name is not Field.AREA]


@pages.get("/settings/rules")
@access.staff(Role.COORDINATOR)
def programmes() -> Response:
    """The programmes whose rules I keep; straight to the rules where there is one only."""
    found = list(db.session.scalars(coordinated_by(access.standing())))
    if len(found) == 1:
        return web.see_other(_list(found[0]))
    return web.personal(web.page("ruling/programmes.html", programmes=found))


@pages.get("/settings/rules/<slug>")
@access.staff(Role.COORDINATOR)
def every(slug: str) -> Response:
    """The rules of a programme in their order, with what is wrong with them."""
    return web.personal(web.page("ruling/list.html", **_listed(_programme(slug))))


@pages.post("/settings/rules/<slug>/switch")
@access.staff(Role.COORDINATOR)
def switch(slug: str) -> Response:
    """Use the rules for new forms, or not."""
    programme, form = _programme(slug), SwitchForm()
    is_on = form.is_on.data == "yes"
    if form.validate():
        acts.switch(programme, is_on, by=access.standing())
        db.session.commit()
        web.say(f"The rules are switched {'on' if is_on else 'off'}.")
    return web.see_other(_list(programme))


@pages.route("/settings/rules/<slug>/new", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def new(slug: str) -> Response:
    """Add a rule; it is tried last."""
    programme = _programme(slug)
    form = RuleForm()
    form.offer(queries.known(programme.id), None)
    if request.method == "GET":
        return _page(form, programme, None)
    try:
        if not form.validate():
            return _wrong(form, programme, None)
        rule = acts.add(programme.id, form.values(), by=access.standing())
    except NotComplete as wrong:
        return _wrong(form, programme, None, wrong)
    db.session.commit()
    web.say(f"{rule.name}: kept.")
    return web.see_other(_list(programme))


@pages.route("/settings/rules/<slug>/<int:rule_id>", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def change(slug: str, rule_id: int) -> Response:
    """Change a rule. Forms that it gave out already stay where they are."""
    programme = _programme(slug)
    rule = _rule(programme, rule_id)
    form = RuleForm(data=data_of(rule)) if request.method == "GET" else RuleForm()
    form.offer(queries.known(programme.id), rule)
    if request.method == "GET":
        return _page(form, programme, rule)
    if not form.validate():
        return _wrong(form, programme, rule)
    try:
        version = _number(form.version.data)
        acts.change(rule, form.values(), by=access.standing(), expected_version=version)
    except Conflict as late:
        return _second(form, programme, rule, late)
    db.session.commit()
    web.say(f"{rule.name}: kept.")
    return web.see_other(_list(programme))


@pages.post("/settings/rules/<slug>/<int:rule_id>/move")
@access.staff(Role.COORDINATOR)
def move(slug: str, rule_id: int) -> Response:
    """One place up or down."""
    programme = _programme(slug)
    rule, form = _rule(programme, rule_id), MoveForm()
    if not form.validate() or form.way.data not in STEPS:
        abort(400)
    try:
        step = STEPS[form.way.data]
        acts.move(rule, step, at=_number(form.at.data), by=access.standing())
    except Conflict as late:
        db.session.rollback()
        listed = _listed(_programme(slug))
        return web.personal(
            web.invalid("ruling/list.html", status=409, **{**listed, "trouble": str(late)})
        )
    db.session.commit()
    web.say(f"{rule.name}: now rule {rule.position}.")
    return web.see_other(f"{_list(programme)}#rule-{rule.id}")


@pages.route("/settings/rules/<slug>/<int:rule_id>/remove", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def remove(slug: str, rule_id: int) -> Response:
    """Take a rule away for good, by an explicit choice."""
    programme = _programme(slug)
    rule = _rule(programme, rule_id)
    context: dict[str, Any] = {"programme_": programme, "rule": rule, "drawn": drawn, "theirs": ""}
    form = RemoveForm(data={"version": rule.version}) if request.method == "GET" else RemoveForm()
    if request.method == "GET":
        return web.personal(web.page("ruling/remove.html", form=form, errors=[], **context))
    if not form.validate():
        errors = form.error_list()
        return web.personal(web.invalid("ruling/remove.html", form=form, errors=errors, **context))
    if form.sure.data == "yes":
        try:
            version = _number(form.version.data)
            acts.remove(rule, by=access.standing(), expected_version=version)
        except Conflict as late:
            db.session.rollback()
            rule = _rule(_programme(slug), rule_id)
            form.version.data = str(rule.version)
            context |= {"rule": rule, "theirs": str(late)}
            page = web.invalid("ruling/remove.html", status=409, form=form, errors=[], **context)
            return web.personal(page)
        web.say(f"{rule.name}: removed.")
    db.session.commit()
    return web.see_other(_list(programme))


@pages.get("/settings/rules/<slug>/dry-run")
@access.staff(Role.COORDINATOR)
def dry_run(slug: str) -> Response:
    """Where the forms of the last 90 days would go by these rules. Nothing is changed."""
    programme = _programme(slug)
    found = rehearse(programme)
    context: dict[str, Any] = {"programme_": programme, "found": found, "days": DAYS, "most": MOST}
    return web.personal(web.page("ruling/dry_run.html", **context))


# --- putting the pages together -------------------------------------------------------------------


def _programme(slug: str) -> Programme:
    chosen = coordinated_by(access.standing()).where(Programme.slug == slug)
    return db.session.scalars(chosen).one_or_none() or abort(404)


def _rule(programme: Programme, rule_id: int) -> Rule:
    chosen = select(Rule).where(Rule.id == rule_id, Rule.programme_id == programme.id)
    return db.session.scalars(chosen).one_or_none() or abort(404)


def _list(programme: Programme) -> str:
    return f"{ALL}/{programme.slug}"


def _number(typed: str | None) -> int:
    text = str(typed or "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _listed(programme: Programme) -> dict[str, Any]:
    rules, there = queries.rules_of(programme.id), queries.known(programme.id)
    labels, wrong = words.labels_of(there), warnings_of(rules, there)
    rows = [
        {
            "rule": rule,
            "takes": words.said(rule.conditions, labels),
            "to": words.target_of(rule),
            "warnings": wrong.get(rule.id, []),
        }
        for rule in rules
    ]
    return {"programme_": programme, "rows": rows, "trouble": "", "every": words.EVERY}


def _context(form: RuleForm, programme: Programme, rule: Rule | None) -> dict[str, Any]:
    return {
        "form": form,
        "programme_": programme,
        "rule": rule,
        "drawn": drawn,
        "fields": FIELDS,
        "theirs": None,
    }


def _page(form: RuleForm, programme: Programme, rule: Rule | None) -> Response:
    return web.personal(web.page("ruling/rule.html", errors=[], **_context(form, programme, rule)))


def _wrong(
    form: RuleForm, programme: Programme, rule: Rule | None, wrong: NotComplete | None = None
) -> Response:
    if wrong is not None:
        form[wrong.field].errors = [str(wrong)]
    errors = form.error_list()
    context = _context(form, programme, rule)
    return web.personal(web.invalid("ruling/rule.html", errors=errors, **context))


def _second(form: RuleForm, programme: Programme, rule: Rule, late: Conflict) -> Response:
    """409: both stand on the page, and mine can be sent over theirs."""
    db.session.rollback()
    rule = _rule(programme, rule.id)
    labels = words.labels_of(queries.known(rule.programme_id))
    form.version.data = str(rule.version)
    theirs = {
        "words": str(late),
        "by": rule.changed_by.name,
        "name": rule.name,
        "takes": words.said(rule.conditions, labels) or [(words.EVERY, "")],
        "to": words.target_of(rule),
    }
    context = {**_context(form, programme, rule), "errors": [], "theirs": theirs}
    return web.personal(web.invalid("ruling/rule.html", status=409, **context))


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
