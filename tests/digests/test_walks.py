"""The pages about digests, and what waits for who looks after the whole site, looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.digests import acts as digests
from ppflow.digests.workflow import Often
from ppflow.erasing import clocks
from ppflow.erasing.models import RetentionRun, RunState
from ppflow.outbox import periodic
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.journeys.at_the_desk import sign_in
from tests.journeys.looking import Look
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.support.installation import Installation

pytestmark = pytest.mark.browser


@pytest.fixture
def look(window: Page) -> Iterator[Look]:
    look = Look(window)
    yield look
    look.end()


@pytest.fixture
def eight(installation: Installation) -> Iterator[None]:
    """It is eight o'clock on the next working day."""
    day = clock.working_days_after(clock.today(), 1)
    ahead = clock.start_of(day, at=time(8, 1)) - datetime.now(tz=clock.LONDON)
    with installation.with_settings(clock_offset_seconds=int(ahead.total_seconds())):
        yield


def test_stopping_and_choosing_digests(cast: Cast, look: Look) -> None:
    page = look.page
    look.at(f"/digests/{digests.token_of(cast.facilitator.id)}")
    look.press("Continue")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("No, keep them").check()
    look.press("Continue")
    expect(page.get_by_text("come as before")).to_be_visible()
    page.get_by_label("Yes, stop them").check()
    look.press("Continue")
    expect(page.get_by_text("have stopped")).to_be_visible()
    look.at("/digests/nobodys", status=404)
    db.session.rollback()
    assert digests.choice_of(cast.facilitator.id) is Often.OFF
    sign_in(page, cast.facilitator)
    look.at("/settings/emails")
    page.get_by_label("Once a week").check()
    look.press("Keep this choice")
    expect(page.get_by_text("Your choice of emails is kept.")).to_be_visible()


def test_what_waits_for_who_looks_after_the_whole(
    eight: None, cast: Cast, register: Register, look: Look
) -> None:
    register("Rosa Reed", cast.panel)
    periodic.run_due()
    with writing():
        digest = db.session.scalars(
            select(Letter).where(Letter.name == "staff-digest-facilitator")
        ).one()
        digest.state, digest.ended_at = LetterState.FAILED_ADDRESS, clock.now()
        digest.trouble = "This address does not exist."
        why = "12 forms would go at once, more than 5% of all."
        db.session.add(RetentionRun(due=12, state=RunState.HELD, held_because=why))
    sign_in(look.page, cast.administrator)
    expect(look.page.get_by_text("1 email to staff did not arrive")).to_be_visible()
    look.here()
    look.at("/outbox", f"/outbox/{digest.id}", "/settings", "/settings/retention")
    look.press("Keep this choice")
    expect(look.page.get_by_role("heading", name="There is a problem")).to_be_visible()
    look.page.get_by_label("Yes, the numbers are right").check()
    look.press("Keep this choice")
    expect(look.page.get_by_text("It goes on now")).to_be_visible()
    db.session.rollback()
    assert clocks.held_run() is None
