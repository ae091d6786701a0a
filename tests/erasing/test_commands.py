"""The commands: counting, erasing, and a backup that was made before somebody was erased."""

from __future__ import annotations

import contextvars
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from ppflow import cli, clock, events
from ppflow.applicants.models import Applicant
from ppflow.db import db, writing
from ppflow.erasing import acts, clocks
from ppflow.erasing.models import Erasure, Why
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from tests.erasing.conftest import CANARY, traces
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.support.installation import Installation
from tests.support.postgres import Postgres, binaries

Run = Callable[..., tuple[int, str]]
Full = Callable[..., Expression]


@pytest.fixture
def run(
    app: Flask,
    installation: Installation,
    ledger: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """A command as a process of its own: exit code, and what it printed."""
    for name, value in installation.settings.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("PPFLOW_LOG_LEVEL", "ERROR")
    monkeypatch.setenv("PPFLOW_ERASURE_LEDGER", str(ledger))

    def call(*words: str, on: str = "") -> tuple[int, str]:
        if on:
            monkeypatch.setenv("PPFLOW_DATABASE_URL", on)
        db.session.remove()
        capsys.readouterr()
        code = contextvars.Context().run(cli.main, words)
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return call


@pytest.fixture
def empty(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> str:
    """The address of an empty machine's database."""
    if database == "sqlite":
        return f"sqlite:///{tmp_path}/new/x.sqlite3"
    server: Postgres = request.getfixturevalue("postgres")
    server.clone("template1", "restored")
    monkeypatch.setenv("PATH", f"{binaries()}{os.pathsep}{os.environ['PATH']}")
    return str(server.url("restored"))


def end(expression: Expression, status: Status, days: int) -> None:
    then = clock.now() - timedelta(days=days)
    values = {"status": status, "closed_at": then, "last_contact_at": then}
    with writing():
        db.session.execute(
            update(Expression).where(Expression.id == expression.id).values(**values)
        )


def erased() -> list[Any]:
    db.session.rollback()
    db.session.expire_all()
    rows = select(Erasure.why, Erasure.rule, Erasure.by_id).order_by(Erasure.id)
    return [tuple(row) for row in db.session.execute(rows)]


def test_a_dry_run_counts_by_rule_and_names_nobody(
    run: Run, register: Register, cast: Cast
) -> None:
    late, judged = register("Rosa Reed", cast.panel), register("Sam Spam", cast.panel)
    end(late, Status.WITHDRAWN, 31)
    end(judged, Status.SPAM, 31)
    code, said = run("retention", "--dry-run")
    assert code == 0, said
    lines = {line.split()[1].rstrip(":"): line for line in said.splitlines()}
    assert lines["withdrawn"].split() == ["1", "withdrawn:", "after", "30", "days"]
    assert lines["spam"].split()[0] == "1"
    assert lines["not_taken_up"].split() == ["0", "not_taken_up:", "after", "6", "months"]
    for name in ("Rosa", late.reference, "mail.example"):
        assert name not in said
    assert erased() == []


def test_the_command_erases_what_is_due(run: Run, register: Register, cast: Cast) -> None:
    late = register("Rosa Reed", cast.panel)
    end(late, Status.WITHDRAWN, 31)
    code, said = run("retention")
    assert (code, said.splitlines()[-1]) == (0, "1 forms erased.")
    assert erased() == [(Why.RETENTION, "withdrawn", None)]
    code, said = run("retention")
    assert (code, said.splitlines()[-1]) == (0, "0 forms erased.")


def test_a_held_run_says_why_and_waits_for_confirm(
    run: Run, register: Register, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clocks, "ALWAYS_FINE", 0)
    end(register("Rosa Reed", cast.panel), Status.WITHDRAWN, 31)
    code, said = run("retention")
    assert code == 1
    assert "Held: 1 forms would go at once" in said
    assert "add --confirm" in said
    assert erased() == []
    code, said = run("retention", "--confirm")
    assert code == 0, said
    assert len(erased()) == 1


def test_one_form_is_erased_by_its_reference(
    run: Run, full: Full, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    rosa = full()
    reference = rosa.reference
    by = ("--by", cast.coordinator.email)
    monkeypatch.setattr("click.prompt", lambda *_words, **_more: "PP-0000000")
    code, said = run("erase", reference, *by)
    assert (code, erased()) == (1, [])
    assert "Nothing was changed" in said
    monkeypatch.setattr("click.prompt", lambda *_words, **_more: reference)
    code, said = run("erase", reference.lower(), *by)
    assert code == 0, said
    assert erased() == [(Why.ASKED, "", cast.coordinator.id)]
    assert set(traces()) <= {"letter"}
    assert CANARY not in said


def test_only_somebody_who_may_see_it_erases_it(run: Run, register: Register, cast: Cast) -> None:
    rosa = register("Rosa Reed", cast.panel)
    for who in (cast.other_coordinator.email, cast.outsider.email, "nobody@nhs.example"):
        code, said = run("erase", rosa.reference, "--by", who, "--yes")
        assert code == 1
        assert "There is no" in said
    assert erased() == []


# --- backups ------------------------------------------------------------------------------------


def backup(run: Run, folder: Path) -> Path:
    code, said = run("backup", str(folder))
    assert code == 0, said
    (made,) = folder.iterdir()
    return made


def erase(reference: str) -> None:
    with writing():
        chosen = select(Expression).where(Expression.reference == reference)
        acts.erase(db.session.scalars(chosen).one(), by=events.APPLICANT)


def test_a_restored_backup_is_erased_before_anybody_sees_it(
    run: Run, full: Full, register: Register, cast: Cast, empty: str, tmp_path: Path,
    make_app: Callable[..., Flask], database: str,
) -> None:  # fmt: skip
    rosa = full().reference
    register("Omar Oak", cast.panel)
    with writing():
        events.seal_new()
    made = backup(run, tmp_path / "backups")
    erase(rosa)
    code, said = run("restore", str(made), on=empty)
    assert code == 0, said
    assert "1 forms erased again" in said
    restored = make_app(PPFLOW_DATABASE_URL=empty)
    with restored.app_context():
        assert traces() == {}
        assert erased() == [(Why.REPLAYED, "", None)]
        names = db.session.scalars(select(Applicant.first_name).order_by(Applicant.id)).all()
        assert names == ["", "Omar"]
        db.session.remove()
    if database == "sqlite":
        folder = tmp_path / "new"
        kept = b"".join(each.read_bytes() for each in folder.iterdir())
        assert CANARY.encode() not in kept
        assert b"Omar" in kept


def test_without_the_whole_list_a_backup_is_refused(
    run: Run, full: Full, empty: str, tmp_path: Path, ledger: Path
) -> None:
    first, second = full().reference, full("Second Person").reference
    erase(first)
    with writing():
        events.seal_new()
    made = backup(run, tmp_path / "backups")
    assert json.loads((made / "manifest.json").read_text())["erasures"] == 1
    erase(second)
    old = tmp_path / "old-machine.jsonl"
    ledger.rename(old)
    code, said = run("restore", str(made), on=empty)
    assert code == 1
    assert "it listed 1 when the backup was made" in said
    code, said = run("restore", str(made), "--ledger", str(old))
    assert code == 0, said
    assert "1 forms erased again" in said
    assert [json.loads(line)["reference"] for line in ledger.read_text().splitlines()] == [
        first, second,
    ]  # fmt: skip


def test_a_lost_list_is_said_out_loud(
    run: Run, full: Full, empty: str, tmp_path: Path, ledger: Path
) -> None:
    erase(full().reference)
    with writing():
        events.seal_new()
    made = backup(run, tmp_path / "backups")
    ledger.unlink()
    code, said = run("restore", str(made), "--without-ledger", on=empty)
    assert code == 0, said
    assert "0 forms erased again" in said
