"""`/home`: what to do at nine o'clock. Work first."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Flask, Response

from ppflow import access, clock, web
from ppflow.access import Role, Standing
from ppflow.erasing import clocks
from ppflow.handling.queries import mentions_for
from ppflow.home import queries
from ppflow.home.charts import charts
from ppflow.mailing import queries as mailing
from ppflow.mailing.workflow import BY_KEY

pages = Blueprint("home", __name__)
NEEDS_YOU: Final = BY_KEY["needs-you"]


@pages.get("/home")
@access.staff()
def home() -> Response:
    """What waits for me, oldest first."""
    standing = access.standing()
    answers = standing.has(Role.FACILITATOR, Role.COORDINATOR)
    context: dict[str, Any] = {"answers": answers, "today": clock.today(), **_of_the_site(standing)}
    if answers:
        context |= {
            "day": queries.day(standing),
            "tasks": queries.first_things(standing),
            "calls": queries.calls(standing),
            "mentions": mentions_for(standing),
            "charts": charts(standing),
        }
    return web.personal(web.page("home/home.html", **context))


def _of_the_site(standing: Standing) -> dict[str, Any]:
    """What waits for whoever looks after the whole: a held run, letters that nobody answers for."""
    if not standing.has(Role.ADMINISTRATOR, Role.COORDINATOR):
        return {"held": None, "stuck_letters": 0}
    is_without_forms = not standing.has(Role.COORDINATOR, Role.FACILITATOR)
    stuck = mailing.counts(standing, [NEEDS_YOU])[NEEDS_YOU.key] if is_without_forms else 0
    return {"held": clocks.held_run(), "stuck_letters": stuck}


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
