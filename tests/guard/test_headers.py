"""Every class of answer carries the exact set of headers (reliability.md S-11)."""

from collections.abc import Callable

import pytest
from flask import Flask

from ppflow.headers import HEADERS, HSTS, MAX_BODY_BYTES
from tests.guard.conftest import token_of
from tests.support.cast import Cast
from tests.support.pages import new_visitor

HTTPS = "https://ppflow.nhs.example"
EVIL = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
STYLE = "/static/css/ppflow.css"

pytestmark = pytest.mark.sqlite_only


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/sign-in", 200),
        ("POST", "/organisations/new", 303),
        ("POST", "/sign-out", 400),
        ("POST", "/trouble/not-allowed", 403),
        ("GET", "/nowhere", 404),
        ("PUT", "/organisations/x", 405),
        ("TRACE", "/sign-in", 405),
        ("POST", "/trouble/conflict", 409),
        ("POST", "/trouble/not-complete", 422),
        ("GET", "/trouble/bug", 500),
        ("GET", "/readyz", 503),
        ("GET", STYLE, 200),
        ("GET", "/static/none.css", 404),
        ("POST", STYLE, 405),
    ],
)
def test_every_answer_has_the_headers(
    troubled: Callable[..., Flask], cast: Cast, method: str, address: str, status: int
) -> None:
    visitor = new_visitor(troubled(PPFLOW_BASE_URL=HTTPS))
    needs_token = method == "POST" and status not in {400, 405}
    token = token_of(visitor, base_url=HTTPS) if needs_token or method == "PUT" else ""
    form = {"data": {"csrf_token": token}} if token else {}
    answer = visitor.open(address, method=method, base_url=HTTPS, buffered=True, **form)
    assert answer.status_code == status
    for name, value in {**HEADERS, **HSTS}.items():
        assert answer.headers.getlist(name) == [value], name
    assert "Cache-Control" in answer.headers
    assert not {"Server", "X-Powered-By"} & set(answer.headers.keys())
    if answer.mimetype == "text/html":
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_too_large_is_told_at_once(troubled: Callable[..., Flask], cast: Cast) -> None:
    visitor = new_visitor(troubled())
    form = {"csrf_token": token_of(visitor), "name": "x" * MAX_BODY_BYTES}
    answer = visitor.post("/organisations/large", data=form)
    assert answer.status_code == 413
    assert "too long" in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_fragment_is_told_apart_from_its_page(client: object, cast: Cast, app: Flask) -> None:
    answer = new_visitor(app).get("/sign-in", headers={"HX-Request": "true"})
    assert "HX-Request" in answer.headers["Vary"]
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_personal_pages_are_never_stored(signed_in: Callable[..., object], cast: Cast) -> None:
    visitor = signed_in(cast.coordinator)
    assert visitor.get("/nowhere").headers["Cache-Control"] == "no-store"  # type: ignore[attr-defined]


def test_without_https_there_is_no_promise_of_it(app: Flask) -> None:
    assert "Strict-Transport-Security" not in new_visitor(app).get("/healthz").headers


def test_files_are_kept_for_ever_when_their_address_names_their_content(app: Flask) -> None:
    visitor = new_visitor(app)
    compressed = visitor.get(
        f"{STYLE}?v=abc", headers={"Accept-Encoding": "gzip, br"}, buffered=True
    )
    assert compressed.headers["Cache-Control"] == "max-age=31536000, public, immutable"
    assert compressed.headers["Content-Encoding"] == "br"
    assert "immutable" not in visitor.get(STYLE, buffered=True).headers["Cache-Control"]
    again = visitor.get(STYLE, headers={"If-None-Match": compressed.headers["ETag"]})
    assert again.status_code == 304
    assert again.headers["X-Content-Type-Options"] == "nosniff"


def test_no_answer_repeats_a_false_host(app: Flask, cast: Cast) -> None:
    visitor = new_visitor(app)
    for address in ("/", "/home", "/sign-in", "/opportunities", "/nowhere"):
        answer = visitor.get(address, headers=EVIL)
        assert "evil.example" not in answer.headers.get("Location", "") + answer.text


@pytest.mark.parametrize("address", ["/fs-static/js/webauthn.js", "/verify", "/login", "/reset"])
def test_no_page_of_the_library_is_left_open(app: Flask, cast: Cast, address: str) -> None:
    assert new_visitor(app).get(address, follow_redirects=True).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/static/../ppflow/config.py", "/static/%2e%2e/wsgi.py", "/static//etc/passwd", "/.git/config",
     "/static/css/", "/static/css/ppflow.css%00", "/static/..%5cwsgi.py"],
)  # fmt: skip
def test_nothing_beside_the_files_can_be_fetched(app: Flask, cast: Cast, address: str) -> None:
    assert new_visitor(app).get(address, follow_redirects=True).status_code == 404
