"""What a ready-made reply may hold in braces, and how it is filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Nothing that the person typed: their words are never run, nor sent back before they confirmed.
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "title": "the opportunity or project",
    "reference": "their reference",
    "reply_by": "the day by which they hear from us next",
    "phone": "whom to ring",
    "sender": "your own name",
}
_HOLE: Final = re.compile(r"\{\s*(\w+)\s*\}")


def fill(body: str, values: Mapping[str, str]) -> str:
    """Put the values in, in one pass: braces inside a value stay as they are."""
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), body)


def unknown_in(body: str) -> list[str]:
    """What stands in braces and is no placeholder; a brace alone counts too."""
    found = [hole[0] for hole in _HOLE.finditer(body) if hole[1] not in PLACEHOLDERS]
    rest = _HOLE.sub("", body)
    return found + [brace for brace in "{}" if brace in rest]
