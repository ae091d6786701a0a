"""A write that the person did not mean is refused on every route, and changes nothing (S-05)."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from ppflow.db import db
from ppflow.people.models import Organisation
from tests.guard.conftest import token_of
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor, new_visitor

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
HANDLES_ITS_OWN = frozenset(
    {"registering", "sending", "entering", "monitoring"}
)  # a late form is shown again, with what was typed
BY_A_SIGNED_ADDRESS = frozenset({"digests.stop"})  # one click in a mail program (RFC 8058)


def rows() -> dict[str, int]:
    """How many rows each table has. Session and rate rows are no change of a thing."""
    db.session.rollback()
    tables = [t for t in db.metadata.sorted_tables if t.name not in {"staff_session", "rate_limit"}]
    return {t.name: db.session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def unsafe_routes(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub(r"<int[^>]*>", "1", rule.rule))
        for method in sorted(set(UNSAFE) & (rule.methods or set())):
            yield rule, method, re.sub(r"<[^>]+>", "x", address)


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "disguise",
    [
        {},
        {"data": {"csrf_token": "made-up"}},
        {"headers": {"HX-Request": "true"}},
        {"data": "csrf_token=x", "content_type": "text/plain"},
        {"data": {"_method": "DELETE"}},
        {"headers": {"Sec-Fetch-Site": "cross-site"}},
        {"headers": {"Origin": "https://evil.example"}},
    ],
    ids=["nothing", "wrong token", "only htmx", "as text", "method", "other site", "other origin"],
)
def test_no_route_writes_without_the_token(
    app: Flask, cast: Cast, client: Visitor, disguise: dict[str, object]
) -> None:
    sign_in(client, cast.coordinator)
    before = rows()
    tried = 0
    for rule, method, address in unsafe_routes(app):
        answer = client.open(address, method=method, **disguise)
        tried += 1
        is_known = rule.endpoint in BY_A_SIGNED_ADDRESS
        if rule.endpoint.partition(".")[0] not in HANDLES_ITS_OWN and not is_known:
            assert answer.status_code == 400, f"{method} {rule.rule}: {answer.status}"
    assert tried > 1
    assert rows() == before


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://localhost.evil.example"},
    ],
)
def test_another_site_is_refused_even_with_a_good_token(
    troubled: Callable[..., Flask], headers: dict[str, str]
) -> None:
    visitor = new_visitor(troubled())
    form = {"csrf_token": token_of(visitor), "name": "x"}
    answer = visitor.post("/organisations/theirs", data=form, headers=headers)
    assert answer.status_code == 400
    assert db.session.scalars(select(Organisation)).all() == []


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://localhost"}],
)
def test_our_own_forms_go_through(troubled: Callable[..., Flask], headers: dict[str, str]) -> None:
    visitor = new_visitor(troubled())
    form = {"csrf_token": token_of(visitor), "name": "Heart Trust"}
    assert visitor.post("/organisations/ours", data=form, headers=headers).status_code == 303
    assert db.session.scalars(select(Organisation.name)).all() == ["Heart Trust"]


def test_somebody_elses_token_is_no_use(troubled: Callable[..., Flask]) -> None:
    app = troubled()
    one, other = new_visitor(app), new_visitor(app)
    token_of(one)
    answer = one.post("/organisations/x", data={"csrf_token": token_of(other), "name": "x"})
    assert answer.status_code == 400


def test_a_refused_form_keeps_what_was_typed(client: Visitor, cast: Cast) -> None:
    answer = client.post("/sign-out", data={"why": "I looked after my mother"})
    assert answer.status_code == 400
    assert "I looked after my mother" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
