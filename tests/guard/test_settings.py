"""A production start without its own secrets is refused, with words that say what to do."""

from collections.abc import Callable
from typing import Any

import pytest

from ppflow import config
from ppflow.config import DEMO_ANSWER_KEY, DEMO_SECRET
from ppflow.errors import SettingsError

GOOD = {
    "PPFLOW_ENV": "production",
    "PPFLOW_SECRET_KEY": "a" * 43,
    "PPFLOW_LINK_KEY": "b" * 43,
    "PPFLOW_ANSWER_KEYS": "Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5LTEyMzQ=",
}
SECRETS = ("PPFLOW_SECRET_KEY", "PPFLOW_LINK_KEY", "PPFLOW_ANSWER_KEYS")
Load = Callable[..., config.Settings]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Load:
    """Settings read as a fresh machine would, with only what the test gives."""
    monkeypatch.setenv("PPFLOW_DATA_DIR", str(tmp_path))
    return lambda **changes: config.load({**GOOD, **changes})


def test_with_its_own_secrets_production_starts(load: Load) -> None:
    assert load().is_production


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", ["", DEMO_SECRET, DEMO_ANSWER_KEY, "short"])
def test_without_a_secret_of_its_own_it_does_not(load: Load, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}.*ppflow init"):
        load(**{name: value})


def test_a_moved_clock_is_for_tests(load: Load) -> None:
    with pytest.raises(SettingsError, match="production refuses it"):
        load(PPFLOW_CLOCK_OFFSET_SECONDS="60")


def test_production_is_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("PPFLOW_DATA_DIR", str(tmp_path))
    with pytest.raises(SettingsError):
        config.load()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PPFLOW_PORT", "eighty", "PPFLOW_PORT must be a number"),
        ("PPFLOW_ENV", "staging", "PPFLOW_ENV must be"),
        ("PPFLOW_MAIL_SECURITY", "maybe", "PPFLOW_MAIL_SECURITY must be"),
    ],
)
def test_a_wrong_setting_is_named(load: Load, name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        load(**{name: value})
