"""Logs name nobody: personal data goes through every route, and none of it comes out (D-01)."""

import json
import logging
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from ppflow import access, logs
from tests.guard.conftest import send_sign_in, token_of
from tests.guard.test_csrf import unsafe_routes
from tests.support.cast import Cast, sign_in
from tests.support.pages import new_visitor

CANARIES = {
    "email": "canary.zebrafinch@mail.example",
    "name": "Zebrafinch O’Canary",
    "phone": "07700 900999",
    "why": "I have zebrafinch syndrome",
    "password": "zebrafinch horse battery",
    "next": "/triage?q=zebrafinch",
}
TOKEN = "zebrafinch-token-zebrafinch-token-zebrafinch"
KNOWN = {
    "event", "level", "at", "id", "method", "endpoint", "status", "ms", "staff", "network",
    "error", "where", "cause", "code", "logger",
}  # fmt: skip


def written(capfd: pytest.CaptureFixture[str]) -> tuple[str, list[dict[str, Any]]]:
    text = capfd.readouterr().err
    lines = [json.loads(line) for line in text.splitlines() if line]
    return text, lines


@pytest.mark.sqlite_only
def test_nothing_that_people_send_comes_out(
    troubled: Callable[..., Flask], cast: Cast, capfd: pytest.CaptureFixture[str]
) -> None:
    app = troubled()
    visitor = new_visitor(app)
    visitor.environ_base["REMOTE_ADDR"] = "198.51.100.77"
    visitor.environ_base["HTTP_USER_AGENT"] = "Zebrafinch/1.0"
    send_sign_in(visitor, CANARIES["email"], CANARIES["password"])
    for _ in range(2):
        token = token_of(visitor)
        for _rule, method, address in unsafe_routes(app):
            path = address.replace("/x", f"/{TOKEN}")
            data = {**CANARIES, "csrf_token": token}
            visitor.open(path, method=method, data=data, query_string={"q": CANARIES["name"]})
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or set()) and rule.endpoint != "static":
                path = re.sub(r"<int[^>]*>", "1", rule.rule)
                visitor.get(re.sub(r"<[^>]+>", TOKEN, path), query_string=CANARIES)
        sign_in(visitor, cast.coordinator)
    text, lines = written(capfd)
    assert len(lines) > 20
    assert "zebrafinch" not in text.lower()
    assert "900999" not in text
    assert "198.51.100.77" not in text
    assert {line["network"] for line in lines if "network" in line} == {"198.51.100.0/24"}
    assert cast.coordinator.id in {line.get("staff") for line in lines}
    assert set().union(*lines) <= KNOWN


def test_a_fault_is_told_by_type_and_place_only(
    troubled: Callable[..., Flask], cast: Cast, capfd: pytest.CaptureFixture[str]
) -> None:
    app = troubled()
    answer = new_visitor(app).get("/trouble/bug?name=Canary")
    text, lines = written(capfd)
    fault = next(line for line in lines if line["event"] == "failed")
    assert fault["error"] == "ValueError"
    assert any(place.endswith("_trouble") for place in fault["where"])
    assert fault["id"] in answer.text, "the number on the page finds the line"
    assert "Canary" not in text


def test_who_signs_in_and_who_is_refused_is_told(
    app: Flask, cast: Cast, capfd: pytest.CaptureFixture[str]
) -> None:
    visitor = new_visitor(app)
    send_sign_in(visitor, cast.coordinator.email, "a wrong guess")
    send_sign_in(visitor, cast.coordinator.email)
    told = [line["event"] for line in written(capfd)[1] if line["event"] != "request"]
    assert told == ["sign-in refused", "signed in"]


def test_libraries_keep_their_pattern_and_lose_their_values(
    app: Flask, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("some.library").warning("cannot reach %s", "zebrafinch@mail.example")
    text, lines = written(capfd)
    assert lines[-1]["event"] == "cannot reach %s"
    assert "zebrafinch" not in text


def test_the_web_server_writes_no_access_log(app: Flask, capfd: pytest.CaptureFixture[str]) -> None:
    options = logs.gunicorn_options()
    assert options["accesslog"] is None
    from gunicorn.config import Config

    server = options["logger_class"](Config())
    server.warning("Invalid request from ip=198.51.100.77: GET /status/zebrafinch")
    server.error("Error handling request %s", "/status/zebrafinch")
    for handler in server.error_log.handlers:
        handler.flush()
    text = capfd.readouterr().err
    assert "Invalid request" in text
    assert "Error handling request %s" in text
    assert "198.51" not in text
    assert "zebrafinch" not in text


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.77", "198.51.100.0/24"),
        ("2001:db8:1234:5678::9", "2001:db8:1234::/48"),
        ("not an address", "unknown"),
        (None, "unknown"),
    ],
)
def test_networks_are_cut(address: str | None, network: str) -> None:
    assert logs.network_of(address) == network


def test_every_route_has_a_guard_that_logs_can_name(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert access.mark_of(app, rule.endpoint), rule.rule
    assert sys.stderr
