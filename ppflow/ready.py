"""Kept ready: statements built once for the same question, pages drawn once for the same facts.

Building a list's statement costs more time than the database needs to answer it, and drawing a page
costs more than both. A question is its arguments (who asks, what they chose, which day it is);
values stay bound, never in the text. The database is asked each time: only what it said decides
whether a page that was drawn before still holds.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache, wraps
from threading import Lock
from typing import Any, Final, NamedTuple, ParamSpec

from flask import Response, current_app, g, request, session
from sqlalchemy import ColumnElement, CursorResult, Integer, Row, Select, String, literal_column

from ppflow import access, clock, web
from ppflow.db import db

KEPT: Final = 256  # different questions of one statement; the least used is forgotten
PAGES_KEPT: Final = 100  # of up to 30 KB each

P = ParamSpec("P")


def ready(
    build: Callable[P, Select[*tuple[Any, ...]]],
) -> Callable[P, CursorResult[*tuple[Any, ...]]]:
    """Make a function that builds a select of columns into one that executes it.

    All that the statement depends on must be among its arguments, which must be hashable. Rows
    come past the ORM: columns only, no entities.
    """

    def fresh(_dialect: str, *args: P.args, **kwargs: P.kwargs) -> Select[*tuple[Any, ...]]:
        return build(*args, **kwargs)  # the databases search in ways of their own

    kept: Callable[..., Select[*tuple[Any, ...]]] = lru_cache(maxsize=KEPT)(fresh)

    @wraps(build)
    def execute(*args: P.args, **kwargs: P.kwargs) -> CursorResult[*tuple[Any, ...]]:
        connection = db.session.connection()
        return connection.execute(kept(connection.dialect.name, *args, **kwargs))

    return execute


def written(value: int | str) -> ColumnElement[Any]:
    """A number or a plain word of ours, written into the statement instead of bound to it.

    PostgreSQL plans for a bound limit as if it were a tenth of the table, and then plans each time
    anew; without one it keeps its plan.
    """
    return (
        literal_column(f"'{value}'", String)
        if isinstance(value, str)
        else literal_column(str(value), Integer)
    )


# --- pages --------------------------------------------------------------------------------------


class Kept(NamedTuple):
    """A page as it was drawn, and the tag by which a browser asks whether it still holds."""

    body: bytes
    tag: str


class Pages:
    """The pages drawn lately, by what they were drawn of. Several threads may ask at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def get(self, key: Hashable) -> Kept | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
        return found

    def keep(self, key: Hashable, body: bytes) -> Kept:
        kept = Kept(body, hashlib.sha256(body).hexdigest()[:24])
        with self._lock:
            self._kept[key] = kept
            while len(self._kept) > PAGES_KEPT:
                self._kept.popitem(last=False)
        return kept


def page_of(template: str, facts: Sequence[Any], context: Callable[[], dict[str, Any]]) -> Response:
    """A public page, drawn again only when its facts, its programme or the day have changed.

    `context` makes what the template needs, of the `facts` and today alone. Whoever is signed in or
    has a message to read gets a drawing of their own, which is not kept.
    """
    if _is_for_one():
        return web.page(template, **context())
    pages: Pages = current_app.extensions.setdefault("ppflow_pages", Pages())
    key = (template, request.path, clock.today(), g.get("programme"), _hashable(facts))
    kept = pages.get(key)
    if kept is None:
        response = web.page(template, **context())
        if session.modified:  # it holds a token of this one visitor
            return response
        kept = pages.keep(key, response.get_data())
    response = Response(kept.body)
    response.set_etag(kept.tag)
    if request.if_none_match:
        response.make_conditional(request)
    return response


def _is_for_one() -> bool:
    if "HX-Request" in request.headers:
        return True
    return bool(session) and ("_flashes" in session or access.standing_or_none() is not None)


def _hashable(fact: Any) -> Any:
    """Lists and rows as tuples, groups as tuples of pairs; everything else as it is."""
    kind = type(fact)
    if kind is dict:
        return tuple((name, _hashable(value)) for name, value in fact.items())
    if kind is list:
        return tuple([_hashable(each) for each in fact])
    if kind is not Row and not isinstance(fact, tuple):
        return fact
    values = tuple(fact)
    try:
        hash(values)
    except TypeError:  # it holds a list or a group
        return tuple([_hashable(each) for each in values])
    return values
