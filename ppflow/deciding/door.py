"""What every address of the decision page shares: the door, the page again, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, NoReturn
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request

from ppflow import access, faults, web
from ppflow.access import Standing
from ppflow.db import db, end_writing
from ppflow.deciding import drafts, opening, queries, refusing, showing
from ppflow.deciding.refusing import Acting
from ppflow.deciding.workflow import PANELS, Panel
from ppflow.errors import Conflict, NotComplete, NotNow
from ppflow.expressions.models import Expression
from ppflow.triage.routes import refuse_onlookers

View = Callable[..., Response]
pages = Blueprint("deciding", __name__)
PARTS = {"letter": "deciding/letter.html", "act": "deciding/panel.html"}  # what HTMX asks for


def enter(reference: str) -> tuple[Expression, Standing]:
    """The expression through the door; 404 for one that is not theirs."""
    standing = access.standing()
    refuse_onlookers(standing)
    return queries.load(reference, standing) or _lost(), standing


def _lost() -> NoReturn:
    """It may have been passed on while they wrote: what they typed is shown to them, as theirs."""
    if request.method == "POST":
        abort(faults.page(404, kept=faults.kept_text()))
    abort(404)


def part_asked() -> str:
    """Which part of the page HTMX asks for; empty for the whole."""
    part = request.headers.get("HX-Target", "") if "HX-Request" in request.headers else ""
    return part if part in PARTS else ""


def page(found: Expression, standing: Standing, acting: Acting, status: int = 200) -> Response:
    """The page, or the part of it that was asked for."""
    context = showing.context(found, standing, acting)
    part = part_asked() if acting.panel is not None else ""
    return web.personal(web.page(PARTS.get(part, "deciding/decision.html"), status, **context))


def panel_asked() -> Panel | None:
    """The act that stands open on the page, by its address."""
    return PANELS.get(request.args.get("act", ""))


def back(reference: str, *, to_act: bool = True, **more: str) -> Response:
    """To the page again, in the view it was opened from, with the act that was open."""
    left_out = {"sensitive"} if to_act else {"sensitive", "act"}
    kept = {key: value for key, value in request.args.items() if key not in left_out}
    query = urlencode({**kept, **more})
    return web.see_other(f"/expressions/{reference}" + (f"?{query}" if query else ""))


def keep_typed(found: Expression, standing: Standing, acting: Acting, *, but: str = "") -> bool:
    """Keep all that stands on the page, except what this button has just sent."""
    typed = opening.typed(found, standing, acting)
    if but in typed:
        typed[but] = {}
    return drafts.keep_or_forget(found, standing, typed)


def refused(
    reference: str, acting: Acting, *, words: str = "", is_conflict: bool = False
) -> Response:
    """409: somebody was first, or it is not open now. What was typed is kept, here and as drafts.

    `words` alone: another button than the act's own was too late; the open act stays as it is.
    """
    db.session.rollback()
    found, standing = enter(reference)
    keep_typed(found, standing, acting)
    db.session.commit()
    end_writing()
    found, standing = enter(reference)
    refusing.mark_refused(acting, found, standing, words=words, is_conflict=is_conflict)
    return page(found, standing, acting, 409)


def too_late(reference: str, acting: Acting, words: str) -> Response:
    """409 for a button beside the act; the act stays as it was typed, with what it knew."""
    end_writing()
    found, standing = enter(reference)
    acting.refused = refusing.Refused(words)
    refusing.show_letter(acting, found, standing)
    return page(found, standing, acting, 409)


# --- a button beside the act ----------------------------------------------------------------------


@dataclass(frozen=True)
class Desk:
    """The page as a button beside the act sent it, and who pressed it."""

    expression: Expression
    by: Standing
    acting: Acting


def button(path: str, *, sends: str = "", **shows: str) -> Callable[[Callable[..., str]], View]:
    """A button beside the act. `does` does it, and gives the words of what was done.

    All that is typed elsewhere on the page is kept; `sends` names the draft that this button
    sends, `shows` adds to the address of the page afterwards. What `does` raises leads back to the
    page as it was typed: 409 when it is too late, 422 when something is missing.
    """

    def add(does: Callable[..., str]) -> View:
        @wraps(does)
        def press(reference: str, **named: Any) -> Response:
            found, standing = enter(reference)
            acting = opening.posted(found, standing, panel_asked())
            try:
                words = does(Desk(found, standing, acting), **named)
            except (NotNow, Conflict) as late:
                return too_late(reference, acting, str(late))
            except NotComplete as missing:
                return _incomplete(found, standing, acting, missing)
            keep_typed(found, standing, acting, but=sends)
            db.session.commit()
            if words:
                web.say(words)
            return back(reference, to_act=True, **shows)

        view: View = pages.post(f"/expressions/<reference>{path}")(access.staff()(press))
        return view

    return add


def _incomplete(
    found: Expression, standing: Standing, acting: Acting, missing: NotComplete
) -> Response:
    end_writing()
    acting.errors = [(missing.field, str(missing))] if missing.field else acting.errors
    refusing.show_letter(acting, found, standing)
    return page(found, standing, acting, 422)
