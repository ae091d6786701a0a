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
from ppflow.cli.run import prepare
from ppflow.site import Site
from tests.support.ports import free_port
from tests.support.waiting import eventually

pytestmark = pytest.mark.long

STARTS_WITHIN = 180  # seconds; a few, unless many tests run beside it
STOPS_WITHIN = 90
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
            with urllib.request.urlopen(self.address + path, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except OSError:
            return 0, ""

    def pid_of(self, part: str) -> int:
        line = re.compile(rf"{part} started \(pid=(\d+)\)")
        eventually(lambda: line.search(self.said), seconds=STARTS_WITHIN, what=f"{part}'s start")
        return int(line.findall(self.said)[0])

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOPS_WITHIN)


Start = Callable[..., Running]


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether a process still runs; one that has ended and is not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


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
        port, mail = free_port(), free_port()
        bare = {k: v for k, v in os.environ.items() if not k.startswith("PPFLOW_")}
        environment = {
            **bare, "PORT": str(port), "PPFLOW_MAIL_PORT": str(mail),
            "PPFLOW_DATA_DIR": str(tmp_path / "data"),
        }  # fmt: skip
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
    assert "Demo mailbox" in running.get("/mailbox")[1]
    eventually(lambda: running.get("/readyz")[0] == 200, seconds=90, what="the worker's heartbeat")
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_nothing_outlives_a_killed_demonstration(start: Start) -> None:
    running = start()
    parts = [running.pid_of(part) for part in ("web", "worker", "mailbox")]
    everything = [*parts, *(child for part in parts for child in children_of(part))]
    assert len(everything) > len(parts), "the web part has processes of its own"
    running.process.kill()
    running.process.wait(STOPS_WITHIN)
    eventually(
        lambda: not any(is_alive(pid) for pid in everything),
        seconds=STOPS_WITHIN,
        what="the end of every part",
    )
    assert running.get("/healthz")[0] == 0


def test_a_mail_server_that_is_named_takes_the_mailboxs_place(start: Start) -> None:
    running = start(PPFLOW_MAIL_SERVER="127.0.0.1")
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


def test_pages_are_compiled_once_and_kept_for_the_next_start(
    make_app: Callable[..., Site], tmp_path: Path
) -> None:
    folder = tmp_path / "templates"
    first = make_app()
    first.warm(folder)
    names = first.jinja_env.list_templates()
    assert len(list(folder.iterdir())) == len(names)
    assert folder.stat().st_mode & 0o077 == 0

    second = make_app()

    def refuse(*_source: object, **_more: object) -> None:
        raise AssertionError("a page was compiled that stood ready")

    second.jinja_env.compile = refuse  # type: ignore[method-assign, assignment]
    second.warm(folder)
    for name in names:
        assert second.jinja_env.get_template(name).render is not None
