"""A field that changes asks for the email anew: it never does the act, email or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.deciding.workflow import PANELS
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from tests.deciding.looking import address
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor
from tests.triage.conftest import SignedIn

LOOK = {"HX-Request": "true", "HX-Target": "letter"}


def done(expression: Expression) -> tuple[str, int, int | None]:
    """Where it stands, how much has happened, and who answers."""
    db.session.rollback()
    db.session.refresh(expression)
    told = select(func.count(Event.id)).where(Event.subject == expression.event_subject)
    return expression.status, db.session.scalar(told) or 0, expression.assignee_id


def changed(browser: Visitor, expression: Expression, act: str) -> None:
    """Fill in every field of the open act, as somebody does who has not pressed its button yet."""
    page = browser.visit(address(expression, act))
    panel = page.soup.find(id="act")
    assert panel is not None
    typed: dict[str, Any] = {}
    for field in panel.select("[name]"):
        name, kind = str(field["name"]), str(field.get("type", ""))
        if field.name == "select":
            options = [str(option.get("value", "")) for option in field.find_all("option")]
            typed[name] = next((value for value in options if value), "")
        elif field.name == "textarea":
            typed[name] = "Words of mine."
        elif kind in {"radio", "checkbox"}:
            typed.setdefault(name, str(field["value"]))
        elif field.name == "input" and kind not in {"hidden", "submit"}:
            typed[name] = str(field.get("value", "")) or _day(name)
    form = page.soup.find("form", id="desk")
    hidden = {str(f["name"]): str(f.get("value", "")) for f in page.soup.select("[type=hidden]")}
    assert form is not None
    browser.post(address(expression, act), data={**hidden, **typed}, headers=LOOK)


def _day(name: str) -> str:
    day = clock.working_days_after(clock.today(), 12)
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}.get(
        name.rpartition("-")[2], "10:00" if name.endswith("time") else "1"
    )


@pytest.mark.parametrize("act", PANELS)
def test_nothing_is_done_before_a_button_is_pressed(
    cast: Cast, register: Register, as_staff: SignedIn, act: str
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    offered, talking = register("Omar Oak", cast.panel), register("Ann Roe", cast.panel)
    by = standing(cast.facilitator)
    with writing():
        acts.perform("offer", offered, by=by, accept_by=clock.today() + timedelta(days=10))
        acts.perform(
            "arrange", talking, by=by, talk_at=clock.now() + timedelta(days=2), talk_how="By phone"
        )
    browser = as_staff(cast.coordinator)
    tried = 0
    for each in (rosa, offered, talking):
        if f"act={act}" not in str(browser.visit(f"/expressions/{each.reference}").soup):
            continue
        before = done(each)
        changed(browser, each, act)
        assert done(each) == before
        tried += 1
    if act in {"ring", "give", "start", "message", "offer", "spam", "extend", "talked"}:
        assert tried
