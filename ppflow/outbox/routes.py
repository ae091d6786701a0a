"""Pages of outbox."""

from __future__ import annotations

from flask import Blueprint, Flask

from ppflow.outbox import connection

pages = Blueprint("outbox", __name__)


def init_app(app: Flask) -> None:
    """Add these pages."""
    connection.init_app(app)
    app.register_blueprint(pages)
