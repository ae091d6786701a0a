"""README is true: its diagram, its settings and the files that it names."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ppflow.config import PREFIX, Settings
from ppflow.expressions.workflow import LIFE

TOP = Path(__file__).resolve().parent.parent
README = TOP / "README.md"
pytestmark = pytest.mark.sqlite_only


def settings_table() -> str:
    """The settings as README shows them."""
    rows = ["| Setting | Default | What it is for |", "|---|---|---|"]
    for spec in fields(Settings):
        default = "" if spec.metadata["secret"] else spec.default
        default = f"`{default}`" if default != "" else ""
        rows.append(f"| `{PREFIX}{spec.name.upper()}` | {default} | {spec.metadata['help']} |")
    return "\n".join(rows)


def test_the_diagram_is_the_table() -> None:
    assert LIFE.as_mermaid() in README.read_text()


def test_the_settings_are_all_there() -> None:
    assert settings_table() in README.read_text()


def test_every_file_named_is_there() -> None:
    named = re.findall(
        r"`((?:ppflow|templates|tests|static|deploy)/[\w./-]+\.\w+)`", README.read_text()
    )
    named += re.findall(r"\]\((?!http)([\w./-]+)\)", README.read_text())
    assert len(named) > 10
    missing = [name for name in named if not (TOP / name).exists()]
    assert missing == []
