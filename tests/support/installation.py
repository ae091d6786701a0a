"""An installation for each test: the real app on SQLite and on PostgreSQL, with a fresh database.

The app of each database is made once for a worker of the session; the database behind it is put
back before each test: empty and migrated, or at the beginning that the test asks for.
"""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ppflow import clock, create_app
from ppflow.db import db, read_only
from ppflow.migrations import upgrade
from tests.support import moments
from tests.support.html import SeenPages
from tests.support.postgres import Postgres
from tests.support.smtp import MailServer
from tests.support.snapshot import CopiedFile, Photograph, Snapshot

DATABASES = ("sqlite", "postgresql")
CHEAP = {"argon2__rounds": 1, "argon2__memory_cost": 64, "argon2__parallelism": 1}
"""Passwords of the tests are hashed in no time; `guard/test_at_rest.py` looks at the real cost."""


@dataclass
class Installation:
    """One app with its database. `begun` holds what the beginning of this test was made of."""

    app: Flask
    settings: Mapping[str, Any]
    photograph: Callable[[], Photograph]
    let_go: Callable[[Flask], None]  # of the database, so that it can be put back
    begun: dict[str, Any] = field(default_factory=dict)
    _album: dict[object, tuple[Photograph, Any]] = field(default_factory=dict)

    def begin(self, moment: str = moments.NOTHING) -> None:
        """Put the database to a beginning: empty, or as `moments` knows it."""
        with self.app.app_context():
            key = moment if moment == moments.NOTHING else (moment, clock.today())
        self.let_go(self.app)
        if key not in self._album:
            self._album[key] = self._first(moment)
        photograph, made = self._album[key]
        photograph.restore()
        self.begun = {moment: made}

    def _first(self, moment: str) -> tuple[Photograph, Any]:
        if moment != moments.NOTHING:
            self.begin()
        with self.app.app_context():
            made = moments.make(moment)
        self.let_go(self.app)
        return self.photograph(), made

    def close(self) -> None:
        hang_up(self.app)
        for photograph, _made in self._album.values():
            photograph.close()

    @contextmanager
    def with_settings(self, **changes: Any) -> Iterator[None]:
        """Other settings for a while, by attribute name: `with_settings(mail_trial="@nhs.net")`."""
        before = self.app.config["PPFLOW"]
        self.app.config["PPFLOW"] = replace(before, **changes)
        try:
            yield
        finally:
            self.app.config["PPFLOW"] = before


@dataclass
class Ground:
    """What installations of this worker of the session stand on."""

    folder: Path
    site: socket.socket
    mail: MailServer
    pages: SeenPages
    postgres: Callable[[], Postgres]

    def settings(self, **more: Any) -> dict[str, Any]:
        host, port = self.site.getsockname()
        return {
            "PPFLOW_ENV": "test",
            "PPFLOW_DATA_DIR": str(self.folder),
            "PPFLOW_BASE_URL": f"http://{host}:{port}",
            "PPFLOW_MAIL_SERVER": "127.0.0.1",
            "PPFLOW_MAIL_PORT": self.mail.port,
            "PPFLOW_MAIL_SECURITY": "none",
            "PPFLOW_MINIMUM_FILL_SECONDS": 0,
            "PPFLOW_HOLD_MESSAGES_MINUTES": 0,
            "PPFLOW_HOLD_DECISIONS_MINUTES": 0,
            **more,
        }

    def app(self, settings: Mapping[str, Any]) -> Flask:
        app = create_app(settings)
        app.testing = False  # errors become the pages that people see
        app.extensions["security"].pwd_context.update(**CHEAP)
        self.pages.watch(app)
        return app

    def make(self, kind: str) -> Installation:
        return self._on_sqlite() if kind == "sqlite" else self._on_postgresql()

    def _on_sqlite(self) -> Installation:
        file = self.folder / "ppflow.sqlite3"
        settings = self.settings(PPFLOW_DATABASE_URL=f"sqlite:///{file}")
        app = self.app(settings)
        _migrate(app)
        return Installation(app, settings, lambda: CopiedFile(file), hang_up)

    def _on_postgresql(self) -> Installation:
        server = self.postgres()
        server.clone("template1", "ppflow")
        url = server.url("ppflow")
        settings = self.settings(PPFLOW_DATABASE_URL=url)
        app = self.app(settings)
        _migrate(app)
        return Installation(app, settings, lambda: Snapshot(url), end_session)


def _migrate(app: Flask) -> None:
    upgrade(app)
    hang_up(app)


def end_session(app: Flask) -> None:
    """End the transaction of an app's context; its connections stay, for the next to use."""
    with app.app_context():
        db.session.remove()


def hang_up(app: Flask) -> None:
    """Close every connection of an app to its database."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def pytest_configure() -> None:
    """The suite stands on its own settings, whatever the developer's shell holds."""
    for name in [n for n in os.environ if n.startswith("PPFLOW_") and "TEST" not in n]:
        del os.environ[name]
    os.environ.pop("PORT", None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Stories run on both databases; walks in the browser on SQLite alone."""
    if "database" in metafunc.fixturenames:
        is_walk = metafunc.definition.get_closest_marker("browser") is not None
        is_one = metafunc.definition.get_closest_marker("sqlite_only") is not None
        kinds = DATABASES[:1] if is_walk or is_one else DATABASES
        metafunc.parametrize("database", kinds, indirect=True)


@pytest.fixture(scope="session")
def ground(
    mail_server: MailServer,
    seen_pages: SeenPages,
    request: pytest.FixtureRequest,
) -> Iterator[Ground]:
    in_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a sync costs nothing there
    with (
        tempfile.TemporaryDirectory(prefix="ppflow-", dir=in_memory) as folder,
        socket.create_server(("127.0.0.1", 0)) as site,
    ):
        yield Ground(
            folder=Path(folder),
            site=site,
            mail=mail_server,
            pages=seen_pages,
            postgres=lambda: request.getfixturevalue("postgres"),
        )


@pytest.fixture(scope="session")
def installations() -> Iterator[dict[str, Installation]]:
    made: dict[str, Installation] = {}
    yield made
    for installation in made.values():
        installation.close()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The name of the database that this run of the test stands on."""
    return str(request.param)


@pytest.fixture
def installation(
    database: str,
    ground: Ground,
    installations: dict[str, Installation],
    mailbox: MailServer,
    valid_pages: None,
    request: pytest.FixtureRequest,
) -> Installation:
    """A migrated installation at the beginning of the test; its mail goes to `mailbox`."""
    if database not in installations:
        installations[database] = ground.make(database)
    installation = installations[database]
    installation.begin(moments.first_of(request.fixturenames))
    return installation


@pytest.fixture
def app(installation: Installation) -> Iterator[Flask]:
    """The app, with its context pushed for the test's own queries. Those only read, unless inside
    `with writing()`; requests made by the test's clients have contexts of their own."""
    with installation.app.app_context():
        read_only(True)
        yield installation.app
        read_only(False)


@pytest.fixture
def later(installation: Installation) -> Iterator[Callable[..., None]]:
    """Moves the clock on, for the site and for the test: `later(days=3)`."""
    before = installation.app.config["PPFLOW"]

    def move(**time: float) -> None:
        now = installation.app.config["PPFLOW"]
        offset = now.clock_offset_seconds + round(timedelta(**time).total_seconds())
        installation.app.config["PPFLOW"] = replace(now, clock_offset_seconds=offset)

    yield move
    installation.app.config["PPFLOW"] = before


@pytest.fixture
def make_app(ground: Ground, installation: Installation) -> Iterator[Callable[..., Flask]]:
    """Another app on the same database, with some settings otherwise: `make_app(PPFLOW_…=…)`."""
    made: list[Flask] = []

    def make(**changes: Any) -> Flask:
        made.append(ground.app({**installation.settings, **changes}))
        return made[-1]

    yield make
    for app in made:
        hang_up(app)
