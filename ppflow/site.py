"""The Flask app of this house: Flask with less to do for each request and each page."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, MutableMapping
from functools import lru_cache
from typing import Any, Final

from flask import Flask
from flask.templating import Environment
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, _escape_inner, escape  # type: ignore[attr-defined]

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


def escaped(value: Any) -> str:
    """Text for a page. `escape` gives the same wrapped as `Markup`, in twenty times the time."""
    kind = type(value)
    if kind is str:
        plain: str = _escape_inner(value)
        return plain
    return value if kind is Markup else escape(value)


class Pieces(CodeGenerator):
    """Templates whose pieces are joined as plain strings: the whole is safe, not each piece."""

    def _output_child_pre(self, node: Any, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class Templates(Environment):
    """Our templates. They share one plain dictionary of globals: a chain costs at each import."""

    code_generator_class = Pieces
    escaped = staticmethod(escaped)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return ChainMap(d, self.globals) if d else self.globals


class Site(Flask):
    """No view here is a coroutine, so nobody need ask before each call."""

    jinja_environment = Templates

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
