"""`ppflow run`, for real: everything up by one command, everything down by one key."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from ppflow.cli import main
from ppflow.cli.demo import PASSWORD
from ppflow.cli.run import free_port, prepare
from tests.support.waiting import eventually

STARTS_WITHIN = 60  # seconds; a few, unless many tests run beside it
STOPS_WITHIN = 30
TOP = Path(__file__).resolve().parents[2]


@dataclass
class Running:
    """A demonstration at work; what it says goes to a file."""

    process: subprocess.Popen[bytes]
    address: str
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.address + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            return 0, ""

    def pid_of(self, part: str) -> int:
        found = re.search(rf"{part} started \(pid=(\d+)\)", self.said)
        assert found, self.said
        return int(found[1])

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOPS_WITHIN)


Start = Callable[..., Running]


@contextmanager
def kept_environment() -> Iterator[None]:
    """`prepare` sets variables for the parts it starts; a test puts them back."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("PPFLOW_")]:
        del os.environ[name]
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the demonstration in a folder of its own, as `make run` would."""
    started: list[tuple[Running, IO[bytes]]] = []

    def begin(**settings: str) -> Running:
        output = tmp_path / f"output-{len(started)}"
        port = free_port()
        bare = {k: v for k, v in os.environ.items() if not k.startswith("PPFLOW_")}
        environment = {**bare, "PORT": str(port), "PPFLOW_DATA_DIR": str(tmp_path / "data")}
        file = output.open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "ppflow.cli", "run"],
            cwd=TOP, env={**environment, **settings}, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
        running = Running(process, f"http://127.0.0.1:{port}", output)
        started.append((running, file))
        eventually(
            lambda: process.poll() is not None or running.get("/healthz")[0] == 200,
            seconds=STARTS_WITHIN,
            what="the start",
        )
        return running

    yield begin
    for running, file in started:
        if running.process.poll() is None:
            running.stop()
        file.close()


def test_one_command_starts_all_and_one_key_stops_it(start: Start, tmp_path: Path) -> None:
    running = start()
    assert running.process.poll() is None, running.said
    assert running.get("/healthz")[0] == 200
    assert "West Midlands Progression Plan" in running.get("/")[1]
    assert running.get("/opportunities/community-champions")[0] == 200
    assert "No email was sent yet" in running.get("/mailbox")[1]
    eventually(lambda: running.get("/readyz")[0] == 200, seconds=30, what="the worker's heartbeat")
    said = running.said
    assert f"{running.address}/sign-in" in said
    assert f"{running.address}/mailbox" in said
    assert re.search(rf"Grace Example +coordinator.* +grace\.example@\S+ +{PASSWORD}", said)
    assert said.count(PASSWORD) == 15
    assert running.stop() == 0
    assert "Traceback" not in running.said
    assert running.get("/healthz")[0] == 0

    again = start()
    assert "Loaded the sample" not in again.said
    assert "West Midlands Progression Plan" in again.get("/")[1]
    assert again.stop() == 0


def test_one_part_that_dies_stops_all(start: Start) -> None:
    running = start()
    os.kill(running.pid_of("worker"), signal.SIGKILL)
    assert running.process.wait(STOPS_WITHIN) != 0
    assert running.get("/healthz")[0] == 0


def test_a_mail_server_that_is_named_takes_the_mailboxs_place(start: Start) -> None:
    running = start(PPFLOW_MAIL_SERVER="127.0.0.1", PPFLOW_MAIL_PORT=str(free_port()))
    assert "mailbox started" not in running.said
    assert "your mail server" in running.said
    assert running.get("/mailbox")[0] == 404
    assert running.stop() == 0


def test_a_port_that_is_taken_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with kept_environment(), socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        monkeypatch.setenv("PPFLOW_DATA_DIR", str(tmp_path))
        assert main(["run"]) == 1
        assert capsys.readouterr().err == (
            f"Something listens on port {port} already. Stop it, or choose another port: "
            f"PORT={port + 1} make run\n"
        )


@pytest.mark.parametrize(
    ("named", "has_mailbox", "security"),
    [("", True, "none"), ("127.0.0.1", False, "none"), ("mail.example.org", False, None)],
)
def test_mail_goes_without_encryption_only_on_this_computer(
    named: str, has_mailbox: bool, security: str | None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with kept_environment():
        monkeypatch.setenv("PPFLOW_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("PPFLOW_MAIL_SERVER", named)
        assert prepare() is has_mailbox
        assert os.environ.get("PPFLOW_MAIL_SECURITY") == security
        assert os.environ["PPFLOW_ENV"] == "demonstration"
