"""Acts on private links: make, renew, replace, find."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from ppflow import clock, keys
from ppflow.applicants.models import StatusLink
from ppflow.db import db
from ppflow.statements import change_now, insert_now

LINK_LASTS: Final = timedelta(days=30)  # rolling (design.md 7)


def current_link(expression_id: int) -> StatusLink:
    """The private link of an expression, made when there is none yet."""
    link = db.session.scalars(
        select(StatusLink).where(StatusLink.expression_id == expression_id)
    ).one_or_none()
    if link is None:
        return first_link(expression_id)
    if link.expires_at < clock.now() + LINK_LASTS / 2:
        link.expires_at = clock.now() + LINK_LASTS
    return link


def first_link(expression_id: int) -> StatusLink:
    """The private link of an expression that is new."""
    new = StatusLink(expression_id=expression_id, expires_at=clock.now() + LINK_LASTS)
    link = insert_now(new)
    change_now(link, token_hash=keys.token_hash(keys.link_token(link.id, link.generation)))
    return link


def replace_link(expression_id: int) -> StatusLink:
    """A new private link; the old one stops working at once."""
    link = current_link(expression_id)
    link.generation += 1
    link.token_hash = keys.token_hash(keys.link_token(link.id, link.generation))
    link.expires_at = clock.now() + LINK_LASTS
    link.opened_at = None
    return link


def link_by_token(token: str) -> StatusLink | None:
    """The link this token opens, or None: unknown, replaced or expired."""
    return db.session.scalars(
        select(StatusLink).where(
            StatusLink.token_hash == keys.token_hash(token), StatusLink.expires_at > clock.now()
        )
    ).one_or_none()
