"""The real web server and worker as processes of their own, to be killed and started again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.waiting import eventually


class Part:
    """One part (`web` or `worker`) with its process group. Every process is reaped."""

    def __init__(self, name: str, settings: Mapping[str, object], folder: Path) -> None:
        self.name = name
        self.environment = {**os.environ, **{k: str(v) for k, v in settings.items()}}
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ppflow.cli", self.name],
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL to the whole group, and start it anew."""
        self.end(signal.SIGKILL)
        self.start()

    def kill_a_child(self, chance: random.Random) -> None:
        """SIGKILL to one worker process; its parent starts another."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        pids = children.read_text().split() if children.exists() else []
        if not pids:
            self.kill()
            return
        try:
            os.kill(int(chance.choice(pids)), signal.SIGKILL)
        except ProcessLookupError:
            self.kill()

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)
        self.process = None


def answers(base: str) -> bool:
    """Is the site up?"""
    try:
        with urlopen(f"{base}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


def wait_for_site(base: str) -> None:
    eventually(lambda: answers(base), seconds=60, what="the site's answer")
