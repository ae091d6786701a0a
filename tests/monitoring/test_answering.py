"""After a form: a few questions apart, once, and only where a programme asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from ppflow import clock
from ppflow.db import db
from ppflow.monitoring.models import EqualityCount
from ppflow.monitoring.workflow import QUESTIONS
from tests.monitoring.conftest import ANSWERS, counted, questions, send, switch
from tests.registering import walking
from tests.support.cast import Cast, sign_in
from tests.support.installation import Installation
from tests.support.pages import Visitor, filled

ADD = "Add my answers"


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(EqualityCount)) or 0


def test_nobody_is_asked_unless_a_programme_wants_it(client: Visitor, cast: Cast) -> None:
    receipt = send(client, cast)
    assert "A few questions about you" not in receipt.text
    assert client.visit("/equality", status=410).heading == "There is nothing to answer here"
    assert client.post("/equality", data=ANSWERS).status_code == 410
    sign_in(client, cast.coordinator)
    client.visit("/equality/figures", status=404)
    assert "Equality figures" not in client.visit("/settings").text
    assert "equality" not in client.visit("/privacy").text.lower()
    assert rows() == 0


def test_a_coordinator_switches_it_on(client: Visitor, cast: Cast) -> None:
    sign_in(client, cast.coordinator)
    page = client.visit(f"/programmes/{cast.programme.slug}/edit")
    page.submit({"asks_equality": "yes"}, button="Save")
    assert client.visit("/settings").follow("Equality figures").path == "/equality/figures"
    client.delete_cookie("ppflow")
    assert "A few questions about you" in send(client, cast).text
    assert "equality" in client.visit("/privacy").text.lower()


def test_answers_are_counted(client: Visitor, asking: Cast) -> None:
    page = questions(client, asking).submit({**ANSWERS, "agreed": "yes"}, button=ADD)
    assert page.heading == "Thank you"
    expected = {**ANSWERS, "orientation": ""}  # left empty, which is counted too
    assert counted() == dict.fromkeys(expected.items(), 1)
    assert rows() == sum(len(question.counted) for question in QUESTIONS)
    assert set(db.session.scalars(select(EqualityCount.month))) == {clock.today().replace(day=1)}


def test_everything_may_be_left_empty(client: Visitor, asking: Cast) -> None:
    questions(client, asking).submit({"agreed": "yes"}, button=ADD)
    assert counted() == {(question.key, ""): 1 for question in QUESTIONS}


def test_every_question_has_prefer_not_to_say(client: Visitor, asking: Cast) -> None:
    page = questions(client, asking)
    for question in QUESTIONS:
        assert ("not_said", "Prefer not to say") in question.options
        assert walking.has_field(page, question.key)
        assert not page.soup.select(f'main [name="{question.key}"][checked]')


def test_answers_wait_for_an_agreement_of_their_own(client: Visitor, asking: Cast) -> None:
    page = questions(client, asking).submit(ANSWERS, button=ADD, status=422)
    assert page.errors == [
        "Tick the box, so that we may count your answers. Or go back without answering."
    ]
    assert rows() == 0
    page.submit({"agreed": "yes"}, button=ADD)  # what was chosen is still on the page
    assert counted()["age", "45_54"] == 1


def test_a_second_press_counts_nothing(app: Flask, client: Visitor, asking: Cast) -> None:
    page = questions(client, asking)
    data = filled(page.form(ADD))
    data["agreed"] = "yes"
    cookie = client.get_cookie("ppflow")
    assert cookie is not None
    for _press in range(3):  # Back, a double click, a browser that sends again
        again = app.test_client(use_cookies=False)
        answer = again.post("/equality", data=data, headers={"Cookie": f"ppflow={cookie.value}"})
        assert answer.status_code == 303
    assert set(counted().values()) == {1}


def test_the_page_is_closed_after_the_answer(client: Visitor, asking: Cast) -> None:
    questions(client, asking).submit({"agreed": "yes"}, button=ADD)
    client.visit("/equality", status=410)
    assert client.post("/equality", data={"agreed": "yes"}).status_code == 410
    assert set(counted().values()) == {1}


def test_each_form_gives_one_answer(client: Visitor, asking: Cast) -> None:
    for _form in range(2):
        questions(client, asking).submit({"agreed": "yes"}, button=ADD)
    assert set(counted().values()) == {2}


def test_the_page_is_open_for_two_hours(
    client: Visitor, asking: Cast, later: Callable[..., None]
) -> None:
    receipt = send(client, asking)
    later(hours=3)
    assert "A few questions about you" not in client.visit(receipt.path).text
    client.visit("/equality", status=410)


def test_switched_off_meanwhile(client: Visitor, asking: Cast) -> None:
    page = questions(client, asking)
    switch(asking, is_on=False)
    page.submit({"agreed": "yes"}, button=ADD, status=410)
    assert rows() == 0


@pytest.mark.parametrize("typed", ["martian", "wh\0ite", "x" * 9000, "<script>"])
def test_an_answer_that_was_not_offered(client: Visitor, asking: Cast, typed: str) -> None:
    page = questions(client, asking)
    data = filled(page.form(ADD))
    data["ethnicity"], data["agreed"] = typed, "yes"
    answer = client.post("/equality", data=data)
    assert answer.status_code == 422
    assert "Choose one of the answers on the page." in answer.get_data(as_text=True)
    assert typed not in answer.get_data(as_text=True)
    assert rows() == 0


def test_a_page_of_another_browser_counts_nothing(
    app: Flask, client: Visitor, asking: Cast
) -> None:
    data = filled(questions(client, asking).form(ADD))
    data["agreed"] = "yes"
    assert app.test_client().post("/equality", data=data).status_code == 410
    assert rows() == 0


def test_a_form_kept_open_without_its_token_is_asked_for_again(
    client: Visitor, asking: Cast
) -> None:
    page = questions(client, asking)
    answer = client.post("/equality", data={**ANSWERS, "agreed": "yes", "csrf_token": "old"})
    assert answer.status_code == 422
    assert "Please press the button again." in answer.get_data(as_text=True)
    assert rows() == 0
    page.submit({"agreed": "yes"}, button=ADD)


def test_staff_who_enter_a_form_are_not_asked(client: Visitor, asking: Cast) -> None:
    sign_in(client, asking.facilitator)
    page = client.visit("/help-someone").submit({"about": "general"}, button="Start the form")
    for values in walking.GENERAL.values():
        page = page.submit(values, button="Save and continue")
    today = clock.today()
    taken = {"source": "phone", "read_out": "yes", "taken_on-day": str(today.day),
             "taken_on-month": str(today.month), "taken_on-year": str(today.year)}  # fmt: skip
    receipt = walking.send(page, taken)
    assert "A few questions about you" not in receipt.text
    client.visit("/equality", status=410)


def test_a_machine_that_is_set_aside_is_not_asked(
    client: Visitor, asking: Cast, installation: Installation
) -> None:
    with installation.with_settings(minimum_fill_seconds=60.0):
        send(client, asking)
    assert walking.the_expression().set_aside_at is not None
    client.visit("/equality", status=410)
