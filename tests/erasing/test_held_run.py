"""A run that the brake holds waits where people look: on `/home`, with a page of its numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from ppflow import clock
from ppflow.db import db, writing
from ppflow.erasing import clocks
from ppflow.erasing.models import Erasure, RetentionRun, RunState
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.outbox import periodic
from ppflow.people.models import Grant
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, sign_in
from tests.support.pages import Page, Visitor

HELD = "Old forms are not deleted until somebody looks"
ADDRESS = "/settings/retention"


@pytest.fixture
def forms(cast: Cast, register: Register, monkeypatch: pytest.MonkeyPatch) -> list[Expression]:
    """Three forms judged to be spam, over their time at once; the brake bites at three."""
    monkeypatch.setattr(clocks, "ALWAYS_FINE", 2)
    found = [register(f"Bot{number} Bot", cast.panel) for number in range(3)]
    for row in found:
        with writing():
            acts.perform("spam", row, by=standing(cast.facilitator))
    return found


@pytest.fixture
def held(forms: list[Expression], later: Callable[..., None]) -> RetentionRun:
    later(days=40)
    with writing():
        run = clocks.start()
    assert run.state is RunState.HELD
    return run


def erased() -> int:
    db.session.rollback()
    db.session.expire_all()
    return len(db.session.scalars(select(Erasure.id)).all())


def decide(client: Visitor, sure: str | None, *, status: int = 200) -> Page:
    page = client.visit(ADDRESS)
    return page.submit({"sure": sure} if sure else {}, button="Keep this choice", status=status)


def test_it_waits_on_the_home_of_who_looks_after_the_whole(
    held: RetentionRun, client: Visitor, cast: Cast
) -> None:
    for staff in (cast.administrator, cast.coordinator, cast.other_coordinator):
        page = sign_in(client, staff).visit("/home")
        assert HELD in page.text
        assert "3 forms would go at once, more than 5% of all." in page.text
        assert page.follow("Look at the numbers, and decide").heading == "Deleting old forms"
    for staff in (cast.facilitator, cast.board_member, cast.outsider):
        assert HELD not in sign_in(client, staff).visit("/home").text
        client.visit(ADDRESS, status=403)


def test_a_run_held_for_its_clock_may_have_nothing_to_delete(
    forms: list[Expression], client: Visitor, cast: Cast, later: Callable[..., None]
) -> None:
    with writing():
        clocks.start()
        clocks.go_on()
    later(days=5)
    with writing():
        assert clocks.start().state is RunState.HELD
    page = sign_in(client, cast.administrator).visit("/home")
    assert "The last run was 5 days ago: no worker ran, or the clock has moved." in page.text
    page = page.follow("Look at the numbers, and decide")
    assert "No form would be deleted now. The daily run begins again." in page.text
    page.submit({"sure": "yes"}, button="Keep this choice")
    periodic.run_due()
    assert erased() == 0
    assert clocks.held_run() is None


def test_nothing_waits_while_nothing_is_held(client: Visitor, cast: Cast) -> None:
    sign_in(client, cast.administrator)
    assert HELD not in client.visit("/home").text
    page = client.visit("/settings").follow("Deleting old forms")
    assert "It has not run yet." in page.text
    assert "6 months later, unless you ask us to keep it for the future" in page.text
    assert "Let it go on?" not in page.text


def test_an_administrator_looks_and_lets_it_go_on(
    held: RetentionRun, client: Visitor, cast: Cast
) -> None:
    page = sign_in(client, cast.administrator).visit(ADDRESS)
    assert "3 forms would be deleted. Nobody can bring them back." in page.text
    assert "PP-" not in page.text  # an administrator sees numbers, no forms
    asked = decide(client, None, status=422)
    assert asked.errors == ["Choose yes or no."]
    done = decide(client, "yes")
    assert "It goes on now" in done.text
    assert "Let it go on?" not in done.text
    assert HELD not in client.visit("/home").text
    periodic.run_due()
    assert erased() == 3
    told = select(Event.verb, Event.actor_id).where(Event.verb == "retention_confirmed")
    assert [tuple(row) for row in db.session.execute(told)] == [
        ("retention_confirmed", cast.administrator.id)
    ]


def test_no_leaves_it_held_and_a_lone_press_is_no_yes(
    held: RetentionRun, client: Visitor, cast: Cast
) -> None:
    sign_in(client, cast.administrator)
    assert "It stays held." in decide(client, "no").soup.get_text()
    decide(client, None, status=422)
    periodic.run_due()
    assert erased() == 0
    assert HELD in client.visit("/home").text


def test_a_coordinator_of_one_programme_sees_their_forms_and_cannot_decide(
    held: RetentionRun, forms: list[Expression], client: Visitor, cast: Cast
) -> None:
    page = sign_in(client, cast.coordinator).visit(ADDRESS)
    assert {row.reference for row in forms} <= set(page.links)
    assert "An administrator can let it go on" in page.text
    assert "Let it go on?" not in page.text
    token = page.soup.find("input", attrs={"name": "csrf_token"})
    assert token is not None
    data = {"csrf_token": token["value"], "sure": "yes", "run": str(held.id), "due": "3"}
    assert client.post(ADDRESS, data=data).status_code == 403
    other = sign_in(client, cast.other_coordinator).visit(ADDRESS)
    assert "PP-" not in other.text
    assert "Not yours to see" in other.text
    with writing():
        mine = update(Grant).where(Grant.person_id == cast.coordinator.id)
        db.session.execute(mine.values(programme_id=None))
    sign_in(client, cast.coordinator)
    assert "It goes on now" in decide(client, "yes").text


def test_what_has_changed_meanwhile_is_shown_again(
    held: RetentionRun, client: Visitor, cast: Cast, register: Register, later: Callable[..., None]
) -> None:
    page = sign_in(client, cast.administrator).visit(ADDRESS)
    late = register("Bot9 Bot", cast.panel)
    with writing():
        acts.perform("spam", late, by=standing(cast.facilitator))
        late.closed_at = clock.now().replace(year=clock.now().year - 1)
    again = page.submit({"sure": "yes"}, button="Keep this choice", status=422)
    assert again.errors == ["There are more now than the page showed. Look at the numbers again."]
    assert "4 forms would be deleted." in again.text
    assert erased() == 0
    again.submit({"sure": "yes"}, button="Keep this choice")
    page.submit({"sure": "yes"}, button="Keep this choice", status=409)  # somebody was quicker
    periodic.run_due()
    assert erased() == 4


def test_a_page_of_yesterday_decides_nothing_about_today(
    app: Flask, held: RetentionRun, client: Visitor, cast: Cast
) -> None:
    page = sign_in(client, cast.administrator).visit(ADDRESS)
    with writing():
        assert clocks.start().state is RunState.HELD  # the next day's run is held too
    page.submit({"sure": "yes"}, button="Keep this choice", status=409)
    assert erased() == 0
