"""Signing in and out: Flask-Security with our sessions, our pages and our words.

Only sign-in and sign-out of its pages exist; tokens and JSON sign-in are off, so that our session
rows alone decide who is signed in. Passwords are checked in a read-only transaction: hashing takes
a sixth of a second and must never hold the write lock.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from flask import Flask, Request, Response, g, make_response, request, session
from flask_login import user_logged_in, user_logged_out
from flask_security import LoginForm, Security, SQLAlchemyUserDatastore
from flask_security import views as library
from sqlalchemy import and_, bindparam, select

from ppflow import access, config, keys, limits, logs, sessions, web
from ppflow.access import Standing
from ppflow.db import db, end_writing, read_only
from ppflow.forms import Email, Needed
from ppflow.people.models import Grant, Person, RoleName
from ppflow.people.queries import standing_from
from ppflow.projects.models import Member

WRONG = "That email address and password do not go together. Check both and try again."
TRIES = "10 per 5 minutes"  # Cyber Essentials: at most 10 guesses in 5 minutes for one account
OWN_PATH = re.compile(r"/(?![/\\])[\w\-./~%?&=+:,@]*")


class SignInForm(LoginForm):
    """Email address and password. A wrong pair is told of in one way, whoever exists."""

    email = Email("Email address", [Needed("Enter your email address.")])  # type: ignore[assignment]

    def validate(self, **kw: Any) -> bool:  # type: ignore[override]
        if super().validate(**kw):
            return True
        if self.email.data and self.password.data:
            self.email.errors, self.password.errors = [WRONG], []
        elif not self.password.data:
            self.password.errors = ["Enter your password."]
        return False

    def validate_next(self, field: Any) -> None:
        """Anything but a page of ours is forgotten, not complained of."""
        field.data = own_path(field.data or "")

    def error_list(self) -> list[tuple[str, str]]:
        """(id to jump to, message) for the error summary, in page order."""
        return [(f.id, str(f.errors[0])) for f in (self.email, self.password) if f.errors]


def own_path(address: str) -> str:
    """The address if it is a plain path of this site, else the first page of staff."""
    return address if OWN_PATH.fullmatch(address) else "/home"


def _account() -> str:
    return keys.fingerprint(request.form.get("email", "").strip().lower(), "account")


def _an_hour() -> str:
    return f"{config.current().sign_ins_an_hour} per hour"


def _is_refused(response: Response) -> bool:
    return response.status_code != 303


@access.public
@limits.limiter.limit(_an_hour, methods=["POST"], deduct_when=_is_refused)
@limits.limiter.limit(TRIES, key_func=_account, methods=["POST"], deduct_when=_is_refused)
def sign_in() -> Response:
    """Flask-Security's sign-in: 422 with what to do, or 303 to where the person was going."""
    answer = make_response(library.login())
    if answer.status_code == 302:
        db.session.commit()
        return web.see_other(own_path(request.values.get("next", "")))
    if request.method == "POST":
        logs.log.warning("sign-in refused", id=g.get("request_id"))
        answer.status_code = 422
    return web.personal(answer)


@access.public
def sign_out() -> Response:
    """End the session here and in the database."""
    library.logout()
    db.session.commit()
    return web.see_other("/")


def _read_first() -> None:
    if request.endpoint == "security.login":
        read_only(True)


def _load_person(uniquifier: str) -> Person | None:
    """The signed-in person for the library's own pages: signing in and out."""
    return db.session.scalars(_PERSON, _named(uniquifier)).one_or_none()


def _present() -> Standing | None:
    """The standing of whoever is signed in: their session's row still counts, they are still here.

    Every page of staff begins with it: one statement of columns, no entity.
    """
    if "_user_id" not in session:
        return None
    rows = db.session.connection().execute(_STANDING, _named(session["_user_id"])).all()
    if not rows:
        return None
    grants = [(row.role, row.programme_id) for row in rows if row.role]
    return standing_from(rows[0], grants, [row.project_id for row in rows if row.project_id])


def _named(uniquifier: str) -> dict[str, Any]:
    return {"uniquifier": uniquifier, **sessions.present()}


_IS_PRESENT: Final = (
    Person.fs_uniquifier == bindparam("uniquifier"),
    Person.active,
    Person.id == sessions.OWNER.scalar_subquery(),
)
_PERSON: Final = select(Person).where(*_IS_PRESENT)
_STANDING: Final = (  # a row for each grant with each project: few of either
    select(
        Person.id, Person.name, Person.has_shortcuts,
        RoleName.name.label("role"), Grant.programme_id, Member.project_id,
    )
    .outerjoin(Grant, Grant.person_id == Person.id)
    .outerjoin(RoleName, RoleName.id == Grant.role_id)
    .outerjoin(Member, and_(Member.person_id == Person.id, Member.until_on.is_(None)))
    .where(*_IS_PRESENT)
)  # fmt: skip


def _signed_in(_app: Flask, user: Person, **_more: Any) -> None:
    hashed = user.password  # hashed anew when the method of hashing has changed
    end_writing()
    read_only(False)
    user.password = hashed
    session.pop("csrf_token", None)  # a token given before the sign-in ends with it
    g.pop("csrf_token", None)
    sessions.begin(user.id)
    logs.log.info("signed in", id=g.get("request_id"), staff=user.id)


def _signed_out(_app: Flask, **_more: Any) -> None:
    sessions.end()


def _never_json(_request: Request) -> bool:
    return False


def _settings(settings: config.Settings) -> dict[str, Any]:
    return {
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_POST_LOGIN_VIEW": "/home",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_LOGIN_USER_TEMPLATE": "people/sign-in.html",
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SALT": settings.secret_key,
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        "SECURITY_FLASH_MESSAGES": False,
        "SECURITY_CACHE_CONTROL": None,  # `web.personal` says it
        "SECURITY_FRESHNESS": timedelta(minutes=-1),  # no page to sign in again by password alone
        "SECURITY_STATIC_FOLDER": None,  # its own files are not served
    }


def _give_templates_no_person(app: Flask) -> None:
    """Flask-Login would load the person for each page drawn; `web` gives templates a standing."""
    given = app.template_context_processors[None]
    given[:] = [each for each in given if not each.__module__.startswith("flask_login")]


def init_app(app: Flask) -> None:
    """Set up sign-in at /sign-in and sign-out (POST only) at /sign-out."""
    app.config.update(_settings(app.config["PPFLOW"]))
    app.before_request(_read_first)
    people = SQLAlchemyUserDatastore(db, Person, RoleName)
    security = Security(app, people, login_form=SignInForm)
    security.principal.identity_loaders.clear()  # its permissions: ours are in `access`
    security.want_json(_never_json)
    security.login_manager.request_loader(lambda _request: None)
    security.login_manager.user_loader(_load_person)
    app.view_functions.update({"security.login": sign_in, "security.logout": sign_out})
    _give_templates_no_person(app)
    access.open_to_all(app, "static")
    access.init_app(app, _present)
    user_logged_in.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)
