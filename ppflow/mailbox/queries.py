"""The kept emails: all, one, or those that hold some words. Names sort by age: see `mail`."""

from __future__ import annotations

import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesParser
from pathlib import Path
from typing import Final

NAME: Final = re.compile(r"\d{16}-[0-9a-f]{8}")
SEARCHED: Final = 1000  # the newest so many are looked through; a demonstration has fewer
_PARSER: Final = BytesParser(policy=email.policy.default)


@dataclass(frozen=True)
class Mail:
    """One email as it is shown. `name` is its file's, without the ending."""

    name: str
    to: str
    sender: str
    reply_to: str
    subject: str
    text: str
    came_at: datetime


def names(folder: Path) -> list[str]:
    """The names of all emails, newest first."""
    if not folder.is_dir():
        return []
    found = (path.stem for path in folder.glob("*.eml"))
    return sorted((name for name in found if NAME.fullmatch(name)), reverse=True)


def find(folder: Path, name: str) -> Mail | None:
    """One email by its name, or None."""
    file = folder / f"{name}.eml"
    return _read(file) if NAME.fullmatch(name) and file.is_file() else None


def search(folder: Path, words: str) -> list[str]:
    """The names of those of the newest emails that hold every word, newest first."""
    wanted = words.lower().split()
    found = []
    for name in names(folder)[:SEARCHED]:
        mail = _read(folder / f"{name}.eml")
        text = f"{mail.to}\n{mail.subject}\n{mail.text}".lower()
        if all(word in text for word in wanted):
            found.append(name)
    return found


def _read(file: Path) -> Mail:
    message = _PARSER.parsebytes(file.read_bytes())
    body = message.get_body(("plain",))
    microseconds = int(file.stem.partition("-")[0])
    return Mail(
        name=file.stem,
        to=str(message.get("To", "")),
        sender=str(message.get("From", "")),
        reply_to=str(message.get("Reply-To", "")),
        subject=str(message.get("Subject", "")),
        text=str(body.get_content()) if body is not None else "",
        came_at=datetime.fromtimestamp(microseconds / 1_000_000, UTC),
    )
