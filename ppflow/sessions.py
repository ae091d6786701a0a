"""Sessions: a signed cookie names a session, a row decides whether a sign-in still counts.

The cookie is signed, never trusted alone for staff: the row (hashed id, person, created, ended)
makes sign-out, a role change or a deactivation end a session at once. 30 minutes idle (carried
in the cookie, so that reading pages writes nothing; to the minute), 12 hours at most.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from flask import Flask, Request, Response, session
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import ForeignKey, bindparam, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock, config, keys
from ppflow.db import Base, db

SEEN_ANEW_SECONDS: Final = 60  # a page soon after another needs no new cookie
SIGN_IN_KEYS = ("_user_id", "_fresh", "_id", "sid", "seen", "identity.id", "fs_cc", "fs_paa")


class StaffSession(Base):
    """One sign-in of one person. Ended rows stay for the security log's clock."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    id_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


def begin(person_id: int) -> None:
    """Start a session for a person who has just signed in, with a new id."""
    token = keys.new_token()
    session["sid"] = token
    session["seen"] = int(clock.now().timestamp())
    db.session.add(StaffSession(id_hash=keys.token_hash(token), person_id=person_id))


def end() -> None:
    """End the present session's row (sign-out)."""
    token = session.pop("sid", "")
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.id_hash == keys.token_hash(token), StaffSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def end_all(person_id: int) -> None:
    """End every session of a person: their roles changed, or they left."""
    db.session.execute(
        update(StaffSession)
        .where(StaffSession.person_id == person_id, StaffSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


# Whose session a cookie names, while it is neither ended nor too old: of the values of `present`.
OWNER: Final = select(StaffSession.person_id).where(
    StaffSession.id_hash == bindparam("id_hash"),
    StaffSession.ended_at.is_(None),
    StaffSession.created_at > bindparam("oldest", type_=StaffSession.created_at.type),
)


def present() -> dict[str, Any]:
    """What `OWNER` asks of the present cookie."""
    oldest = clock.now() - timedelta(hours=config.current().session_hours)
    return {"id_hash": keys.token_hash(session.get("sid", "")), "oldest": oldest}


class SignedSessions(SessionInterface):
    """Flask's session, signed, with our idle rule for staff."""

    def __init__(self, app: Flask) -> None:
        settings = app.config["PPFLOW"]
        self.idle = timedelta(minutes=settings.session_idle_minutes)
        self.is_secure = settings.is_https
        self.cookie = "__Host-ppflow" if settings.is_https else "ppflow"
        self.serializer = URLSafeSerializer(settings.secret_key, salt="ppflow session")

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        cookie = request.cookies.get(self.cookie)
        if not cookie:
            return SecureCookieSession()
        try:
            data = self.serializer.loads(cookie)
        except BadSignature:
            return SecureCookieSession()
        if "seen" in data:
            last_seen = data["seen"]
            if clock.now().timestamp() - last_seen > self.idle.total_seconds():
                for key in SIGN_IN_KEYS:
                    data.pop(key, None)
        return SecureCookieSession(data)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not session:
            if session.modified:
                response.delete_cookie(self.cookie, secure=self.is_secure, path="/")
            return
        if "sid" in session:
            now = int(clock.now().timestamp())
            if now - session.get("seen", 0) >= SEEN_ANEW_SECONDS:
                session["seen"] = now
        if session.modified:
            response.set_cookie(
                self.cookie,
                self.serializer.dumps(dict(session)),
                httponly=True,
                secure=self.is_secure,
                samesite="Lax",
                path="/",
            )
            response.headers.add("Vary", "Cookie")


def init_app(app: Flask) -> None:
    """Use these sessions."""
    app.session_interface = SignedSessions(app)
