"""What the stories of triage share: somebody signed in, and statements counted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from ppflow.db import db
from tests.support.cast import Staff, sign_in
from tests.support.pages import Visitor, new_visitor
from tests.support.statements import Statements as Statements
from tests.support.statements import statements as listening

SignedIn = Callable[[Staff], Visitor]


@pytest.fixture
def as_staff(app: Flask) -> SignedIn:
    """A browser of somebody's own, signed in: `as_staff(cast.facilitator)`."""

    def sign(staff: Staff) -> Visitor:
        db.session.rollback()  # what the test has read holds no lock
        return sign_in(new_visitor(app), staff)

    return sign


@pytest.fixture
def statements(app: Flask) -> Statements:
    """`with statements() as seen:` collects what is asked of the database meanwhile."""
    return listening
