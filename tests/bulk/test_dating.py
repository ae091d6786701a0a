"""One date for a whole panel: many are told by the worker, each once, and it can be taken back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ppflow import clock, events
from ppflow.bulk import jobs, routes, showing
from ppflow.bulk.models import BulkRun, RunState
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.periodic import run_due
from ppflow.places import acts as places
from tests.bulk.conftest import Later, Many, day, fresh, letters, the_run
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor
from tests.triage.conftest import SignedIn

WHY = "The whole panel meets that week."


@pytest.fixture(autouse=True)
def two_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than two are told by the worker, so that a story needs three and not 201."""
    for room in (jobs, routes, showing):
        monkeypatch.setattr(room, "IN_BACKGROUND", 2)
    monkeypatch.setattr(places, "MOST_AT_ONCE", 2)


def on() -> date:
    return clock.today() + timedelta(days=40)


def looked(browser: Visitor, cast: Cast) -> Page:
    """The new date and its reason are typed, and who will be told is shown."""
    page = browser.visit(f"/opportunities/{cast.panel.slug}/places")
    return page.submit({**day("decide_on", on()), "why": WHY}, button="Show who will be told")


def test_more_than_one_press_tells_go_to_the_worker(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    chosen = many(3)
    page = looked(as_staff(cast.facilitator), cast)
    assert "3 people will be told. So many are told in the background." in page.text
    assert db.session.query(BulkRun).count() == 0
    page = page.submit(button="Tell 3 people")
    assert page.heading == "Name a new date: what came of it"
    assert "0 of 3 done." in page.text
    assert letters("expression-new-date") == []
    assert db.session.get_one(Opportunity, cast.panel.id).decision_by == on()
    run_due()
    assert "3 people done." in page.follow("Look again").text
    assert {fresh(each).reply_by for each in chosen} == {on()}
    assert len(letters("expression-new-date")) == 3
    assert all(WHY in letter.body for letter in letters("expression-new-date"))


def test_a_few_are_told_at_once(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    many(2)
    page = looked(as_staff(cast.facilitator), cast).submit(button="Tell 2 people")
    assert page.heading == "Places"
    assert len(letters("expression-new-date")) == 2
    assert db.session.query(BulkRun).count() == 0


def test_an_impatient_second_press_tells_nobody_twice(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    many(4)
    page = looked(as_staff(cast.facilitator), cast)
    page.submit(button="Tell 4 people")
    page.submit(button="Tell 4 people")
    run_due()
    run_due()
    told = [letter.expression_id for letter in letters("expression-new-date")]
    assert len(told) == len(set(told)) == 4


def test_who_owes_us_an_answer_meanwhile_keeps_their_own_date(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """Between the press and the worker's turn one of them withdrew, and one was asked something."""
    rosa, omar, lea = many(3)
    page = looked(as_staff(cast.facilitator), cast).submit(button="Tell 3 people")
    with writing():
        acts.perform("withdraw", omar, by=events.APPLICANT)
    run_due()
    text = page.follow("Look again").text
    assert "2 people done. 1 left as they were" in text
    assert fresh(omar).status is Status.WITHDRAWN
    assert {letter.expression_id for letter in letters("expression-new-date")} == {rosa.id, lea.id}


def test_it_is_taken_back_but_the_opportunity_keeps_its_date(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    chosen = many(3)
    before = [fresh(each).reply_by for each in chosen]
    page = looked(as_staff(cast.facilitator), cast).submit(button="Tell 3 people")
    run_due()
    page = page.follow("Look again")
    assert "The opportunity keeps its new date." in page.text
    page.submit(button="Undo all of it")
    run_due()
    assert the_run().state is RunState.UNDONE
    assert [fresh(each).reply_by for each in chosen] == before
    assert db.session.get_one(Opportunity, cast.panel.id).decision_by == on()


def test_it_is_no_act_of_a_list(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    """From a list people are given a date each by its own act; nobody can smuggle this one in."""
    rosa = many(1)[0]
    page = as_staff(cast.facilitator).visit("/triage?view=open")
    options = [str(option["value"]) for option in page.soup.select("select[name=act] option")]
    assert "promise" not in options
    page.soup.select("select[name=act] option")[1]["value"] = "promise"
    page.submit({"act": "promise", "pick": [rosa.reference]}, button="Go on", status=422)
    assert db.session.query(BulkRun).count() == 0
