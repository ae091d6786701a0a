"""One installation under measurement, in a folder of its own, and what is told of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from bench import letters, servers
from bench.report import Report
from ppflow import create_app
from ppflow.db import db


class Installation:
    """The sample programme with its database, its settings, and its servers."""

    def __init__(self, folder: Path, report: Report, database_url: str = "") -> None:
        self.folder, self.report = folder, report
        self.sink = letters.Sink()
        self.port = servers.free_port()
        self.settings: dict[str, object] = {
            "PPFLOW_ENV": "demonstration",
            "PPFLOW_DATA_DIR": folder,
            "PPFLOW_PORT": self.port,
            "PPFLOW_BASE_URL": f"http://127.0.0.1:{self.port}",
            "PPFLOW_MAIL_SERVER": "127.0.0.1",
            "PPFLOW_MAIL_PORT": self.sink.port,
            "PPFLOW_MAIL_SECURITY": "none",
            "PPFLOW_MINIMUM_FILL_SECONDS": 0,
            "PPFLOW_REGISTRATIONS_AN_HOUR": 10_000_000,
            "PPFLOW_WEB_PROCESSES": servers.PROCESSES,
            "PPFLOW_WEB_THREADS": servers.THREADS,
        }
        if database_url:
            self.settings["PPFLOW_DATABASE_URL"] = database_url
        self._app: Flask | None = None
        self.recordings = folder / "recordings"
        self.recordings.mkdir()
        self.command("demo")

    @property
    def database(self) -> Path:
        return self.folder / "ppflow.sqlite3"

    def app(self) -> Flask:
        """The app in this process, to record what it asks; it writes no log."""
        quiet = {**self.settings, "PPFLOW_LOG_LEVEL": "ERROR"}
        return create_app({name: str(value) for name, value in quiet.items()})

    def here(self) -> Flask:
        """The same app each time."""
        self._app = self._app or self.app()
        return self._app

    def statistics(self) -> None:
        """Let the database look at its tables, as PostgreSQL does by itself after a while."""
        with self.here().app_context(), db.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.exec_driver_sql("VACUUM ANALYZE")

    def command(self, *words: str) -> None:
        """Run `ppflow` with these words."""
        environment = {**os.environ, **{k: str(v) for k, v in self.settings.items()}}
        command = [sys.executable, "-m", "ppflow.cli", *words]
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)

    def real(self) -> Any:
        """The site, running as `ppflow web` runs it."""
        return servers.running(servers.real(), self.port, self.settings)

    def bare(self) -> Any:
        """The bare pages, under the same server."""
        port = servers.free_port()
        settings = {"BENCH_RECORDINGS": self.recordings, "BENCH_DATABASE": self.database}
        return servers.running(servers.bare(port), port, settings)

    @contextmanager
    def both(self) -> Iterator[tuple[servers.Server, servers.Server]]:
        """The site and the bare pages, side by side."""
        with self.real() as site, self.bare() as bare:
            yield site, bare
