"""Releasing the prepared decisions of an opportunity, and taking one back."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, web
from ppflow.db import db, end_writing
from ppflow.deciding import opening
from ppflow.deciding.door import back, keep_typed, panel_asked
from ppflow.errors import Conflict, NotComplete, NotNow
from ppflow.expressions.queries import by_reference
from ppflow.places.acts import Result
from ppflow.places.routes import draw, opened
from ppflow.releasing import acts
from ppflow.triage.routes import refuse_onlookers

pages = Blueprint("releasing", __name__)


@pages.post("/opportunities/<slug>/release")
@access.staff(access.Role.COORDINATOR)
def release(slug: str) -> Response:
    """Tell everybody whose decision stood on the page, in one press."""
    opportunity, standing = opened(slug)
    seen = _seen(request.form.getlist("item"))
    try:
        results = acts.release(opportunity, seen, by=standing, is_meant="is_meant" in request.form)
    except NotComplete as missing:
        end_writing()
        return draw(opportunity, standing, status=422, errors=[(missing.field, str(missing))])
    db.session.commit()
    troubled = [result for result in results if result.trouble]
    web.say(_words(results))
    end_writing()
    if troubled:  # said beside the list too, one line for each
        return draw(opportunity, standing, status=409, troubled=troubled)
    return web.see_other(f"/opportunities/{slug}/places")


def _seen(items: list[str]) -> dict[int, int]:
    """Id and version of each decision that stood on the page: "17-4"."""
    pairs = [item.partition("-") for item in items]
    return {
        int(number): int(version)
        for number, _, version in pairs
        if number.isdecimal() and version.isdecimal() and len(number) < 18 and len(version) < 9
    }


def _words(results: list[Result]) -> str:
    done = sum(not result.trouble for result in results)
    words = f"{web.plural(done, 'decision')} released."
    left = len(results) - done
    return f"{words} {left} not: see below." if left else words


@pages.post("/expressions/<reference>/put-away")
@access.staff()
def put_away(reference: str) -> Response:
    """Take a prepared decision back. Nobody has been told."""
    standing = access.standing()
    refuse_onlookers(standing)
    found = db.session.scalars(by_reference(reference, standing)).one_or_none()
    if found is None:
        abort(404)
    typed = request.form.get("version", "")
    version = int(typed) if typed.isdecimal() and len(typed) < 10 else None
    try:
        acts.put_away(found, by=standing, expected_version=version)
    except (Conflict, NotNow):
        end_writing()
        web.say("Nothing was taken back: it has changed meanwhile.")
    else:
        keep_typed(found, standing, opening.posted(found, standing, panel_asked()))
        db.session.commit()
        web.say("Taken back. Nobody had been told.")
    return back(reference)


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
