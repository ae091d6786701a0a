"""Statements kept ready: built once for the same question, then only executed.

Building a list's statement costs more time than the database needs to answer it. A question is
its arguments (who asks, what they chose, which day it is); values stay bound, never in the text.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Final, ParamSpec

from sqlalchemy import CursorResult, Select

from ppflow.db import db

KEPT: Final = 256  # different questions of one statement; the least used is forgotten

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
