"""`/home`: what to do at nine o'clock. Work first."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from ppflow import access, clock, web
from ppflow.access import Role
from ppflow.home import queries

pages = Blueprint("home", __name__)


@pages.get("/home")
@access.staff()
def home() -> Response:
    """What waits for me, oldest first."""
    standing = access.standing()
    answers = standing.has(Role.FACILITATOR, Role.COORDINATOR)
    tiles, mine = queries.tiles(standing) if answers else ([], 0)
    return web.personal(
        web.page(
            "home/home.html",
            answers=answers,
            is_coordinator=standing.has(Role.COORDINATOR),
            tiles=tiles,
            mine=mine,
            tasks=queries.first_things(standing) if answers else [],
            calls=queries.calls(standing) if answers else [],
            today=clock.today(),
        )
    )


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
