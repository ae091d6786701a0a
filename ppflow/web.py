"""What every page shares: transactions by method, rendering, filters, the templates' context.

Pages with personal details are never stored by a browser or a proxy.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    render_template,
    request,
    session,
)
from flask_wtf.csrf import CSRFProtect
from jinja2 import Undefined
from jinja2_fragments.flask import render_block
from werkzeug.routing import IntegerConverter

from ppflow import access, clock, config, headers
from ppflow.db import end_writing, read_only
from ppflow.site import kept

csrf = CSRFProtect()


class Careful(Undefined):
    """May be tested and looped over, but raises when printed or reached into: typos are caught."""

    def __str__(self) -> str:
        self._fail_with_undefined_error()

    def __html__(self) -> str:
        self._fail_with_undefined_error()


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Render a page; for HTMX asking for a named block, that block alone."""
    block = request.headers.get("HX-Target", "") if "HX-Request" in request.headers else ""
    blocks = context.pop("fragments", {})
    if block in blocks:
        body = render_block(template, blocks[block], **context)
    else:
        body = render_template(template, **context)
    return make_response(body, status)


def invalid(template: str, *, status: int = 422, **context: Any) -> Response:
    """The page again after bad input: nothing written, typed text kept, what to do said.

    The write lock is given back first, so that rendering never holds up other writers.
    """
    end_writing()
    return page(template, status, **context)


def see_other(location: str) -> Response:
    """303: what was posted is on disk; look here now."""
    return Response(status=303, headers={"Location": location})


def say(message: str) -> None:
    """A sentence for the person on the next page."""
    flash(message)


def personal(response: Response) -> Response:
    """Mark an answer as never to be stored by browser or proxy."""
    response.headers["Cache-Control"] = "no-store"
    return response


# --- words for dates and numbers -------------------------------------------------------------


def _as_day(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value


def day(value: date | datetime) -> str:
    """Thursday 26 November 2026"""
    value = _as_day(value)
    return f"{value:%A} {value.day} {value:%B %Y}"


def plain_day(value: date | datetime) -> str:
    """26 November 2026"""
    value = _as_day(value)
    return f"{value.day} {value:%B %Y}"


def short_day(value: date | datetime) -> str:
    """Thu 26 Nov"""
    value = _as_day(value)
    return f"{value:%a} {value.day} {value:%b}"


def time_of_day(value: datetime) -> str:
    """10.20am, as NHS pages write it (with a point, midday and midnight in words)"""
    local = clock.local(value)
    if (local.hour, local.minute) in {(0, 0), (12, 0)}:
        return "midnight" if local.hour == 0 else "midday"
    minutes = f".{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def moment(value: datetime) -> str:
    """Monday 23 November, 10.20am"""
    local = clock.local(value)
    return f"{local:%A} {local.day} {local:%B}, {time_of_day(value)}"


def due_words(value: date) -> str:
    """Today, Tomorrow, In 3 days, 1 working day late"""
    today = clock.today()
    ahead = (value - today).days
    if ahead < 0:
        late = max(1, clock.working_days_between(value, today))
        return f"{plural(late, 'working day')} late"
    return {0: "Today", 1: "Tomorrow"}.get(ahead, f"In {ahead} days")


def plural(count: int, one: str, many: str = "") -> str:
    """1 place, 2 places; thousands with commas"""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def pounds(amount: float) -> str:
    """£55 or £27.50"""
    return f"£{amount:,.0f}" if amount == int(amount) else f"£{amount:,.2f}"


FILTERS: dict[str, Callable[..., str]] = {
    f.__name__: f
    for f in (day, plain_day, short_day, time_of_day, moment, due_words, plural, pounds)
}


# --- what every template may use --------------------------------------------------------------

NAV = (
    ("Opportunities", "/opportunities"),
    ("Projects", "/projects"),
    ("Progress", "/progress"),
    ("Research needs", "/needs"),
    ("Help", "/help"),
)
ANSWERING = (access.Role.COORDINATOR, access.Role.FACILITATOR)
STAFF_NAV: tuple[tuple[str, str, tuple[access.Role, ...]], ...] = (
    ("Home", "/home", ()),
    ("Triage", "/triage", ANSWERING),
    ("Outbox", "/outbox", (*ANSWERING, access.Role.ADMINISTRATOR)),
    ("Projects", "/projects", ()),
    ("Opportunities", "/opportunities", ()),
    ("Progress", "/progress", ()),
    ("Settings", "/settings", ()),
)


@cache
def asset(path: str) -> str:
    """The address of a file in `static/`; it changes with the content, so it may be kept."""
    content = Path(str(current_app.static_folder), path).read_bytes()
    return f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:12]}"


def default_programme(app: Flask, load: Callable[[], Any]) -> None:
    """Keep how the first programme is loaded; the floor does not know the rooms above it."""
    app.extensions["ppflow_programme"] = load


def _context() -> dict[str, Any]:
    """A page about another programme sets `g.programme` first; None when there is no programme."""
    is_default = "programme" not in g
    if is_default:
        g.programme = current_app.extensions["ppflow_programme"]()
    person = access.standing_or_none() if session else None
    here = request.path
    return {
        "programme": g.programme,
        "home_href": "/" if is_default else "",
        "site_name": "Help with health research",
        "is_demonstration": config.current().is_demonstration,
        "nav": [(label, href, here.startswith(href)) for label, href in NAV],
        "staff_nav": [
            (label, href, here.startswith(href))
            for label, href, roles in STAFF_NAV
            if person and (not roles or person.has(*roles))
        ],
        "person": person,
        "asset": asset,
    }


# --- the app's side ---------------------------------------------------------------------------


def _begin_request() -> None:
    g.request_id = secrets.token_hex(8)
    read_only(request.method in headers.SAFE_METHODS)
    if "\0" in request.path:  # no name holds this sign, and PostgreSQL refuses to be asked
        abort(404)


def _end_request(_error: BaseException | None = None) -> None:
    read_only(False)


class Number(IntegerConverter):
    """A number in an address that both databases can look for; others are no address at all."""

    regex = r"\d{1,9}"


def init_app(app: Flask) -> None:
    """Put request transactions, headers, CSRF, filters and the templates' context in place."""
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,  # a form opened 20 hours ago still sends
        WTF_CSRF_SSL_STRICT=False,  # no referrer is ever sent; SameSite and the token protect
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.url_map.converters["int"] = Number
    app.jinja_env.undefined = cast(type[Undefined], Careful)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["kept"] = kept
    app.context_processor(_context)
    app.before_request(_begin_request)
    app.teardown_request(_end_request)
    headers.init_app(app)
    csrf.init_app(app)
