"""The pages of editing, one file for each thing."""

from __future__ import annotations

from flask import Flask

from ppflow.editing import opportunities, plans, programmes, projects, publishing


def init_app(app: Flask) -> None:
    """Add these pages."""
    for room in (programmes, projects, plans, opportunities, publishing):
        app.register_blueprint(room.pages)
