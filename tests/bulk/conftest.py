"""What the stories of many share: people in a list, and the way through the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from ppflow.bulk.models import BulkRun
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.outbox.models import Letter
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.pages import Page, Visitor
from tests.triage.conftest import as_staff as as_staff
from tests.triage.conftest import statements as statements

NAMES = ("Rosa Reed", "Omar Oak", "Lea Lund", "Ivo Ives", "Mina Moor")
Many = Callable[..., list[Expression]]
Later = Callable[..., None]


@pytest.fixture
def many(cast: Cast, register: Register) -> Many:
    """Forms of the panel: `many(3)`; named by number from the sixth on."""

    def make(count: int, about: Any = None, **columns: Any) -> list[Expression]:
        names = [*NAMES, *(f"Person{number} Many" for number in range(6, count + 1))]
        return [register(name, about or cast.panel, **columns) for name in names[:count]]

    return make


@pytest.fixture
def held(later: Later, installation: Installation) -> Iterator[Later]:
    """Decisions are held for 10 minutes, messages for 2, as in real life; moves the clock."""
    with installation.with_settings(hold_decisions_minutes=10, hold_messages_minutes=2):
        yield later


def pick(
    browser: Visitor,
    act: str,
    chosen: Sequence[Expression] = (),
    *,
    whom: str = "picked",
    view: str = "view=open",
    status: int = 200,
) -> Page:
    """Tick these in a list, choose an act and go on."""
    values = {"act": act, "whom": whom}
    ticked = {"pick": [each.reference for each in chosen]} if chosen else {}
    return browser.visit(f"/triage?{view}").submit(
        {**values, **ticked}, button="Go on", status=status
    )


def shown(page: Page, **typed: Any) -> Page:
    """Fill in what the act asks, and look at what will happen."""
    return page.submit(typed, button="Show what will happen")


def body_for(page: Page, expression: Expression) -> str:
    """The email of one person as it stands on the page."""
    box = page.soup.find("textarea", attrs={"name": f"body-{expression.reference}"})
    assert box is not None, f"no letter for {expression.reference}"
    return box.get_text()


def day(name: str, on: Any) -> dict[str, str]:
    """A date in three boxes."""
    return {f"{name}-{part}": str(getattr(on, part)) for part in ("day", "month", "year")}


def fresh(expression: Expression) -> Expression:
    """The form as it stands now."""
    db.session.refresh(expression)
    return expression


def letters(name: str) -> list[Letter]:
    """All letters of this name."""
    return list(db.session.scalars(select(Letter).where(Letter.name == name).order_by(Letter.id)))


def the_run() -> BulkRun:
    """The newest run, as it stands now."""
    newest = select(BulkRun).order_by(BulkRun.id.desc()).limit(1)
    return db.session.scalars(newest, execution_options={"populate_existing": True}).one()
