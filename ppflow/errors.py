"""Errors that a person can act on. Their text is shown as it stands, so it says what to do."""

from __future__ import annotations

from typing import Any


class PpflowError(Exception):
    """Base of all errors whose message is written for the person who sees it."""


class SettingsError(PpflowError):
    """A setting is missing or wrong; the start is refused."""


class NotAllowed(PpflowError):
    """This person may not do this here. Shown as 403."""


class NotNow(PpflowError):
    """The act is not open in the present state. Shown as 409, with the page and the typed text."""


class Conflict(PpflowError):
    """Somebody else changed the thing first. Shown as 409, with who did what and the typed text.

    `expression` is the present row; `since_version` is the version the loser had read.
    """

    def __init__(self, message: str, *, expression: Any = None, since_version: int = 0) -> None:
        super().__init__(message)
        self.expression = expression
        self.since_version = since_version


class NotComplete(PpflowError):
    """Something the act needs is missing. `field` names it; shown as 422 beside the field."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
