"""Rates bite at the next try, on both databases and across processes, and pass with time (S-13)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import limits
from ppflow.db import db, writing
from ppflow.limits import RateLimit
from tests.guard.conftest import send_sign_in
from tests.support.cast import Cast
from tests.support.pages import Visitor, new_visitor

AN_HOUR = timedelta(hours=1)
MakeApp = Callable[..., Flask]


def test_the_eleventh_wrong_password_waits(
    app: Flask, cast: Cast, client: Visitor, later: Callable[..., None]
) -> None:
    email = cast.facilitator.email
    for _ in range(10):
        assert send_sign_in(client, email, "a wrong guess").status_code == 422
    refused = send_sign_in(new_visitor(app), f" {email.upper()} ")
    assert refused.status_code == 429, "also with the right password, and from another browser"
    assert 0 < int(refused.headers["Retry-After"]) <= 300
    assert send_sign_in(client, cast.coordinator.email).status_code == 303, "nobody else waits"
    later(minutes=6)
    assert send_sign_in(new_visitor(app), email).status_code == 303, "a delay, not a lock"


def test_an_unknown_account_waits_in_the_same_way(client: Visitor, cast: Cast) -> None:
    for _ in range(10):
        known = send_sign_in(client, "nobody@nhs.example", "a wrong guess")
    assert known.status_code == 422
    assert send_sign_in(client, "nobody@nhs.example", "a wrong guess").status_code == 429


def test_one_network_address_has_a_bucket_of_its_own(make_app: MakeApp, cast: Cast) -> None:
    app = make_app(PPFLOW_SIGN_INS_AN_HOUR=3)
    visitor = new_visitor(app)
    for number in range(3):
        answer = send_sign_in(visitor, f"guess{number}@nhs.example", "a wrong guess")
        assert answer.status_code == 422
    assert send_sign_in(visitor, cast.facilitator.email).status_code == 429
    elsewhere = new_visitor(app)
    elsewhere.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert send_sign_in(elsewhere, cast.facilitator.email).status_code == 303


def test_two_processes_count_together(make_app: MakeApp, cast: Cast) -> None:
    one, other = (new_visitor(make_app(PPFLOW_SIGN_INS_AN_HOUR=4)) for _ in range(2))
    for number in range(2):
        for visitor in (one, other):
            answer = send_sign_in(visitor, f"guess{number}@nhs.example", "a wrong guess")
            assert answer.status_code == 422
    assert send_sign_in(one, "guess@nhs.example", "a wrong guess").status_code == 429
    assert send_sign_in(other, "guess@nhs.example", "a wrong guess").status_code == 429


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 422)], ids=["no proxy", "one proxy"])
def test_a_forwarded_address_counts_only_behind_a_proxy(
    make_app: MakeApp, cast: Cast, proxies: int, status: int
) -> None:
    visitor = new_visitor(make_app(PPFLOW_SIGN_INS_AN_HOUR=2, PPFLOW_TRUSTED_PROXIES=proxies))
    for number in range(3):
        visitor.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{number}"
        last = send_sign_in(visitor, f"guess{number}@nhs.example", "a wrong guess")
    assert last.status_code == status


def test_an_invented_hop_is_not_believed(make_app: MakeApp, cast: Cast) -> None:
    visitor = new_visitor(make_app(PPFLOW_SIGN_INS_AN_HOUR=2, PPFLOW_TRUSTED_PROXIES=1))
    for number in range(3):  # the last entry is the proxy's own word; those before are the client's
        visitor.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{number}, 198.51.100.9"
        last = send_sign_in(visitor, f"guess{number}@nhs.example", "a wrong guess")
    assert last.status_code == 429


def test_counting_refuses_nobody(app: Flask, later: Callable[..., None]) -> None:
    counted = [limits.count("registering", "198.51.100.7", AN_HOUR) for _ in range(3)]
    assert counted == [1, 2, 3]
    assert limits.count("registering", "198.51.100.8", AN_HOUR) == 1
    assert limits.count("something else", "198.51.100.7", AN_HOUR) == 1
    later(minutes=61)
    assert limits.count("registering", "198.51.100.7", AN_HOUR) == 1


def test_counting_inside_a_write_is_kept_or_undone_with_it(app: Flask) -> None:
    with writing():
        db.session.execute(select(RateLimit))  # the write lock is taken
        assert limits.count("registering", "198.51.100.7", AN_HOUR) == 1
        assert limits.count("registering", "198.51.100.7", AN_HOUR) == 2
    with writing():
        db.session.execute(select(RateLimit))
        assert limits.count("registering", "198.51.100.7", AN_HOUR) == 3
        db.session.rollback()
    assert limits.count("registering", "198.51.100.7", AN_HOUR) == 3


def test_the_table_names_nobody_and_is_emptied(
    app: Flask, cast: Cast, client: Visitor, later: Callable[..., None]
) -> None:
    send_sign_in(client, cast.facilitator.email, "a wrong guess")
    kept = " ".join(db.session.scalars(select(RateLimit.key)))
    assert kept
    assert "127.0.0.1" not in kept
    assert cast.facilitator.email not in kept
    later(hours=2)
    with writing():
        limits.purge()
    assert db.session.scalars(select(RateLimit)).all() == []
