"""What people see when something is wrong: a page that says what to do."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Add an error page for each status."""
