"""Pages of projects."""

from __future__ import annotations

from flask import Blueprint, Flask

pages = Blueprint("projects", __name__)


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
