"""Backup, wipe, restore: everything is there again, and no email goes out a second time (R-35)."""

import contextvars
import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import make_url, select, text

from ppflow import cli, config, events, keys, migrations
from ppflow.answers.models import Answers
from ppflow.cli.check import setting_lines
from ppflow.db import db, writing
from ppflow.expressions.models import Expression
from ppflow.outbox import holding
from ppflow.outbox.jobs import work_once
from tests.guard.conftest import send_sign_in
from tests.support.cast import Cast
from tests.support.installation import Installation, hang_up
from tests.support.pages import new_visitor
from tests.support.postgres import Postgres, binaries
from tests.support.smtp import MailServer

ANSWER = {"health": "asthma"}
Register = Callable[..., Any]


@dataclass
class Machine:
    """Where the commands run, and where they put the restored site: an empty machine."""

    folder: Path
    here: str
    empty: str
    capsys: pytest.CaptureFixture[str]
    environment: pytest.MonkeyPatch

    def run(self, *words: str, on: str = "") -> tuple[int, str]:
        """A command on a database (ours, when none is said): exit code, and what it printed."""
        self.environment.setenv("PPFLOW_DATABASE_URL", on or self.here)
        self.capsys.readouterr()
        code = contextvars.Context().run(cli.main, words)  # as a process of its own
        printed = self.capsys.readouterr()
        return code, printed.out + printed.err

    def backup(self) -> Path:
        code, said = self.run("backup", str(self.folder / "backups"))
        assert code == 0, said
        (made,) = (self.folder / "backups").iterdir()
        return made


@pytest.fixture
def machine(
    app: Flask,
    installation: Installation,
    database: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Machine:
    for name, value in installation.settings.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("PPFLOW_LOG_LEVEL", "ERROR")
    here, empty = (
        str(installation.settings["PPFLOW_DATABASE_URL"]),
        f"sqlite:///{tmp_path}/new/x.sqlite3",
    )
    if database == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        server.clone("template1", "restored")
        empty = server.url("restored")
        monkeypatch.setenv("PATH", f"{binaries()}{os.pathsep}{os.environ['PATH']}")
    return Machine(tmp_path, here, empty, capsys, monkeypatch)


def a_life(register: Register, cast: Cast) -> str:
    """An expression with a locked answer, its letters, and a sealed record."""
    expression = register("Rosa Reed", cast.panel, sealed=ANSWER)
    with writing():
        events.seal_new()
    return str(expression.reference)


def test_backup_wipe_restore(
    machine: Machine,
    cast: Cast,
    register: Register,
    make_app: Callable[..., Flask],
    mailbox: MailServer,
) -> None:
    reference, head = a_life(register, cast), events.verify_chain().head
    made = machine.backup()
    code, said = machine.run("restore", str(made), on=machine.empty)
    assert code == 0, said
    assert "Restored 1 expressions" in said

    restored = make_app(PPFLOW_DATABASE_URL=machine.empty)
    with restored.app_context():
        assert db.session.scalars(select(Expression.reference)).all() == [reference]
        assert keys.unseal(db.session.scalars(select(Answers.sealed)).one()) == ANSWER
        assert events.verify_chain().first_bad is None
        assert events.verify_chain().head == head
        assert holding.held() > 0
        db.session.rollback()
    assert new_visitor(restored).visit("/sign-in").heading == "Sign in"

    work_once(restored)
    assert mailbox.letters == [], "what may have gone out before goes out again only when asked"
    code, said = machine.run("outbox", "release", "--yes", on=machine.empty)
    assert code == 0, said
    work_once(restored)
    assert mailbox.to("rosa@mail.example")
    assert machine.run("outbox", "release", on=machine.empty) == (0, "No email is held.\n")


def test_what_is_written_after_the_restore_goes_out(
    machine: Machine,
    cast: Cast,
    register: Register,
    make_app: Callable[..., Flask],
    mailbox: MailServer,
) -> None:
    a_life(register, cast)
    machine.run("restore", str(machine.backup()), on=machine.empty)
    restored = make_app(PPFLOW_DATABASE_URL=machine.empty)
    with restored.app_context():
        register("Tom Lee", cast.panel)
    work_once(restored)
    assert mailbox.to("tom@mail.example")
    assert not mailbox.to("rosa@mail.example")


def test_a_backup_is_for_its_owner_and_says_what_it_is(
    machine: Machine, cast: Cast, register: Register, database: str
) -> None:
    a_life(register, cast)
    made = machine.backup()
    assert made.stat().st_mode & 0o777 == 0o700
    assert {f.stat().st_mode & 0o777 for f in made.iterdir()} == {0o600}
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["database"] == database
    assert manifest["revision"] == migrations.newest()
    assert manifest["chain_head"] == events.verify_chain().head
    assert manifest["rows"]["expression"] == 1
    assert sorted(f.name for f in made.iterdir()) == ["manifest.json", manifest["file"]]


def test_sign_ins_of_then_are_over(
    machine: Machine, cast: Cast, register: Register, app: Flask, make_app: Callable[..., Flask]
) -> None:
    visitor = new_visitor(app)
    send_sign_in(visitor, cast.coordinator.email)
    cookie = visitor.get_cookie("ppflow")
    assert cookie is not None
    machine.run("restore", str(machine.backup()), on=machine.empty)
    again = new_visitor(make_app(PPFLOW_DATABASE_URL=machine.empty))
    again.set_cookie("ppflow", cookie.value)
    assert visitor.get("/home").status_code == 200
    assert again.get("/home").status_code == 303


def test_a_database_that_is_there_is_never_replaced_unasked(
    machine: Machine, cast: Cast, register: Register, app: Flask, database: str
) -> None:
    reference = a_life(register, cast)
    made = machine.backup()
    code, said = machine.run("restore", str(made))
    assert code == 1
    assert "--force" in said
    if database == "sqlite":
        code, said = machine.run("restore", str(made), "--force")
        assert code == 1, "our own connections are open"
        assert "in use" in said
    hang_up(app)
    code, said = machine.run("restore", str(made), "--force")
    assert code == 0, said
    assert db.session.scalars(select(Expression.reference)).all() == [reference]
    if database == "sqlite":
        file = Path(str(make_url(machine.here).database))
        (aside,) = file.parent.glob(f"{file.name}.before-*")
        aside.unlink()


def test_a_damaged_backup_is_refused(machine: Machine, cast: Cast, register: Register) -> None:
    a_life(register, cast)
    made = machine.backup()
    copy = made / json.loads((made / "manifest.json").read_text())["file"]
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 0xFF
    copy.write_bytes(content)
    code, said = machine.run("restore", str(made), on=machine.empty)
    assert code == 1
    assert "is not the file that manifest.json describes" in said
    (made / "manifest.json").unlink()
    code, said = machine.run("restore", str(made), on=machine.empty)
    assert code == 1
    assert "is not a backup" in said


def test_without_the_keys_it_is_refused_before_anything_is_replaced(
    machine: Machine, cast: Cast, register: Register, database: str
) -> None:
    a_life(register, cast)
    made = machine.backup()
    machine.environment.setenv("PPFLOW_ANSWER_KEYS", Fernet.generate_key().decode())
    code, said = machine.run("restore", str(made), on=machine.empty)
    assert code == 1
    assert "set PPFLOW_ANSWER_KEYS to the keys of that installation" in said
    if database == "sqlite":
        assert not Path(str(make_url(machine.empty).database)).exists()


@pytest.mark.sqlite_only
def test_a_record_that_was_changed_is_not_backed_up_in_silence(
    machine: Machine, cast: Cast, register: Register, app: Flask
) -> None:
    a_life(register, cast)
    db.session.rollback()
    raw = sqlite3.connect(str(db.engine.url.database))
    raw.execute("DROP TRIGGER event_refuse_update")
    raw.execute("UPDATE event SET verb = 'accept' WHERE id = 1")
    raw.commit()
    raw.close()
    code, said = machine.run("backup", str(machine.folder / "backups"))
    assert code == 1
    assert "Event 1 does not fit its seal" in said
    assert list((machine.folder / "backups").iterdir()) == []


@pytest.mark.sqlite_only
def test_check_says_what_holds(machine: Machine, cast: Cast, register: Register) -> None:
    a_life(register, cast)
    code, said = machine.run("check", "--mail", "office@nhs.example")
    assert code == 0, said
    assert said.count("\nok    ") == 9
    assert "took the test email" in said
    assert "PPFLOW_SECRET_KEY = set" in said
    assert "demonstration-only-secret" not in said


def test_check_fails_when_one_thing_does_not_hold(
    machine: Machine, cast: Cast, register: Register, mailbox: MailServer, database: str
) -> None:
    a_life(register, cast)
    machine.environment.setenv("PPFLOW_ANSWER_KEYS", Fernet.generate_key().decode())
    machine.environment.setenv("PPFLOW_LINK_KEY", "another key")
    with writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with mailbox.refusing():
        code, said = machine.run("check", "--mail", "office@nhs.example")
    assert code == 1
    failed = [line.split(":")[0] for line in said.splitlines() if line.startswith("FAIL")]
    unsynced = (
        ["FAIL  database"] if database == "postgresql" else []
    )  # the suite's server never syncs
    assert failed == [*unsynced, "FAIL  shape", "FAIL  answer keys", "FAIL  link key", "FAIL  mail"]


def test_check_hides_the_password_of_the_database() -> None:
    settings = config.Settings(database_url="postgresql://ppflow:hunter2@localhost/x")
    lines = "\n".join(setting_lines(settings))
    assert "postgresql://ppflow:***@localhost/x" in lines
    assert "hunter2" not in lines
