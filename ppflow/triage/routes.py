"""Pages of triage."""

from __future__ import annotations

from flask import Blueprint, Flask

pages = Blueprint("triage", __name__)


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
