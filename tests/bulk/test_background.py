"""Large runs are done by the worker: each form once, whoever is killed and whoever else works."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL

import pytest
from flask import Flask
from sqlalchemy import func, select

from ppflow.bulk import jobs, queries, routes, showing
from ppflow.bulk.models import BulkItem, BulkRun, ItemState, RunState
from ppflow.db import db, reading, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Message
from ppflow.expressions.workflow import Status
from ppflow.outbox.periodic import run_due
from ppflow.people.models import Person
from tests.bulk.conftest import Many, fresh, letters, pick, shown, the_run
from tests.reliability.processes import Part
from tests.support.arrivals import standing
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.pages import Page, Visitor
from tests.support.waiting import eventually
from tests.triage.conftest import SignedIn

SEND = "Send the message to 3 people and send 3 emails"


@pytest.fixture
def two_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than two are done in the background, so that a story needs three and not 201."""
    for room in (jobs, routes, showing):
        monkeypatch.setattr(room, "IN_BACKGROUND", 2)


def begun(browser: Visitor, many: Many) -> Page:
    """A message to three has begun, and nobody has done any of it."""
    return shown(pick(browser, "message", many(3)), body="Hello").submit(button=SEND)


def done_so_far() -> int:
    """Forms that are done already, as others see it."""
    with reading():
        counted = select(func.count()).select_from(BulkItem)
        return db.session.scalar(counted.where(BulkItem.state == ItemState.DONE)) or 0


def test_a_large_run_goes_on_without_the_page(
    two_are_many: None, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    browser = as_staff(cast.facilitator)
    page = begun(browser, many)
    assert "0 of 3 done." in page.text
    assert "You can leave this page and come back." in page.text
    assert letters("expression-message") == []
    run_due()
    page = page.follow("Look again")
    assert "3 people done." in page.text
    assert "Look again" not in page.links
    assert len(letters("expression-message")) == 3


def test_before_it_begins_the_page_says_that_it_will_take_time(
    two_are_many: None, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    page = shown(pick(as_staff(cast.facilitator), "message", many(3)), body="Hello")
    assert "So many are done in the background." in page.text


def test_htmx_asks_for_the_progress_alone(
    two_are_many: None, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    browser = as_staff(cast.facilitator)
    page = begun(browser, many)
    ask = page.soup.find(attrs={"data-hx-trigger": "load delay:2s"})
    assert ask is not None
    headers = {"HX-Request": "true", "HX-Target": "progress"}
    part = browser.get(str(ask["data-hx-get"]), headers=headers).get_data(as_text=True)
    assert "<h1" not in part
    assert 'role="status" data-announce' in part
    assert "load delay:2s" in part
    run_due()
    part = browser.get(page.path, headers=headers).get_data(as_text=True)
    assert "load delay:2s" not in part
    assert "3 people done." in part


def test_who_has_left_meanwhile_does_nothing_more(
    two_are_many: None, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    begun(as_staff(cast.deputy), many)
    with writing():
        db.session.get_one(Person, cast.deputy.id).active = False
    run_due()
    assert letters("expression-message") == []
    found = db.session.execute(select(BulkItem.state, BulkItem.words).distinct()).all()
    assert [tuple(row) for row in found] == [(ItemState.SKIPPED, "It is not yours any more.")]
    assert the_run().state is RunState.DONE


def test_a_form_changed_before_its_turn_is_left_alone_and_said(
    two_are_many: None, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """The worker comes later; meanwhile a colleague has opened one of them and begun."""
    browser = as_staff(cast.facilitator)
    rosa, omar, lea = chosen = many(3)
    page = shown(pick(browser, "message", chosen), body="Hello").submit(button=SEND)
    with writing():
        acts.perform("start", omar, by=standing(cast.deputy))
    run_due()
    text = page.follow("Look again").text
    assert "2 people done. 1 left as they were" in text
    assert "1: Somebody changed it after you had looked." in text
    told = {each.expression_id for each in letters("expression-message")}
    assert told == {rosa.id, lea.id}


def test_undo_of_a_large_run_goes_on_in_the_background(
    two_are_many: None, installation: Installation, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    chosen = many(3)
    with installation.with_settings(hold_decisions_minutes=10):
        page = shown(pick(as_staff(cast.facilitator), "not_this_time", chosen), reason="fit")
        page = page.submit(button="Tell 3 people: not this time and send 3 emails")
        run_due()
        page = page.follow("Look again").submit(button="Undo all of it")
        assert "0 of 3 looked at to undo." in page.text
        run_due()
        assert "3 forms as before." in page.follow("Look again").text
    assert [fresh(each).status for each in chosen] == [Status.RECEIVED] * 3


def test_a_small_run_that_lost_its_maker_is_finished_by_the_worker(
    cast: Cast, many: Many, as_staff: SignedIn, later: Callable[..., None]
) -> None:
    """The web process was killed after it had begun, and before the first form."""
    shown(pick(as_staff(cast.facilitator), "message", many(2)), body="Hello")
    with writing():
        the_run().state, the_run().started_at = RunState.RUNNING, the_run().created_at
    run_due()
    assert done_so_far() == 0  # its maker may still be at it
    later(minutes=2)
    run_due()
    assert (the_run().state, done_so_far()) == (RunState.DONE, 2)


def test_a_turn_of_the_worker_ends_in_time(
    cast: Cast, many: Many, as_staff: SignedIn, two_are_many: None
) -> None:
    """Nothing is begun after its few seconds, so letters and heartbeat never wait long."""
    begun(as_staff(cast.facilitator), many)
    jobs.work(the_run().id, until=0.0)
    assert done_so_far() == 0
    jobs.work(the_run().id)
    assert done_so_far() == 3


def test_two_workers_on_one_run_do_each_form_once(
    app: Flask, two_are_many: None, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    chosen = many(12)
    page = shown(pick(as_staff(cast.facilitator), "message", chosen), body="Hello")
    page.submit(button="Send the message to 12 people and send 12 emails")
    run_id = the_run().id
    db.session.rollback()

    def work() -> None:
        with app.app_context():
            jobs.work(run_id)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert (the_run().state, done_so_far()) == (RunState.DONE, 12)
    said = select(Message.expression_id, func.count()).group_by(Message.expression_id)
    assert [row[1] for row in db.session.execute(said)] == [1] * 12
    assert len(letters("expression-message")) == 12


@pytest.mark.long
@pytest.mark.sqlite_only
def test_a_run_of_250_killed_in_the_middle_goes_on(
    installation: Installation, cast: Cast, many: Many, as_staff: SignedIn, tmp_path: Path
) -> None:
    """A real worker, killed for good; another one finishes, and nobody is written to twice."""
    many(250)
    page = shown(pick(as_staff(cast.facilitator), "message", whom="all"), body="Hello to 250")
    page = page.submit(
        {"number": "250"}, button="Send the message to 250 people and send 250 emails"
    )
    assert "0 of 250 done." in page.text
    db.session.rollback()
    first, second = (Part("worker", installation.settings, tmp_path) for _ in range(2))
    first.start()
    try:
        eventually(lambda: done_so_far() >= 20, seconds=180, what="the first forms")
        first.end(SIGKILL)
        assert 20 <= done_so_far() < 250, "it was killed in the middle"
        second.start()
        eventually(lambda: done_so_far() == 250, seconds=180, what="the other forms")
    finally:
        first.end(SIGKILL)
        second.end()
    said = select(Message.expression_id, func.count()).group_by(Message.expression_id)
    assert [row[1] for row in db.session.execute(said)] == [1] * 250
    assert len({each.expression_id for each in letters("expression-message")}) == 250
    assert len(letters("expression-message")) == 250


def test_old_runs_go_with_what_was_typed_in_them(
    cast: Cast, many: Many, as_staff: SignedIn, later: Callable[..., None]
) -> None:
    chosen = many(2)
    shown(pick(as_staff(cast.facilitator), "message", chosen), body="Hello")
    later(days=29)
    run_due()
    assert db.session.query(BulkRun).count() == 1
    later(days=2)
    run_due()
    assert (db.session.query(BulkRun).count(), db.session.query(BulkItem).count()) == (0, 0)
    assert fresh(chosen[0]).status is Status.RECEIVED
    assert timedelta(days=30) == jobs.KEPT_FOR


def test_what_was_typed_goes_a_day_after_it_was_done(
    cast: Cast, many: Many, as_staff: SignedIn, later: Callable[..., None]
) -> None:
    """An erased person's words are then in no run either; the run is still told of."""
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="Hello")
    page = page.submit(
        {f"body-{rosa.reference}": "For Rosa"},
        button="Send the message to 2 people and send 2 emails",
    )
    for hours, is_there in ((23, True), (2, False)):
        later(hours=hours)
        with writing():
            jobs.forget_old_runs()
        assert (the_run().sealed is not None) is is_there
    assert [each.sealed for each in db.session.query(BulkItem)] == [None, None]
    assert "2 people done." in as_staff(cast.facilitator).visit(page.path).text


def test_more_than_can_be_held_are_refused_with_words(
    cast: Cast, many: Many, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (queries, routes):
        monkeypatch.setattr(room, "MOST", 2)
    many(3)
    page = pick(as_staff(cast.facilitator), "message", whom="all", status=422)
    assert "Use a filter, and do them in parts." in page.errors[0]
    assert db.session.query(BulkRun).count() == 0
