"""Settings: every `PPFLOW_*` variable in one place, with its default and what it is for.

They are read from `settings.env` in the data folder (`NAME=value` lines, made by `ppflow init`),
then from the environment, which wins. `ppflow check` prints this list; README's settings table is
made from it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from flask import current_app

from ppflow.errors import SettingsError

PREFIX = "PPFLOW_"
FILE_NAME = "settings.env"
DEMO_SECRET = "demonstration-only-secret-do-not-use-with-real-people"  # noqa: S105 - refused in production
DEMO_ANSWER_KEY = "ZGVtb25zdHJhdGlvbi1vbmx5LWFuc3dlci1rZXktISE="


def _setting(default: Any, help_text: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"help": help_text, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """One installation's settings. Attribute `mail_port` is read from `PPFLOW_MAIL_PORT`."""

    env: str = _setting("production", "production, demonstration or test")
    data_dir: str = _setting("var", "folder for the SQLite file, backups and the demo mailbox")
    database_url: str = _setting(
        "", "sqlite:///… or postgresql://…; empty means SQLite in data_dir"
    )
    base_url: str = _setting("http://127.0.0.1:8000", "address of the site, as people type it")
    host: str = _setting("127.0.0.1", "address the web server listens on; 0.0.0.0 means all")
    port: int = _setting(8000, "port the web server listens on")
    web_processes: int = _setting(2, "web server processes")
    web_threads: int = _setting(4, "threads in each web server process")
    trusted_proxies: int = _setting(0, "how many proxies in front may set X-Forwarded-* headers")
    secret_key: str = _setting("", "signs cookies and forms; 32 characters or more", secret=True)
    link_key: str = _setting("", "makes the private links; changing it ends all links", secret=True)
    answer_keys: str = _setting(
        "", "Fernet keys for sensitive answers, newest first, with commas", secret=True
    )
    mail_server: str = _setting("127.0.0.1", "SMTP server")
    mail_port: int = _setting(25, "SMTP port")
    mail_security: str = _setting("starttls", "starttls, tls or none (none: loopback only)")
    mail_username: str = _setting("", "SMTP user, empty for none")
    mail_password: str = _setting("", "SMTP password", secret=True)
    mail_from: str = _setting("ppflow@localhost", "sender of every email; a mailbox people read")
    mail_trial: str = _setting("", "trial mode: only these addresses or @domains are mailed")
    mailbox_dir: str = _setting("", "folder of the demo mailbox; never in production")
    mail_at_once: int = _setting(4, "emails sent at the same time by one worker")
    mail_connect_seconds: float = _setting(30.0, "longest wait for the mail server to answer")
    mail_attempt_seconds: float = _setting(120.0, "longest time for sending one email, in all")
    session_idle_minutes: int = _setting(30, "staff are signed out after this long without a click")
    session_hours: int = _setting(12, "staff are signed out after this long in any case")
    registrations_an_hour: int = _setting(
        60, "registrations from one network address in an hour before more are set aside to judge"
    )
    sign_ins_an_hour: int = _setting(100, "sign-in tries an hour from one network address")
    minimum_fill_seconds: float = _setting(
        3.0, "a form sent faster than this is set aside to judge"
    )
    hold_messages_minutes: int = _setting(2, "messages can be undone for this long")
    hold_decisions_minutes: int = _setting(10, "status emails can be undone for this long")
    retention_not_taken_up_months: int = _setting(
        6, "forms that ended without a place, or without a reply, are erased after this"
    )
    retention_future_months: int = _setting(
        12, "the same, where the person asked to be kept for the future"
    )
    retention_withdrawn_days: int = _setting(30, "withdrawn forms are erased after this")
    retention_joined_months: int = _setting(
        12, "forms that led to a place are erased this long after the end"
    )
    retention_spam_days: int = _setting(30, "forms judged to be spam are erased after this")
    retention_drafts_days: int = _setting(30, "forms that were begun and not sent are deleted")
    retention_letters_days: int = _setting(
        7, "text and address of emails are deleted this long after they went or were given up"
    )
    erasure_ledger: str = _setting(
        "", "file that lists what was erased, kept apart from backups; empty: in data_dir"
    )
    clock_offset_seconds: int = _setting(0, "moves the clock in tests; production refuses it")
    log_level: str = _setting("INFO", "DEBUG, INFO, WARNING or ERROR")

    @property
    def is_demonstration(self) -> bool:
        return self.env == "demonstration"

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def database(self) -> str:
        """The SQLAlchemy address; plain `postgresql://` means psycopg 3."""
        url = self.database_url or f"sqlite:///{Path(self.data_dir).resolve() / 'ppflow.sqlite3'}"
        for old in ("postgres://", "postgresql://"):
            if url.startswith(old):
                return "postgresql+psycopg://" + url.removeprefix(old)
        return url

    @property
    def ledger(self) -> Path:
        """The file that lists what was erased, so that no restored backup brings it back."""
        return Path(self.erasure_ledger or Path(self.data_dir) / "erasures.jsonl")

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def load(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read the environment, then `overrides` (same `PPFLOW_…` names). Raises `SettingsError`."""
    source = sources(overrides)
    values: dict[str, Any] = {}
    for spec in fields(Settings):
        name = PREFIX + spec.name.upper()
        if name in source:
            values[spec.name] = _convert(name, source[name], spec.default)
    settings = Settings(**values)
    return _checked(settings)


def sources(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is set, by `PPFLOW_…` name: the file, then the environment, then `overrides`."""
    source: dict[str, Any] = {k: v for k, v in os.environ.items() if k.startswith(PREFIX)}
    if "PORT" in os.environ:
        source.setdefault(PREFIX + "PORT", os.environ["PORT"])
    source.update(overrides or {})
    folder = Path(source.get(PREFIX + "DATA_DIR", Settings.data_dir))
    return {**_kept_in(folder / FILE_NAME), **source}


def _kept_in(path: Path) -> dict[str, str]:
    known = {PREFIX + spec.name.upper() for spec in fields(Settings)} - {PREFIX + "DATA_DIR"}
    found = {}
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for number, line in enumerate(lines, start=1):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not name or name.startswith("#"):
            continue
        if not equals or name not in known:
            raise SettingsError(f"{path}, line {number}: '{name}' is not a setting of ppflow.")
        found[name] = value
    return found


def _convert(name: str, raw: Any, default: Any) -> Any:
    kind = str if default is MISSING else type(default)
    try:
        return kind(raw)
    except ValueError:
        raise SettingsError(f"{name} must be a number, not {raw!r}.") from None


def _checked(settings: Settings) -> Settings:
    if settings.env not in {"production", "demonstration", "test"}:
        raise SettingsError("PPFLOW_ENV must be production, demonstration or test.")
    if settings.mail_security not in {"starttls", "tls", "none"}:
        raise SettingsError("PPFLOW_MAIL_SECURITY must be starttls, tls or none.")
    for spec in fields(settings):
        if spec.name.startswith("retention_") and getattr(settings, spec.name) < 1:
            raise SettingsError(f"{PREFIX}{spec.name.upper()} must be 1 or more.")
    if settings.is_production:
        return _checked_for_production(settings)
    filled = {
        "secret_key": settings.secret_key or DEMO_SECRET,
        "link_key": settings.link_key or DEMO_SECRET,
        "answer_keys": settings.answer_keys or DEMO_ANSWER_KEY,
    }
    return Settings(**{**{f.name: getattr(settings, f.name) for f in fields(settings)}, **filled})


def _checked_for_production(settings: Settings) -> Settings:
    for name in ("secret_key", "link_key", "answer_keys"):
        value = getattr(settings, name)
        if not value:
            raise SettingsError(
                f"{PREFIX}{name.upper()} is not set. Run 'ppflow init' to make keys, "
                "or set PPFLOW_ENV=demonstration to look round."
            )
        if value in {DEMO_SECRET, DEMO_ANSWER_KEY} or len(value) < 32:
            raise SettingsError(
                f"{PREFIX}{name.upper()} is the demonstration secret or too short. "
                "Run 'ppflow init' to make a real one."
            )
    if settings.clock_offset_seconds:
        raise SettingsError("PPFLOW_CLOCK_OFFSET_SECONDS is for tests; production refuses it.")
    return settings


def current() -> Settings:
    """The settings of the running app."""
    settings: Settings = current_app.config["PPFLOW"]
    return settings
