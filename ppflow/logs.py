"""Logs without personal data."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Set up logging."""
