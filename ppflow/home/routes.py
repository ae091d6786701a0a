"""`/home`: what to do at nine o'clock. Work first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response

from ppflow import access, clock, web
from ppflow.access import Role
from ppflow.handling.queries import mentions_for
from ppflow.home import queries
from ppflow.home.charts import charts

pages = Blueprint("home", __name__)


@pages.get("/home")
@access.staff()
def home() -> Response:
    """What waits for me, oldest first."""
    standing = access.standing()
    answers = standing.has(Role.FACILITATOR, Role.COORDINATOR)
    context: dict[str, Any] = {"answers": answers, "today": clock.today()}
    if answers:
        context |= {
            "day": queries.day(standing),
            "tasks": queries.first_things(standing),
            "calls": queries.calls(standing),
            "mentions": mentions_for(standing),
            "charts": charts(standing),
        }
    return web.personal(web.page("home/home.html", **context))


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
