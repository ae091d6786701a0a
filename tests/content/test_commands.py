"""Commands a person types: one clear line when something is wrong, and nothing half done."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import config
from ppflow.access import Role
from ppflow.cli import COMMANDS, group, main
from ppflow.db import db, reading
from ppflow.errors import SettingsError
from ppflow.people.models import Person
from ppflow.people.queries import standing_of
from ppflow.programmes.acts import slug_for
from ppflow.programmes.models import Programme
from ppflow.sample_data import PROGRAMME
from tests.support.pages import Visitor

pytestmark = pytest.mark.sqlite_only

PHRASE = "three quiet green hills"
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A production installation before its first command: a folder that is not there yet."""
    folder = tmp_path / "data"
    monkeypatch.setenv("PPFLOW_ENV", "production")
    monkeypatch.setenv("PPFLOW_DATA_DIR", str(folder))
    return folder


def begin(*more: str) -> int:
    return main(
        ["init", "--programme", "Walking North", "--phone", "0121 496 0100", "--name", "Ada Sample",
         "--email", "Ada@example.org", "--password", PHRASE, *more]
    )  # fmt: skip


def test_every_command_is_there_and_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        assert main([name, "--help"]) == 0
        assert "Usage: ppflow" in capsys.readouterr().out
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name, (_, _, help_text) in COMMANDS.items() if help_text)
    assert group.get_command(None, "nonsense") is None  # type: ignore[arg-type]


def test_a_slip_in_a_command_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flow"]) == 2
    assert "No such command 'flow'" in capsys.readouterr().err


def test_init_starts_an_empty_installation(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert begin() == 0
    assert "Ada Sample can sign in with Ada@example.org" in capsys.readouterr().out
    file = bare / "settings.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(bare.stat().st_mode) == 0o700
    keys = config.load()
    assert keys.is_production
    assert len(keys.secret_key) >= 32
    assert keys.secret_key != keys.link_key


def test_an_empty_installation_has_a_front_page_and_its_administrator_signs_in(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ppflow import create_app

    assert begin() == 0
    app = create_app()
    app.test_client_class = Visitor
    visitor = app.test_client()
    assert "Walking North" in visitor.visit("/").text
    page = visitor.visit("/sign-in")
    assert page.submit({"email": "ada@example.org", "password": PHRASE}).path == "/home"
    with app.app_context():
        person = db.session.scalars(select(Person)).one()
        standing = standing_of(person, [])
        assert standing.has(Role.ADMINISTRATOR, Role.COORDINATOR)
        assert standing.all_programmes
        assert db.session.scalars(select(Programme.slug)).all() == ["walking-north"]
        db.session.remove()
        db.engine.dispose()


def test_init_twice_keeps_keys_and_people(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert begin() == 0
    before = (bare / "settings.env").read_text()
    assert begin() == 1
    assert "Somebody can sign in here already; nothing was changed." in capsys.readouterr().err
    assert (bare / "settings.env").read_text() == before


def test_a_password_too_short_leaves_nothing_but_keys(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert begin("--password", "short") == 1
    assert "Use 12 characters or more." in capsys.readouterr().err
    assert begin() == 0


def test_production_without_keys_does_not_start(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["web"]) == 1
    assert "Run 'ppflow init' to make keys" in capsys.readouterr().err


def test_the_file_of_settings_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.env"
    file.write_text("# ours\n\nPPFLOW_MAIL_FROM = team@example.org\nPPFLOW_MAIL_PORT=2525\n")
    monkeypatch.setenv("PPFLOW_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PPFLOW_ENV", "test")
    monkeypatch.setenv("PPFLOW_MAIL_PORT", "2626")
    settings = config.load()
    assert (settings.mail_from, settings.mail_port) == ("team@example.org", 2626)
    file.write_text("PPFLOW_MAIL_FORM=team@example.org\n")
    with pytest.raises(SettingsError, match="line 1: 'PPFLOW_MAIL_FORM' is not a setting"):
        config.load()


def test_import_says_what_it_did_and_what_it_left(ppflow: Command) -> None:
    code, said, _ = ppflow("import", str(PROGRAMME))
    assert code == 0
    assert "projects: 26 added, 0 already here" in said
    assert "workshops: 6 checked, not loaded yet" in said
    code, said, _ = ppflow("import", str(PROGRAMME))
    assert "projects: 0 added, 26 already here" in said


def test_import_of_a_broken_file_is_lines_and_exit_1(
    ppflow: Command, sample_with: Callable[..., Path], app: Flask
) -> None:
    file = sample_with(("facilitator: ellen.sample", "facilitator: x"), ("places: 12", "places: 0"))
    code, said, errors = ppflow("import", str(file))
    assert (code, said) == (1, "")
    assert errors.splitlines() == [
        "projects[0].facilitator: there is no person 'x'",
        "opportunities[0].places: this must be 1 or more",
    ]
    assert db.session.scalars(select(Programme)).all() == []


def test_demo_loads_once(ppflow: Command) -> None:
    assert "opportunities: 16 added" in ppflow("demo")[1]
    assert "There is a programme here already; nothing was changed." in ppflow("demo")[1]


def test_sample_people_have_a_password_only_in_a_demonstration(ppflow: Command, app: Flask) -> None:
    ppflow("demo", PPFLOW_ENV="test")
    assert set(db.session.scalars(select(Person.password))) == {None}


def test_a_person_is_added_and_can_sign_in(ppflow: Command, app: Flask, client: Visitor) -> None:
    ppflow("demo")
    code, said, _ = ppflow(
        "add-person", "--name", "Nia Sample", "--email", "nia@example.org", "--role", "coordinator",
        "--programme", "cw-portal", "--password", PHRASE,
    )  # fmt: skip
    assert (code, said) == (0, "Nia Sample can sign in with nia@example.org.\n")
    page = client.visit("/sign-in")
    assert page.submit({"email": "nia@example.org", "password": PHRASE}).path == "/home"
    with reading():
        person = db.session.scalars(select(Person).where(Person.name == "Nia Sample")).one()
        slugs = select(Programme.slug).where(Programme.id.in_(standing_of(person, []).programmes))
        assert db.session.scalars(slugs).all() == ["cw-portal"]


def test_a_person_who_cannot_be_added(ppflow: Command, app: Flask) -> None:
    ppflow("demo")
    for words, line in (
        (("--programme", "nowhere", "--role", "coordinator"), "There is no programme 'nowhere'"),
        (("--programme", "cw-portal"), "--programme is for coordinators"),
        (("--role", "captain"), "'captain' is not one of"),
        (("--email", "nia"), "'nia' is not an email address"),
        (("--password", "short"), "Use 12 characters or more."),
        (("--email", "asha.sample@example.org"), "There is already somebody with the address"),
    ):
        person = ("--name", "Nia", "--email", "nia@example.org", "--password", PHRASE)
        code, _, errors = ppflow("add-person", *person, *words)
        assert code != 0
        assert line in errors
    assert db.session.scalars(select(Person).where(Person.name == "Nia")).all() == []


def test_a_new_password_ends_the_old_one(ppflow: Command, app: Flask, client: Visitor) -> None:
    ppflow("demo")
    assert ppflow("set-password", "ASHA.sample@example.org", "--password", PHRASE)[0] == 0
    page = client.visit("/sign-in")
    assert page.submit({"email": "asha.sample@example.org", "password": PHRASE}).path == "/home"
    code, _, errors = ppflow("set-password", "no@example.org", "--password", PHRASE)
    assert (code, errors) == (1, "There is nobody with the address no@example.org.\n")


def test_a_database_that_cannot_be_reached_is_one_line(ppflow: Command) -> None:
    code, _, errors = ppflow("demo", PPFLOW_DATABASE_URL="sqlite:////nowhere/at/all.sqlite3")
    assert code == 1
    assert errors.startswith("The database cannot be used: ")
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Walking North!", "walking-north"),
        (" É ", "e"),
        ("+", "page"),
        ("A+B", "a-b"),
        ("New", "new-2"),
    ],
)
def test_an_address_is_made_of_a_name(name: str, slug: str) -> None:
    assert slug_for(name, lambda _: False) == slug
