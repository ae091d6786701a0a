"""Signs that an HTML page cannot hold: typed anywhere, they are left out and never drawn back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, request
from html5lib import HTMLParser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ppflow.applicants.acts import current_link
from ppflow.db import db, writing
from ppflow.deciding.workflow import PANELS
from ppflow.forms import NOT_IN_A_PAGE
from ppflow.keys import link_token
from ppflow.projects.models import Project
from tests.guard.test_bad_input import forms_of
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor, new_visitor

# Between words that may stay: what the standard calls controls and noncharacters.
SIGNS = "\x00\x01\x08\x0b\x0c\x0e\x1b\x1f\x7f\x80\x85\x9f\ufdd0\ufdef\ufffe\uffff\U0001ffff"
TYPED = st.text(st.sampled_from(f"{SIGNS} aé<&\"'\r\n\t\u2028🌳"), min_size=1, max_size=12)
FEW = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
Form = tuple[Visitor, str, dict[str, str]]  # whose, where it goes, names and values


@pytest.mark.sqlite_only
def test_every_sign_the_standard_forbids_and_no_other() -> None:
    for number in (*range(0x3000), *range(0xFDC0, 0xFE00), *range(0xFFF0, 0x10010), 0x10FFFF):
        sign, parser = chr(number), HTMLParser()
        parser.parse(f"<!DOCTYPE html><p>{sign}".replace("\r", "\n"))
        is_refused = any("invalid-codepoint" in code for _, code, _ in parser.errors)
        assert bool(NOT_IN_A_PAGE.search(sign)) == is_refused, hex(number)


@FEW
@given(name=TYPED, text=TYPED)
def test_what_was_asked_holds_none_of_them(app: Flask, name: str, text: str) -> None:
    data = {f"x{name}": text, "many": [text, "whole"]}
    for is_multipart in (False, True):
        kind = "multipart/form-data" if is_multipart else None
        with app.test_request_context("/?q=%00a", method="POST", data=data, content_type=kind):
            assert list(request.files) == []  # whichever part is asked for first
            assert request.args["q"] == "a"
            held = [*request.form, *request.form.values(), *request.form.getlist("many")]
            assert not any(NOT_IN_A_PAGE.search(each) for each in held)
            assert request.form.getlist("many")[0] == NOT_IN_A_PAGE.sub("", text)


@pytest.fixture
def forms(app: Flask, cast: Cast, client: Visitor, register: Callable[..., Any]) -> list[Form]:
    """The forms of the pages that people type on most: the public's, the desk's, the editor's."""
    rosa = register("Rosa Reed", cast.panel, sealed={"health": "asthma"})
    with writing():
        link = current_link(rosa.id)
    panel, project = f"/opportunities/{cast.panel.slug}", f"/projects/{cast.project.slug}"
    theirs = [f"{panel}/register", "/register", "/status/find", "/sign-in"]
    theirs += [f"/status/{link_token(link.id, link.generation)}"]
    mine = [f"/expressions/{rosa.reference}?act={act}" for act in PANELS]
    mine += [f"{panel}/edit", f"{panel}/questions/edit", f"{panel}/publication", "/projects/new"]
    mine += [f"{project}/{part}" for part in ("edit", "brief/edit", "plan/edit", "members/edit")]
    mine += [f"{project}/progress/new", "/settings", "/settings/replies/new", "/triage/views/new"]
    mine += [f"/programmes/{cast.programme.slug}/{part}/edit" for part in ("stages", "sections")]
    mine += [f"/settings/rules/{cast.programme.slug}/new", "/settings/emails", "/help-someone"]
    admins = ["/settings/people/new", f"/settings/people/{cast.deputy.id}", "/settings/retention"]
    found: dict[tuple[str, ...], Form] = {}
    for staff, pages in ((None, theirs), (cast.coordinator, mine), (cast.administrator, admins)):
        visitor = new_visitor(app)
        if staff is not None:
            sign_in(visitor, staff)
        for form in _forms(visitor, pages):
            found.setdefault((form[1], *form[2]), form)
    assert len(found) > 35
    return list(found.values())


def _forms(visitor: Visitor, pages: list[str]) -> Iterator[Form]:
    for page in pages:
        answer = visitor.get(page, follow_redirects=True)
        assert answer.status_code < 400, page
        for to, values in forms_of(answer.get_data(as_text=True), page):
            if "sign-out" not in to:
                yield visitor, to, values


def send(form: Form, text: str) -> str:
    """Type it in every field; the page that comes back."""
    visitor, to, values = form
    kept = {"csrf_token", "form"}
    typed = {name: value if name in kept else f"{value}{text}" for name, value in values.items()}
    answer = visitor.post(to, data=typed)
    assert answer.status_code < 500, to
    return answer.get_data(as_text=True)


def test_no_form_draws_them_back(forms: list[Form]) -> None:
    """Each form once; that the pages are valid is looked at by the suite itself."""
    for form in forms:
        assert not NOT_IN_A_PAGE.search(send(form, f"a{SIGNS}b")), form[1]


def test_whatever_is_typed_anywhere_a_page_comes_back(forms: list[Form]) -> None:
    @FEW
    @given(form=st.sampled_from(forms), text=TYPED)
    def typed(form: Form, text: str) -> None:
        assert not NOT_IN_A_PAGE.search(send(form, text)), form[1]

    typed()


def test_another_line_of_an_edited_page_is_drawn_and_kept_clean(
    client: Visitor, cast: Cast
) -> None:
    page = sign_in(client, cast.coordinator).visit(f"/projects/{cast.project.slug}/edit")
    page = page.submit({"place": f"Dud{SIGNS}ley"}, button="Save")
    assert "Dudley" in page.text
    db.session.rollback()
    project = db.session.get_one(Project, cast.project.id)
    assert project.place == "Dudley"
    assert db.session.scalars(select(Project.place).where(Project.place == "Dudley")).one()
