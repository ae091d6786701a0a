"""Rates: how often one network address may sign in or send."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Nothing is limited yet."""
