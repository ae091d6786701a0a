"""What is done beside the act: notes, the call, drafts, claim, sensitive answers, letters by hand.

Every button of the page sends the whole page, so that nothing typed is lost: what belongs to
another button is kept as a draft and stands there again.
"""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request

from ppflow import access, clock, web
from ppflow.answers.acts import open_special
from ppflow.db import db, end_writing
from ppflow.deciding import calling, drafts, opening, refusing, showing
from ppflow.deciding.door import Desk, back, button, enter, keep_typed, pages, panel_asked
from ppflow.deciding.refusing import Acting
from ppflow.errors import NotComplete
from ppflow.expressions import acts as expression_acts
from ppflow.expressions import replacing, since
from ppflow.expressions.models import Expression
from ppflow.expressions.timeline import Item
from ppflow.handling import acts as handling
from ppflow.outbox.models import Letter
from ppflow.people.models import Person
from ppflow.routing import acts as routing
from ppflow.web import time_of_day


@button("/undo")
def undo(desk: Desk) -> str:
    """Take the last decision back while its email is held."""
    back_again = replacing.decided(expression_acts.undo(desk.expression, by=desk.by))
    going = [fate.words_of_return for fate in back_again]
    return " ".join(["Taken back.", *(going or ["Nobody got an email."])])


@button("/claim")
def claim(desk: Desk) -> str:
    """Take a form that nobody has. Only one of two can."""
    routing.claim(desk.expression, by=desk.by)
    return "This form is yours now."


@button("/notes", sends=drafts.NOTE)
def note(desk: Desk) -> str:
    """Write a note among staff, and tell a colleague of it."""
    form = desk.acting.note_form = opening.note_form(desk.expression)
    if not form.validate():
        raise NotComplete("", "")
    tell = [db.session.get_one(Person, int(form.mention.data))] if form.mention.data else []
    try:
        handling.write_note(desk.expression, form.note_body.data or "", by=desk.by, tell=tell)
    except NotComplete as missing:
        refusing.mark_note(form, missing)
        raise NotComplete("", "") from missing
    handling.read_mentions(desk.expression, by=desk.by)
    return "The note is kept. Only staff see it."


@button("/mentions/read")
def mentions_read(desk: Desk) -> str:
    """Say that the notes which mention this person were read."""
    handling.read_mentions(desk.expression, by=desk.by)
    return ""


@button("/call", sends=drafts.CALL)
def call(desk: Desk) -> str:
    """Keep what was asked on the call, with short answers."""
    said = calling.changes(desk.expression, request.form)
    handling.keep_call(desk.expression, said, by=desk.by)
    return "What was said is kept. Only staff see it."


@button("/look", sensitive="open")
def look(desk: Desk) -> str:
    """Open the sensitive answers; that is recorded, once for a person and day."""
    open_special(desk.expression, by=desk.by)
    return ""


# --- drafts ---------------------------------------------------------------------------------------


@pages.post("/expressions/<reference>/drafts")
@access.staff()
def keep_drafts(reference: str) -> Response:
    """Keep what is typed, for later. HTMX asks every few seconds, and gets one sentence."""
    found, standing = enter(reference)
    acting = opening.posted(found, standing, panel_asked())
    is_kept = keep_typed(found, standing, acting)
    db.session.commit()
    if request.headers.get("HX-Target") != "draft-words":
        web.say("Your words are kept. Only you see them." if is_kept else "Nothing was typed yet.")
        return back(reference)
    end_writing()
    return web.personal(web.page("deciding/kept.html", **_kept_words(found, acting, is_kept)))


def _kept_words(found: Expression, acting: Acting, is_kept: bool) -> dict[str, Any]:
    opened_at = refusing.event_of(request.form.get("seen", ""))
    me = access.standing().person_id
    is_news = bool(opened_at) and since.others_acted(found, opened_at, me)
    return {
        "is_kept": is_kept,
        "is_news": is_news,
        "now": time_of_day(clock.now()),
        "news": _happened(since.news(found, opened_at, me)) if is_news else [],
    }


def _happened(news: list[Item]) -> list[str]:
    """What was done, in words; an email follows from an act, and says no more."""
    return [item.text for item in news if item.kind == "event" and not item.more]


@pages.post("/expressions/<reference>/drafts/forget")
@access.staff()
def forget_draft(reference: str) -> Response:
    """Take out what was kept under one panel; what is typed elsewhere stays."""
    found, standing = enter(reference)
    panel = request.form.get("draft", "")
    if panel not in showing.TITLES:
        abort(404)
    keep_typed(found, standing, opening.posted(found, standing, panel_asked()), but=panel)
    drafts.forget(found, standing, panel)
    db.session.commit()
    web.say("Your draft is gone.")
    return back(reference)


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
    found, _ = enter(reference)
    letter = _letter_of(found, letter_id)
    context: dict[str, Any] = {"expression": found, "letter": letter, "query": showing.kept_query()}
    return web.personal(web.page("deciding/print.html", **context))


@button("/letters/<int:letter_id>/done")
def letter_done(desk: Desk, letter_id: int) -> str:
    """Say that a letter was posted, or read out on the phone."""
    letter, form = _letter_of(desk.expression, letter_id), showing.by_hand_form(letter_id)
    if not form.validate():
        desk.acting.errors = form.error_list()
        raise NotComplete("", "")
    handling.done_by_hand(desk.expression, letter, form.how.data, by=desk.by)
    return "Kept: it was posted." if form.how.data == "posted" else "Kept: it was read out."
