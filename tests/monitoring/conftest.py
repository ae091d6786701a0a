"""What the stories of equality questions share: a programme that asks, and somebody who answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow.db import db, writing
from ppflow.monitoring.models import EqualityCount
from ppflow.programmes.models import Programme
from tests.registering import walking
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor, new_visitor

ANSWERS = {
    "age": "45_54", "sex": "female", "gender": "yes", "ethnicity": "asian_pakistani",
    "condition": "yes", "impact": "little", "carer": "not_said", "religion": "muslim",
}  # fmt: skip
Answer = Callable[..., Page]


@pytest.fixture
def asking(cast: Cast) -> Cast:
    """The programme asks equality questions."""
    switch(cast, is_on=True)
    return cast


def switch(cast: Cast, *, is_on: bool) -> None:
    with writing():
        db.session.get_one(Programme, cast.programme.id).asks_equality = is_on


def send(client: Visitor, cast: Cast) -> Page:
    return walking.register(client, f"/opportunities/{cast.panel.slug}/register", walking.PUBLIC)


def questions(client: Visitor, cast: Cast) -> Page:
    return send(client, cast).follow("Answer a few questions")


@pytest.fixture
def answer(app: Flask, asking: Cast) -> Answer:
    """Somebody sends the shortest form and answers: `answer(age="16_24")`."""

    def one(**chosen: Any) -> Page:
        client = new_visitor(app)
        form = {"need": walking.NEED["need"], "more": {}, "stay": {"stay": "tell", "publish": "no"}}
        page = walking.register(client, "/register/need", form).follow("Answer a few questions")
        return page.submit({**chosen, "agreed": "yes"}, button="Add my answers")

    return one


def counted() -> dict[tuple[str, str], int]:
    """Every number that is not nought."""
    rows = db.session.scalars(select(EqualityCount).where(EqualityCount.people > 0))
    return {(row.question, row.answer): row.people for row in rows}
