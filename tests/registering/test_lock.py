"""No page is drawn while others wait to write; whatever is posted is a page or a way on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, before_render_template
from sqlalchemy import select

from ppflow import keys
from ppflow.applicants.models import Draft
from ppflow.db import db, is_writing
from tests.registering import walking
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor

ROOMS = {"registering", "sending", "entering"}
NUL = "an\0swer"
NONSENSE: list[dict[str, Any]] = [
    {},
    {"form": NUL, "csrf_token": NUL, "first_name": NUL, "taken_on-day": NUL},
    {"about": NUL, "email": f"{NUL}@mail.example", "homepage": NUL, "later": NUL},
    {"form": "x" * 5000, "email": "é" * 300, "age_ok": ["yes", "no"], "until-year": "9" * 40},
]  # fmt: skip


@contextmanager
def drawn_without_lock(app: Flask) -> Iterator[list[str]]:
    """Collects each template drawn; one drawn in a write transaction fails the test."""
    drawn: list[str] = []

    def look(_app: Flask, template: Any, **_more: Any) -> None:
        drawn.append(template.name)
        assert not is_writing(), f"{template.name} is drawn in a write transaction"

    with before_render_template.connected_to(look, app):
        yield drawn


def posted_to(app: Flask, cast: Cast, key: str, token: str) -> list[str]:
    """Every address of these rooms that takes a POST, with things that exist in its places."""
    places = {
        "opportunity": cast.panel.slug, "project": cast.project.slug, "slug": cast.project.slug,
        "door": "staff", "page": "eligibility", "key": key, "token": token,
    }  # fmt: skip
    found = []
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and rule.endpoint.partition(".")[0] in ROOMS:
            values = {name: places[name] for name in rule.arguments - set(rule.defaults or {})}
            built = rule.build(values | dict(rule.defaults or {}))
            assert built is not None
            found.append(str(built[1]))
    return found


def addresses(app: Flask, client: Visitor, cast: Cast) -> list[str]:
    """With a form begun, a link mailed for it, and another form sent."""
    receipt = walking.register(client, "/register/need", walking.NEED)
    page = walking.start(client, f"/opportunities/{cast.panel.slug}/register")
    page = page.submit(walking.PUBLIC["eligibility"], button="Save and continue")
    page = page.submit(button="Stop now and come back later")
    page.submit({"email": "amina@mail.example"}, button="Send me a link")
    draft = db.session.scalars(select(Draft).where(Draft.return_hash.is_not(None))).one()
    token = keys.draft_token(draft.id, draft.return_generation)
    db.session.rollback()
    return posted_to(app, cast, receipt.path.rpartition("/")[2], token)


@pytest.mark.parametrize("is_genuine", [True, False])
def test_nonsense_posted_anywhere_is_a_page_drawn_without_the_lock(
    app: Flask, client: Visitor, cast: Cast, is_genuine: bool
) -> None:
    sign_in(client, cast.facilitator)
    paths = addresses(app, client, cast)
    assert len(paths) >= 12
    token = walking.shown(client.visit("/help-someone"), "csrf_token")
    with drawn_without_lock(app) as drawn:
        for path in paths:
            for typed in NONSENSE:
                data = {**typed, **({"csrf_token": token} if is_genuine else {})}
                answer = client.post(path, data=data)
                assert answer.status_code < 500, f"{path} {typed}"
                assert "\0" not in answer.get_data(as_text=True), path
    assert "registering/page.html" in drawn
    assert "entering/way-back.html" in drawn or is_genuine


def test_wrong_answers_on_every_page_are_drawn_without_the_lock(
    app: Flask, client: Visitor, cast: Cast
) -> None:
    page = walking.start(client, f"/opportunities/{cast.panel.slug}/register")
    with drawn_without_lock(app) as drawn:
        for slug, values in walking.PUBLIC.items():
            client.post(page.path, data={"form": walking.shown(page, "form"), slug: NUL})
            page = page.submit(values, button="Save and continue")
        client.post(page.path, data={"form": walking.shown(page, "form")})
        receipt = walking.send(page)
        client.post(receipt.path, data={"email": "nobody"})
    assert {"registering/page.html", "sending/check.html", "sending/receipt.html"} <= set(drawn)


def test_the_stop_is_drawn_without_the_lock(app: Flask, client: Visitor, cast: Cast) -> None:
    page = walking.start(client, f"/opportunities/{cast.panel.slug}/register")
    with drawn_without_lock(app) as drawn:
        page.submit({"age_ok": "no"}, button="Save and continue")
    assert drawn == ["registering/stop.html"]


def test_a_hidden_field_with_a_nul_is_cleaned(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register").submit(
        walking.GENERAL["help"], button="Save and continue"
    )
    key = walking.shown(page, "form")
    page = page.submit(
        {"form": f"{key[:9]}\0{key[9:]}", "access": f"Large{NUL}"}, button="Save and continue"
    )
    assert page.path == "/register/you"
    assert db.session.scalars(select(Draft)).one().submission_key == key
