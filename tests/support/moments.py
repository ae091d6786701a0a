"""Beginnings that many stories share: written once for a worker and a day, then brought back.

A fixture marked `@beginning` stands before everything else that a test writes. So it costs a story
no more than an empty database does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import pytest

NOTHING = "nothing"  # what every test begins with, unless it asks for more

Made = TypeVar("Made")
_makers: dict[str, Callable[[], Any]] = {NOTHING: lambda: None}


def beginning(make: Callable[[], Made]) -> Any:
    """A fixture of the same name. `make` writes into the empty database of an installation, in
    transactions of its own; what it returns is shared by all tests, so it must never change."""
    name = make.__name__
    _makers[name] = make

    @pytest.fixture(name=name)
    def begun(app: object, installation: Any) -> Made:
        return installation.begun[name] if name in installation.begun else make()

    return begun


def first_of(fixtures: Iterable[str]) -> str:
    """The beginning that a test asks for, by the names of its fixtures; of two, the one named
    first is brought back and the other written."""
    return next((name for name in fixtures if name in _makers), NOTHING)


def make(name: str) -> Any:
    """Write this beginning into the database, in the context of an app."""
    return _makers[name]()
