"""Pages of programmes."""

from __future__ import annotations

from flask import Blueprint, Flask

from ppflow import web
from ppflow.programmes.queries import first_programme

pages = Blueprint("programmes", __name__)


def init_app(app: Flask) -> None:
    """Add these pages, and say which programme a page without one of its own belongs to."""
    web.default_programme(app, first_programme)
    app.register_blueprint(pages)
