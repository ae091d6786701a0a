"""What the stories of the decision page look at."""

from __future__ import annotations

from sqlalchemy import select

from ppflow.db import db
from ppflow.events import Event
from ppflow.expressions.models import Expression
from ppflow.outbox.models import Letter
from tests.support.pages import Page


def address(expression: Expression, act: str = "") -> str:
    """The page of a form, with an act open."""
    return f"/expressions/{expression.reference}" + (f"?act={act}" if act else "")


def letters(expression: Expression, name: str) -> list[Letter]:
    """The letters of a name about a form, oldest first."""
    chosen = select(Letter).where(Letter.expression_id == expression.id, Letter.name == name)
    return list(db.session.scalars(chosen.order_by(Letter.id)))


def verbs(expression: Expression) -> list[str]:
    """What happened to a form, in order."""
    chosen = select(Event.verb).where(Event.subject == expression.event_subject)
    return list(db.session.scalars(chosen.order_by(Event.id)))


def typed(page: Page, name: str) -> str:
    """What stands in a box of the page."""
    box = page.soup.find(True, attrs={"name": name})
    assert box is not None, f"no field {name!r}"
    return box.get_text().strip() if box.name == "textarea" else str(box.get("value", ""))


def part(page: Page, id_: str) -> str:
    """The words of one part of the page; empty when it is not there."""
    found = page.soup.find(id=id_)
    return " ".join(found.get_text(" ").split()) if found else ""
