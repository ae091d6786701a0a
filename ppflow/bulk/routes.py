"""`/triage/bulk`: an act on many forms, from choosing them to taking it back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, web
from ppflow.access import Standing
from ppflow.bulk import acts, forms, jobs, mail, queries
from ppflow.bulk.forms import GoForm, ManyForm
from ppflow.bulk.models import BulkRun, RunState, Told
from ppflow.bulk.words import TOLD_WORDS, came_words, undo_minutes, undo_until
from ppflow.bulk.workflow import ACTS, EXPORT, IN_BACKGROUND, MOST, TYPED_ABOVE
from ppflow.db import db, end_writing
from ppflow.errors import Conflict, NotComplete
from ppflow.forms import drawn
from ppflow.triage import forms as queue
from ppflow.triage.routes import refuse_onlookers, show

pages = Blueprint("bulk", __name__, url_prefix="/triage/bulk")
NOBODY = "Nobody is selected. Tick the people you mean, or choose all of them."
NO_ACT = "Choose what to do."
TOO_MANY = f"These are more than {MOST:,} people. Use a filter, and do them in parts."
SHOWN_ANEW = "Something changed since you looked. Read it again, then press the button."
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
    return web.personal(
        web.page("bulk/runs.html", runs=queries.runs_of(standing), acts=ACTS, states=RunState)
    )


@pages.post("")
@access.staff()
def choose() -> Response:
    """Hold who is meant, and go on to what the act asks. Nobody selected means nobody."""
    standing = _standing()
    act, whom = ACTS.get(request.form.get("act", "")), request.form.get("whom", "picked")
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
        form = forms.for_act(ACTS[run.act], standing, formdata=None)
        forms.fill(form, acts.kept_details(run.sealed))
        return _asking(run, standing, form)
    return _results(run, standing)


def _asking(
    run: BulkRun, standing: Standing, form: ManyForm, status: int = 200, **more: Any
) -> Response:
    """The fields of the act and, once they are filled in, everything that will happen."""
    act = ACTS[run.act]
    context: dict[str, Any] = {"run": run, "act": act, "form": form, "drawn": drawn, "shown": None}
    context |= {"go": GoForm(formdata=None), "errors": form.error_list(), "many": mail.many_words}
    context["found"] = None
    if run.state is RunState.READY and not context["errors"]:
        asked = acts.asked_of(run.act, run.sealed, standing)
        found = mail.foresee(asked, run.id)
        context |= {
            "found": found,
            "asked": asked,
            "shown": mail.letter_for(asked, found, request.args.get("letter", "")),
            "button_words": mail.button_words(act, found),
            "undo_minutes": undo_minutes(act),
            "is_typed": found.many > TYPED_ABOVE,
            "is_in_background": run.total > IN_BACKGROUND,
        }
    return web.personal(web.page("bulk/act.html", status, **{**context, **more}))


@pages.post("/<key>")
@access.staff()
def ask(key: str) -> Response:
    """Keep what was typed, and show what it would do."""
    run, standing = _mine_to_do(key)
    act = ACTS[run.act]
    form = forms.for_act(act, standing)
    try:
        if not form.validate():
            raise NotComplete("", "")
        seen = {each.id: each.version for each in queries.forms_of(run.id, standing).values()}
        acts.prepare(run, forms.details(act, form), seen)
    except NotComplete as missing:
        if missing.field in form:
            form[missing.field].errors = [str(missing)]
        end_writing()
        return _asking(run, standing, form, 422)
    except Conflict as late:
        web.say(str(late))
        return web.see_other(f"/triage/bulk/{key}")
    db.session.commit()
    return web.see_other(f"/triage/bulk/{key}#what")


# --- doing it, and taking it back -----------------------------------------------------------------


@pages.post("/<key>/go")
@access.staff()
def go(key: str) -> Response:
    """Carry out what stood on the page. Pressed twice, it is done once."""
    run, standing = _mine_to_do(key)
    if run.started_at is not None:
        web.say("You did this already. It was done once.")
        return web.see_other(f"/triage/bulk/{key}")
    typed, go_form = request.form.get("version", ""), GoForm()
    version = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
    asked = acts.asked_of(run.act, run.sealed, standing)
    found = mail.foresee(asked, run.id)
    is_shown = request.form.get("many") == str(found.many) and version == run.version
    wrong = "" if not is_shown else forms.wrong_number(go_form, found.many)
    if wrong or not is_shown or not acts.begin(run, version, by=standing):
        end_writing()
        form = forms.for_act(ACTS[run.act], standing, formdata=None)
        forms.fill(form, asked.details)
        go_form.number.errors = [wrong] if wrong else []
        errors = go_form.error_list() or [("what", SHOWN_ANEW)]
        status = 422 if wrong else 409
        return _asking(run, standing, form, status, go=go_form, errors=errors)
    db.session.commit()
    if run.total <= IN_BACKGROUND:
        db.session.expunge_all()  # each form is read again, alone, when its turn comes
        jobs.work(run.id)
    return web.see_other(f"/triage/bulk/{key}")


@pages.post("/<key>/undo")
@access.staff()
def undo(key: str) -> Response:
    """Take back all that still can be."""
    run, standing = _mine_to_do(key)
    if acts.begin_undo(run, by=standing):
        db.session.commit()
        if run.total <= IN_BACKGROUND:
            jobs.work(run.id)
    return web.see_other(f"/triage/bulk/{key}")


def _results(run: BulkRun, standing: Standing) -> Response:
    act, came = ACTS[run.act], queries.came(run, standing)
    context: dict[str, Any] = {
        "run": run,
        "act": act,
        "came": came,
        "words": came_words(act, run, came),
        "until": undo_until(act, run, came),
        "by_hand": Told.BY_HAND in came.told,
        "told_words": TOLD_WORDS,
    }
    answer = web.page("bulk/result.html", fragments={"progress": "progress"}, **context)
    return web.personal(answer)


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
