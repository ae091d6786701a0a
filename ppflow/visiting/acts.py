"""Opening the status page: the link becomes a short-lived cookie, and confirms the address.

The cookie is signed and names the link and its generation: a new link, or 30 minutes without a
click, ends it. What is typed too late is kept, encrypted, and shown when the link is opened again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import Response, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, select

from ppflow import clock, config, events, keys
from ppflow.applicants import acts as links
from ppflow.applicants.models import Draft, StatusLink
from ppflow.db import db
from ppflow.expressions import calendar, mail
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.queries import coordinators_of

IDLE: Final = timedelta(minutes=30)  # design.md 7
COOKIE_LASTS: Final = timedelta(days=1)  # so that what is typed too late finds its form
KEPT_TEXT: Final = "status-text"
CHANGED: Final = "staff-they-changed"
TOGETHER: Final = timedelta(minutes=10)  # changes within this are told in one email


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(config.current().secret_key, salt="status page")


def _cookie() -> str:
    return "__Host-status" if config.current().is_https else "status"


def _cookie_data() -> dict[str, Any]:
    try:
        data: dict[str, Any] = _serializer().loads(request.cookies.get(_cookie(), ""))
    except BadSignature:
        return {}
    return data


def link_of_cookie() -> tuple[StatusLink | None, bool]:
    """The link this browser opened, if it still stands, and whether the visit is still fresh."""
    data = _cookie_data()
    link = db.session.get(StatusLink, data["link"]) if data else None
    if link is None or link.generation != data["generation"] or link.token_hash is None:
        return None, False
    return link, clock.now().timestamp() - data["seen"] < IDLE.total_seconds()


def remember(response: Response, link: StatusLink) -> Response:
    """Give (or renew) the cookie of this visit."""
    data = {
        "link": link.id,
        "generation": link.generation,
        "seen": int(clock.now().timestamp()),
    }
    response.set_cookie(
        _cookie(),
        _serializer().dumps(data),
        max_age=COOKIE_LASTS,
        httponly=True,
        secure=config.current().is_https,
        samesite="Lax",
        path="/",
    )
    return response


def forget(response: Response) -> Response:
    """Close the page on this device."""
    response.delete_cookie(_cookie(), secure=config.current().is_https, path="/")
    return response


def open_link(link: StatusLink) -> Expression:
    """Note that the link was opened; the first time it confirms the address."""
    expression = db.session.get_one(Expression, link.expression_id)
    link.opened_at = clock.now()
    link.expires_at = clock.now() + links.LINK_LASTS
    if expression.confirmed_at is None and expression.applicant.email:
        expression.confirmed_at = clock.now()
        events.record("confirm", expression, events.APPLICANT)
    return expression


def send_new_link(expression: Expression) -> None:
    """Mail a new link to the address we hold; the old one ends at once."""
    is_hidden = expression.set_aside_at is not None or expression.status is Status.SPAM
    if is_hidden or expression.erased_at is not None or not expression.applicant.email:
        return
    links.replace_link(expression.id)
    rendered = mail.for_applicant("status-new-link", expression)
    mail.to_applicant("status-new-link", expression, rendered)
    events.record("new_link", expression, events.APPLICANT)


def by_old_token(token: str) -> Expression | None:
    """The form of a link that has ended, so that nobody must type an address."""
    link = db.session.scalars(
        select(StatusLink).where(StatusLink.token_hash == keys.token_hash(token))
    ).one_or_none()
    return db.session.get(Expression, link.expression_id) if link else None


def by_reference(reference: str, email: str) -> Expression | None:
    """The form with this reference, if that is its address."""
    found = db.session.scalars(
        select(Expression).where(Expression.reference == reference.strip().upper())
    ).one_or_none()
    if found is None or found.applicant.email != email.strip().lower():
        return None
    return found


def keep_text(link: StatusLink, text: str) -> None:
    """Keep what was typed after the visit had ended, for 30 days, encrypted."""
    take_text(link)
    db.session.add(
        Draft(
            key_hash=keys.token_hash(keys.new_token()),  # no browser holds its key
            submission_key=f"{KEPT_TEXT}|{link.id}",
            kind=KEPT_TEXT,
            sealed=keys.seal({"text": text}),
            expires_at=clock.now() + links.LINK_LASTS,
        )
    )


def kept_text(link: StatusLink) -> str:
    """What was typed too late and kept, or nothing."""
    draft = db.session.scalars(
        select(Draft).where(Draft.submission_key == f"{KEPT_TEXT}|{link.id}")
    ).one_or_none()
    return str(keys.unseal(draft.sealed).get("text", "")) if draft else ""


def take_text(link: StatusLink) -> None:
    """The kept text has been sent, or a newer one takes its place."""
    db.session.execute(delete(Draft).where(Draft.submission_key == f"{KEPT_TEXT}|{link.id}"))


def tell_assignee(name: str, expression: Expression) -> list[Letter]:
    """Tell whoever answers that the person wrote or withdrew; link only, never the words."""
    if expression.assignee is not None and expression.assignee.active:
        off = calendar.if_off(expression)
        return mail.tell_staff(name, expression, [expression.assignee], off)
    told = db.session.scalars(coordinators_of(expression.programme_id)).all()
    return mail.tell_staff(name, expression, told)


def tell_of_change(expression: Expression) -> None:
    """Tell whoever answers that something was changed: once for changes that come together."""
    waiting = select(Letter.id).where(
        Letter.expression_id == expression.id,
        Letter.name == CHANGED,
        Letter.state == LetterState.QUEUED,
        Letter.due_at > clock.now(),
    )
    if db.session.scalars(waiting.limit(1)).first() is None:
        for letter in tell_assignee(CHANGED, expression):
            letter.due_at = clock.now() + TOGETHER
