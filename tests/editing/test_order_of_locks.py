"""Editing and acts meet: both lock the forms first, then what they are about. Else each could wait
for the other, and PostgreSQL would end one of them (503)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ppflow.db import db
from tests.support.arrivals import Register
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor
from tests.triage.conftest import statements

__all__ = ["statements"]
PAGES = {
    "opportunity": "/opportunities/sleep-panel/edit",
    "project": "/projects/{}/edit",
}


@pytest.mark.parametrize("thing", PAGES)
def test_forms_are_locked_before_what_they_are_about(
    thing: str,
    client: Visitor,
    cast: Cast,
    register: Register,
    statements: Callable[[], Any],
) -> None:
    register("Rosa Reed", cast.panel)
    page = sign_in(client, cast.coordinator).visit(PAGES[thing].format(cast.project.slug))
    with statements() as seen:
        page.send(button="Save")
    selects = [text for text in seen if text.lstrip().startswith("SELECT")]
    forms = [n for n, text in enumerate(selects) if "ORDER BY expression.received_at" in text]
    things = [n for n, text in enumerate(selects) if f"FROM {thing}" in text.replace("\n", "")]
    own = [n for n in things if "expression" not in selects[n]]
    assert forms[0] < own[0]
    if db.engine.dialect.name == "postgresql":
        assert "FOR UPDATE" in selects[forms[0]]
        assert "FOR NO KEY UPDATE" in selects[own[0]]
