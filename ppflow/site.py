"""The Flask app of this house: Flask with less to do for each request and each page."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Flask, Request
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache
from markupsafe import Markup
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.utils import cached_property

from ppflow.forms import NOT_IN_A_PAGE

KEPT: Final = 512  # parts drawn lately


@lru_cache(maxsize=KEPT)
def _drawn(macro: Callable[..., Markup], *args: Any, **kwargs: Any) -> Markup:
    return macro(*args, **kwargs)


def kept(macro: Callable[..., Markup], *args: Any, **kwargs: Any) -> Markup:
    """What a macro draws of these arguments, drawn once: for parts of lists that seldom change.

    The macro must depend on its arguments alone: texts, numbers, lists of tuples of them, and what
    is frozen. Not for what applicants told us: it would stay in memory.
    """
    return _drawn(macro, *(tuple(a) if isinstance(a, list) else a for a in args), **kwargs)


class Templates(Environment):
    """What every template may use stands in a plain dictionary of each.

    The library's chain of two shows what is added after a template was loaded, and nothing is. To
    search it costs a twentieth of each page, and more of a letter.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def _holdable(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """The same names and values, without what no page can hold."""
    pairs = list(typed.items(multi=True))
    if not any(name is None or NOT_IN_A_PAGE.search(name + value) for name, value in pairs):
        return typed
    cleaned = (
        (NOT_IN_A_PAGE.sub("", name), NOT_IN_A_PAGE.sub("", value))
        for name, value in pairs
        if name is not None  # a part of a form whose header nobody can read
    )
    return ImmutableMultiDict(cleaned)


class Asked(Request):
    """What was asked for. What people typed is drawn back to them, so nothing that no page can
    hold comes in, by a form or in an address; nobody is refused for it."""

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = _holdable(self.__dict__["form"])

    @cached_property
    def args(self) -> MultiDict[str, str]:
        return _holdable(super().args)


class Site(Flask):
    """No view here is a coroutine, so nobody need ask before each call."""

    jinja_environment = Templates
    request_class = Asked

    def warm(self, folder: Path) -> None:
        """Load every page and letter now, so that no visitor waits for it.

        `folder` keeps them compiled, for the owner of the data alone: the first start takes 0.8
        seconds for it, each later one 0.04. One whose source has changed is compiled anew.
        """
        folder.mkdir(mode=0o700, exist_ok=True)
        self.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(folder))
        for name in self.jinja_env.list_templates():
            self.jinja_env.get_template(name)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
