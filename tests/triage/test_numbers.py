"""Numbers beside views are kept while nothing happens, and never older than what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ppflow import clock, events
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.triage import counting, options
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn
from tests.triage.test_queue import counts, many


def test_numbers_are_asked_once_until_something_happens(
    cast: Cast, register: Register, as_staff: SignedIn, statements: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    first = counts(browser.visit("/triage"))

    def asked() -> int:
        with statements() as seen:
            assert counts(browser.visit("/triage"))["Mine"] == first["Mine"]
        return len([each for each in seen if "few" in each])

    assert asked() == 0
    with writing():
        acts.perform("start", rosa, by=standing(cast.facilitator))
    assert asked() == 1
    assert asked() == 0


def test_my_own_act_shows_at_once(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    register("Omar Oak", cast.panel)
    browser = as_staff(cast.facilitator)
    assert counts(browser.visit("/triage"))["Waiting for applicant"] == "0"
    with writing():
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="Which days?")
    assert counts(browser.visit("/triage"))["Waiting for applicant"] == "1"


def test_an_event_that_is_committed_late_is_noticed(
    cast: Cast, register: Register, app: Any
) -> None:
    """On PostgreSQL an event may get its number early and appear after later ones."""
    rosa = register("Rosa Reed", cast.panel)
    before = options.options(standing(cast.facilitator)).stamp
    newest = db.session.query(Event).order_by(Event.id.desc()).first()
    assert newest is not None
    with writing():
        db.session.add(
            Event(
                id=newest.id + 5, actor_kind=events.ActorKind.SYSTEM, verb="look",
                subject=rosa.event_subject,
            )
        )  # fmt: skip
    later = options.options(standing(cast.facilitator)).stamp
    with writing():
        db.session.add(
            Event(
                id=newest.id + 2, actor_kind=events.ActorKind.SYSTEM, verb="look",
                subject=rosa.event_subject,
            )
        )  # fmt: skip
    assert len({before, later, options.options(standing(cast.facilitator)).stamp}) == 3


def test_numbers_of_one_are_never_shown_to_another(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    many(register, cast, 3)
    assert counts(as_staff(cast.facilitator).visit("/triage"))["All open"] == "3"
    assert counts(as_staff(cast.other_facilitator).visit("/triage"))["All open"] == "0"
    assert counts(as_staff(cast.outsider).visit("/triage"))["All open"] == "0"


def test_what_is_late_changes_with_the_day(
    cast: Cast, register: Register, as_staff: SignedIn, later: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    assert counts(browser.visit("/triage"))["Overdue"] == "0"
    later(days=(rosa.reply_by - clock.today()).days + 1)
    assert counts(as_staff(cast.facilitator).visit("/triage"))["Overdue"] == "1"


def test_a_long_list_says_at_least(
    cast: Cast, register: Register, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = many(register, cast, 6)
    with writing():
        for each in everybody[:2]:
            acts.perform("start", each, by=standing(cast.facilitator))
    for module in (counting,):
        monkeypatch.setattr(module, "COUNT_TO", 3)
    page = as_staff(cast.facilitator).visit("/triage?view=open&sort=oldest")
    words = [o.get_text() for o in page.soup.select("select#status option")]
    assert not any(word.endswith(" (0)") for word in words)
    assert any(word.endswith("+)") for word in words)


def test_the_statements_of_a_page_are_few_with_all_its_numbers(
    cast: Cast, register: Register, as_staff: SignedIn, statements: Any
) -> None:
    for each in many(register, cast, 30)[:5]:
        with writing():
            each.reply_by = clock.today() - timedelta(days=3)
    browser = as_staff(cast.coordinator)
    for address in ("/triage?view=open", "/triage?view=closed&q=rosa", "/triage?view=by-hand&q=x"):
        with statements() as seen:
            browser.visit(address)
        asked = [each for each in seen if not each.startswith(("BEGIN", "PRAGMA", "SET"))]
        assert len(asked) <= 8, (address, len(asked))
