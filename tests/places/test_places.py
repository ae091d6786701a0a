"""Places are counted from the forms; who is next is said; a no is never a dead end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from ppflow import clock, events
from ppflow.db import db, writing
from ppflow.errors import NotAllowed, NotComplete, NotNow
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.waiting import position
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity, Publication
from ppflow.outbox.models import Letter
from ppflow.outbox.periodic import run_due
from ppflow.places import acts as places
from ppflow.places import queries
from ppflow.web import day as in_words
from tests.status.test_status_page import opened, private_link
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Thing
from tests.support.pages import Visitor
from tests.talks.test_talks import boxes
from tests.triage.conftest import SignedIn, Statements

NAMES = ("Rosa Reed", "Omar Oak", "Lea Lund", "Ivo Ives", "Mina Moor")


def offer(expression: Expression, cast: Cast, days: int = 10) -> None:
    accept_by = clock.today() + timedelta(days=days)
    with writing():
        acts.perform("offer", expression, by=standing(cast.facilitator), accept_by=accept_by)


def wait(expression: Expression, cast: Cast) -> None:
    news = clock.today() + timedelta(days=20)
    with writing():
        acts.perform("wait", expression, by=standing(cast.facilitator), next_reply_by=news)


def refuse(expression: Expression, cast: Cast, *alternatives: Thing) -> None:
    with writing():
        acts.perform(
            "not_this_time",
            expression,
            by=standing(cast.facilitator),
            reason="full",
            alternatives=[each.slug for each in alternatives],
        )


def shape(thing: Thing, **columns: Any) -> Opportunity:
    with writing():
        opportunity = db.session.get_one(Opportunity, thing.id)
        for name, value in columns.items():
            setattr(opportunity, name, value)
    return opportunity


def letters(name: str) -> list[Letter]:
    chosen = select(Letter).where(Letter.name == name).order_by(Letter.id)
    return list(db.session.scalars(chosen))


# --- counting -------------------------------------------------------------------------------------


def test_places_are_counted_from_the_forms(cast: Cast, register: Register) -> None:
    panel = shape(cast.panel, places=2)
    rosa, omar, lea, ivo, mina = (register(name, cast.panel) for name in NAMES)
    register("Spam Bot", cast.panel, is_set_aside=True)
    register("Elsa Else", cast.other_panel)
    offer(rosa, cast)
    offer(omar, cast)
    with writing():
        acts.perform("accept", omar, by=events.APPLICANT)
    wait(lea, cast)
    refuse(ivo, cast)
    now = queries.capacity(panel)
    assert (now.offered, now.joined, now.waiting, now.undecided) == (1, 1, 1, 1)
    assert (now.free, now.is_full) == (0, True)
    with writing():
        acts.perform("decline", rosa, by=events.APPLICANT)
    assert queries.capacity(panel).free == 1
    assert mina.status is Status.RECEIVED


def test_an_offer_past_the_places_asks_first(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    shape(cast.panel, places=1)
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    browser = as_staff(cast.facilitator)
    page = browser.visit(f"/expressions/{rosa.reference}?act=offer")
    assert "1 place: 0 joined, 0 offered, 1 free." in page.text
    assert page.soup.select_one("[name=over_places]") is None
    page.submit(button="Offer and send 1 email")
    page = browser.visit(f"/expressions/{omar.reference}?act=offer")
    assert "Every place is taken or offered" in page.text
    page = page.submit(button="Offer and send 1 email", status=422)
    assert page.errors == [
        "Every place is taken or offered. Tick the box if you want to offer one more."
    ]
    db.session.refresh(omar)
    assert omar.status is Status.RECEIVED
    page.submit({"over_places": "yes"}, button="Offer and send 1 email")
    db.session.refresh(omar)
    assert omar.status is Status.OFFERED


def test_the_last_place_goes_while_somebody_reads(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """The page said that there was room; the box to tick comes with the refusal."""
    shape(cast.panel, places=1)
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    page = as_staff(cast.facilitator).visit(f"/expressions/{omar.reference}?act=offer")
    offer(rosa, cast)
    page = page.submit({"body": "We look forward to it"}, button="Show the email again")
    page = page.submit(button="Offer and send 1 email", status=422)
    assert page.soup.select_one("[name=over_places]") is not None
    assert "We look forward to it" in page.text


def test_reminders_of_an_offer_go_7_and_2_days_before_and_never_again(
    cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    offer(rosa, cast, days=10)
    start, sent = clock.now(), []
    for day in range(14):
        for hour in (0, 1, 6):
            with time_machine.travel(start + timedelta(days=day, hours=hour), tick=True):
                run_due()
        sent.append(len(letters("expression-offer-reminder")))
    changes = [day for day in range(1, 14) if sent[day] > sent[day - 1]]
    assert (sent[-1], len(changes)) == (2, 2)
    assert changes[1] - changes[0] == 5


# --- the waiting list -----------------------------------------------------------------------------


def test_the_number_is_true_today(
    client: Visitor, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa, omar, lea = (register(name, cast.panel) for name in NAMES[:3])
    elsewhere = register("Elsa Else", cast.other_panel)
    with writing():
        acts.perform(
            "wait", elsewhere, by=standing(cast.other_facilitator),
            next_reply_by=clock.today() + timedelta(days=9),
        )  # fmt: skip
    for each in (rosa, omar, lea):
        wait(each, cast)
    assert [position(each) for each in (rosa, omar, lea, elsewhere)] == [1, 2, 3, 1]
    first, second, third = letters("expression-waiting-list")[1:]
    for number, letter in enumerate((first, second, third), start=1):
        assert f"you are number {number} in the line" in letter.body
        assert f"Today, on {in_words(clock.today())}, you" in letter.body
    assert "You are number 3 on the waiting list" in opened(client, lea).text
    with writing():
        acts.perform("withdraw", rosa, by=events.APPLICANT)
    assert "You are number 2 on the waiting list" in client.visit("/status").text
    text = as_staff(cast.facilitator).visit("/opportunities/sleep-panel/places").text
    assert text.index("Omar Oak") < text.index("Lea Lund")
    assert "Rosa Reed" not in text


def test_two_who_came_at_one_moment_have_two_numbers(cast: Cast, register: Register) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    wait(rosa, cast)
    wait(omar, cast)
    with writing():
        omar.waiting_since = rosa.waiting_since
    assert [position(rosa), position(omar)] == [1, 2]


def test_the_preview_says_the_number_they_will_have(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    wait(rosa, cast)
    page = as_staff(cast.facilitator).visit(f"/expressions/{omar.reference}?act=wait")
    assert "They would be number 2 on the waiting list today." in page.text
    news = clock.today() + timedelta(days=20)
    page = page.submit(boxes("next_reply_by", news), button="Show the email")
    assert "you are number 2 in the line" in page.text
    page.submit(button="Put on the list and send 1 email")
    assert "you are number 2 in the line" in letters("expression-waiting-list")[-1].body


def test_a_no_frees_the_place_and_names_the_next(
    client: Visitor, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    shape(cast.panel, places=1)
    rosa, omar, lea = (register(name, cast.panel) for name in NAMES[:3])
    offer(rosa, cast)
    wait(omar, cast)
    wait(lea, cast)
    browser = as_staff(cast.facilitator)
    assert "A place is free" not in browser.visit(f"/expressions/{rosa.reference}").text
    page = opened(client, rosa).follow("Say yes or no")
    page.submit({"choice": "decline"}, button="Send my answer")
    (told,) = letters("staff-place-free")
    assert f"Next on the waiting list is {omar.reference}" in told.body
    assert "Omar" not in told.body
    page = browser.visit(f"/expressions/{rosa.reference}")
    assert "A place is free" in page.text
    page = page.follow(f"Omar Oak, {omar.reference}")
    assert "Offer a place" in page.text
    page.submit(button="Offer and send 1 email")
    db.session.refresh(omar)
    assert omar.status is Status.OFFERED
    assert "A place is free" not in browser.visit(f"/expressions/{lea.reference}").text


def test_an_offer_that_lapsed_frees_the_place(cast: Cast, register: Register) -> None:
    panel = shape(cast.panel, places=1)
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    offer(rosa, cast, days=10)
    with pytest.raises(NotNow), writing():
        acts.perform("lapse", rosa, by=farah)
    with time_machine.travel(clock.now() + timedelta(days=11), tick=True):
        with writing():
            acts.perform("lapse", rosa, by=farah)
        assert queries.capacity(panel).free == 1
        with pytest.raises(NotNow), writing():
            acts.perform("accept", rosa, by=events.APPLICANT)


def test_opening_again_within_30_days_or_by_a_coordinator(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    offer(rosa, cast)
    start = clock.now()
    with time_machine.travel(start + timedelta(days=12), tick=True), writing():
        acts.perform("lapse", rosa, by=farah)
    with time_machine.travel(start + timedelta(days=20), tick=True):
        with writing():
            private_link(rosa)  # as a letter of these days would renew it
        page = opened(client, rosa)
        assert "tell us if you are still interested" in page.text
        page.submit({"body": "Yes, please!"}, button="Send message")
        with writing():
            acts.perform("reopen", rosa, by=farah)
        assert rosa.status is Status.IN_REVIEW
        offer(rosa, cast)
    with time_machine.travel(start + timedelta(days=32), tick=True), writing():
        acts.perform("lapse", rosa, by=farah)
    with time_machine.travel(start + timedelta(days=70), tick=True):
        with pytest.raises(NotNow) as refused, writing():
            acts.perform("reopen", rosa, by=farah)
        assert "A coordinator can" in str(refused.value)
        with writing():
            acts.perform("reopen", rosa, by=standing(cast.coordinator))
    assert rosa.status is Status.IN_REVIEW


# --- the page -------------------------------------------------------------------------------------


def test_only_those_who_answer_its_forms_see_the_places(
    client: Visitor, cast: Cast, as_staff: SignedIn
) -> None:
    address = "/opportunities/sleep-panel/places"
    assert "/sign-in" in client.get(address).location
    for who in (cast.facilitator, cast.deputy, cast.coordinator):
        assert as_staff(who).visit(address).heading == "Places"
    for who in (cast.other_facilitator, cast.other_coordinator, cast.outsider):
        assert as_staff(who).get(address).status_code == 404
    for who in (cast.board_member, cast.administrator):
        assert as_staff(who).get(address).status_code == 403


def test_the_page_asks_the_same_for_1_and_for_20(
    cast: Cast, register: Register, as_staff: SignedIn, statements: Statements
) -> None:
    counts = []
    browser = as_staff(cast.facilitator)
    for size in (1, 20):
        for number in range(size):
            wait(register(f"Person{size}x{number} Long", cast.panel), cast)
        with statements() as seen:
            browser.visit("/opportunities/sleep-panel/places")
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --- a new date for everybody ---------------------------------------------------------------------


def test_one_date_for_everybody_who_waits(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa, omar, lea = (register(name, cast.panel) for name in NAMES[:3])
    offer(lea, cast)
    with writing():
        acts.perform("write", omar, by=events.APPLICANT, body="When do I hear?")
    on = clock.today() + timedelta(days=30)
    typed = boxes("decide_on", on)
    page = as_staff(cast.facilitator).visit("/opportunities/sleep-panel/places")
    page = page.submit(typed, button="Show who will be told", status=422)
    assert page.errors == ["Say why, in words for them."]
    page = page.submit({"why": "The panel meets later."}, button="Show who will be told")
    assert "2 people will be told." in page.text
    assert "1 keep their own date (place offered)" in page.text
    assert letters("expression-new-date") == []
    page.submit(button="Tell 2 people")
    for each in (rosa, omar, lea):
        db.session.refresh(each)
    assert (rosa.reply_by, omar.reply_by, omar.has_answered) == (on, on, True)
    assert lea.reply_by != on
    assert len(letters("expression-new-date")) == 2
    assert "The panel meets later." in letters("expression-new-date")[0].body
    panel = db.session.get_one(Opportunity, cast.panel.id)
    assert panel.decision_by == on
    with writing():  # an impatient second press tells nobody
        again = places.decide_on(panel, on, "The same", by=standing(cast.facilitator))
    assert (again.told, len(letters("expression-new-date"))) == (0, 2)


def test_a_date_changed_after_it_was_shown_is_shown_again(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    register("Rosa Reed", cast.panel)
    on = clock.today() + timedelta(days=30)
    page = as_staff(cast.facilitator).visit("/opportunities/sleep-panel/places")
    typed = {**boxes("decide_on", on), "why": "The panel meets later."}
    page = page.submit(typed, button="Show who will be told")
    page = page.submit(boxes("decide_on", on + timedelta(days=1)), button="Tell 1 person")
    assert "1 person will be told." in page.text
    assert letters("expression-new-date") == []
    page.submit(button="Tell 1 person")
    assert len(letters("expression-new-date")) == 1


def test_a_date_needs_a_reason_a_future_and_a_right(cast: Cast, register: Register) -> None:
    register("Rosa Reed", cast.panel)
    panel = db.session.get_one(Opportunity, cast.panel.id)
    tomorrow = clock.today() + timedelta(days=1)
    wrong = (
        (clock.today() - timedelta(days=1), "Why", cast.facilitator, NotComplete),
        (tomorrow, "  ", cast.facilitator, NotComplete),
        (tomorrow, "Why", cast.outsider, NotAllowed),
        (tomorrow, "Why", cast.other_facilitator, NotAllowed),
    )
    for on, why, who, refusal in wrong:
        with pytest.raises(refusal), writing():
            places.decide_on(panel, on, why, by=standing(who))
    assert letters("expression-new-date") == []


def test_one_new_date_says_why_to_the_person_too(
    client: Visitor, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?act=promise")
    page = page.submit({"body": "Canary flu in the team."}, button="Show the email")
    page.submit(button="Name the date and send 1 email")
    assert "Canary flu in the team." in letters("expression-new-date")[0].body
    page = opened(client, rosa)
    assert "Canary flu in the team." in page.text
    assert "Farah named a new date." in page.text


# --- not this time --------------------------------------------------------------------------------


def test_others_that_fit_are_named_with_links(
    client: Visitor, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    opened(client, rosa)
    page = as_staff(cast.facilitator).visit(f"/expressions/{rosa.reference}?act=not_this_time")
    page = page.submit(
        {"reason": "full", "alternatives": cast.other_panel.slug}, button="Show the email"
    )
    page.submit(button="Close and send 1 email")
    (letter,) = letters("expression-not-this-time")
    assert "This one may suit you:" in letter.body
    assert f"/opportunities/{cast.other_panel.slug}" in letter.body
    page = client.visit("/status")
    assert "all the places are taken" in page.text
    assert cast.other_panel.title in page.links


@pytest.mark.parametrize(
    "changes",
    [
        {"publication": Publication.PAUSED},
        {"closes_on": clock.today() - timedelta(days=1)},
        {"opens_on": clock.today() + timedelta(days=2)},
        {"places": 0},
    ],
)
def test_what_is_closed_or_full_is_never_suggested(
    changes: dict[str, Any], cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    assert [each.slug for each in queries.suggestions(rosa)] == [cast.other_panel.slug]
    shape(cast.other_panel, **changes)
    assert queries.suggestions(rosa) == []


def test_what_they_asked_for_already_is_not_suggested(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    register("Rosa Reed", cast.other_panel)
    assert queries.suggestions(rosa) == []


def test_one_press_sends_the_same_form_on(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel, sealed={"experience": "canary"})
    refuse(rosa, cast, cast.other_panel)
    page = opened(client, rosa).follow(cast.other_panel.title)
    assert "You keep your reference" in page.text
    page.submit(button="Send my form there")
    db.session.refresh(rosa)
    gwen = cast.other_facilitator
    assert (rosa.status, rosa.opportunity_id) == (Status.RECEIVED, cast.other_panel.id)
    assert (rosa.assignee_id, rosa.is_unrouted, rosa.closed_at) == (gwen.id, False, None)
    assert rosa.reply_by == clock.working_days_after(clock.today(), 5)
    counts = [
        db.session.get_one(Opportunity, each.id).interest_count
        for each in (cast.panel, cast.other_panel)
    ]
    assert counts == [0, 1]
    told = [letter for letter in letters("staff-new-expression") if letter.to_address == gwen.email]
    assert len(told) == 1
    (theirs,) = letters("expression-carried-over")
    assert rosa.reference in theirs.subject
    assert "Your form went to another opportunity." in client.visit("/status").text
    client.visit(f"/status/others/{cast.other_panel.slug}", status=404)  # a second press


def test_only_to_one_that_we_named_and_that_is_open(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    refuse(rosa, cast)
    opened(client, rosa)
    client.visit(f"/status/others/{cast.other_panel.slug}", status=404)
    other = db.session.get_one(Opportunity, cast.other_panel.id)
    with pytest.raises(NotNow), writing():
        places.carry_over(rosa, other, by=events.APPLICANT)
    omar = register("Omar Oak", cast.panel)
    refuse(omar, cast, cast.other_panel)
    shape(cast.other_panel, publication=Publication.CLOSED)
    page = opened(client, omar).follow(cast.other_panel.title)
    assert "has closed" in page.heading
    with pytest.raises(NotNow), writing():
        places.carry_over(omar, other, by=events.APPLICANT)


def test_staff_send_it_on_only_where_the_person_agreed(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    agreed = register("Rosa Reed", cast.panel)
    silent = register("Omar Oak", cast.panel, agreed=())
    for each in (agreed, silent):
        refuse(each, cast, cast.other_panel)
    browser = as_staff(cast.facilitator)
    assert "Put forward for another" not in browser.visit(f"/expressions/{silent.reference}").links
    page = browser.visit(f"/expressions/{agreed.reference}?act=carry_over")
    page = page.submit({"alternative": cast.other_panel.slug}, button="Show the email")
    page.submit(button="Put forward and send 1 email")
    db.session.refresh(agreed)
    assert agreed.opportunity_id == cast.other_panel.id
    other = db.session.get_one(Opportunity, cast.other_panel.id)
    with pytest.raises(NotNow), writing():
        places.carry_over(silent, other, by=standing(cast.facilitator))


def test_the_title_of_a_study_is_in_no_letter(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.study)
    with writing():
        rosa.confirmed_at = clock.now()
    refuse(rosa, cast, cast.other_panel)
    (letter,) = letters("expression-not-this-time")
    assert "falls" not in letter.body
    assert "private page" in letter.body


def test_a_taken_back_no_takes_its_others_with_it(
    client: Visitor, cast: Cast, register: Register, installation: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with installation.with_settings(hold_decisions_minutes=10):
        refuse(rosa, cast, cast.other_panel)
        assert cast.other_panel.title not in opened(client, rosa).links
        with writing():
            acts.undo(rosa, by=standing(cast.facilitator))
    assert (rosa.status, rosa.alternatives) == (Status.RECEIVED, None)
