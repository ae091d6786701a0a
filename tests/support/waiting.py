"""Waiting for another process: by looking again, never by sleeping a guessed time."""

import time
from collections.abc import Callable


def eventually(is_true: Callable[[], object], *, seconds: float = 30, what: str = "it") -> None:
    """Return as soon as `is_true()` is; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, f"{what} did not happen in {seconds} seconds"
        time.sleep(0.02)
