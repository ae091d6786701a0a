"""`/settings/retention`: what is over its time, and the way on for a run that the brake holds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, abort

from ppflow import access, web
from ppflow.access import Role, Standing
from ppflow.db import db, end_writing
from ppflow.erasing import clocks, queries
from ppflow.erasing.forms import LetGoForm
from ppflow.erasing.models import RetentionRun
from ppflow.erasing.workflow import DRAFTS, LETTERS, RULES
from ppflow.errors import NotNow
from ppflow.forms import drawn

pages = Blueprint("erasing", __name__)
MORE = "There are more now than the page showed. Look at the numbers again."


def may_let_go(standing: Standing) -> bool:
    """A run goes over all programmes: an administrator's, or a coordinator's of all of them."""
    return standing.has(Role.ADMINISTRATOR) or standing.all_programmes


def _context(held: RetentionRun | None, form: LetGoForm) -> dict[str, Any]:
    standing = access.standing()
    due = queries.counts_due()
    form.due.data = str(sum(due.values()))
    form.run.data = str(held.id) if held else ""
    return {
        "held": held,
        "last": clocks.last_run(is_held=False),
        "due": due | queries.counts_of_the_rest(),
        "total": sum(due.values()),
        "rules": RULES,
        "others": (DRAFTS, LETTERS),
        "examples": {rule.key: queries.examples(rule, standing) for rule in RULES},
        "endless": queries.places_without_end(),
        "may_let_go": may_let_go(standing),
        "form": form,
        "drawn": drawn,
    }


@pages.get("/settings/retention")
@access.staff(Role.ADMINISTRATOR, Role.COORDINATOR)
def retention() -> Response:
    """How many forms are over their time, by rule; names nobody."""
    context = _context(clocks.held_run(), LetGoForm())
    return web.personal(web.page("erasing/retention.html", **context, errors=[]))


@pages.post("/settings/retention")
@access.staff(Role.ADMINISTRATOR, Role.COORDINATOR)
def let_go() -> Response:
    """Let the held run go on, or leave it as it is."""
    standing, form = access.standing(), LetGoForm()
    if not may_let_go(standing):
        abort(403)
    held = clocks.held_run(is_locked=True)
    if held is None or str(held.id) != form.run.data:
        raise NotNow("This has changed meanwhile. Open the page again to see how it stands.")
    shown = form.due.data or ""
    if form.validate() and form.sure.data == "yes":
        if not shown.isdecimal() or sum(queries.counts_due().values()) > int(shown):
            form.sure.errors = [MORE]
        else:
            clocks.start(is_confirmed=True, by=standing.actor)
            db.session.commit()
            web.say("It goes on now: the forms are deleted within the next minutes.")
            return web.see_other("/settings/retention")
    elif not form.errors:
        web.say("It stays held. Nothing is deleted until somebody lets it go on.")
        return web.see_other("/home")
    end_writing()
    context = _context(clocks.held_run(), form)
    errors = form.error_list()
    return web.personal(web.invalid("erasing/retention.html", **context, errors=errors))


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
