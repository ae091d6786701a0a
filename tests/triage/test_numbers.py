"""Numbers beside views are kept while nothing happens, and never older than what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ppflow import clock, events
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.triage import counting, finding, showing
from ppflow.triage import options as offered
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn
from tests.triage.test_filters import options
from tests.triage.test_queue import counted, counts, many


def test_numbers_are_asked_once_until_something_happens(
    cast: Cast,
    register: Register,
    as_staff: SignedIn,
    statements: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding, "HOLD_SECONDS", 10**9)  # however slow this machine is
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
    before = offered.stamp()
    newest = db.session.query(Event).order_by(Event.id.desc()).first()
    assert newest is not None
    with writing():
        db.session.add(
            Event(
                id=newest.id + 5, actor_kind=events.ActorKind.SYSTEM, verb="look",
                subject=rosa.event_subject,
            )
        )  # fmt: skip
    later = offered.stamp()
    with writing():
        db.session.add(
            Event(
                id=newest.id + 2, actor_kind=events.ActorKind.SYSTEM, verb="look",
                subject=rosa.event_subject,
            )
        )  # fmt: skip
    assert len({before, later, offered.stamp()}) == 3
    assert offered.stamped(standing(cast.facilitator))[1] == offered.stamp()


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
    assert rosa.reply_by is not None
    later(days=(rosa.reply_by - clock.today()).days + 1)
    assert counts(as_staff(cast.facilitator).visit("/triage"))["Overdue"] == "1"


def test_a_long_list_says_at_least(
    cast: Cast, register: Register, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = many(register, cast, 6)
    with writing():
        for each in everybody[:2]:
            acts.perform("start", each, by=standing(cast.facilitator))
    monkeypatch.setattr(counting, "SPREAD_TO", 3)
    page = as_staff(cast.facilitator).visit("/triage?view=open&sort=oldest")
    words = [o.get_text() for o in page.soup.select("select#status option")]
    assert not any(word.endswith(" (0)") for word in words)
    assert any(word.endswith("+)") for word in words)


def test_a_short_list_among_many_is_exact_and_its_chosen_filter_is_not(
    cast: Cast, register: Register, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other options of a chosen filter are of a longer list, and say so."""
    everybody = many(register, cast, 6)
    with writing():
        acts.perform("start", everybody[0], by=standing(cast.facilitator))
        everybody[0].has_needs = True
    monkeypatch.setattr(counting, "SPREAD_TO", 3)
    page = as_staff(cast.facilitator).visit("/triage?view=open&status=in_review")
    assert counted(page) == "1 to 1 of 1"
    assert options(page, "needs")["yes"] == "With access needs (1)"
    assert options(page, "opportunity")[str(cast.panel.id)] == f"{cast.panel.title} (1)"
    status = options(page, "status")
    assert status["received"].endswith("+)")
    assert not [words for words in status.values() if words.endswith(" (0)")]


def test_a_list_is_counted_beyond_what_its_filters_look_at(
    cast: Cast, register: Register, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(register, cast, 6)
    monkeypatch.setattr(counting, "SPREAD_TO", 3)
    page = as_staff(cast.facilitator).visit("/triage?view=open")
    assert counted(page) == "1 to 6 of 6"
    assert counts(page)["All open"] == "6"
    monkeypatch.setattr(counting, "COUNT_TO", 4)
    monkeypatch.setattr(showing, "COUNT_TO", 4)
    register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit("/triage?view=open")
    assert counted(page) == "1 to 7 of more than 4"
    assert counts(page)["All open"] == "4+"


def test_a_view_is_counted_further_by_who_looks_at_it(
    cast: Cast, register: Register, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody looks at now need not be known so well."""
    many(register, cast, 6)
    monkeypatch.setattr(counting, "BESIDE_TO", 3)
    browser = as_staff(cast.facilitator)
    assert {n: counts(browser.visit("/triage?view=open"))[n] for n in ("Mine", "All open")} == {
        "Mine": "3+", "All open": "6",
    }  # fmt: skip
    assert {n: counts(browser.visit("/triage?view=mine"))[n] for n in ("Mine", "All open")} == {
        "Mine": "6", "All open": "3+",
    }  # fmt: skip
    narrowed = browser.visit("/triage?view=mine&kind=ppie_contributor")
    assert (counted(narrowed), counts(narrowed)["Mine"]) == ("1 to 6 of 6", "3+")


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
