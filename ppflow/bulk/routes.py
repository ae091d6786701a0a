"""`/triage/bulk`: an act on many forms, from choosing them to taking it back."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, web
from ppflow.access import Standing
from ppflow.bulk import acts, forms, jobs, keeping, queries, showing
from ppflow.bulk.forms import GoForm
from ppflow.bulk.models import BulkRun, RunState
from ppflow.bulk.workflow import ACTS, EXPORT, IN_BACKGROUND, LISTED, MOST
from ppflow.db import db, end_writing
from ppflow.errors import Conflict, NotComplete, NotNow
from ppflow.triage import forms as queue
from ppflow.triage.routes import refuse_onlookers, show

pages = Blueprint("bulk", __name__, url_prefix="/triage/bulk")
NOBODY = "Nobody is selected. Tick the people you mean, or choose all of them."
NO_ACT = "Choose what to do."
TOO_MANY = f"These are more than {MOST:,} people. Use a filter, and do them in parts."
SHOWN_ANEW = "Something changed since you looked. Read it again, then press the button."
CHANGED_BY_YOU = "Nothing is sent yet. What you changed is below: read it, then press the button."
LARGEST_PAGE = 200  # references that one page could name


def _standing() -> Standing:
    standing = access.standing()
    refuse_onlookers(standing)
    return standing


def _mine(key: str) -> tuple[BulkRun, Standing]:
    standing = _standing()
    return queries.run_of(key, standing) or abort(404), standing


def _mine_to_do(key: str) -> tuple[BulkRun, Standing]:
    """A run that changes forms; a download has pages of its own."""
    run, standing = _mine(key)
    return (run, standing) if run.act != EXPORT else abort(404)


# --- choosing people and an act -------------------------------------------------------------------


@pages.get("")
@access.staff()
def listed() -> Response:
    """The newest runs of this person."""
    standing = _standing()
    runs, days = queries.runs_of(standing), jobs.KEPT_FOR.days
    return web.personal(
        web.page("bulk/runs.html", runs=runs, acts=ACTS, states=RunState, kept_days=days)
    )


@pages.post("")
@access.staff()
def choose() -> Response:
    """Hold who is meant, and go on to what the act asks. Nobody selected means nobody."""
    standing = _standing()
    act, whom = LISTED.get(request.form.get("act", "")), request.form.get("whom", "picked")
    try:
        chosen, unseen = _chosen(whom, standing)
        if act is None:
            raise NotComplete("act", NO_ACT)
    except NotComplete as missing:
        end_writing()
        return show(
            standing,
            422,
            errors=[(missing.field, str(missing))],
            picked=set(request.form.getlist("pick")),
            chosen_whom=whom,
            chosen_act=act.key if act else "",
        )
    query = queue.read(request.args, standing).query()
    run = acts.choose(act, chosen, by=standing, query=query, unseen=unseen)
    db.session.commit()
    return web.see_other(f"/triage/bulk/{run.key}")


def _chosen(whom: str, standing: Standing) -> tuple[queries.Chosen, int]:
    """Ids and versions of who is meant, and how many of those asked for are not theirs."""
    if whom == "all":
        chosen, unseen = queries.everybody(queue.read(request.args, standing), standing), 0
    else:
        named = request.form.getlist("pick")
        if whom == "page":
            named = request.form.get("page", "").split()
        named = list(dict.fromkeys(n for n in named if "\0" not in n))[:LARGEST_PAGE]
        chosen = queries.these(named, standing)
        unseen = len(named) - len(chosen)
    if len(chosen) > MOST:
        raise NotComplete("whom", TOO_MANY)
    if not chosen:
        raise NotComplete("whom", NOBODY)
    return chosen, unseen


# --- what will happen -----------------------------------------------------------------------------


@pages.get("/<key>")
@access.staff()
def one(key: str) -> Response:
    """What the act asks and would do; while it runs, how far it is; then what came of it."""
    run, standing = _mine(key)
    if run.act == EXPORT:
        return web.see_other(f"/triage/export/{key}")
    if run.state in {RunState.CHOOSING, RunState.READY}:
        form = keeping.form_of(run, standing, formdata=None)
        forms.fill(form, acts.kept_details(run.sealed))
        return showing.asking(run, standing, form)
    return showing.results(run, standing)


@pages.post("/<key>")
@access.staff()
def ask(key: str) -> Response:
    """Keep what was typed, and show what it would do."""
    run, standing = _mine_to_do(key)
    form = keeping.form_of(run, standing)
    try:
        keeping.keep(run, standing, form)
    except NotComplete as missing:
        return showing.incomplete(run, standing, form, missing)
    except Conflict as late:
        return showing.begun(run, standing, form, str(late))
    db.session.commit()
    return web.see_other(f"/triage/bulk/{key}#what")


# --- doing it, and taking it back -----------------------------------------------------------------


@pages.post("/<key>/go")
@access.staff()
def go(key: str) -> Response:
    """Carry out what stood on the page. Pressed twice, it is done once."""
    run, standing = _mine_to_do(key)
    form, go_form = keeping.form_of(run, standing), GoForm()
    if run.started_at is not None:
        return showing.begun(run, standing, form, acts.BEGUN)
    try:
        if keeping.is_changed(run, form):
            return _shown_first(run, standing, form)
        found, is_shown = keeping.as_shown(run, standing)
    except NotComplete as missing:
        return showing.incomplete(run, standing, form, missing)
    except Conflict as late:
        return showing.begun(run, standing, form, str(late))
    wrong = forms.wrong_number(go_form, found.many) if is_shown else ""
    if wrong or not is_shown or not acts.begin(run, run.version, by=standing):
        db.session.commit()  # letters that were changed
        end_writing()
        go_form.number.errors = [wrong] if wrong else []
        errors = go_form.error_list() or [("what", SHOWN_ANEW)]
        status = 422 if wrong else 409
        return showing.asking(run, standing, form, status, go=go_form, errors=errors)
    db.session.commit()
    _work(run)
    return web.see_other(f"/triage/bulk/{key}")


def _shown_first(run: BulkRun, standing: Standing, form: forms.ManyForm) -> Response:
    """What was typed since the last look is kept, and shown before it goes."""
    keeping.keep(run, standing, form)
    db.session.commit()
    web.say(CHANGED_BY_YOU)
    return web.see_other(f"/triage/bulk/{run.key}#what")


def _work(run: BulkRun) -> None:
    """Do it now, unless it takes so long that the worker does it."""
    if run.total <= IN_BACKGROUND:
        db.session.expunge_all()  # each form is read again, alone, when its turn comes
        jobs.work(run.id)


@pages.post("/<key>/undo")
@access.staff()
def undo(key: str) -> Response:
    """Take back all that still can be."""
    run, standing = _mine_to_do(key)
    try:
        is_begun = acts.begin_undo(run, by=standing)
    except NotNow as late:
        end_writing()
        web.say(str(late))
        return web.see_other(f"/triage/bulk/{key}")
    if is_begun:
        db.session.commit()
        _work(run)
    return web.see_other(f"/triage/bulk/{key}")


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
