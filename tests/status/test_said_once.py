"""Impatient clicks and second questions: everything is said once, and nothing is lost."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, Message
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor
from tests.support.smtp import MailServer


def said(expression: Expression) -> list[str]:
    db.session.rollback()
    rows = select(Message.body).where(Message.expression_id == expression.id).order_by(Message.id)
    return list(db.session.scalars(rows).all())


def ask(expression: Expression, cast: Cast, body: str) -> None:
    with writing():
        acts.perform("ask", expression, by=standing(cast.facilitator), body=body)


def test_a_double_press_says_it_once(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa)
    first = page.send({"body": "I can do Mondays"}, button="Send message")
    second = page.send({"body": "I can do Mondays"}, button="Send message")
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert said(rosa) == ["I can do Mondays"]
    told = select(Letter.name).where(Letter.name == "staff-they-wrote")
    assert len(db.session.scalars(told).all()) == 1
    assert "We have your message." in client.visit("/status").soup.get_text()


def test_a_double_press_answers_once(client: Visitor, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    ask(rosa, cast, "Which days?")
    page = opened(client, rosa)
    for _press in range(3):
        assert page.send({"body": "Mondays"}, button="Send answer").status_code == 303
    assert said(rosa) == ["Which days?", "Mondays"]


def test_the_same_words_on_another_day_are_another_message(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    opened(client, rosa).submit({"body": "Any news?"}, button="Send message")
    client.visit("/status").submit({"body": "Any news?"}, button="Send message")
    assert said(rosa) == ["Any news?", "Any news?"]


def test_going_back_and_typing_something_else_loses_nothing(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = opened(client, rosa)
    page.submit({"body": "I can do Mondays"}, button="Send message")
    page.submit({"body": "And Tuesdays"}, button="Send message")
    assert said(rosa) == ["I can do Mondays", "And Tuesdays"]


def test_a_page_without_its_key_still_says_it(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    opened(client, rosa).submit({"body": "Hello", "once": ""}, button="Send message")
    assert said(rosa) == ["Hello"]


def test_the_key_of_one_form_says_nothing_about_another(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    for each in (rosa, omar):
        opened(client, each).submit({"body": "Hello", "once": "same"}, button="Send message")
    assert (said(rosa), said(omar)) == (["Hello"], ["Hello"])


def test_a_second_question_leaves_the_first(
    app: Flask, client: Visitor, cast: Cast, register: Register, installation: Any,
    mailbox: MailServer,
) -> None:  # fmt: skip
    rosa = register("Rosa Reed", cast.panel)
    work_once(app)
    mailbox.clear()
    with installation.with_settings(hold_messages_minutes=2):
        ask(rosa, cast, "Which days suit you?")
        ask(rosa, cast, "And do you drive?")
    letters = select(Letter).where(Letter.name == "expression-question")
    with writing():
        for letter in db.session.scalars(letters):
            assert letter.state is LetterState.QUEUED
            letter.due_at = letter.created_at  # two minutes later
        rosa.undo = None
    page = opened(client, rosa)
    assert "Which days suit you?" in page.text
    assert "And do you drive?" in page.text
    work_once(app)
    bodies = "\n".join(letter.text for letter in mailbox.to("rosa@mail.example"))
    assert "Which days suit you?" in bodies
    assert "And do you drive?" in bodies
    page.submit({"body": "Mondays, and yes"}, button="Send answer")
    ask(rosa, cast, "Which car?")
    box = client.visit("/status").soup.select_one(".pp-now")
    assert "Which car?" in box.get_text()
    assert "Which days suit you?" not in box.get_text()


def test_words_whose_email_was_cancelled_were_never_said(
    client: Visitor, cast: Cast, register: Register, installation: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with installation.with_settings(hold_messages_minutes=2, hold_decisions_minutes=0):
        ask(rosa, cast, "Which canary days?")
        with writing():
            acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    assert "canary" not in opened(client, rosa).text
