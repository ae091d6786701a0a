"""What will happen is shown; then it is done to each alone, once, and said one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock, events
from ppflow.applicants.models import ContactBy
from ppflow.bulk import jobs
from ppflow.bulk.models import BulkItem, ItemState, RunState
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.expressions.models import Message
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.places.queries import capacity
from ppflow.projects.models import Member
from tests.bulk.conftest import Later, Many, body_for, day, fresh, letters, pick, shown, the_run
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn, Statements

NOT_NOW = "Tell 3 people: not this time and send 3 emails"


def test_three_are_told_not_this_time(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    chosen = many(3)
    page = pick(as_staff(cast.facilitator), "not_this_time", chosen)
    assert page.heading == "Not this time: 3 people"
    page = shown(page, reason="fit", body="Thank you for your time.")
    assert "3 people will change. 3 people get an email." in page.text
    assert "Thank you for your time." in body_for(page, chosen[0])
    page = page.submit(button=NOT_NOW)
    assert page.heading == "Not this time: what came of it"
    assert "3 people done." in page.text
    assert [fresh(each).status for each in chosen] == [Status.NOT_THIS_TIME] * 3
    sent = letters("expression-not-this-time")
    assert sorted(each.to_address for each in sent) == sorted(
        each.applicant.email for each in chosen
    )
    assert all("Thank you for your time." in each.body for each in sent)


def test_a_reason_is_needed_and_nothing_typed_is_lost(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    page = pick(as_staff(cast.facilitator), "not_this_time", many(2))
    page = page.submit({"body": "Kind words"}, button="Show what will happen", status=422)
    assert page.errors == ["Choose a reason."]
    assert "Kind words" in page.text


def test_what_is_shown_is_what_goes(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa = many(1)[0]
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa]), body="We meet on Monday.")
    shown_before = body_for(page, rosa)
    page.submit(button="Send the message to 1 person and send 1 email")
    assert letters("expression-message")[0].body.strip() == shown_before.strip()


def test_each_is_skipped_with_its_reason_and_a_link(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar, lea = many(3)
    with writing():
        acts.perform("withdraw", omar, by=events.APPLICANT)
    browser = as_staff(cast.facilitator)
    data = {"pick": [each.reference for each in (rosa, omar, lea)]}
    page = browser.visit("/triage?view=closed")
    assert omar.reference in page.text
    token = str(page.soup.find(attrs={"name": "csrf_token"})["value"])  # type: ignore[index]
    answer = browser.post(
        "/triage/bulk?view=open", data={**data, "act": "ask", "csrf_token": token}
    )
    page = shown(browser.visit(answer.location), body="When can you come?")
    assert "2 people will change, 1 will be left as they are" in page.text
    assert "1: This is not open now: the status is “Withdrawn”." in page.text
    assert f"Omar Oak, {omar.reference}" in page.links
    page = page.submit(button="Ask 2 people and send 2 emails")
    assert "2 people done. 1 left as they were" in page.text
    assert "This is not open now" in page.text
    assert (fresh(rosa).status, fresh(omar).status) == (Status.NEEDS_INFO, Status.WITHDRAWN)


def test_a_form_changed_meanwhile_is_left_alone_and_said(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """It changes after the look and before the press: the page is shown again, without it."""
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="Hello to all")
    with writing():
        acts.perform("start", omar, by=standing(cast.deputy))
    page = page.submit(button="Send the message to 2 people and send 2 emails", status=409)
    assert "Something changed since you looked" in page.errors[0]
    assert "1: Somebody changed it after you had looked." in page.text
    page = page.submit(button="Send the message to 1 person and send 1 email")
    assert "1 person done. 1 left as they were" in page.text
    assert fresh(omar).status is Status.IN_REVIEW
    assert [each.expression_id for each in letters("expression-message")] == [rosa.id]


def test_two_coordinators_overlap(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    """Both looked; the second press leaves what the first has done, and says so."""
    chosen = many(3)
    first = shown(pick(as_staff(cast.coordinator), "not_this_time", chosen), reason="fit")
    second = shown(pick(as_staff(cast.facilitator), "wait", chosen[1:]),
                   **day("next_reply_by", clock.today() + timedelta(days=20)))  # fmt: skip
    first.submit(button=NOT_NOW)
    page = second.submit(button="Put 2 people on the waiting list and send 2 emails", status=409)
    assert "There is nothing to do." in page.text
    assert [fresh(each).status for each in chosen] == [Status.NOT_THIS_TIME] * 3
    assert letters("expression-waiting-list") == []


def test_pressed_twice_it_is_done_once(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    page = shown(pick(as_staff(cast.facilitator), "message", many(3)), body="Hello")
    page.submit(button="Send the message to 3 people and send 3 emails")
    again = page.submit(button="Send the message to 3 people and send 3 emails")
    assert again.heading == "Write a message: what came of it"
    assert len(letters("expression-message")) == 3
    assert db.session.query(Message).count() == 3


def test_a_reload_shows_the_same_result(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    browser = as_staff(cast.facilitator)
    page = shown(pick(browser, "message", many(2)), body="Hello")
    page = page.submit(button="Send the message to 2 people and send 2 emails")
    assert browser.visit(page.path).text == page.text
    assert page.path == f"/triage/bulk/{the_run().key}"


def test_words_typed_anew_are_shown_before_they_go(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """Two windows: what the older one shows is not what would go, so nothing goes."""
    chosen = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", chosen), body="First words")
    newer = page.submit({"body": "Second words"}, button="Show it again")
    assert "Second words" in body_for(newer, chosen[0])
    page.submit(button="Send the message to 2 people and send 2 emails", status=409)
    assert letters("expression-message") == []


def test_above_25_their_number_is_typed(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    many(26)
    page = shown(pick(as_staff(cast.coordinator), "message", whom="all"), body="Hello")
    button = "Send the message to 26 people and send 26 emails"
    page = page.submit(button=button, status=422)
    assert page.errors == ["Type 26 in the box, so that we know that you mean so many."]
    page = page.submit({"number": "25"}, button=button, status=422)
    assert letters("expression-message") == []
    page.submit({"number": "26"}, button=button)
    assert len(letters("expression-message")) == 26


def test_25_need_no_number(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    many(25)
    page = shown(pick(as_staff(cast.coordinator), "message", whom="all"), body="Hello")
    assert page.soup.find(attrs={"name": "number"}) is None


def test_who_gets_no_email_is_named_before_and_after(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    omar = register("Omar Oak", cast.panel, contact_by=ContactBy.POST, post_address="1 Elm Row")
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="Hello")
    assert "1 person gets an email. 1 letter to print or read out." in page.text
    page = page.submit(button="Send the message to 2 people and send 1 email")
    assert "1: Done, with a letter to print or read out" in page.text
    states = {each.to_address: each.state for each in letters("expression-message")}
    assert states[""] is LetterState.BY_HAND


def test_without_an_email_nobody_is_mailed(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    chosen = many(2)
    page = pick(as_staff(cast.facilitator), "not_this_time", chosen)
    page = shown(page, reason="full", letter="none")
    assert "Nobody gets an email." in page.text
    page.submit(button="Tell 2 people: not this time")
    assert letters("expression-not-this-time") == []
    assert fresh(chosen[0]).status is Status.NOT_THIS_TIME


def test_the_waiting_list_needs_a_date(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar = many(2)
    page = pick(as_staff(cast.facilitator), "wait", [rosa, omar])
    page = page.submit(button="Show what will happen", status=422)
    assert page.errors == ["Enter the day by which they hear from us next."]
    news = clock.today() + timedelta(days=30)
    page = shown(page, **day("next_reply_by", news))
    page.submit(button="Put 2 people on the waiting list and send 2 emails")
    assert (fresh(rosa).status, fresh(omar).reply_by) == (Status.WAITING_LIST, news)


def test_a_day_in_the_past_is_refused(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    page = pick(as_staff(cast.facilitator), "wait", many(2))
    yesterday = day("next_reply_by", clock.today() - timedelta(days=1))
    page = page.submit(yesterday, button="Show what will happen", status=422)
    assert page.errors == ["Choose a date that is not in the past."]


def test_offers_stop_where_the_places_end(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).places = 2
    chosen = many(3)
    page = shown(pick(as_staff(cast.facilitator), "offer", chosen))
    assert "1: Every place is taken or offered." in page.text
    page.submit(button="Offer a place to 2 people and send 2 emails")
    assert capacity(db.session.get_one(Opportunity, cast.panel.id)).free == 0
    assert sorted(fresh(each).status for each in chosen) == [
        Status.OFFERED, Status.OFFERED, Status.RECEIVED
    ]  # fmt: skip


def test_more_offers_than_places_are_said_expressly(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).places = 1
    chosen = many(2)
    page = shown(pick(as_staff(cast.facilitator), "offer", chosen), over_places="yes")
    page.submit(button="Offer a place to 2 people and send 2 emails")
    assert [fresh(each).status for each in chosen] == [Status.OFFERED] * 2


def test_decisions_told_together_are_prepared(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).is_joint_release = True
    chosen = many(2)
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", chosen), reason="fit")
    assert "2 decisions are prepared: nobody is told until they are released." in page.text
    page = page.submit(button="Prepare 2 decisions")
    assert "Prepared. They are told when it is released" in page.text
    assert all(fresh(each).pending_verb == "not_this_time" for each in chosen)
    assert letters("expression-not-this-time") == []


def test_a_study_is_never_offered(
    cast: Cast, many: Many, register: Register, as_staff: SignedIn
) -> None:
    rosa, stan = many(1)[0], register("Stan Study", cast.study)
    page = shown(pick(as_staff(cast.facilitator), "offer", [rosa, stan]))
    assert "1 person will change, 1 will be left as they are" in page.text
    assert f"Stan Study, {stan.reference}" in page.links


def test_a_colleague_gets_only_what_they_may_see(
    cast: Cast, many: Many, register: Register, as_staff: SignedIn
) -> None:
    rosa, elsa = many(1)[0], register("Elsa Else", cast.other_panel)
    page = pick(as_staff(cast.coordinator), "assign", [rosa, elsa])
    page = shown(page, colleague=str(cast.other_facilitator.id))
    assert "1: The colleague may not see this form." in page.text
    assert "1: They answer this form already." in page.text
    assert "There is nothing to do." in page.text


def test_spam_needs_a_tick_and_mails_nobody(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    chosen = many(2)
    before = len(letters("expression-received"))
    page = pick(as_staff(cast.coordinator), "spam", chosen)
    page = page.submit(button="Show what will happen", status=422)
    page = shown(page, sure="yes")
    page.submit(button="Mark 2 forms as spam")
    assert [fresh(each).status for each in chosen] == [Status.SPAM] * 2
    assert len(letters("expression-received")) == before


def test_every_change_is_an_event_by_the_person(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    chosen = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", chosen), body="Secret plum pie")
    page.submit(button="Send the message to 2 people and send 2 emails")
    either = select(Event).where(Event.verb.in_(["message", "bulk"])).order_by(Event.id)
    made = db.session.scalars(either).all()
    assert sorted(each.verb for each in made) == ["bulk", "message", "message"]
    assert {each.actor_id for each in made} == {cast.facilitator.id}
    assert the_run().sealed is not None
    assert b"plum" not in (the_run().sealed or b"")


def test_somebody_taken_off_the_project_does_nothing_more(
    app: Flask, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """They had looked; before they pressed they lost the project."""
    page = shown(pick(as_staff(cast.deputy), "message", many(2)), body="Hello")
    with writing():
        member = db.session.scalars(select(Member).where(Member.person_id == cast.deputy.id)).one()
        member.until_on = clock.today()
    page.submit(button="Send the message to 2 people and send 2 emails", status=409)
    assert letters("expression-message") == []


# --- undo -----------------------------------------------------------------------------------------


def test_all_of_it_is_undone_while_the_emails_are_held(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    chosen = many(3)
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", chosen), reason="fit")
    page = page.submit(button=NOT_NOW)
    assert "You can undo this until" in page.text
    page = page.submit(button="Undo all of it")
    assert "3 forms as before." in page.text
    assert [fresh(each).status for each in chosen] == [Status.RECEIVED] * 3
    states = {each.state for each in letters("expression-not-this-time")}
    assert states == {LetterState.CANCELLED}


def test_what_was_decided_anew_is_not_undone(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", [rosa, omar]), reason="fit")
    page = page.submit(button="Tell 2 people: not this time and send 2 emails")
    with writing():
        acts.perform("reopen", omar, by=standing(cast.facilitator))
    page = page.submit(button="Undo all of it")
    assert "1 form as before. 1 could not be undone." in page.text
    assert (fresh(rosa).status, fresh(omar).status) == (Status.RECEIVED, Status.IN_REVIEW)


def test_undo_pressed_twice_undoes_once(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa = many(1)[0]
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", [rosa]), reason="fit")
    page = page.submit(button="Tell 1 person: not this time and send 1 email")
    page.submit(button="Undo all of it")
    version = fresh(rosa).version
    page.submit(button="Undo all of it")
    assert fresh(rosa).version == version
    assert the_run().state is RunState.UNDONE


def test_undo_is_not_offered_when_the_emails_have_gone(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    browser = as_staff(cast.facilitator)
    page = shown(pick(browser, "not_this_time", many(2)), reason="fit")
    page = page.submit(button="Tell 2 people: not this time and send 2 emails")
    held(minutes=11)
    late = browser.visit(page.path)
    assert "You can undo this until" not in late.text
    page.submit(button="Undo all of it")
    items = db.session.scalars(select(BulkItem.state)).all()
    assert set(items) == {ItemState.STAYS}


def test_prepared_decisions_are_put_away_again(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).is_joint_release = True
    chosen = many(2)
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", chosen), reason="fit")
    page = page.submit(button="Prepare 2 decisions")
    page.submit(button="Undo all of it")
    assert all(fresh(each).pending_verb is None for each in chosen)


def test_my_runs_are_listed_and_found_again(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    browser = as_staff(cast.facilitator)
    assert "You have not done anything" in browser.visit("/triage/bulk").text
    page = shown(pick(browser, "message", many(2)), body="Hello")
    page.submit(button="Send the message to 2 people and send 2 emails")
    listed = browser.visit("/triage/bulk")
    assert f"newest first, kept for {jobs.KEPT_FOR.days} days" in listed.text
    link = next(words for words in listed.links if words.startswith("Write a message, "))
    assert listed.follow(link).heading == "Write a message: what came of it"
    assert db.session.get_one(Person, cast.facilitator.id).active


# --- what it costs --------------------------------------------------------------------------------


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("not_this_time", {"reason": "fit"}),
        ("offer", {}),
        ("message", {"body": "Hello"}),
        ("tag", {"tag": "panel"}),
    ],
)
def test_a_look_costs_the_same_for_2_and_for_12(
    act: str,
    typed: dict[str, str],
    cast: Cast,
    many: Many,
    as_staff: SignedIn,
    statements: Statements,
) -> None:
    """One statement for each kind of relation, never for each person."""
    chosen, browser, costs = many(12), as_staff(cast.facilitator), []
    for some in (chosen[:2], chosen):
        page = shown(pick(browser, act, some), **typed)
        with statements() as seen:
            browser.visit(page.path)
        costs.append(len(seen))
    assert costs[0] == costs[1] < 25


def test_who_gets_a_letter_by_hand_is_not_promised_an_undo(
    held: Later, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """Their letter may be printed already; the page says so before and after."""
    rosa = register("Rosa Reed", cast.panel)
    omar = register("Omar Oak", cast.panel, contact_by=ContactBy.POST, post_address="1 Elm Row")
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", [rosa, omar]), reason="fit")
    assert "10 minutes. It stays for 1 with a letter to print or read out." in page.text
    page = page.submit(button="Tell 2 people: not this time and send 1 email")
    assert "Letters to print or read out stay" in page.text
    page = page.submit(button="Undo all of it")
    assert "1 form as before. 1 could not be undone." in page.text
    assert (fresh(rosa).status, fresh(omar).status) == (Status.RECEIVED, Status.NOT_THIS_TIME)
