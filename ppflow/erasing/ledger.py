"""The list of what was erased: a file outside the database and its backups, one line for a form.

A line is on the disk before the erasing begins. So a crash errs towards erasing again, and a
restored backup is erased anew before anybody sees it. A line names no person: reference and time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from ppflow import clock, config
from ppflow.errors import PpflowError

OWNER_ONLY = 0o600


def note(references: Iterable[str], why: str) -> None:
    """Write a line for each form that is about to be erased; returns when they are on the disk.

    Raises `PpflowError` when the file cannot be written: then nothing may be erased.
    """
    now = clock.now().isoformat()
    lines = [{"reference": reference, "at": now, "why": why} for reference in references]
    _append("".join(json.dumps(line) + "\n" for line in lines), config.current().ledger)


def _append(lines: str, path: Path) -> None:
    body = lines.encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, OWNER_ONLY)
        try:
            os.write(handle, _end_of_cut_line(handle) + body)
            os.fsync(handle)
        finally:
            os.close(handle)
        if is_new:
            _sync_folder(path.parent)
    except OSError as error:
        raise PpflowError(f"The list of erased forms cannot be written: {error}") from None


def _end_of_cut_line(handle: int) -> bytes:
    """A crash may have cut the last line short: ours begins on a line of its own."""
    size = os.fstat(handle).st_size
    return b"\n" if size and os.pread(handle, 1, size - 1) != b"\n" else b""


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def references(path: Path | None = None, since: datetime | None = None) -> Iterator[str]:
    """Every reference on the list, or those noted `since` a moment, oldest first.

    A line that a crash cut short names nobody: what it was written for had not begun.
    Raises `PpflowError` for a line that is not ours: a damaged list must be seen.
    """
    path = path or config.current().ledger
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.rstrip().endswith("}"):
                continue
            try:
                noted = json.loads(line)
                reference, at = str(noted["reference"]), datetime.fromisoformat(noted["at"])
            except (ValueError, KeyError, TypeError):
                raise PpflowError(f"{path}, line {number}: this is not a line of ours.") from None
            if since is None or at >= since:
                yield reference


def take_over(old: Path, path: Path) -> None:
    """Put the lines of another list, of the machine before, at the end of ours. Twice does no harm.

    Raises `PpflowError` when the other list is damaged.
    """
    if old.resolve() != path.resolve():
        known = set(references(path))
        new = [each for each in references(old) if each not in known]
        lines = ({"reference": each, "at": clock.now().isoformat(), "why": "asked"} for each in new)
        _append("".join(json.dumps(line) + "\n" for line in lines), path)


def count(path: Path | None = None) -> int:
    """How many lines the list has."""
    return sum(1 for _ in references(path))
