"""Who may do what: roles, the marks on routes, and the standing of the signed-in person.

Deny by default: a route without a mark is refused at start. Authorise by fetching: things have
`visible_to(standing)`, the only door to them, so that somebody else's is 404.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, request, session, url_for
from sqlalchemy import ColumnElement, true
from werkzeug.wrappers import Response

from ppflow import events

View = TypeVar("View", bound=Callable[..., Any])
MARK = "ppflow_access"


class Role(StrEnum):
    """What a person is here. Facilitator comes from being a project's member, never by grant."""

    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    BOARD = "board"
    FACILITATOR = "facilitator"


ROLE_SENTENCES = {
    Role.COORDINATOR: "Sees all expressions of their programmes, routes them, and publishes.",
    Role.ADMINISTRATOR: "Looks after people, roles and settings. Sees no applicant's details.",
    Role.BOARD: "Sees progress and counts, and never an applicant's details.",
    Role.FACILITATOR: "Answers the expressions of their own projects, or covers as deputy.",
}


@dataclass(frozen=True)
class Standing:
    """What one signed-in person is, loaded once a request.

    `programmes` are those they coordinate (ids); `all_programmes` says it is every one.
    `projects` are those they facilitate or cover as deputy (ids).
    """

    person_id: int
    name: str
    roles: frozenset[Role] = frozenset()
    all_programmes: bool = False
    programmes: frozenset[int] = field(default_factory=frozenset)
    projects: frozenset[int] = field(default_factory=frozenset)
    has_shortcuts: bool = True  # single keys do things on their pages

    @property
    def actor(self) -> events.Actor:
        return events.staff(self.person_id)

    def has(self, *roles: Role) -> bool:
        return bool(self.roles.intersection(roles))

    def coordinates(self, programme_id: int) -> bool:
        """Is this person a coordinator of that programme?"""
        return self.all_programmes or programme_id in self.programmes

    def is_of_theirs(self, programme_id: Any) -> ColumnElement[bool]:
        """SQL condition on a column: the id of a programme that this person coordinates."""
        if self.all_programmes:
            return true()
        found: ColumnElement[bool] = programme_id.in_(sorted(self.programmes))
        return found


LoadStanding = Callable[[], Standing | None]


@dataclass(frozen=True)
class Mark:
    """A route's guard: public, or staff with one of `roles` (none named: any staff)."""

    is_public: bool
    roles: frozenset[Role] = frozenset()

    @property
    def words(self) -> str:
        """As the reviewed route table says it."""
        if self.is_public:
            return "public"
        return " ".join(sorted(self.roles)) if self.roles else "staff"


def public(view: View) -> View:
    """Anyone may ask for this page; what they see is decided by what is published."""
    setattr(view, MARK, Mark(is_public=True))
    return view


def staff(*roles: Role) -> Callable[[View], View]:
    """Only signed-in people with one of these roles; without roles, any of them."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            found = standing_or_none()
            if found is None:
                return to_sign_in()
            if roles and not found.has(*roles):
                abort(403)
            return view(*args, **kwargs)

        setattr(guarded, MARK, Mark(is_public=False, roles=frozenset(roles)))
        return guarded  # type: ignore[return-value]

    return mark


def to_sign_in() -> Response:
    """To the sign-in page, and back afterwards (only a path of our own is ever followed).

    Whoever posted a form meanwhile gets a page with what they typed, and the way to sign in.
    """
    if request.method not in {"GET", "HEAD"}:
        abort(401)
    is_htmx = "HX-Request" in request.headers
    here = None if is_htmx else request.full_path.rstrip("?")
    name, status = ("HX-Redirect", 204) if is_htmx else ("Location", 303)
    return Response(status=status, headers={name: url_for("security.login", next=here)})


def standing() -> Standing:
    """The signed-in person's standing. Only for routes marked `staff`."""
    found = standing_or_none()
    if found is None:
        abort(401)
    return found


def standing_or_none() -> Standing | None:
    """The signed-in person's standing, or None for the public. One load a request."""
    if "standing" not in g:
        load: LoadStanding = current_app.extensions["ppflow_standing"]
        g.standing = load() if session else None  # no cookie: nobody to look for
    found: Standing | None = g.standing
    return found


def open_to_all(app: Flask, endpoint: str) -> None:
    """Mark a library's route as public (its own pages guard themselves)."""
    view = app.view_functions[endpoint]

    def opened(**kwargs: Any) -> Any:
        return view(**kwargs)

    app.view_functions[endpoint] = public(opened)


def mark_of(app: Flask, endpoint: str) -> Mark | None:
    """The mark on a route's view, or None when somebody forgot it."""
    return getattr(app.view_functions[endpoint], MARK, None)


def init_app(app: Flask, load_standing: LoadStanding) -> None:
    """Keep how the standing of whoever is signed in is loaded, or None for nobody.

    The floor does not know the rooms above it.
    """
    app.extensions["ppflow_standing"] = load_standing


def refuse_unmarked(app: Flask) -> None:
    """Refuse to start with a route that nobody guarded."""
    for rule in app.url_map.iter_rules():
        if mark_of(app, rule.endpoint) is None:
            raise RuntimeError(f"{rule.rule} ({rule.endpoint}) says neither public nor staff")
