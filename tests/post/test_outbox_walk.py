"""The outbox in a real browser: every state fits, passes axe, and works without JavaScript."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import Select, select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Heartbeat, Letter
from ppflow.outbox.workflow import LetterState
from tests.support.accessibility import fits
from tests.support.arrivals import Register
from tests.support.browser import DESK, PHONE, Open
from tests.support.cast import PASSWORD, Cast
from tests.support.smtp import Fault, MailServer

pytestmark = pytest.mark.browser

STATES = (
    LetterState.FAILED_TECHNICAL,
    LetterState.UNKNOWN,
    LetterState.DEFERRED,
    LetterState.CANCELLED,
    LetterState.SUPPRESSED,
)


@pytest.fixture
def letters(app: Flask, cast: Cast, register: Register, mailbox: MailServer) -> list[int]:
    """Letters in every state; the ids of those to the people who wrote to us."""
    register("Rosa Reed", cast.panel, phone="0121 496 0198")
    mailbox.fail(Fault.NO_SUCH_ADDRESS_550, recipient="rosa@mail.example")
    work_once(app)
    register("Joan Roe", cast.panel, contact_by="phone", phone="0121 496 0199")
    names = ("Ann", "Ben", "Cat", "Dan", "Eve", "Flo")
    forms = [register(f"{name} Reed", cast.panel) for name in names]
    with writing():
        db.session.add(Heartbeat(name="worker", at=clock.now()))
        for form, state in zip(forms, STATES, strict=False):
            letter = db.session.scalars(_receipt(form.id)).one()
            letter.state, letter.trouble = state, "What happened, in a sentence."
        db.session.scalars(_receipt(forms[-1].id)).one().due_at += timedelta(minutes=8)
    return list(db.session.scalars(select(Letter.id).where(Letter.name == "expression-received")))


def _receipt(expression_id: int) -> Select[Letter]:
    return select(Letter).where(
        Letter.expression_id == expression_id, Letter.name == "expression-received"
    )


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_state_fits(letters: list[int], cast: Cast, open_window: Open, width: int) -> None:
    page = open_window(width=width, javascript=False)
    page.goto("/sign-in?next=/outbox")
    page.get_by_role("textbox", name="Email").fill(cast.coordinator.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/outbox")
    expect(page.get_by_role("heading", name="Rosa did not get this email")).to_be_visible()
    fits(page)
    for letter_id in letters:
        page.goto(f"/outbox/{letter_id}")
        fits(page)
    page.goto("/outbox?q=nobody")
    fits(page)
    page.goto(f"/outbox/{letters[0]}")
    page.get_by_role("button", name="Correct the address and send").click()
    expect(page.get_by_role("alert")).to_be_visible()
    fits(page)
