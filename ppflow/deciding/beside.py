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
from ppflow.deciding.door import (
    back,
    enter,
    keep_typed,
    page,
    pages,
    panel_asked,
    too_late,
)
from ppflow.deciding.refusing import Acting
from ppflow.errors import Conflict, NotComplete, NotNow
from ppflow.expressions import acts as expression_acts
from ppflow.expressions import replacing, since
from ppflow.expressions.models import Expression
from ppflow.expressions.timeline import Item
from ppflow.handling import acts as handling
from ppflow.outbox.models import Letter
from ppflow.people.models import Person
from ppflow.routing import acts as routing
from ppflow.web import time_of_day


@pages.post("/expressions/<reference>/undo")
@access.staff()
def undo(reference: str) -> Response:
    """Take the last decision back while its email is held."""
    found, standing = enter(reference)
    acting = opening.posted(found, standing, panel_asked())
    try:
        back_again = expression_acts.undo(found, by=standing)
    except NotNow as late:
        return too_late(reference, acting, str(late))
    keep_typed(found, standing, acting)
    db.session.commit()
    going = [fate.words_of_return for fate in replacing.decided(back_again)]
    web.say(" ".join(["Taken back.", *(going or ["Nobody got an email."])]))
    return back(reference)


@pages.post("/expressions/<reference>/claim")
@access.staff()
def claim(reference: str) -> Response:
    """Take a form that nobody has. Only one of two can."""
    found, standing = enter(reference)
    acting = opening.posted(found, standing, panel_asked())
    try:
        routing.claim(found, by=standing)
    except Conflict as late:
        return too_late(reference, acting, str(late))
    keep_typed(found, standing, acting)
    db.session.commit()
    web.say("This form is yours now.")
    return back(reference)


@pages.post("/expressions/<reference>/notes")
@access.staff()
def note(reference: str) -> Response:
    """Write a note among staff, and tell a colleague of it."""
    found, standing = enter(reference)
    acting = opening.posted(found, standing, panel_asked())
    form = opening.note_form(found)
    acting.note_form = form
    try:
        if not form.validate():
            raise NotComplete("", "")
        tell = [db.session.get_one(Person, int(form.mention.data))] if form.mention.data else []
        handling.write_note(found, form.note_body.data or "", by=standing, tell=tell)
    except NotComplete as missing:
        end_writing()
        if missing.field:
            refusing.mark_note(form, missing)
        refusing.show_letter(acting, found, standing)
        return page(found, standing, acting, 422)
    handling.read_mentions(found, by=standing)
    keep_typed(found, standing, acting, but=drafts.NOTE)
    db.session.commit()
    web.say("The note is kept. Only staff see it.")
    return back(reference)


@pages.post("/expressions/<reference>/mentions/read")
@access.staff()
def mentions_read(reference: str) -> Response:
    """Say that the notes which mention this person were read."""
    found, standing = enter(reference)
    handling.read_mentions(found, by=standing)
    keep_typed(found, standing, opening.posted(found, standing, panel_asked()))
    db.session.commit()
    return back(reference)


@pages.post("/expressions/<reference>/call")
@access.staff()
def call(reference: str) -> Response:
    """Keep what was asked on the call, with short answers."""
    found, standing = enter(reference)
    acting = opening.posted(found, standing, panel_asked())
    try:
        handling.keep_call(found, calling.changes(found, request.form), by=standing)
    except NotComplete as long:
        end_writing()
        acting.errors = [(long.field, str(long))]
        refusing.show_letter(acting, found, standing)
        return page(found, standing, acting, 422)
    keep_typed(found, standing, acting, but=drafts.CALL)
    db.session.commit()
    web.say("What was said is kept. Only staff see it.")
    return back(reference)


@pages.post("/expressions/<reference>/look")
@access.staff()
def look(reference: str) -> Response:
    """Open the sensitive answers; that is recorded, once for a person and day."""
    found, standing = enter(reference)
    open_special(found, by=standing)
    keep_typed(found, standing, opening.posted(found, standing, panel_asked()))
    db.session.commit()
    return back(reference, sensitive="open")


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


@pages.post("/expressions/<reference>/letters/<int:letter_id>/done")
@access.staff()
def letter_done(reference: str, letter_id: int) -> Response:
    """Say that a letter was posted, or read out on the phone."""
    found, standing = enter(reference)
    letter, form = _letter_of(found, letter_id), showing.by_hand_form(letter_id)
    acting = opening.posted(found, standing, panel_asked())
    if not form.validate():
        end_writing()
        acting.errors = form.error_list()
        refusing.show_letter(acting, found, standing)
        return page(found, standing, acting, 422)
    try:
        handling.done_by_hand(found, letter, form.how.data, by=standing)
    except NotNow as late:
        return too_late(reference, acting, str(late))
    keep_typed(found, standing, acting)
    db.session.commit()
    web.say("Kept: the letter has reached them.")
    return back(reference)
