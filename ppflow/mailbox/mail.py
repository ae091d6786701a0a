"""Emails as files: one `.eml` each, named by the time it came, so that names sort by age."""

from __future__ import annotations

import secrets
import time
from pathlib import Path


def keep(folder: Path, content: bytes) -> str:
    """Write one email as a whole file or not at all; gives its name."""
    name = f"{time.time_ns() // 1000:016d}-{secrets.token_hex(4)}"
    part = folder / f"{name}.part"
    part.write_bytes(content)
    part.replace(folder / f"{name}.eml")
    return name
