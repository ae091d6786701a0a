"""The decision page of one expression, and everything that is done from it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, web
from ppflow.access import Standing
from ppflow.answers.acts import open_special
from ppflow.db import db, end_writing
from ppflow.deciding import acts, forms, queries, refusing, showing
from ppflow.deciding.forms import ByHandForm, NoteForm
from ppflow.deciding.refusing import Acting
from ppflow.deciding.workflow import PANELS
from ppflow.errors import Conflict, NotComplete, NotNow
from ppflow.expressions import acts as expression_acts
from ppflow.expressions.models import Expression
from ppflow.handling import acts as handling
from ppflow.outbox.models import Letter
from ppflow.routing import acts as routing
from ppflow.triage.routes import refuse_onlookers

pages = Blueprint("deciding", __name__)


def _open(reference: str) -> tuple[Expression, Standing]:
    """The expression through the door; 404 for one that is not theirs."""
    standing = access.standing()
    refuse_onlookers(standing)
    found = queries.load(reference, standing)
    if found is None:
        abort(404)
    return found, standing


def _page(
    expression: Expression, standing: Standing, acting: Acting, status: int = 200
) -> Response:
    context = showing.context(expression, standing, acting)
    is_part = _is_live() and acting.panel is not None
    template = "deciding/letter.html" if is_part else "deciding/decision.html"
    return web.personal(web.page(template, status, **context))


def _is_live() -> bool:
    """Only the email is asked for, while somebody types."""
    return request.headers.get("HX-Target") == "letter"


def _back(reference: str, **more: str) -> Response:
    """To the page again, in the view it was opened from."""
    kept = {key: value for key, value in request.args.items() if key not in {"act", "sensitive"}}
    query = urlencode({**kept, **more})
    return web.see_other(f"/expressions/{reference}" + (f"?{query}" if query else ""))


@pages.get("/expressions/<reference>")
@access.staff()
def expression(reference: str) -> Response:
    """Everything about one expression. Opening it changes nothing."""
    found, standing = _open(reference)
    return _page(found, standing, showing.opened(found, standing, request.args.get("act", "")))


@pages.post("/expressions/<reference>")
@access.staff()
def act(reference: str) -> Response:
    """Carry out the open act, or show its email first."""
    found, standing = _open(reference)
    panel = PANELS.get(request.args.get("act", "")) or abort(404)
    form = forms.for_panel(panel, found, queries.people_for(panel.act, found, standing.person_id))
    acting = Acting(panel=panel, form=form)
    try:
        if not form.validate():
            raise NotComplete("", "")
        is_looking = _is_live() or "preview" in request.form
        outcome = acts.carry_out(panel, form, found, standing, is_looking=is_looking)
    except NotComplete as missing:
        return _incomplete(found, standing, acting, missing)
    except Conflict:
        return _refused(reference, standing, acting, is_conflict=True)
    except NotNow as late:
        return _refused(reference, standing, acting, words=str(late))
    if outcome.is_done:
        db.session.commit()
        web.say(outcome.words)
        is_mine = queries.load(reference, standing) is not None  # it may be somebody else's now
        return _back(reference) if is_mine else web.see_other(f"/triage{showing.kept_query()}")
    end_writing()
    acting.letter, acting.is_editing = outcome.letter, outcome.is_editing
    return _page(found, standing, acting)


def _incomplete(
    found: Expression, standing: Standing, acting: Acting, missing: NotComplete
) -> Response:
    """422 with the words beside the field; while somebody still types, only no email yet."""
    end_writing()
    if _is_live():
        return _page(found, standing, acting)
    refusing.show_letter(acting, found, standing)
    refusing.mark_error(acting, missing)
    return _page(found, standing, acting, 422)


def _refused(
    reference: str,
    standing: Standing,
    acting: Acting,
    *,
    words: str = "",
    is_conflict: bool = False,
) -> Response:
    """409: somebody was first, or it is not open now. What was typed is kept."""
    end_writing()
    found, _ = _open(reference)
    refusing.mark_refused(acting, found, standing, words=words, is_conflict=is_conflict)
    return _page(found, standing, acting, 409)


@pages.post("/expressions/<reference>/undo")
@access.staff()
def undo(reference: str) -> Response:
    """Take the last decision back while its email is held."""
    found, standing = _open(reference)
    try:
        expression_acts.undo(found, by=standing)
    except NotNow as late:
        return _refused(reference, standing, Acting(), words=str(late))
    db.session.commit()
    web.say("Taken back. Nobody got an email.")
    return _back(reference)


@pages.post("/expressions/<reference>/claim")
@access.staff()
def claim(reference: str) -> Response:
    """Take a form that nobody has. Only one of two can."""
    found, standing = _open(reference)
    try:
        routing.claim(found, by=standing)
    except Conflict as late:
        return _refused(reference, standing, Acting(), words=str(late))
    db.session.commit()
    web.say("This form is yours now.")
    return _back(reference)


@pages.post("/expressions/<reference>/notes")
@access.staff()
def note(reference: str) -> Response:
    """Write a note among staff."""
    found, standing = _open(reference)
    form = NoteForm()
    if not form.validate():
        end_writing()
        return _page(found, standing, Acting(note_form=form), 422)
    handling.write_note(found, form.note_body.data or "", by=standing)
    db.session.commit()
    return _back(reference)


@pages.post("/expressions/<reference>/look")
@access.staff()
def look(reference: str) -> Response:
    """Open the sensitive answers; that is recorded, once for a person and day."""
    found, standing = _open(reference)
    open_special(found, by=standing)
    db.session.commit()
    return _back(reference, sensitive="open")


# --- letters by hand ------------------------------------------------------------------------------


def _letter_of(expression: Expression, letter_id: int) -> Letter:
    found = db.session.get(Letter, letter_id)
    if found is None or found.expression_id != expression.id or found.to_address:
        abort(404)
    return found


@pages.get("/expressions/<reference>/letters/<int:letter_id>/print")
@access.staff()
def print_letter(reference: str, letter_id: int) -> Response:
    """A letter as it is put in an envelope, with the postal address."""
    found, _ = _open(reference)
    letter = _letter_of(found, letter_id)
    context: dict[str, Any] = {"expression": found, "letter": letter, "query": showing.kept_query()}
    return web.personal(web.page("deciding/print.html", **context))


@pages.post("/expressions/<reference>/letters/<int:letter_id>/done")
@access.staff()
def letter_done(reference: str, letter_id: int) -> Response:
    """Say that a letter was posted, or read out on the phone."""
    found, standing = _open(reference)
    letter, form = _letter_of(found, letter_id), ByHandForm()
    if not form.validate():
        abort(400)
    try:
        handling.done_by_hand(found, letter, form.how.data, by=standing)
    except NotNow as late:
        return _refused(reference, standing, Acting(), words=str(late))
    db.session.commit()
    web.say("Kept: the letter has reached them.")
    return _back(reference)


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
