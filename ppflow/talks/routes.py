"""The calendar file of a conversation, for whoever answers."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort

from ppflow import access, web
from ppflow.db import db
from ppflow.expressions import calendar
from ppflow.expressions.queries import by_reference
from ppflow.triage.routes import refuse_onlookers

pages = Blueprint("talks", __name__)


def as_file(text: str) -> Response:
    """A calendar file to open or keep; nobody on the way may store it."""
    response = Response(text.encode(), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="conversation.ics"'
    return web.personal(response)


@pages.get("/expressions/<reference>/calendar.ics")
@access.staff()
def staff_calendar(reference: str) -> Response:
    """The time of a conversation, to put into a calendar of one's own."""
    standing = access.standing()
    refuse_onlookers(standing)
    found = db.session.scalars(by_reference(reference, standing)).one_or_none()
    text = calendar.for_staff(found) if found is not None else None
    if text is None:
        abort(404)
    return as_file(text)


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
