"""An offer stays open longer, the acts seldom wanted stand apart, and a box has one sentence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from tests.deciding.looking import address, letters, part, verbs
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor
from tests.triage.conftest import SignedIn


def offered(register: Register, cast: Cast, last: date) -> Expression:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("offer", rosa, by=standing(cast.facilitator), accept_by=last)
        rosa.undo = None  # her offer went long ago
    return rosa


def on(day: date, body: str = "") -> dict[str, str]:
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {**{f"accept_by-{name}": str(value) for name, value in parts.items()}, "body": body}


def test_an_offer_is_open_longer_when_somebody_asks_for_time(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    last = clock.today() + timedelta(days=4)
    later = last + timedelta(days=9)
    rosa = offered(register, cast, last)
    page = as_staff(cast.facilitator).visit(address(rosa, "extend"))
    shown = page.submit(on(later, "Take your time."), button="Give more time and send 1 email")
    assert "Nothing is sent yet." in part(shown, "act")  # the email has changed under the button
    assert letters(rosa, "expression-more-time") == []
    shown.submit({}, button="Give more time and send 1 email")
    db.session.refresh(rosa)
    assert (rosa.status, rosa.accept_by) == ("offered", later)
    assert rosa.reply_by == clock.working_days_after(later, 1)
    assert verbs(rosa)[-1] == "extend"
    (letter,) = letters(rosa, "expression-more-time")
    assert "Take your time." in letter.body


def test_more_time_is_never_less(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    last = clock.today() + timedelta(days=9)
    rosa = offered(register, cast, last)
    page = as_staff(cast.facilitator).visit(address(rosa, "extend"))
    shown = page.submit(on(last - timedelta(days=2)), button="Give more time and send 1 email")
    refused = shown.submit({}, button="Give more time and send 1 email", status=422)
    assert "Choose a later day." in refused.errors[0]
    db.session.refresh(rosa)
    assert rosa.accept_by == last


def test_while_it_can_be_undone_the_person_sees_the_day_they_know(
    cast: Cast, register: Register, client: Visitor, installation: Any
) -> None:
    last = clock.today() + timedelta(days=4)
    later = last + timedelta(days=9)
    rosa = offered(register, cast, last)
    with installation.with_settings(hold_decisions_minutes=10):
        with writing():
            acts.perform("extend", rosa, by=standing(cast.facilitator), accept_by=later)
        assert f"Please tell us by {last:%A} {last.day} " in opened(client, rosa).text
        with writing():
            rosa.undo = None  # its email has gone
        assert f"Please tell us by {later:%A} {later.day} " in client.visit("/status").text


@pytest.mark.parametrize(("act", "is_open"), [("offer", False), ("withdraw", True)])
def test_what_is_seldom_wanted_stands_behind_more(
    act: str, is_open: bool, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    page = as_staff(cast.facilitator).visit(address(register("Rosa Reed", cast.panel), act))
    more = page.soup.select_one("#acts details")
    assert more is not None
    rare = [link.get_text() for link in more.select("a")]
    assert {"Withdraw", "Spam", "Log a call", "Same as another"} <= set(rare)
    usual = [link.get_text() for link in page.soup.select("#acts > ul a")]
    assert usual[:3] == ["Start", "Message", "Ask a question"]
    assert more.has_attr("open") == is_open
    assert not set(usual) & set(rare)


def test_a_box_to_tick_has_its_sentence_and_nothing_else(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    page = as_staff(cast.facilitator).visit(address(register("Rosa Reed", cast.panel), "withdraw"))
    assert "They told us that they want to withdraw" in part(page, "act")
    assert "function" not in page.text


def test_an_advert_leads_those_who_answer_to_its_places(
    cast: Cast, client: Visitor, as_staff: SignedIn
) -> None:
    places = f"/opportunities/{cast.panel.slug}/places"
    advert = f"/opportunities/{cast.panel.slug}"
    mine = as_staff(cast.facilitator).visit(advert)
    assert mine.soup.find("a", href=places)
    assert "Edit this opportunity" not in mine.text
    assert not client.visit(advert).soup.find("a", href=places)
