"""The decision page of one expression, and its acts."""

from __future__ import annotations

from flask import Flask, Response, abort, request

from ppflow import access, web
from ppflow.access import Standing
from ppflow.db import db, end_writing
from ppflow.deciding import acts, beside, opening, queries, refusing, showing
from ppflow.deciding.door import (
    back,
    enter,
    keep_typed,
    page,
    pages,
    panel_asked,
    part_asked,
    refused,
)
from ppflow.deciding.refusing import Acting
from ppflow.errors import Conflict, NotComplete, NotNow
from ppflow.expressions.models import Expression
from ppflow.handling import acts as handling
from ppflow.replies import acts as replies


@pages.get("/expressions/<reference>")
@access.staff()
def expression(reference: str) -> Response:
    """Everything about one expression. Opening it changes nothing."""
    found, standing = enter(reference)
    return page(found, standing, opening.opened(found, standing, request.args.get("act", "")))


@pages.post("/expressions/<reference>")
@access.staff()
def act(reference: str) -> Response:
    """Carry out the open act, or show its email first."""
    found, standing = enter(reference)
    panel = panel_asked() or abort(404)
    form = opening.act_form(panel, found, standing)
    acting = opening.posted(found, standing, panel)
    acting.panel, acting.form = panel, form
    if part_asked() == "act" or "fill" in request.form:
        return _filled(found, standing, acting)
    try:
        if not form.validate():
            raise NotComplete("", "")
        is_looking = part_asked() == "letter" or "preview" in request.form
        outcome = acts.carry_out(panel, form, found, standing, is_looking=is_looking)
    except NotComplete as missing:
        return _incomplete(found, standing, acting, missing)
    except Conflict:
        return _was_second(reference, found, standing, acting)
    except NotNow as late:
        return refused(reference, acting, words=str(late))
    if outcome.is_done:
        return _done(reference, found, standing, acting, outcome.words)
    _keep(found, standing, acting)
    acting.letter, acting.is_editing = outcome.letter, outcome.is_editing
    acting.is_to_read = not is_looking
    return page(found, standing, acting)


def _done(
    reference: str, found: Expression, standing: Standing, acting: Acting, words: str
) -> Response:
    assert acting.panel is not None
    handling.read_mentions(found, by=standing)
    keep_typed(found, standing, acting, but=acting.panel.act)
    db.session.commit()
    web.say(words)
    is_mine = queries.load(reference, standing) is not None  # it may be somebody else's now
    if is_mine:
        return back(reference, to_act=False)
    return web.see_other(f"/triage{showing.kept_query()}")


def _keep(found: Expression, standing: Standing, acting: Acting) -> None:
    """Keep what was typed before the page is drawn again; while somebody types, HTMX sees to it."""
    if not part_asked():
        keep_typed(found, standing, acting)
        db.session.commit()
    end_writing()


def _filled(found: Expression, standing: Standing, acting: Acting) -> Response:
    """The chosen ready-made reply goes below what is written already."""
    form = acting.form
    if form is not None and "body" in form:
        words = replies.filled(request.form.get("ready_reply", ""), found, standing)
        form.body.data = "\n\n".join(part for part in (form.body.data, words) if part)
    end_writing()
    refusing.show_letter(acting, found, standing)
    return page(found, standing, acting)


def _incomplete(
    found: Expression, standing: Standing, acting: Acting, missing: NotComplete
) -> Response:
    """422 with the words beside the field; while somebody still types, only no email yet."""
    db.session.rollback()
    _keep(found, standing, acting)
    if part_asked():
        return page(found, standing, acting)
    refusing.show_letter(acting, found, standing)
    refusing.mark_error(acting, missing)
    return page(found, standing, acting, 422)


def _was_second(reference: str, found: Expression, standing: Standing, acting: Acting) -> Response:
    """Somebody was first. Was it the same hand, pressing twice, then it is done already."""
    db.session.rollback()
    if refusing.is_repeat(acting, found, standing):
        web.say("You did this already. It was done once.")
        return back(reference, to_act=False)
    return refused(reference, acting, is_conflict=True)


def init_app(app: Flask) -> None:
    """Add these pages, and those beside the act."""
    assert beside  # its addresses are on the same pages
    app.register_blueprint(pages)
