"""Before the status page: the private link, a new one, and closing the visit."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import Blueprint, Flask, Response, url_for

from ppflow import access, limits, web
from ppflow.applicants import acts as links
from ppflow.db import db, end_writing
from ppflow.expressions.models import Expression
from ppflow.forms import drawn
from ppflow.visiting import acts
from ppflow.visiting.forms import NewLinkForm

pages = Blueprint("visiting", __name__)

LINKS_AN_HOUR: Final = 3


@pages.get("/status/<token>")
@access.public
def knock(token: str) -> Response:
    """One harmless button: opening changes nothing, so that mail scanners may look."""
    link = links.link_by_token(token)
    return web.personal(web.page("visiting/knock.html", 200 if link else 404, is_known=bool(link)))


@pages.post("/status/<token>")
@access.public
def enter(token: str) -> Response:
    """The token leaves the address bar, a cookie takes its place, the address is confirmed."""
    link = links.link_by_token(token)
    if link is None:
        return _new_link_for(acts.by_old_token(token))
    acts.open_link(link)
    db.session.commit()
    return acts.remember(web.see_other(url_for("status.show")), link)


def _may_have_link(expression: Expression) -> bool:
    """At most 3 new links an hour for one address (reliability.md S-13)."""
    asked = limits.count("new-link", expression.applicant.email, timedelta(hours=1))
    return asked <= LINKS_AN_HOUR


def _new_link_for(expression: Expression | None) -> Response:
    """The same answer whether or not the form is known."""
    if expression is not None and _may_have_link(expression):
        acts.send_new_link(expression)
    db.session.commit()
    end_writing()
    return web.personal(web.page("visiting/sent.html"))


@pages.get("/status/find")
@access.public
def find() -> Response:
    """For somebody without the email at hand."""
    return web.personal(web.page("visiting/find.html", form=NewLinkForm(), drawn=drawn, errors=[]))


@pages.post("/status/find")
@access.public
def find_sent() -> Response:
    form = NewLinkForm()
    if not form.validate():
        errors = form.error_list()
        return web.invalid("visiting/find.html", form=form, drawn=drawn, errors=errors)
    return _new_link_for(acts.by_reference(form.reference.data or "", form.email.data or ""))


@pages.post("/status/close")
@access.public
def close() -> Response:
    """Forget this visit on this device."""
    web.say("The page is closed on this device.")
    return acts.forget(web.see_other(url_for("visiting.find")))


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
