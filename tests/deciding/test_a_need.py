"""Somebody who told us a need offered no time: no place is offered, and the answer says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from ppflow import clock
from ppflow.db import writing
from ppflow.errors import NotNow
from ppflow.expressions import acts
from tests.deciding.looking import letters
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import new_visitor
from tests.triage.conftest import SignedIn


def test_a_need_is_answered_in_words_of_its_own(
    app: Flask, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", kind="research_need")
    page = as_staff(cast.coordinator).visit(f"/expressions/{rosa.reference}?act=not_this_time")
    assert "Offer a place" not in page.links
    assert "Already answered by research" in page.text
    assert "All places are taken" not in page.text
    page = page.submit({"reason": "answered", "body": "Read the review."}, button="Show the email")
    page.submit(button="Close and send 1 email")
    (letter,) = letters(rosa, "expression-not-this-time")
    assert "Thank you for telling us about a research need." in letter.body
    assert "because research has already answered this" in letter.body.replace("\n", " ")
    assert "putting your name forward" not in letter.body
    assert "your time" not in letter.body
    with writing():
        rosa.undo = None  # long ago
    theirs = opened(new_visitor(app), rosa)
    assert "Thank you for telling us." in theirs.text
    assert "offering your time" not in theirs.text


def test_a_need_cannot_be_offered_a_place(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", kind="research_need")
    day = clock.today() + timedelta(days=10)
    with pytest.raises(NotNow, match="no place to offer"), writing():
        acts.perform("offer", rosa, by=standing(cast.coordinator), accept_by=day)
