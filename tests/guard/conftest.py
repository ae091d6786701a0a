"""A site with a few routes that go wrong on purpose, and a sign-in by the real form."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import text
from werkzeug.test import TestResponse

from ppflow import access, web
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.keys import SealError
from ppflow.people.models import Organisation
from tests.support.cast import PASSWORD, Staff
from tests.support.pages import Page, Visitor, new_visitor

TROUBLES: dict[str, Exception] = {
    "bug": ValueError("Amina Canary has diabetes"),
    "conflict": Conflict("Farah Aziz offered a place at 10.20am."),
    "not-now": NotNow("This one is closed already."),
    "not-allowed": NotAllowed("No."),
    "not-complete": NotComplete("why", "Say why."),
    "seal": SealError("locked"),
}


def _trouble(kind: str) -> Any:
    if kind in TROUBLES:
        raise TROUBLES[kind]
    return web.see_other("/")


def _write(slug: str) -> Any:
    db.session.add(Organisation(slug=slug, name=request.form.get("name", "x"), type="trust"))
    db.session.commit()
    return web.see_other("/")


def _write_raw() -> Any:
    db.session.execute(text("DELETE FROM organisation"))
    db.session.commit()
    return "done"


@pytest.fixture
def troubled(app: Flask, make_app: Callable[..., Flask]) -> Callable[..., Flask]:
    """The site with /trouble/<kind>, /organisations/<slug> (writes) and /scribble (a GET that
    writes, which must never work)."""

    def make(**settings: Any) -> Flask:
        app = make_app(**settings)
        for rule, view, methods in (
            ("/trouble/<kind>", _trouble, ["GET", "POST"]),
            ("/organisations/<slug>", _write, ["POST"]),
            ("/scribble", _write_raw, ["GET"]),
        ):
            endpoint = rule.strip("/").partition("/")[0]
            app.add_url_rule(rule, endpoint, access.public(view), methods=methods)
        return app

    return make


def token_of(visitor: Visitor, **options: Any) -> str:
    """A CSRF token that belongs to this visitor's session."""
    page = Page.of(visitor, visitor.get("/sign-in", follow_redirects=True, **options), 200)
    return str(page.soup.find(attrs={"name": "csrf_token"})["value"])  # type: ignore[index]


def send_sign_in(
    visitor: Visitor, email: str, password: str = PASSWORD, **more: Any
) -> TestResponse:
    """The sign-in form, filled in and sent."""
    data = {"csrf_token": token_of(visitor), "email": email, "password": password, **more}
    return visitor.post("/sign-in", data=data)


@pytest.fixture
def signed_in(app: Flask) -> Callable[[Staff], Visitor]:
    """A visitor who has signed in by the form."""

    def make(staff: Staff) -> Visitor:
        visitor = new_visitor(app)
        assert send_sign_in(visitor, staff.email).status_code == 303
        return visitor

    return make
