"""The sample programme as a file that a story may break, and the command as it is typed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ppflow.cli import main
from ppflow.sample_data import PROGRAMME
from tests.support.installation import Installation


@pytest.fixture
def sample_with(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the sample file with some words otherwise: `sample_with((old, new), …)`."""

    def write(*changes: tuple[str, str]) -> Path:
        text = PROGRAMME.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"the sample does not say {old!r}"
            text = text.replace(old, new, 1)
        file = tmp_path / "programme.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def ppflow(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Type a command at this installation: gives its exit code, what it said, and its errors."""
    for name, value in installation.settings.items():
        monkeypatch.setenv(name, str(value))

    def run(*words: str, **settings: str) -> tuple[int, str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        code = main(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run
