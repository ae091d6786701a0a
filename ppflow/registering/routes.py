"""Pages of registering."""

from __future__ import annotations

from flask import Blueprint, Flask

pages = Blueprint("registering", __name__)


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
