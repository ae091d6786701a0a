"""Programmes: the doors to their pages, and what every page of one shows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, select

from ppflow.access import Standing
from ppflow.db import db
from ppflow.programmes.models import Programme

# What the layout, the help bar and the footer of any page need of its programme.
FACE = (
    Programme.id,
    Programme.slug,
    Programme.name,
    Programme.contact_phone,
    Programme.contact_hours,
)


def in_order() -> Select[tuple[int, str, str, str, str]]:
    """The published programmes as `FACE` rows; the first is the home page."""
    return select(*FACE).where(Programme.is_published).order_by(Programme.position, Programme.id)


def first_programme() -> Row[Any] | None:
    """The programme that stands at `/`, as a `FACE` row; None before any is made."""
    return db.session.execute(in_order().limit(1)).first()


def may_edit(standing: Standing | None, programme_id: int) -> bool:
    """Its coordinators edit a programme."""
    return standing is not None and standing.coordinates(programme_id)
