"""What nobody sees of the decision page: versions, the write lock, nonsense in what is posted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import yaml
from flask import Flask, before_render_template

from ppflow import TOP, clock
from ppflow.db import db, is_writing, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.kinds import KINDS
from ppflow.sending import acts as sending
from tests.deciding.looking import address, letters, part, typed
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn

WORDS = "Come on Tuesday."


@pytest.fixture
def drawn_while_writing(app: Flask) -> Iterator[list[str]]:
    """Names of pages that were drawn while the write lock was held."""
    found: list[str] = []

    def look(_app: Flask, template: object, **_more: object) -> None:
        if is_writing():
            found.append(str(getattr(template, "name", "")))

    before_render_template.connect(look, app)
    yield found
    before_render_template.disconnect(look, app)


def test_an_address_corrected_meanwhile_is_a_change(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """What was read as going to the old address is shown again before it goes to the new one."""
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    shown = page.submit({"body": WORDS}, button="Show the email")
    with writing():
        now = db.session.get_one(Expression, rosa.id, populate_existing=True)
        sending.correct_address(now, "reed@mail.example")
    late = shown.submit(button="Send 1 email", status=409)
    assert typed(late, "body") == WORDS
    assert "To reed@mail.example" in part(late, "act")
    late.submit(button="Send 1 email")
    assert [each.to_address for each in letters(rosa, "expression-message")] == [
        "reed@mail.example"
    ]


def test_no_page_is_drawn_under_the_write_lock(
    cast: Cast, register: Register, as_staff: SignedIn, drawn_while_writing: list[str]
) -> None:
    """Missing words, a second look, somebody quicker, too late: each gives the lock back first."""
    rosa = register("Rosa Reed")
    browser = as_staff(cast.coordinator)
    page = browser.visit(address(rosa, "message"))
    page.submit({"body": ""}, button="Show the email", status=422)
    page.submit(button="Keep the note", status=422)
    shown = page.submit({"body": WORDS}, button="Show the email")
    page.submit(button="Take this form")
    page.submit(button="Take this form", status=409)
    shown.submit(button="Send 1 email", status=409)
    page.send({"body": WORDS}, button="Show the email", headers={"HX-Request": "true",
              "HX-Target": "letter"})  # fmt: skip
    page.send({"body": WORDS}, button="Keep as a draft", headers={"HX-Request": "true",
              "HX-Target": "draft-words"})  # fmt: skip
    assert drawn_while_writing == []


@pytest.mark.parametrize("nonsense", ["\0", "9" * 17, "-1", "٣", "x" * 6000, "9" * 30])
def test_nonsense_is_no_fault_of_ours(
    nonsense: str, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.coordinator)
    page = browser.visit(address(rosa, "duplicate"))
    token = typed(page, "csrf_token")
    hidden = [str(field["name"]) for field in page.soup.select("#desk [name]")]
    junk = dict.fromkeys([*hidden, "draft", "ready_reply", "body", "seen", "version"], nonsense)
    junk |= {"csrf_token": token, "seen": f"{nonsense}|x"}
    acts = ("duplicate", "message", "offer")
    of_an_act = [f"{path}?act={act}" for path in ("", "/drafts") for act in acts]
    for path in (*of_an_act, "/drafts/forget", "/call", "/notes", "/mentions/read", "/claim"):
        assert browser.post(f"{address(rosa)}{path}", data=junk).status_code < 500, path
    for act in acts:
        filling = {**junk, "fill": "yes"}
        assert browser.post(f"{address(rosa)}?act={act}", data=filling).status_code < 500, act
    for where in ("?act=duplicate&of=", "?act=message&show=", "?show="):
        query = {"\0": "%00"}.get(nonsense, nonsense)
        assert browser.get(f"{address(rosa)}{where}{query}").status_code < 500
        assert browser.get(f"/settings/replies?after=a~{query}&kind={query}").status_code < 500
    assert browser.get(f"/settings/replies/{'9' * 18}").status_code == 404


@pytest.mark.parametrize("way", [{}, {"HX-Request": "true", "HX-Target": "letter"}])
def test_a_time_or_an_opportunity_that_nobody_offered(
    way: dict[str, str], cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """What was not on the page is a choice to make again, never a fault of ours."""
    rosa, omar = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    farah = standing(cast.facilitator)
    times = [clock.now() + timedelta(days=days) for days in (3, 4)]
    others: dict[str, Any] = {"reason": "full", "alternatives": [cast.other_panel.slug]}
    with writing():
        acts.perform("propose", rosa, by=farah, talk_times=times, talk_how="By phone")
        acts.perform("not_this_time", omar, by=farah, **others)
    browser = as_staff(cast.facilitator)
    for form, act, field in ((rosa, "pick", "slot"), (omar, "carry_over", "alternative")):
        page = browser.visit(address(form, act))
        token, version = typed(page, "csrf_token"), typed(page, "version")
        data = {"csrf_token": token, "version": version, field: "garbage"}
        answer = browser.post(address(form, act), data=data, headers=way)
        assert answer.status_code == (200 if way else 422)


@pytest.mark.sqlite_only
def test_the_questions_for_the_call_are_those_of_the_sample_programme() -> None:
    file = TOP / "ppflow" / "sample_data" / "programme.yaml"
    sample = yaml.safe_load(file.read_text())["triage_questions"]
    for key, questions in sample.items():
        if key in KINDS:
            worded = tuple(question.replace("e-mail", "email") for question in questions)
            assert KINDS[key].triage_questions == worded, key
    assert all(kind.triage_questions for kind in KINDS.values())
