"""`/settings/replies`: coordinators keep the ready-made replies of their programmes."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, web
from ppflow.access import Role
from ppflow.db import db
from ppflow.errors import Conflict, NotComplete
from ppflow.filters import typed
from ppflow.forms import choices, drawn
from ppflow.kinds import KINDS
from ppflow.listing import from_place, place_in
from ppflow.replies import acts, queries
from ppflow.replies.forms import ReplyForm
from ppflow.replies.models import CannedReply
from ppflow.replies.queries import Asked
from ppflow.replies.workflow import PLACEHOLDERS

pages = Blueprint("replies", __name__)
LIST: Final = "/settings/replies"


@pages.get("/settings/replies")
@access.staff(Role.COORDINATOR)
def every() -> Response:
    """The list, by name, with search."""
    standing = access.standing()
    kind = request.args.get("kind", "")
    asked = Asked(
        typed(request.args, "q"), kind if kind in {"any", *KINDS} else "", place_in(request.args)
    )
    found = queries.page(asked, standing)
    kept = {"q": asked.q, "kind": asked.kind}
    return web.personal(
        web.page(
            "replies/list.html",
            found=found,
            asked=asked,
            more=from_place(LIST, kept, found.next),
            kinds=[("", "All"), ("any", "For every kind"), *_kinds()],
            labels=dict(_kinds()),
            first=f"{LIST}?{urlencode(kept)}" if asked.after else "",
        )
    )


def _kinds() -> list[tuple[str, str]]:
    return [(kind.key, kind.label) for kind in KINDS.values()]


@pages.route("/settings/replies/new", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def new() -> Response:
    """Write a reply down."""
    form = _form()
    if request.method == "GET":
        return _page(form, None)
    try:
        if not form.validate():
            return _wrong(form, None)
        reply = acts.add(form.values(), by=access.standing())
    except NotComplete as wrong:
        return _wrong(form, None, wrong)
    db.session.commit()
    web.say(f"{reply.title}: kept.")
    return web.see_other(LIST)


@pages.route("/settings/replies/<int:reply_id>", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR)
def change(reply_id: int) -> Response:
    """Change a reply. Messages sent with it before stay as they were."""
    standing = access.standing()
    chosen = queries.visible_to(standing).where(CannedReply.id == reply_id)
    reply = db.session.scalars(chosen).one_or_none() or abort(404)
    form = _form(reply)
    if request.method == "GET":
        return _page(form, reply)
    version = form.version.data or ""
    try:
        if not form.validate():
            return _wrong(form, reply)
        number = int(version) if version.isdecimal() and len(version) < 10 else 0
        acts.change(reply, form.values(), by=standing, expected_version=number)
    except NotComplete as wrong:
        return _wrong(form, reply, wrong)
    except Conflict as late:
        return _second(form, reply, late)
    db.session.commit()
    web.say(f"{reply.title}: kept.")
    return web.see_other(LIST)


def _form(reply: CannedReply | None = None) -> ReplyForm:
    data: dict[str, Any] = {}
    if reply is not None:
        data = {name: getattr(reply, name) for name in ("version", "kind", "title", "body")}
        data |= {"programme": str(reply.programme_id)}
        data |= {"is_offered": ["yes"] if reply.is_offered else []}
    form = ReplyForm(data=data) if request.method == "GET" else ReplyForm()
    offered = queries.programmes(access.standing())
    form.programme.choices = choices([("", "Choose"), *offered] if len(offered) > 1 else offered)
    return form


def _context(form: ReplyForm, reply: CannedReply | None) -> dict[str, Any]:
    return {"form": form, "reply": reply, "drawn": drawn, "placeholders": PLACEHOLDERS}


def _page(form: ReplyForm, reply: CannedReply | None) -> Response:
    context = _context(form, reply)
    return web.personal(web.page("replies/reply.html", errors=[], theirs=None, **context))


def _wrong(
    form: ReplyForm, reply: CannedReply | None, wrong: NotComplete | None = None
) -> Response:
    if wrong is not None:
        form[wrong.field].errors = [str(wrong)]
    context = {**_context(form, reply), "errors": form.error_list(), "theirs": None}
    return web.personal(web.invalid("replies/reply.html", **context))


def _second(form: ReplyForm, reply: CannedReply, late: Conflict) -> Response:
    """409: both stand on the page, and mine can be sent over theirs."""
    db.session.rollback()
    theirs = {"words": str(late), "title": reply.title, "body": reply.body}
    form.version.data = str(reply.version)
    context = {**_context(form, reply), "errors": [], "theirs": theirs}
    return web.personal(web.invalid("replies/reply.html", status=409, **context))


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
