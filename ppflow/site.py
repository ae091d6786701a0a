"""The Flask app of this house: Flask with less to do for each request and each page."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from flask import Flask
from markupsafe import Markup

KEPT: Final = 512  # parts drawn lately


@lru_cache(maxsize=KEPT)
def _drawn(macro: Callable[..., Markup], *args: Any, **kwargs: Any) -> Markup:
    return macro(*args, **kwargs)


def kept(macro: Callable[..., Markup], *args: Any, **kwargs: Any) -> Markup:
    """What a macro draws of these arguments, drawn once: for parts of lists that seldom change.

    The macro must depend on its arguments alone: texts, numbers, and lists of tuples of them. Not
    for what applicants told us: it would stay in memory.
    """
    return _drawn(macro, *(tuple(a) if isinstance(a, list) else a for a in args), **kwargs)


class Site(Flask):
    """No view here is a coroutine, so nobody need ask before each call."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
