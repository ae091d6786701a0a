"""Putting a tag on one form, and taking it off, beside the act on its decision page."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from ppflow import access, web
from ppflow.db import db, end_writing
from ppflow.deciding import drafts, opening, refusing
from ppflow.deciding.door import back, enter, keep_typed, page, panel_asked
from ppflow.errors import NotComplete, NotNow
from ppflow.tagging import acts

pages = Blueprint("tagging", __name__)


@pages.post("/expressions/<reference>/tags")
@access.staff()
def put_on(reference: str) -> Response:
    """Put a word on it. What stands elsewhere on the page is kept."""
    found, standing = enter(reference)
    acting = opening.posted(found, standing, panel_asked())
    try:
        word = acts.word_of(acting.tag)
        acts.tag(found, word, by=standing)
    except NotComplete as missing:
        end_writing()
        acting.errors = [("tag-word", str(missing))]
        refusing.show_letter(acting, found, standing)
        return page(found, standing, acting, 422)
    except NotNow as there:  # pressed twice, or a colleague was quicker
        web.say(str(there))
    else:
        web.say(f"Tagged: {word}. Only staff see it.")
    keep_typed(found, standing, acting, but=drafts.TAG)
    db.session.commit()
    return back(reference)


@pages.post("/expressions/<reference>/tags/off")
@access.staff()
def take_off(reference: str) -> Response:
    """Take a word off it."""
    found, standing = enter(reference)
    acting = opening.posted(found, standing, panel_asked())
    word = request.form.get("off", "")
    try:
        acts.untag(found, word, by=standing)
    except NotNow as gone:
        web.say(str(gone))
    else:
        web.say(f"Taken off: {word}.")
    keep_typed(found, standing, acting)
    db.session.commit()
    return back(reference)


def init_app(app: Flask) -> None:
    """Add these addresses."""
    app.register_blueprint(pages)
