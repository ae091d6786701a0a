"""What the stories of triage share: somebody signed in, and statements counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from ppflow.db import db
from tests.support.cast import Staff, sign_in
from tests.support.pages import Visitor, new_visitor

SignedIn = Callable[[Staff], Visitor]
Statements = Callable[[], list[str]]


@pytest.fixture
def as_staff(app: Flask) -> SignedIn:
    """A browser of somebody's own, signed in: `as_staff(cast.facilitator)`."""

    def sign(staff: Staff) -> Visitor:
        db.session.rollback()  # what the test has read holds no lock
        return sign_in(new_visitor(app), staff)

    return sign


@pytest.fixture
def statements(app: Flask) -> Callable[[], Iterator[list[str]]]:
    """`with statements() as seen:` collects what is asked of the database meanwhile."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        seen: list[str] = []

        def hear(_c: object, _cursor: object, statement: str, *_more: object) -> None:
            seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", hear)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)

    return collect
