"""The real site and the bare one, each under the same gunicorn; what their processes cost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

TICKS = os.sysconf("SC_CLK_TCK")
PROCESSES, THREADS = 2, 4  # the defaults of `ppflow web`


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class Server:
    """A running server: its port and its process."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def cpu_seconds(self) -> float:
        """User and system time of all worker processes so far."""
        total = 0
        for pid in self.workers:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory_mib(self) -> list[float]:
        """Resident memory of each worker process, in MiB (shared pages counted in each)."""
        lines = [
            line
            for pid in self.workers
            for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        ]
        return [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")]


@contextmanager
def running(command: list[str], port: int, settings: Mapping[str, object]) -> Iterator[Server]:
    """Start a server, wait until it answers, end it whatever happens."""
    environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait(port, process)
        yield Server(port, process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=40)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"the server ended: {process.args!r}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def real() -> list[str]:
    """The command of the real site."""
    return [sys.executable, "-m", "ppflow.cli", "web"]


def bare(port: int) -> list[str]:
    """The command of the bare one, with the same server and as many processes and threads."""
    return [
        sys.executable, "-m", "gunicorn", "bench.bare:app", "--bind", f"127.0.0.1:{port}",
        "--workers", str(PROCESSES), "--threads", str(THREADS), "--worker-class", "gthread",
        "--preload", "--log-level", "error", "--keep-alive", "5",
    ]  # fmt: skip


def fetch(address: str, encoding: str = "identity") -> bytes:
    """The bytes of one page or file as they came, compressed as asked for."""
    asked = Request(address, headers={"Accept-Encoding": encoding})
    with urlopen(asked, timeout=30) as answer:
        return bytes(answer.read())


@contextmanager
def running_worker(settings: Mapping[str, object]) -> Iterator[None]:
    """The worker as a process of its own."""
    environment = {**os.environ, **{name: str(value) for name, value in settings.items()}}
    process = subprocess.Popen(
        [sys.executable, "-m", "ppflow.cli", "worker"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=40)
