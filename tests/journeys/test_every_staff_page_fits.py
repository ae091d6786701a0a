"""Staff pages and their states, on a desk and on a phone: no axe violation, nothing sideways.

The outbox with its failures is in `tests/post/test_outbox_walk.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from ppflow import clock
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.deciding.workflow import PANELS
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity, Publication
from ppflow.outbox.models import Letter
from ppflow.triage.workflow import VIEWS
from tests.expressions.test_life import put
from tests.journeys.at_the_desk import sign_in
from tests.journeys.looking import Look
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast

pytestmark = pytest.mark.browser

BY_POST = {"contact_by": ContactBy.POST, "post_address": "1 Mill Lane\nLeek"}
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch"


@pytest.fixture
def several(cast: Cast, register: Register) -> list[Expression]:
    """People of every sort in the queue: late, by phone, by post, with needs, unrouted, spam."""
    people = [
        register("Rosa Reed", cast.panel, plain={"access": "Papers by post"}),
        register("Joan Roe", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0199"),
        register("Omar Oak", cast.panel, **BY_POST),
        register(f"{LONG} {LONG}", cast.study),
        register("Gus General", None),
        register("Win Prizes", cast.panel, is_set_aside=True),
    ]
    with writing():
        rosa = db.session.get_one(Expression, people[0].id, populate_existing=True)
        rosa.reply_by = clock.today() - timedelta(days=1)
        rosa.has_needs = rosa.shares_address = rosa.has_email_trouble = True
    return people


def test_what_waits(cast: Cast, several: list[Expression], look: Look) -> None:
    sign_in(look.page, cast.coordinator)
    look.here()
    look.at(*(f"/triage?view={key}" for key in VIEWS))
    look.at("/triage?q=nobody-at-all", "/triage?view=open&status=received&sort=newest")
    look.at("/triage/views", "/triage/views/new?view=open", "/settings/shortcuts")
    look.at("/outbox", "/help-someone")
    look.press("Start the form")


def test_nothing_waits(cast: Cast, look: Look) -> None:
    sign_in(look.page, cast.facilitator)
    look.here()
    look.at("/triage", "/outbox", "/settings", "/settings/password")
    look.press("Change it")
    look.at("/settings")
    look.press("Keep these dates")
    look.at("/settings/people", status=403)


def test_a_board_member_has_no_forms(cast: Cast, look: Look) -> None:
    sign_in(look.page, cast.board_member)
    look.here()
    look.at("/triage", status=403)


def test_each_act_has_its_panel(cast: Cast, register: Register, look: Look) -> None:
    """Every panel once, in a status where it is open, and as it is sent empty."""
    rosa = register("Rosa Reed", cast.panel, sealed={"experience": "Ten years."})
    study = register("Stu Dent", cast.study)
    sign_in(look.page, cast.coordinator)
    left = set(PANELS)
    for status in (
        Status.RECEIVED,
        Status.NEEDS_INFO,
        Status.CONVERSATION,
        Status.OFFERED,
        Status.JOINED,
        Status.LAPSED,
        Status.NOT_THIS_TIME,
    ):
        put(rosa, status)
        left -= _look_at_panels(look, rosa, left)
    left -= _look_at_panels(look, study, left)
    put(rosa, Status.CONVERSATION)
    with writing():
        rosa.talk_at = clock.now() + timedelta(days=1)
    left -= _look_at_panels(look, rosa, left)
    assert left == {"not_spam"}


def _look_at_panels(look: Look, expression: Expression, wanted: set[str]) -> set[str]:
    page, seen = f"/expressions/{expression.reference}", set()
    look.page.goto(page)
    for act in sorted(wanted):
        look.page.goto(f"{page}?act={act}")
        if look.page.locator("#act-title").count():
            look.here()
            seen.add(act)
    return seen


def test_a_decision_page_in_trouble(
    cast: Cast, several: list[Expression], look: Look, installation: Any
) -> None:
    rosa, joan, omar, _long, _general, spam = several
    sign_in(look.page, cast.coordinator)
    look.at(*(f"/expressions/{each.reference}" for each in (joan, omar, spam)))
    look.at(f"/expressions/{spam.reference}?act=not_spam")
    look.at(f"/expressions/{omar.reference}/letters/{_receipt(omar).id}/print")
    look.page.goto(f"/expressions/{rosa.reference}?act=message")
    look.press("Show the email")
    look.page.get_by_label("Your message").fill("Words I thought about.")
    look.page.get_by_role("button", name="Show the email").click()
    expect(look.page.locator(".pp-email")).to_contain_text("Words I thought about.")
    with writing():
        acts.perform("start", rosa, by=standing(cast.facilitator))
    look.press("Send 1 email")
    expect(look.page.get_by_text("Somebody else changed this first")).to_be_visible()
    with installation.with_settings(hold_messages_minutes=10):
        look.press("Send 1 email")
    expect(look.page.get_by_role("button", name="Undo")).to_be_visible()
    look.press("Keep the note")


def _receipt(expression: Expression) -> Letter:
    return db.session.scalars(
        select(Letter).where(
            Letter.expression_id == expression.id, Letter.name == "expression-received"
        )
    ).one()


def test_people_and_roles(cast: Cast, several: list[Expression], look: Look) -> None:
    sign_in(look.page, cast.administrator)
    look.at("/settings/people", "/settings/people?q=nobody-at-all", "/settings/people/new")
    look.press("Add this person")
    look.at(f"/settings/people/{cast.facilitator.id}")
    look.at(f"/settings/people/{cast.facilitator.id}/leaving")
    look.press("Continue")


PARTS = ("edit", "themes/edit", "themes/new", "stages/edit", "meetings/edit", "sections/edit")
PROJECT_PARTS = ("edit", "brief/edit", "plan/edit", "members/edit", "progress/new")


def test_editing(cast: Cast, look: Look) -> None:
    sign_in(look.page, cast.coordinator)
    look.at(*(f"/programmes/{cast.programme.slug}/{part}" for part in PARTS))
    look.at(f"/programmes/{cast.programme.slug}/themes/{cast.theme.slug}/edit")
    look.at(f"/programmes/{cast.programme.slug}")
    look.at(*(f"/projects/{cast.project.slug}/{part}" for part in PROJECT_PARTS))
    look.at(f"/projects/{cast.project.slug}")
    look.at("/projects/new")
    look.press("Add the project")


def test_editing_an_advert(cast: Cast, register: Register, look: Look) -> None:
    advert = f"/opportunities/{cast.panel.slug}"
    register("Rosa Reed", cast.panel)
    sign_in(look.page, cast.coordinator)
    look.at(advert, f"{advert}/edit", f"{advert}/questions/edit")
    look.press("Add another question")
    look.at(f"{advert}/publication")
    look.at("/opportunities/new")
    look.press("Add the draft")
    look.page.goto(f"{advert}/edit")
    look.page.get_by_label("Venue", exact=False).first.fill("Library")
    look.press("Save")  # everyone who waits is told: the letter to read first
    expect(look.page.get_by_role("button", name="Save and tell 1 person")).to_be_visible()
    with writing():
        draft = db.session.get_one(Opportunity, cast.study.id, populate_existing=True)
        draft.publication, draft.lay_summary = Publication.DRAFT, ""
        draft.closes_on = clock.today() + timedelta(days=3)
    look.at(f"/opportunities/{cast.study.slug}/publication")


def test_two_edit_at_once(cast: Cast, look: Look) -> None:
    sign_in(look.page, cast.coordinator)
    look.page.goto(f"/projects/{cast.project.slug}/edit")
    other = look.page.context.new_page()
    other.goto(f"/projects/{cast.project.slug}/edit")
    other.get_by_label("Place", exact=False).first.fill("Walsall")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Walsall").first).to_be_visible()
    other.close()
    look.page.get_by_label("Place", exact=False).first.fill("Dudley")
    look.press("Save")
    expect(look.page.get_by_text("Someone else changed this first")).to_be_visible()
