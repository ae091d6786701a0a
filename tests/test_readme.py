"""README is true: its diagram, its settings, its commands and the files that it names.

`python -m tests.test_readme` writes the diagram and the settings anew.
"""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from ppflow.cli import COMMANDS
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
        shown = f"`{default}`" if default != "" else ""
        rows.append(f"| `{PREFIX}{spec.name.upper()}` | {shown} | {spec.metadata['help']} |")
    return "\n".join(rows)


def test_the_diagram_is_the_table() -> None:
    assert LIFE.as_mermaid() in README.read_text()


def test_the_settings_are_all_there() -> None:
    assert settings_table() in README.read_text()


def test_every_file_named_is_there() -> None:
    text = README.read_text()
    named = re.findall(r"`((?:ppflow|templates|tests|static|deploy|bench)/[\w./-]+)`", text)
    named += re.findall(r"\]\((?!http)([\w./-]+)\)", text)
    assert len(named) > 10
    assert [name for name in named if not (TOP / name).exists()] == []


def test_every_command_named_is_one() -> None:
    text = README.read_text()
    targets = set(re.findall(r"^([a-z]+):", (TOP / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`", text)) <= targets
    assert set(re.findall(r"ppflow ([a-z-]+)(?: /|`)", text)) <= set(COMMANDS)


def write() -> None:
    """Put the present diagram and settings into README."""
    text = README.read_text()
    text = re.sub(
        r"```mermaid\n.*?\n```", f"```mermaid\n{LIFE.as_mermaid()}\n```", text, flags=re.DOTALL
    )
    start = "`ppflow check` shows them.\n\n"
    text = re.sub(
        re.escape(start) + r".*?\n\n## ", f"{start}{settings_table()}\n\n## ", text, flags=re.DOTALL
    )
    README.write_text(text)
    click.echo("README.md is written.")


if __name__ == "__main__":
    write()
