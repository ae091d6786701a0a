"""The sample programme: fictional people and work, loaded by `ppflow demo` and `ppflow run`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

PROGRAMME: Final = Path(__file__).resolve().parent / "programme.yaml"
