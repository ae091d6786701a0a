"""Decisions are prepared, seen by nobody, and released together; one that fails spoils no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text

from ppflow import clock, events
from ppflow.db import db, writing
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.expressions import acts
from ppflow.expressions.acts import LetterChoice
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import ACCEPT_WITHIN_DAYS, Status
from ppflow.letters import Rendered
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import Letter
from ppflow.places import acts as places
from ppflow.places import queries
from ppflow.releasing import acts as releasing
from ppflow.routing.jobs import climb
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor
from tests.triage.conftest import SignedIn

ADDRESS = "/opportunities/sleep-panel/places"
DECISIONS = ("expression-offered", "expression-not-this-time", "expression-waiting-list")


@pytest.fixture
def joint(cast: Cast) -> Opportunity:
    """The sleep panel, whose decisions go out together."""
    with writing():
        panel = db.session.get_one(Opportunity, cast.panel.id)
        panel.is_joint_release = True
    return panel


def prepare(verb: str, expression: Expression, cast: Cast, **details: Any) -> None:
    facts: dict[str, dict[str, Any]] = {
        "offer": {"accept_by": clock.today() + timedelta(days=10)},
        "wait": {"next_reply_by": clock.today() + timedelta(days=20)},
        "not_this_time": {"reason": "balance"},
    }
    with writing():
        releasing.prepare(verb, expression, by=standing(cast.facilitator), **facts[verb], **details)


def released(panel: Opportunity, cast: Cast, *people: Expression) -> list[str]:
    """Release these as they stand; gives the troubles."""
    seen = {each.id: each.version for each in people}
    with writing():
        results = releasing.release(panel, seen, by=standing(cast.coordinator))
    return [result.trouble for result in results]


def decisions() -> list[Letter]:
    chosen = select(Letter).where(Letter.name.in_(DECISIONS)).order_by(Letter.id)
    return list(db.session.scalars(chosen))


def test_nobody_sees_what_is_prepared(
    client: Visitor, cast: Cast, register: Register, joint: Opportunity
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa)
    before, promised = page.text, rosa.reply_by
    prepare("not_this_time", rosa, cast, body="canary-prepared")
    assert client.visit("/status").text == before
    assert decisions() == []
    assert (rosa.status, rosa.reply_by, rosa.pending_verb) == (
        Status.RECEIVED,
        promised,
        "not_this_time",
    )
    for table in ("expression", "message", "event", "letter"):
        rows = db.session.execute(text(f"select * from {table}")).all()
        assert "canary-prepared" not in str(rows)


def test_the_clock_runs_on(cast: Cast, register: Register, joint: Opportunity) -> None:
    rosa = register("Rosa Reed", cast.panel)
    prepare("offer", rosa, cast)
    late = clock.working_days_after(clock.today(), 8)
    with writing():
        climb(late)
    told = db.session.scalars(select(Letter.name).where(Letter.name.like("staff-%"))).all()
    assert "staff-overdue" in told


def test_released_together_in_one_press(
    client: Visitor, cast: Cast, register: Register, joint: Opportunity, as_staff: SignedIn
) -> None:
    rosa, omar, lea = (register(n, cast.panel) for n in ("Rosa Reed", "Omar Oak", "Lea Lund"))
    browser = as_staff(cast.facilitator)
    page = browser.visit(f"/expressions/{rosa.reference}?act=offer")
    assert "Nobody is told yet." in page.text
    page = page.submit(button="Prepare this decision")
    assert "Prepared: offer a place" in page.text
    page = browser.visit(f"/expressions/{omar.reference}?act=not_this_time")
    page = page.submit({"reason": "balance"}, button="Show the email")
    page.submit({"letter": "edit"}, button="Prepare this decision")
    page = browser.visit(f"/expressions/{omar.reference}?act=not_this_time")
    page = page.submit({"reason": "balance", "letter": "edit"}, button="Show the email")
    page.submit({"letter_body": "Dear Omar, in my own words."}, button="Prepare this decision")
    prepare("wait", lea, cast)
    assert decisions() == []
    assert "A coordinator releases them." in browser.visit(ADDRESS).text
    page = as_staff(cast.coordinator).visit(ADDRESS)
    assert "Decisions prepared: 3" in page.text
    assert "1 offer for 6 free places" in page.text
    page = page.submit(button="Release 3 decisions")
    assert "3 decisions released." in page.response.get_data(as_text=True)
    statuses = []
    for each in (rosa, omar, lea):
        db.session.refresh(each)
        statuses.append(each.status)
        assert each.pending_verb is None
    assert statuses == [Status.OFFERED, Status.NOT_THIS_TIME, Status.WAITING_LIST]
    written = {letter.to_address: letter for letter in decisions()}
    assert len(decisions()) == len(written) == 3
    assert written["omar@mail.example"].body == "Dear Omar, in my own words.\n"
    assert "Farah Aziz" in written["rosa@mail.example"].body  # signed by who decided
    assert "Say yes or no" in opened(client, rosa).text


def test_an_impatient_second_press_sends_nothing(
    cast: Cast, register: Register, joint: Opportunity, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    prepare("offer", rosa, cast)
    page = as_staff(cast.coordinator).visit(ADDRESS)
    page.submit(button="Release 1 decision")
    page = page.submit(button="Release 1 decision", status=409)
    assert "decided or taken it back meanwhile" in page.text
    assert len(decisions()) == 1


def test_a_lost_race_keeps_the_rest(
    cast: Cast, register: Register, joint: Opportunity, as_staff: SignedIn
) -> None:
    names = ("Rosa Reed", "Omar Oak", "Lea Lund", "Ivo Ives")
    rosa, omar, lea, ivo = (register(name, cast.panel) for name in names)
    for each in (rosa, omar, lea, ivo):
        prepare("offer", each, cast)
    page = as_staff(cast.coordinator).visit(ADDRESS)
    with writing():  # meanwhile one withdraws, one writes and one is taken back
        acts.perform("withdraw", rosa, by=events.APPLICANT)
        acts.perform("write", omar, by=events.APPLICANT, body="I can only do Mondays")
        releasing.put_away(lea, by=standing(cast.facilitator))
    page = page.submit(button="Release 4 decisions", status=409)
    for each in (rosa, omar, lea, ivo):
        db.session.refresh(each)
    assert [each.status for each in (rosa, omar, lea, ivo)] == [
        Status.WITHDRAWN, Status.RECEIVED, Status.RECEIVED, Status.OFFERED,
    ]  # fmt: skip
    assert f"{omar.reference}: Something has changed since you opened the page" in page.text
    assert [letter.to_address for letter in decisions()] == ["ivo@mail.example"]
    page.submit(button="Release 1 decision")  # Omar's, read again
    db.session.refresh(omar)
    assert omar.status is Status.OFFERED


def test_one_that_cannot_be_done_any_more_leaves_no_trace(
    cast: Cast, register: Register, joint: Opportunity
) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    prepare("offer", rosa, cast)
    prepare("not_this_time", omar, cast)
    with time_machine.travel(clock.now() + timedelta(days=12), tick=True):
        troubles = released(joint, cast, rosa, omar)
    assert troubles == ["Choose a date for the answer that is not in the past.", ""]
    assert (rosa.status, rosa.pending_verb) == (Status.RECEIVED, "offer")
    assert omar.status is Status.NOT_THIS_TIME
    assert [letter.to_address for letter in decisions()] == ["omar@mail.example"]


def test_the_number_in_a_letter_is_that_of_the_day_it_goes(
    cast: Cast, register: Register, joint: Opportunity
) -> None:
    names = ("Rosa Reed", "Omar Oak", "Lea Lund")
    rosa, omar, lea = (register(name, cast.panel) for name in names)
    for each in (lea, omar, rosa):  # prepared in another order than they came
        prepare("wait", each, cast)
    assert released(joint, cast, lea, omar, rosa) == ["", "", ""]
    told = {letter.to_address.partition("@")[0]: letter.body for letter in decisions()}
    for number, name in enumerate(("rosa", "omar", "lea"), start=1):
        assert f"you are number {number} in the line" in told[name]


def test_more_offers_than_places_must_be_meant(
    cast: Cast, register: Register, joint: Opportunity, as_staff: SignedIn
) -> None:
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).places = 1
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    prepare("offer", rosa, cast)
    prepare("offer", omar, cast)
    page = as_staff(cast.coordinator).visit(ADDRESS)
    page = page.submit(button="Release 2 decisions", status=422)
    assert page.errors == ["There are more offers than places. Tick the box if so."]
    assert decisions() == []
    page.submit({"is_meant": "yes"}, button="Release 2 decisions")
    assert len(decisions()) == 2


def test_taken_back_or_changed_before_the_release(
    cast: Cast, register: Register, joint: Opportunity, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    prepare("offer", rosa, cast)
    prepare("not_this_time", rosa, cast)
    now = queries.capacity(joint)
    assert (now.prepared, now.prepared_offers) == (1, 0)
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}")
    page = page.submit(button="Take it back")
    assert "Prepared:" not in page.text
    db.session.refresh(rosa)
    assert (rosa.pending_verb, releasing.pending_of(rosa)) == (None, None)
    assert decisions() == []


def test_what_was_prepared_stands_in_its_fields_to_be_changed(
    cast: Cast, register: Register, joint: Opportunity, as_staff: SignedIn
) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    prepare("not_this_time", rosa, cast, body="Mine", alternatives=[cast.other_panel.slug])
    edited = LetterChoice(edited=Rendered(f"{omar.reference}: Mine", "My own letter.\n"))
    prepare("offer", omar, cast, letter=edited)
    browser = as_staff(cast.facilitator)
    page = browser.visit(f"/expressions/{rosa.reference}").follow("Change it")
    page = page.submit({"body": "Better words"}, button="Show the email again")
    page.submit(button="Prepare this decision")
    db.session.refresh(rosa)
    waiting = releasing.pending_of(rosa)
    assert waiting is not None
    assert waiting.details == {
        "reason": "balance",
        "body": "Better words",
        "alternatives": [cast.other_panel.slug],
    }
    page = browser.visit(f"/expressions/{omar.reference}?act=offer")
    assert "My own letter." in page.text
    assert "Better words" not in browser.visit(f"/expressions/{omar.reference}?act=message").text


def test_who_may_prepare_and_release(cast: Cast, register: Register, joint: Opportunity) -> None:
    rosa = register("Rosa Reed", cast.panel)
    for stranger in (cast.outsider, cast.other_facilitator, cast.board_member):
        with pytest.raises(NotAllowed), writing():
            releasing.prepare("not_this_time", rosa, by=standing(stranger), reason="full")
    prepare("offer", rosa, cast)
    for no_coordinator in (cast.facilitator, cast.other_coordinator):
        with pytest.raises(NotAllowed), writing():
            releasing.release(joint, {rosa.id: rosa.version}, by=standing(no_coordinator))
    with pytest.raises(NotAllowed), writing():
        releasing.put_away(rosa, by=standing(cast.outsider))
    with pytest.raises(Conflict), writing():
        releasing.put_away(rosa, by=standing(cast.facilitator), expected_version=1)
    assert rosa.pending_verb == "offer"


def test_what_perform_refuses_cannot_be_prepared(
    cast: Cast, register: Register, joint: Opportunity
) -> None:
    rosa, study = register("Rosa Reed", cast.panel), register("Omar Oak", cast.study)
    farah = standing(cast.facilitator)
    with pytest.raises(NotComplete), writing():
        releasing.prepare("not_this_time", rosa, by=farah, reason="because")
    with pytest.raises(NotNow), writing():  # its opportunity asks for no joint release
        releasing.prepare("not_this_time", study, by=farah, reason="full")
    with pytest.raises(NotNow), writing():  # not one of the three
        releasing.prepare("ask", rosa, by=farah, body="Which days?")
    assert rosa.pending_verb is None


def test_who_waits_is_answered_at_once(
    cast: Cast, register: Register, joint: Opportunity, as_staff: SignedIn
) -> None:
    """After the release, the next on the list need not wait for another one."""
    rosa = register("Rosa Reed", cast.panel)
    prepare("wait", rosa, cast)
    released(joint, cast, rosa)
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?act=offer")
    page.submit(button="Offer and send 1 email")
    db.session.refresh(rosa)
    assert rosa.status is Status.OFFERED


def test_a_released_decision_can_be_undone_while_its_letter_is_held(
    cast: Cast, register: Register, joint: Opportunity, installation: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    edited = LetterChoice(edited=Rendered(f"{rosa.reference}: Mine", "My own words.\n"))
    prepare("not_this_time", rosa, cast, letter=edited)
    with installation.with_settings(hold_decisions_minutes=10):
        assert released(joint, cast, rosa) == [""]
        assert [letter.body for letter in decisions()] == ["My own words.\n"]
        with writing():
            acts.undo(rosa, by=standing(cast.coordinator))
    assert (rosa.status, rosa.pending_verb) == (Status.RECEIVED, None)


def test_a_panel_of_60_with_a_decision_date(
    cast: Cast, register: Register, joint: Opportunity
) -> None:
    """Nobody is overdue on day 6; 50 are answered together, each mailed once."""
    people = [register(f"Person{n} Long", cast.panel) for n in range(60)]
    start, farah = clock.now(), standing(cast.facilitator)
    decision = clock.working_days_after(clock.today(), 20)
    with time_machine.travel(start + timedelta(days=3), tick=True), writing():
        done = places.decide_on(joint, decision, "The whole panel meets that week.", by=farah)
    assert (done.told, done.skipped, [r for r in done.results if r.trouble]) == (60, {}, [])
    day_6 = clock.working_days_after(clock.today(), 6)
    with writing():
        climb(day_6)
    ladder = select(Letter.name).where(
        Letter.name.in_(["staff-overdue", "staff-escalated", "staff-due-soon"])
    )
    assert db.session.scalars(ladder).all() == []
    with time_machine.travel(clock.start_of(decision) + timedelta(hours=10), tick=True):
        for number, person in enumerate(people[:50]):
            verb = "offer" if number < 6 else "wait" if number < 12 else "not_this_time"
            prepare(verb, person, cast)
        assert decisions() == []
        assert released(joint, cast, *people[:50]) == [""] * 50
    names = sorted(letter.to_address for letter in decisions())
    assert names == sorted(person.applicant.email for person in people[:50])
    now = queries.capacity(joint)
    assert (now.offered, now.waiting, now.undecided, now.prepared) == (6, 6, 10, 0)


def test_who_is_offered_a_place_has_their_days_from_the_day_they_are_told(
    cast: Cast, register: Register, joint: Opportunity, as_staff: SignedIn
) -> None:
    told_on = clock.today() + timedelta(days=21)
    with writing():
        joint.decision_by = told_on
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?act=offer")
    last = clock.working_days_after(told_on, ACCEPT_WITHIN_DAYS)
    values = {name: page.soup.select_one(f"[name=accept_by-{name}]") for name in ("day", "month")}
    shown = {name: int(str(field["value"])) for name, field in values.items() if field}
    assert shown == {"day": last.day, "month": last.month}
