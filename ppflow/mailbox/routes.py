"""The demo mailbox's pages, added only where a demonstration keeps its mail."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, Response, abort, request, url_for

from ppflow import access, config, web
from ppflow.mailbox import queries

PAGE_SIZE = 25
pages = Blueprint("mailbox", __name__)


def init_app(app: Flask) -> None:
    """Add these pages to a demonstration that has a mailbox; elsewhere they do not exist."""
    settings = app.config["PPFLOW"]
    if settings.mailbox_dir and not settings.is_production:
        app.register_blueprint(pages)
        app.context_processor(lambda: {"mailbox_href": "/mailbox"})


def folder() -> Path:
    """Where the emails are."""
    return Path(config.current().mailbox_dir)


@pages.get("/mailbox")
@access.public
def index() -> Response:
    """What was mailed, newest first."""
    query = request.args.get("q", "").strip()
    number = max(1, request.args.get("page", 1, type=int))
    found = queries.search(folder(), query) if query else queries.names(folder())
    shown = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    mails = [mail for name in shown if (mail := queries.find(folder(), name))]

    def address(page: int) -> str:
        return url_for("mailbox.index", q=query or None, page=page if page > 1 else None)

    return web.personal(
        web.page(
            "mailbox/index.html",
            mails=mails,
            query=query,
            count=len(found),
            previous=address(number - 1) if number > 1 else "",
            next=address(number + 1) if number * PAGE_SIZE < len(found) else "",
        )
    )


@pages.get("/mailbox/<name>")
@access.public
def mail(name: str) -> Response:
    """One email. Its links can be followed, as the person who got it would."""
    found = queries.find(folder(), name)
    if found is None:
        abort(404)
    return web.personal(web.page("mailbox/mail.html", mail=found))
