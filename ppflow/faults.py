"""What people see when something is wrong: a page that says what to do, and their typed text.

Whatever happens, the write lock is given back first, nothing is told of the fault itself, and text
that was posted stands on the page to be copied. A fault page asks the database for as little as it
can, and for nothing when the database is the fault.
"""

from __future__ import annotations

import re
import time
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from ppflow import access, limits, logs, web
from ppflow.db import db, end_writing, read_only
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow, PpflowError
from ppflow.forms import tidy
from ppflow.headers import SAFE_METHODS

PAGES = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503})
RETRY_SECONDS = 30
# Secrets, and what our own pages put into a form for themselves: nobody typed it.
NEVER_SHOWN = re.compile(
    r"password|token$|_key$|[-_]was$|^(next|version|page|verb|seen|shown|once|letter|preview|fill|pick)$"
)
BUSY_SIGNS = ("locked", "busy", "full", "unable to open", "disk i/o", "readonly")
TRY_AGAIN = "We could not save that just now. The site is busy, or has run out of room."


def kept_text() -> list[tuple[str, str]]:
    """What was typed into the form that was posted: (name in words, text). Never a secret."""
    if request.method in SAFE_METHODS:
        return []
    try:
        posted = list(request.form.items(multi=True))
    except HTTPException:  # too large or broken: it was never read
        return []
    return [
        (tidy(name).replace("_", " ").replace("-", " ").capitalize(), tidy(text))
        for name, text in posted
        if tidy(text) and not NEVER_SHOWN.search(name.lower())
    ]


def page(status: int, **context: Any) -> Response:
    """The page of a fault. Never stored; swapped by HTMX as a whole page, or not at all."""
    kept = context.pop("kept", None) or ([] if status in {404, 405, 413} else kept_text())
    _let_go()
    template = f"errors/{status if status in PAGES else 400 if status < 500 else 500}.html"
    context |= {"kept": kept, "request_reference": g.get("request_id", "")}
    try:
        body = render_template(template, **context)
    except SQLAlchemyError as error:
        logs.log.error("fault page without database", **logs.error_fields(error))
        bare = current_app.jinja_env.get_template(template)
        body = bare.render(asset=web.asset, is_demonstration=False, **context)
    response = web.personal(make_response(body, status))
    if "HX-Request" in request.headers:
        response.headers["HX-Retarget"] = "body"
    return response


def _let_go() -> None:
    """Give back the lock and drop the transaction; the connection may be the fault itself."""
    try:
        end_writing()
    except SQLAlchemyError as error:
        logs.log.error("rollback failed", **logs.error_fields(error))
        db.session().invalidate()
        read_only(True)


def _http(error: HTTPException) -> Response:
    if error.response is not None:  # somebody made the whole answer already
        return make_response(error.response)
    code = error.code or 500
    if isinstance(error, CSRFError) and _was_signed_out():
        code = 401
    response = page(code, **({"again_href": _to_come_back()} if code == 401 else {}))
    if error.code == 405:
        response.headers.update(error.get_headers())
        response.headers["Content-Type"] = "text/html; charset=utf-8"
    return response


def _was_signed_out() -> bool:
    """Is this page for staff, and nobody signed in any more? A form's token ends with them."""
    mark = access.mark_of(current_app, request.endpoint) if request.endpoint else None
    is_for_staff = mark is not None and not mark.is_public
    return is_for_staff and access.standing_or_none() is None


def _to_come_back() -> str:
    """The address of the page that was worked on, where it can be opened."""
    adapter = current_app.create_url_adapter(request)
    can_open = adapter is not None and adapter.test(method="GET")
    return request.full_path.rstrip("?") if can_open else ""


def _too_often(_error: RateLimitExceeded) -> Response:
    used = limits.limiter.current_limit
    seconds = RETRY_SECONDS
    if used:  # whole seconds, rounded up; never longer than the window is
        left = used.reset_at - int(time.time())
        seconds = min(max(1, left), used.limit.get_expiry())
    minutes = -(-seconds // 60)
    words = "a minute" if minutes == 1 else f"{minutes} minutes"
    response = page(429, retry_words=words, kept=[])
    response.headers["Retry-After"] = str(seconds)
    return response


def _unavailable(_error: Exception) -> Response:
    message = "" if request.method in SAFE_METHODS else TRY_AGAIN
    response = page(503, message=message)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _is_passing(error: Exception | None) -> bool:
    """Whether the database is busy, full or away, so that trying again will help."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    said = str(error.orig).lower()
    if request.method in SAFE_METHODS and "readonly" in said:
        return False  # a page tried to write: a bug of ours
    is_sqlite = db.engine.dialect.name == "sqlite"
    return any(sign in said for sign in BUSY_SIGNS) if is_sqlite else True


def _database(error: DBAPIError) -> Response:
    logs.log.error("database", id=g.get("request_id"), **logs.error_fields(error))
    return _unavailable(error) if _is_passing(error) else page(500)


def _ours(error: HTTPException) -> Response:
    """A fault of ours: already logged, with where and what type, by the signal."""
    if _is_passing(getattr(error, "original_exception", None)):
        return _unavailable(error)
    return page(500)


def _not_allowed(_error: NotAllowed) -> Response:
    return page(403)


def _conflict(error: PpflowError) -> Response:
    return page(409, message=str(error))


def _not_complete(error: NotComplete) -> Response:
    return page(422, message=str(error))


def _for_people(error: PpflowError) -> Response:
    """An error with words for a person that no page caught, such as a seal without its key."""
    logs.log.error("failed", id=g.get("request_id"), **logs.error_fields(error))
    return page(500)


def init_app(app: Flask) -> None:
    """Add a page for each kind of fault."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _ours)
    app.register_error_handler(RateLimitExceeded, _too_often)
    app.register_error_handler(ServiceUnavailable, _unavailable)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.register_error_handler(NotAllowed, _not_allowed)
    for kind in (NotNow, Conflict):
        app.register_error_handler(kind, _conflict)
    app.register_error_handler(NotComplete, _not_complete)
    app.register_error_handler(PpflowError, _for_people)
