"""What has happened to an expression since somebody opened its page or began to write."""

from __future__ import annotations

from sqlalchemy import select

from ppflow.db import db
from ppflow.events import Event
from ppflow.expressions import timeline
from ppflow.expressions.models import Expression
from ppflow.expressions.timeline import Item


def last_event_id(expression: Expression) -> int:
    """The newest event: what came after it is news to whoever has the page open."""
    newest = select(Event.id).where(Event.subject == expression.event_subject)
    return db.session.scalar(newest.order_by(Event.id.desc()).limit(1)) or 0


def news(expression: Expression, event_id: int, viewer_id: int) -> list[Item]:
    """All that came after an event, oldest first: what was done, said, noted and sent."""
    at = db.session.scalar(select(Event.at).where(Event.id == event_id))
    found = timeline.of(expression, viewer_id) if at is not None else []
    return [item for item in reversed(found) if at is not None and item.at > at]


def others_acted(expression: Expression, event_id: int, viewer_id: int) -> bool:
    """Has anybody else done something since an event?"""
    theirs = select(Event.id).where(
        Event.subject == expression.event_subject,
        Event.id > event_id,
        Event.actor_id.is_distinct_from(viewer_id),
    )
    return db.session.scalars(theirs.limit(1)).first() is not None


def verbs(expression: Expression, event_id: int) -> list[tuple[str, int | None]]:
    """(verb, id of the member of staff) of every event after one, oldest first."""
    chosen = select(Event.verb, Event.actor_id).where(
        Event.subject == expression.event_subject, Event.id > event_id
    )
    return [(verb, actor) for verb, actor in db.session.execute(chosen.order_by(Event.id))]
