"""Signing in leads to a page of this site, whatever `next` says (S-15)."""

from collections.abc import Callable

import pytest
from flask import Flask

from ppflow.people.routes import own_path
from tests.guard.conftest import send_sign_in
from tests.support.cast import Cast
from tests.support.pages import Visitor, new_visitor

ELSEWHERE = [
    "https://evil.example", "http://evil.example/home", "//evil.example", "///evil.example",
    "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
    "https:evil.example", "https:/evil.example", "http:\\\\evil.example", "//evil.example/%2f..",
    "/%0d%0aLocation:%20https://evil.example\r\nX: y", "/home\r\nSet-Cookie: a=b", "evil.example",
    "//evil。example", "/\u2028/evil.example", "//[::1]", "//google.com@evil.example",
    "?next=//evil.example", "@evil.example", ":80", "https://localhost.evil.example", "http://localhost@evil.example",
    "http://localhost/home", "/<script>", "/\x00", "", " ", "/ ", "//", "\\", "ftp://evil.example",
]  # fmt: skip
OURS = ["/", "/home", "/triage?status=received&project=better-sleep", "/expressions/PP-ABCDEFG"]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_anything_else_leads_home(address: str) -> None:
    assert own_path(address) == "/home"


@pytest.mark.parametrize("address", OURS)
def test_a_page_of_ours_is_followed(address: str) -> None:
    assert own_path(address) == address


@pytest.mark.sqlite_only
@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_form_keeps_to_it(make_app: Callable[..., Flask], cast: Cast, address: str) -> None:
    app = make_app()
    in_form = send_sign_in(new_visitor(app), cast.coordinator.email, next=address)
    assert in_form.location == "/home"
    visitor = new_visitor(app)
    page = Visitor.visit(visitor, f"/sign-in?next={address}")
    form = {"email": cast.coordinator.email, "password": "seven quiet herons at dawn"}
    assert page.send(form, button="Sign in").location == "/home"


@pytest.mark.sqlite_only
def test_who_is_signed_in_already_is_led_home(cast: Cast, client: Visitor) -> None:
    assert send_sign_in(client, cast.coordinator.email).status_code == 303
    answer = client.get("/sign-in?next=//evil.example")
    assert answer.status_code == 303
    assert answer.location == "/home"
