"""ppflow: nobody who offers their time to health research meets silence.

`create_app` puts the house together: the floor first, then each room's pages. Read next:
`expressions/workflow.py` (the life of an expression) and `expressions/acts.py` (its one door).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from ppflow.site import Site

TOP = Path(__file__).resolve().parent.parent
TABLES = (
    "people",
    "programmes",
    "projects",
    "opportunities",
    "applicants",
    "answers",
    "outbox",
    "expressions",
    "routing",
    "erasing",
    "handling",
    "monitoring",
    "replies",
    "deciding",
    "saved",
    "digests",
    "bulk",
    "tagging",
)
# imported so that the worker knows their work
JOBS = ("applicants", "expressions", "routing", "talks", "erasing", "deciding", "digests", "bulk")
ROOMS = (
    "programmes",
    "projects",
    "opportunities",
    "help",
    "people",
    "registering",
    "sending",
    "monitoring",
    "entering",
    "visiting",
    "choosing",
    "status",
    "correcting",
    "rights",
    "erasing",
    "home",
    "triage",
    "saved",
    "deciding",
    "bulk",
    "exporting",
    "replies",
    "talks",
    "places",
    "releasing",
    "tagging",
    "mailing",
    "settings",
    "ruling",
    "teams",
    "digests",
    "shortcuts",
    "editing",
    "mailbox",
)


def create_app(overrides: Mapping[str, Any] | None = None) -> Site:
    """The WSGI app. `overrides` are `PPFLOW_…` settings that win over the environment.

    Raises `SettingsError` when a production start lacks its secrets.
    """
    # Imported here, because `ppflow --help` and the demo mailbox need none of it.
    from ppflow import access, config, db, faults, health, limits, logs, sessions, site, web

    settings = config.load(overrides)
    templates, static = str(TOP / "templates"), str(TOP / "static")
    app = site.Site("ppflow", template_folder=templates, static_folder=static)
    app.config["PPFLOW"] = settings
    app.config["SECRET_KEY"] = settings.secret_key
    logs.init_app(app)
    db.init_app(app)
    sessions.init_app(app)
    web.init_app(app)
    limits.init_app(app)
    _add_rooms(app)
    health.init_app(app)
    faults.init_app(app)
    access.refuse_unmarked(app)
    return app


def _add_rooms(app: Flask) -> None:
    for room in TABLES:
        import_module(f"ppflow.{room}.models")
    import_module("ppflow.search")  # its table; `sessions` and `limits` bring theirs
    for room in JOBS:
        import_module(f"ppflow.{room}.jobs")
    for room in ROOMS:
        routes = import_module(f"ppflow.{room}.routes")
        routes.init_app(app)
