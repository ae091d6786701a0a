"""Signing in and out: Flask-Security with our sessions, our pages and our words."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask
from flask_login import user_logged_in, user_logged_out
from flask_security import Security, SQLAlchemyUserDatastore
from sqlalchemy import select

from ppflow import access, sessions
from ppflow.db import db
from ppflow.people.models import Person, RoleName
from ppflow.people.queries import standing_of
from ppflow.projects.queries import projects_of


def _load_person(uniquifier: str) -> Person | None:
    """The signed-in person, if their session row still counts and they are still here."""
    return db.session.scalars(
        select(Person).where(
            Person.fs_uniquifier == uniquifier, Person.active, Person.id == sessions.is_live()
        )
    ).one_or_none()


def _signed_in(_app: Flask, user: Person, **_more: Any) -> None:
    sessions.begin(user.id)


def _signed_out(_app: Flask, **_more: Any) -> None:
    sessions.end()


def init_app(app: Flask) -> None:
    """Set up sign-in at /sign-in and sign-out (POST only) at /sign-out."""
    settings = app.config["PPFLOW"]
    app.config.update(
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGIN_VIEW="/home",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_LOGIN_USER_TEMPLATE="people/sign-in.html",
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the name of a scheme
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_PASSWORD_LENGTH_MIN=12,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_FLASH_MESSAGES=False,
    )
    security = Security(app, SQLAlchemyUserDatastore(db, Person, RoleName), register_blueprint=True)
    security.login_manager.user_loader(_load_person)
    access.init_app(app, lambda person: standing_of(person, projects_of(person.id)))
    user_logged_in.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)
    for endpoint in list(app.view_functions):
        if endpoint == "static" or endpoint.startswith("security."):
            access.open_to_all(app, endpoint)


def new_uniquifier() -> str:
    """A fresh identity for sessions and tokens of one person."""
    return secrets.token_hex(32)
