"""Opportunities: every field, the checks before publishing, and telling people what has changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from ppflow import clock
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions import acts as expression_acts
from ppflow.opportunities.models import Format, Opportunity, Publication
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, sign_in
from tests.support.pages import Page, Visitor, new_visitor


@pytest.fixture
def desk(client: Visitor, cast: Cast) -> Visitor:
    """The coordinator's desk."""
    return sign_in(client, cast.coordinator)


def panel(cast: Cast) -> Opportunity:
    return db.session.get_one(Opportunity, cast.panel.id, populate_existing=True)


def edit(desk: Visitor, **values: str) -> Page:
    return desk.visit("/opportunities/sleep-panel/edit").submit(values, button="Save")


def letters(*states: LetterState) -> list[Letter]:
    chosen = select(Letter).where(Letter.name == "expression-changed").order_by(Letter.id)
    if states:
        chosen = chosen.where(Letter.state.in_(states))
    return list(db.session.scalars(chosen))


def make_ready(cast: Cast) -> None:
    """All that the checks ask for stands in the sleep panel."""
    with writing():
        opportunity = db.session.get_one(Opportunity, cast.panel.id, populate_existing=True)
        opportunity.accessibility = ["Captions"]
        opportunity.building_access = "A lift and no steps."
        opportunity.decision_by = clock.today() + timedelta(days=80)


# --- editing ------------------------------------------------------------------------------------


def test_every_field_of_an_advert_comes_back_as_typed(desk: Visitor, cast: Cast) -> None:
    page = edit(
        desk,
        topics="sleep\n• wards",
        min_age="18",
        total_hours="7.5",
        amount_gbp="£1,027.50",
        host_name="heart of england trust",
        must_have="Time in the evening",
        is_joint_release="yes",
    )
    assert page.path == "/opportunities/sleep-panel"
    now = panel(cast)
    assert (now.topics, now.min_age, now.total_hours) == (["sleep", "wards"], 18, 7.5)
    assert (now.amount_gbp, now.is_joint_release) == (1027.5, True)
    assert now.host is not None
    assert now.host.name == "Heart of England Trust"
    event = db.session.scalars(select(Event).where(Event.verb == "edit")).one()
    assert (event.subject, event.actor_id) == (now.event_subject, cast.coordinator.id)
    assert set(event.fields) == {
        "topics", "min_age", "total_hours", "amount_gbp", "host_id", "must_have",
        "is_joint_release",
    }  # fmt: skip
    found = new_visitor(desk.application).visit("/opportunities?q=evening")
    assert "Join our sleep panel" in found.text


def test_saving_without_a_change_writes_nothing(desk: Visitor, cast: Cast) -> None:
    before = panel(cast).version
    edit(desk)
    assert panel(cast).version == before
    assert db.session.scalars(select(Event).where(Event.verb == "edit")).all() == []


def test_bad_input_says_what_to_do_and_keeps_what_was_typed(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/opportunities/sleep-panel/edit").submit(
        {
            "title": "",
            "lay_summary": "<script>alert('ʕ•ᴥ•ʔ')</script> مرحبا",
            "min_age": "eighteen",
            "amount_gbp": "a lot",
            "first_on-day": "31",
            "first_on-month": "2",
            "first_on-year": "2027",
            "contact_email": "not an address",
        },
        button="Save",
        status=422,
    )
    assert page.errors == [
        "Enter the title.",
        "Enter a whole number from 0 to 120.",
        "Enter a real date, for example 27 3 2027.",
        "Enter a number, for example 27.50.",
        "Enter an email address like name@example.com.",
    ]
    assert page.soup.find(id="lay_summary").text.startswith("<script>alert('ʕ•ᴥ•ʔ')</script> مرحبا")
    assert page.soup.find(id="amount_gbp")["value"] == "a lot"
    assert page.soup.find(id="first_on-day")["value"] == "31"
    assert panel(cast).title == "Join our sleep panel"
    page = page.submit(
        {"title": "T", "min_age": "", "amount_gbp": "1", "first_on-month": "3",
         "contact_email": "x@nhs.example"},
        button="Save",
    )  # fmt: skip
    assert "<script>alert(" in page.text
    assert page.soup.main.find("script") is None


def test_a_word_that_is_no_choice_and_a_text_too_long(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/opportunities/sleep-panel/edit")
    page = page.submit(
        {"format": "by_pigeon", "why": "x" * 10_000, "named_person_id": "99999"},
        button="Save",
        status=422,
    )
    assert len(page.errors) == 3
    assert page.soup.find(id="why").text == "x" * 10_000


def test_somebody_else_saved_first(desk: Visitor, cast: Cast) -> None:
    """The second is told who, sees both values, keeps the text, and may save knowingly."""
    late = desk.visit("/opportunities/sleep-panel/edit")
    edit(desk, venue="Town hall")
    page = late.submit({"venue": "Library", "why": "My own words"}, button="Save", status=409)
    assert "Cora Bell changed it on" in page.text
    assert "As it stands now Town hall What you typed Library" in page.text
    assert page.soup.find(id="why").text == "My own words"
    assert panel(cast).venue == "Town hall"
    page.submit(button="Save")
    assert (panel(cast).venue, panel(cast).why) == ("Library", "My own words")


def test_its_own_questions(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/opportunities/sleep-panel/questions/edit")
    page = page.submit(
        {"row-0-label": "How do you sleep?", "row-0-is_sensitive": "yes"},
        button="Add another question",
    )
    assert page.soup.find(id="row-0-label")["value"] == "How do you sleep?"
    page = page.submit(
        {"row-1-label": "Which days?", "row-1-input": "checkboxes", "row-1-options": "Monday"},
        button="Save",
        status=422,
    )
    assert page.errors == ["Enter two answers or more, one on each line."]
    page.submit({"row-1-options": "Monday\nFriday", "row-1-place": "1", "row-0-place": "2"},
                button="Save")  # fmt: skip
    asked = [(q.label, q.options, q.is_sensitive) for q in panel(cast).questions]
    assert asked == [
        ("Which days?", ["Monday", "Friday"], False), ("How do you sleep?", [], True),
    ]  # fmt: skip
    keys = [question.key for question in panel(cast).questions]
    page = desk.visit("/opportunities/sleep-panel/questions/edit")
    page.submit({"row-0-remove": "yes", "row-1-label": "How well do you sleep?"}, button="Save")
    (left,) = panel(cast).questions
    assert (left.label, left.key) == ("How well do you sleep?", keys[1])


def test_a_question_in_place_of_the_forms_own(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/opportunities/sleep-panel/questions/edit")
    options = page.soup.find(id="row-0-replaces").find_all("option")
    key = options[1]["value"]
    page.submit({"row-0-label": "Said otherwise?", "row-0-replaces": key}, button="Save")
    assert [question.key for question in panel(cast).questions] == [key]


# --- publishing ---------------------------------------------------------------------------------


def test_the_checks_say_what_to_do(desk: Visitor, cast: Cast) -> None:
    with writing():
        opportunity = db.session.get_one(Opportunity, cast.study.id, populate_existing=True)
        opportunity.publication = Publication.DRAFT
        opportunity.lay_summary = opportunity.how_we_choose = opportunity.ethics_reference = ""
        opportunity.contact_email = cast.facilitator.email
        opportunity.payment, opportunity.amount_gbp = "per_hour", None  # type: ignore[assignment]
        opportunity.closes_on = clock.today() - timedelta(days=1)
    new_visitor(desk.application).visit("/opportunities/sleep-study", status=404)
    page = desk.visit("/opportunities/sleep-study/publication")
    assert page.text.count("To do") == 8
    assert page.links["Enter the ethics reference of the approved text."].endswith(
        "/edit#ethics_reference"
    )
    assert page.soup.find("button", string="Publish") is None
    version = page.soup.find("input", {"name": "version"})["value"]
    token = page.soup.find("input", {"name": "csrf_token"})["value"]
    data = {"verb": "publish", "version": version, "csrf_token": token}
    answer = desk.post("/opportunities/sleep-study/publication", data=data)
    assert answer.status_code == 422
    db.session.rollback()
    assert db.session.get_one(Opportunity, cast.study.id).publication is Publication.DRAFT


def test_a_warning_is_read_before_publishing(desk: Visitor, cast: Cast) -> None:
    make_ready(cast)
    with writing():
        opportunity = db.session.get_one(Opportunity, cast.panel.id, populate_existing=True)
        opportunity.publication = Publication.DRAFT
        opportunity.closes_on = clock.today() + timedelta(days=3)
    page = desk.visit("/opportunities/sleep-panel/publication")
    assert "It closes in less than 10 days" in page.text
    page = page.submit(button="Publish", status=422)
    assert page.errors == ["Read the warnings and tick the box."]
    page.submit({"has_read_warnings": "yes"}, button="Publish")
    assert panel(cast).publication is Publication.PUBLISHED


def test_pause_open_again_and_close(desk: Visitor, cast: Cast) -> None:
    make_ready(cast)
    states = []
    for button in ("Pause", "Open it again", "Close"):
        desk.visit("/opportunities/sleep-panel/publication").submit(button=button)
        states.append(panel(cast).publication.value)
    assert states == ["paused", "published", "closed"]
    rows = select(Event.verb, Event.from_status, Event.to_status).order_by(Event.id)
    assert [tuple(row) for row in db.session.execute(rows)] == [
        ("pause", "published", "paused"),
        ("open_again", "paused", "published"),
        ("close", "published", "closed"),
    ]


def test_two_press_at_once_and_one_is_told(desk: Visitor, cast: Cast) -> None:
    late = desk.visit("/opportunities/sleep-panel/publication")
    desk.visit("/opportunities/sleep-panel/publication").submit(button="Pause")
    page = late.submit(button="Close", status=409)
    assert "Somebody else changed it first" in page.errors[0]
    assert panel(cast).publication is Publication.PAUSED


def test_an_edit_may_not_break_what_is_published(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/opportunities/sleep-panel/edit")
    page = page.submit({"how_we_choose": ""}, button="Save", status=422)
    assert "It is published now." in page.errors[0]
    assert panel(cast).how_we_choose


def test_a_copy_is_a_draft_without_dates(desk: Visitor, cast: Cast, register: Register) -> None:
    register("Rosa Reed", cast.panel)
    page = desk.visit("/opportunities/sleep-panel/questions/edit")
    page.submit({"row-0-label": "How do you sleep?"}, button="Save")
    page = desk.visit("/opportunities/sleep-panel/publication")
    page = page.submit(button="Copy this opportunity")
    assert page.path == "/opportunities/join-our-sleep-panel-copy/edit"
    twin = db.session.scalars(
        select(Opportunity).where(Opportunity.slug == "join-our-sleep-panel-copy")
    ).one()
    assert (twin.publication, twin.closes_on, twin.interest_count) == (Publication.DRAFT, None, 0)
    assert [question.label for question in twin.questions] == ["How do you sleep?"]
    assert twin.lay_summary == panel(cast).lay_summary


# --- telling people what has changed ------------------------------------------------------------


def test_a_changed_date_is_told_to_everyone_once(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    omar = register("Omar Oak", cast.panel, contact_by=ContactBy.POST)
    gone = register("Gone Away", cast.panel)
    register("Other Person", cast.other_panel)
    with writing():
        expression_acts.perform("not_this_time", gone, by=standing(cast.facilitator), reason="full")
    page = edit(desk, format="online", venue="")
    assert page.heading == "Tell people what has changed"
    assert "2 people wait" in page.text
    assert "1 by email and 1 by a printed letter or a call" in page.text
    assert "Online (this is new)" in page.text
    assert "Your form still counts" in page.text
    assert panel(cast).format is Format.HYBRID
    assert letters() == []

    page = page.submit(
        {"words_to_people": "The room is being painted."}, button="Show the email again"
    )
    assert "The room is being painted." in page.text
    page = page.submit(button="Save and tell 2 people")
    assert "2 people are told" in page.text
    assert (panel(cast).format, panel(cast).venue) == (Format.ONLINE, "")
    assert panel(cast).why == "People who have been there see what we miss."
    by_email, by_hand = letters()
    assert (by_email.expression_id, by_email.to_address) == (rosa.id, "rosa@mail.example")
    assert (by_hand.expression_id, by_hand.state) == (omar.id, LetterState.BY_HAND)
    assert by_email.subject.startswith(rosa.reference)
    assert "How: Online (this is new)" in by_email.body
    assert "Venue: not fixed now (this is new)" in by_email.body
    assert "The room is being painted." in by_email.body
    assert (
        rosa.event_subject
        in db.session.scalars(select(Event.subject).where(Event.verb == "change")).all()
    )

    edit(desk, support="A new text tells nobody.")
    assert len(letters()) == 2


def test_go_back_from_the_letter_and_nothing_is_saved(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    page = edit(desk, venue="Library", topics="one\ntwo")
    page = page.submit(button="Go back and change it")
    assert page.heading == "Edit “Join our sleep panel”"
    assert page.soup.find(id="venue")["value"] == "Library"
    assert page.soup.find(id="topics").text == "one\ntwo"
    assert panel(cast).venue == "Health Research Centre"
    assert letters() == []


def test_a_second_change_replaces_a_letter_that_has_not_gone(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    edit(desk, venue="Library").submit(button="Save and tell 1 person")
    edit(desk, place="Walsall").submit(button="Save and tell 1 person")
    (kept,) = letters(LetterState.QUEUED)
    assert "Venue: Library" in kept.body
    assert "Where: Walsall (this is new)" in kept.body
    assert len(letters(LetterState.CANCELLED)) == 1
