"""Calendar files (RFC 5545): one meeting that phones and mail programs put into a diary.

Moments are written in UTC, so they are right on both sides of a clock change. The identifier of a
meeting stays the same, and its sequence rises: a later file takes the place of an earlier one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

MOST_OCTETS: Final = 75  # of a line; longer ones go on in the next, after a space
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Meeting:
    """What stands in the file. `changed_at` is when this version of it was fixed."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    lasts: timedelta
    summary: str
    description: str
    location: str
    url: str
    organiser: tuple[str, str]  # name, address
    is_cancelled: bool = False


def calendar_of(meeting: Meeting) -> str:
    """The file: lines ended by CRLF, folded and escaped."""
    name, address = meeting.organiser
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ppflow//Conversations//EN",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if meeting.is_cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{meeting.uid}",
        f"SEQUENCE:{meeting.sequence}",
        f"DTSTAMP:{_moment(meeting.changed_at)}",
        f"DTSTART:{_moment(meeting.starts_at)}",
        f"DTEND:{_moment(meeting.starts_at + meeting.lasts)}",
        f"SUMMARY:{_text(meeting.summary)}",
        f"DESCRIPTION:{_text(meeting.description)}",
        f"LOCATION:{_text(meeting.location)}",
        f"URL:{_bare(meeting.url)}",
        f"ORGANIZER;CN={_quoted(name)}:mailto:{_bare(address)}",
        f"STATUS:{'CANCELLED' if meeting.is_cancelled else 'CONFIRMED'}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A text value: backslash, semicolon, comma and line ends are escaped."""
    value = _CONTROL.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))
    for sign in ("\\", ";", ","):
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\n", "\\n")


def _bare(value: str) -> str:
    return re.sub(r"[\x00-\x20\x7f]", "", value)


def _quoted(value: str) -> str:
    """A parameter in quotation marks, which it cannot hold itself."""
    return '"' + re.sub(r'[\x00-\x1f\x7f"]', "", value) + '"'


def _folded(line: str) -> str:
    """Lines of at most 75 octets; no letter is cut in two."""
    parts, part, room = [], "", MOST_OCTETS
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append(part)
            part, room = "", MOST_OCTETS - 1  # the space in front counts
        part, room = part + letter, room - size
    return "\r\n ".join([*parts, part])
