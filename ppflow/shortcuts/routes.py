"""`/settings/shortcuts`: the keys that staff pages listen to, and turning them off for oneself.

Single keys must be switchable (WCAG 2.1.4): voice control and shaky hands set them off. The page is
also what the `?` key shows in a dialog (`static/js/shortcuts.js` holds the keys themselves).
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, web
from ppflow.db import db
from ppflow.people import acts
from ppflow.people.models import Person

pages = Blueprint("shortcuts", __name__, url_prefix="/settings/shortcuts")

KEYS: Final = {
    "In a list": (
        ("j", "Go to the next person"),
        ("k", "Go to the person before"),
        ("o", "Open the person you are at"),
    ),
    "On the page of a form": (
        ("j", "Open the next person in the list you came from"),
        ("k", "Open the person before"),
        ("a", "Go to the acts"),
        ("m", "Write a message"),
        ("n", "Write a note"),
    ),
    "Everywhere": (("?", "Show these keys"),),
}


@pages.get("")
@access.staff()
def shortcuts() -> Response:
    """The keys, and whether this person uses them."""
    is_on = access.standing().has_shortcuts
    fragments = {"shortcut-keys": "keys"}
    return web.personal(
        web.page("shortcuts/shortcuts.html", fragments=fragments, keys=KEYS, is_on=is_on)
    )


@pages.post("")
@access.staff()
def choose() -> Response:
    """Turn them off or on, for this person on every machine."""
    chosen = request.form.get("use")
    if chosen not in {"yes", "no"}:
        abort(400)
    person = db.session.get_one(Person, access.standing().person_id)
    acts.use_shortcuts(person, chosen == "yes", by=person.actor)
    db.session.commit()
    web.say("Keyboard shortcuts are on." if chosen == "yes" else "Keyboard shortcuts are off.")
    return web.see_other("/settings/shortcuts")


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
