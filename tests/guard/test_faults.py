"""Whatever goes wrong, the page says what to do, keeps what was typed and tells nothing else."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, select

from ppflow import db as database_rules
from ppflow.db import db
from ppflow.people.models import Organisation
from tests.guard.conftest import token_of
from tests.support.cast import Cast
from tests.support.pages import Visitor, new_visitor

TYPED = "I looked after my mother – أمي – for 3 years <b>"
SHOWN = "I looked after my mother – أمي – for 3 years &lt;b&gt;"
Troubled = Callable[..., Flask]


def post(visitor: Visitor, address: str, **more: str) -> object:
    return visitor.post(address, data={"csrf_token": token_of(visitor), "name": TYPED, **more})


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("bug", 500, "this is our fault"),
        ("seal", 500, "this is our fault"),
        ("conflict", 409, "Farah Aziz offered a place at 10.20am."),
        ("not-now", 409, "This one is closed already."),
        ("not-allowed", 403, "You cannot open this page"),
        ("not-complete", 422, "Say why."),
    ],
)
def test_each_fault_has_its_page_and_keeps_the_text(
    troubled: Troubled, cast: Cast, kind: str, status: int, words: str
) -> None:
    answer = post(new_visitor(troubled()), f"/trouble/{kind}")
    assert answer.status_code == status  # type: ignore[attr-defined]
    assert words in answer.text  # type: ignore[attr-defined]
    assert SHOWN in answer.text  # type: ignore[attr-defined]
    assert answer.headers["Cache-Control"] == "no-store"  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["bug", "seal"])
def test_a_fault_of_ours_is_never_told_in_detail(troubled: Troubled, cast: Cast, kind: str) -> None:
    text = new_visitor(troubled()).get(f"/trouble/{kind}").text
    for secret in ("Canary", "diabetes", "ValueError", "Traceback", "File &#34;", "locked", ".py"):
        assert secret not in text
    assert "If you ring, tell us this number:" in text


def test_secrets_are_not_shown_back(troubled: Troubled, cast: Cast) -> None:
    visitor = new_visitor(troubled())
    answer = post(visitor, "/trouble/bug", password="hunter2 hunter2", submission_key="k-k-k")
    assert "hunter2" not in answer.text  # type: ignore[attr-defined]
    assert "k-k-k" not in answer.text  # type: ignore[attr-defined]


def test_htmx_is_told_to_show_the_whole_page(troubled: Troubled, cast: Cast) -> None:
    visitor = new_visitor(troubled())
    form = {"csrf_token": token_of(visitor)}
    answer = visitor.post("/trouble/conflict", data=form, headers={"HX-Request": "true"})
    assert answer.headers["HX-Retarget"] == "body"


@contextmanager
def lock_held(app: Flask) -> Iterator[None]:
    """Somebody else holds the lock that a write needs."""
    url = app.config["PPFLOW"].database
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        yield
        other.close()
        return
    with psycopg.connect(url.replace("+psycopg", "")) as server:
        server.execute("LOCK TABLE organisation IN ACCESS EXCLUSIVE MODE")
        yield


def test_a_lock_held_too_long_is_503_with_the_text_kept(
    troubled: Troubled, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_rules, "BUSY_TIMEOUT_MS", 100)
    app = troubled()
    visitor = new_visitor(app)
    with lock_held(app):
        refused = post(visitor, "/organisations/new")
        assert visitor.get("/sign-in").status_code == 200, "reading goes on"
    assert refused.status_code == 503  # type: ignore[attr-defined]
    assert int(refused.headers["Retry-After"]) > 0  # type: ignore[attr-defined]
    assert SHOWN in refused.text  # type: ignore[attr-defined]
    assert post(visitor, "/organisations/new").status_code == 303  # type: ignore[attr-defined]
    assert db.session.scalars(select(Organisation.slug)).all() == ["heart-trust", "new"]


@pytest.mark.sqlite_only
def test_a_full_disk_is_503_with_the_text_kept_and_passes_without_a_restart(
    troubled: Troubled, cast: Cast
) -> None:
    app = troubled()
    room = {"pages": 1}
    with app.app_context():
        event.listen(
            db.engine,
            "checkout",
            lambda raw, *_more: raw.execute(f"PRAGMA max_page_count={room['pages']}"),
        )
    visitor = new_visitor(app)
    long = "I looked after my mother. " * 4000
    form = {"csrf_token": token_of(visitor), "name": long}
    refused = visitor.post("/organisations/new", data=form)
    assert refused.status_code == 503
    assert long.strip() in refused.text
    assert visitor.get("/sign-in").status_code == 200
    room["pages"] = 1 << 30
    assert visitor.post("/organisations/new", data=form).status_code == 303
    assert db.session.scalars(select(Organisation.name)).all()[-1] == long


def test_without_a_database_there_is_still_a_page(
    troubled: Troubled, cast: Cast, database: str, tmp_path: object
) -> None:
    away = {
        "sqlite": f"sqlite:///{tmp_path}/none/x.sqlite3",
        "postgresql": "postgresql://@/x?host=/none",
    }
    visitor = new_visitor(troubled(PPFLOW_DATABASE_URL=away[database]))
    answer = visitor.get("/opportunities")
    assert answer.status_code == 503
    assert "Back soon" in answer.text
    assert answer.headers["Retry-After"]
    ready = visitor.get("/readyz")
    assert ready.status_code == 503
    assert ready.json == {"ready": False, "reasons": ["The database does not answer."]}
    assert visitor.get("/healthz").status_code == 200


def test_the_database_refuses_a_page_that_writes(
    troubled: Troubled, cast: Cast, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = new_visitor(troubled()).get("/scribble")
    assert answer.status_code == 500, "a bug of ours, not a busy site"
    assert db.session.scalars(select(Organisation.slug)).all() == ["heart-trust"]
    assert '"endpoint": "scribble"' in capfd.readouterr().err
