"""Stopping, coming back, changing; and where what was typed is kept."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from ppflow import keys, search
from ppflow.answers.acts import answers_for_applicant, answers_for_staff, open_special
from ppflow.applicants.models import Draft
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity, Question
from ppflow.outbox.models import PRIVATE_LINK, Letter
from tests.registering import walking
from tests.support.arrivals import standing
from tests.support.cast import Cast
from tests.support.pages import Visitor, new_visitor

SAVE = "Save and continue"
STOP = "Stop now and come back later"
CANARY = "canaryword"


def test_stopping_keeps_even_half_an_answer(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register").submit({"about": "I can drive"}, button=STOP)
    assert page.heading == "Come back later"
    page = client.visit("/register").follow("Carry on with my form")
    assert page.path == "/register/help"
    assert "I can drive" in page.form(SAVE).get_text()


def test_a_mailed_link_opens_the_form_on_another_device(
    app: Flask, client: Visitor, cast: Cast
) -> None:
    page = walking.start(client, "/register").submit(walking.GENERAL["help"], button=SAVE)
    page = page.submit({"access": "Large print"}, button=STOP)
    page = page.submit({"email": "amina@mail.example"}, button="Send me a link")
    letter = db.session.scalars(select(Letter)).one()
    draft = db.session.scalars(select(Draft)).one()
    assert (letter.to_address, letter.link_draft_id) == ("amina@mail.example", draft.id)
    assert PRIVATE_LINK in letter.body
    token = keys.draft_token(draft.id, 1)
    assert token not in letter.body
    phone = new_visitor(app)
    page = phone.visit(f"/drafts/{token}").submit(button="Open my form")
    page = page.follow("Carry on with my form")
    assert page.path == "/register/support"
    assert "Large print" in page.form(SAVE).get_text()


def test_a_draft_is_kept_for_30_days(
    client: Visitor, cast: Cast, later: Callable[..., None]
) -> None:
    walking.start(client, "/register").submit(walking.GENERAL["help"], button=SAVE)
    later(days=29)
    assert "Carry on with my form" in client.visit("/register").links
    later(days=2)
    assert "Start now" in client.visit("/register").links


def test_change_leads_back_to_the_check_page(client: Visitor, cast: Cast) -> None:
    check = walking.walk_to_check(client, "/register", walking.GENERAL)
    page = check.follow("Change name")
    page = page.submit({"first_name": "Aminata"}, button=SAVE)
    assert page.path == "/register/check"
    assert "Aminata Specimen" in page.text


def test_no_to_a_must_have_is_advice_and_no_end(client: Visitor, cast: Cast) -> None:
    with writing():
        row = db.session.get_one(Opportunity, cast.panel.id)
        row.must_have = ["Lives in Coventry"]
    page = walking.start(client, f"/opportunities/{cast.panel.slug}/register")
    page = page.submit({"age_ok": "yes", "self_check_1": "no"}, button=SAVE)
    assert page.heading == "This one may not be the best fit"
    assert "Lives in Coventry" in page.text
    assert page.follow("Go on with the form").path.endswith("/interest")


def test_a_need_that_is_an_emergency_shows_the_right_way_first(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register/need")
    typed = {"who": "public", "need": "My brother says he wants to end my life."}
    page = page.submit(typed, button=SAVE)
    assert page.heading == "If someone is in danger now, ring 999"
    assert page.follow("Go on with the form").path == "/register/need/more"


def test_an_adverts_own_question_takes_the_place_of_the_forms(client: Visitor, cast: Cast) -> None:
    with writing():
        row = db.session.get_one(Opportunity, cast.panel.id)
        row.questions += [
            Question(position=1, key="support", label="What do you need?", input="textarea",
                     max_words=100, is_sensitive=True),
            Question(position=2, key="topic", label="Which topic?", input="radio",
                     options=["Sleep", "Noise"], is_required=True, is_sensitive=True),
        ]  # fmt: skip
    address = f"/opportunities/{cast.panel.slug}/register"
    page = walking.start(client, address).submit(walking.PUBLIC["eligibility"], button=SAVE)
    page = page.submit(walking.PUBLIC["interest"], button=SAVE, status=422)
    assert page.errors == ["Answer this question: Which topic?"]
    page = page.submit({"topic": "Noise"}, button=SAVE).submit(button=SAVE)
    assert "What do you need?" in page.text
    assert "What would help?" not in page.text
    form = walking.said(walking.PUBLIC, interest={"topic": "Noise"})
    client.delete_cookie("draft")
    walking.register(client, address, form)
    expression = walking.the_expression()
    locked = keys.unseal(walking.the_answers(expression).sealed)
    assert (locked["access"], locked["topic"]) == ("Papers by post, please.", "Noise")
    assert expression.has_needs


def canary(client: Visitor, cast: Cast) -> Expression:
    form = walking.said(
        walking.PUBLIC,
        experience={"experience": f"{CANARY} special"},
        support={"access": f"{CANARY} need"},
        interest={"why": f"{CANARY} why"},
    )
    walking.register(client, f"/opportunities/{cast.panel.slug}/register", form)
    return walking.the_expression()


def test_sensitive_answers_are_nowhere_in_the_clear(client: Visitor, cast: Cast) -> None:
    expression = canary(client, cast)
    kept = [
        *db.session.scalars(select(search.SearchEntry.body)),
        *db.session.scalars(select(Letter.body)),
        *db.session.scalars(select(Letter.subject)),
        str(walking.the_answers(expression).plain),
        str(walking.the_answers(expression).sealed),
        str([event.fields for event in db.session.scalars(select(Event))]),
        str([draft.sealed for draft in db.session.scalars(select(Draft))]),
    ]
    assert not [text for text in kept if CANARY in text]
    assert answers_for_applicant(expression)
    assert CANARY not in str(answers_for_applicant(expression))


def test_locked_answers_are_opened_by_the_assignee_and_each_look_is_recorded(
    client: Visitor, cast: Cast
) -> None:
    expression = canary(client, cast)
    seen = str(answers_for_staff(expression))
    assert f"{CANARY} need" in seen
    assert f"{CANARY} why" in seen
    assert f"{CANARY} special" not in seen
    with writing():
        opened = open_special(expression, by=standing(cast.facilitator))
        open_special(expression, by=standing(cast.facilitator))
    assert f"{CANARY} special" in str(opened)
    looks = db.session.scalars(select(Event).where(Event.verb == "look").order_by(Event.id)).all()
    assert [look.actor_id for look in looks] == [cast.facilitator.id]


def test_search_finds_a_form_by_name_and_plain_words(client: Visitor, cast: Cast) -> None:
    walking.register(client, f"/projects/{cast.project.slug}/register/staff", walking.STAFF)
    expression = walking.the_expression()
    for words in ("amina spec", expression.reference, "ward loud", "nurse"):
        matching = search.matching("expression", words)
        assert matching is not None
        assert list(db.session.scalars(matching)) == [expression.id], words
