"""`/readyz` tells the truth: red within a minute, green again after (R-38)."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import text, update

from ppflow import clock
from ppflow.db import db, writing
from ppflow.migrations import newest
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Heartbeat, Letter, MailBreaker
from tests.support.cast import Cast
from tests.support.pages import Visitor

Later = Callable[..., None]


def reasons(client: Visitor) -> list[str]:
    answer = client.get("/readyz")
    assert answer.json is not None
    assert answer.status_code == (503 if answer.json["reasons"] else 200)
    assert answer.headers["Cache-Control"] == "no-store"
    return list(answer.json["reasons"])


def beat() -> None:
    with writing():
        db.session.merge(Heartbeat(name="worker", at=clock.now()))


def test_all_is_well_with_a_worker(client: Visitor) -> None:
    assert reasons(client) == ["No worker has ever reported."]
    beat()
    assert reasons(client) == []
    assert client.get("/healthz").json == {"ok": True}


def test_a_worker_that_stopped_shows_within_a_minute(client: Visitor, later: Later) -> None:
    beat()
    later(seconds=40)
    assert reasons(client) == []
    later(seconds=20)
    assert reasons(client) == ["The worker has been silent for 1 minute."]
    beat()
    assert reasons(client) == []


def test_an_old_letter_and_a_server_that_refuses_all_are_told(
    client: Visitor, cast: Cast, register: Callable[..., Any], later: Later
) -> None:
    register("Rosa Reed", cast.panel)
    later(minutes=11)
    beat()
    assert reasons(client) == ["The oldest email has been due for 11 minutes."]
    with writing():
        db.session.execute(update(Letter).values(due_at=clock.now()))
        db.session.merge(MailBreaker(id=1, opened_at=clock.now(), reason="454 rosa@mail.example"))
    assert reasons(client) == ["No email has gone out for 0 seconds."]
    assert "rosa" not in client.get("/readyz").text


def test_a_worker_puts_it_right(
    app: Flask, client: Visitor, cast: Cast, register: Callable[..., Any], later: Later
) -> None:
    register("Rosa Reed", cast.panel)
    later(minutes=11)
    assert work_once(app) > 0
    beat()
    assert reasons(client) == []


def test_a_database_of_another_shape_is_told(client: Visitor) -> None:
    beat()
    with writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert reasons(client) == [f"The database is at 0000; the code needs {newest()}."]
