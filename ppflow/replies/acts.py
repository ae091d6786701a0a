"""Writing ready-made replies down, and filling one in for a form. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ppflow import clock, events, web
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete
from ppflow.expressions.effects import next_promise
from ppflow.expressions.mail import contact_phone
from ppflow.expressions.models import Expression
from ppflow.replies.models import CannedReply
from ppflow.replies.queries import offered
from ppflow.replies.workflow import fill, unknown_in


def add(values: Mapping[str, Any], *, by: Standing) -> CannedReply:
    """A new reply from its columns. Raises `NotComplete` for braces that nothing fills."""
    _check(values, by)
    reply = CannedReply(**values, changed_by_id=by.person_id)
    db.session.add(reply)
    db.session.flush()
    events.record("add_reply", reply, by.actor)
    return reply


def change(
    reply: CannedReply, values: Mapping[str, Any], *, by: Standing, expected_version: int
) -> None:
    """Other words, another kind, or no longer offered. Raises `Conflict` as `perform` does."""
    db.session.refresh(reply, with_for_update=True)
    if reply.version != expected_version:
        raise Conflict("Somebody else changed this reply first.")
    _check(values, by)
    changed = events.changed_fields(reply, dict(values))
    if changed:
        reply.changed_by_id, reply.changed_at = by.person_id, clock.now()
        reply.version += 1
        events.record("change_reply", reply, by.actor, fields=changed)


def _check(values: Mapping[str, Any], by: Standing) -> None:
    if not by.coordinates(values["programme_id"]):
        raise NotAllowed("You may not write replies for this programme.")
    unknown = unknown_in(values["body"])
    if unknown:
        words = "is not a word that we can fill in. Choose one of the list below."
        raise NotComplete("body", f"“{unknown[0]}” {words}")


def filled(number: str, expression: Expression, by: Standing) -> str:
    """The words of a chosen reply for this form; empty for none that is offered here."""
    if not number.isdecimal() or len(number) > 9:
        return ""
    chosen = offered(expression).where(CannedReply.id == int(number))
    reply = db.session.scalars(chosen).one_or_none()
    return fill(reply.body, values_for(expression, by)) if reply else ""


def values_for(expression: Expression, by: Standing) -> dict[str, str]:
    """What each placeholder stands for in a message about this form.

    The day is the one that the email around it names: promised anew, never one that has passed.
    """
    promise = next_promise("message", expression, {})
    return {
        "title": expression.title,
        "reference": expression.reference,
        "reply_by": web.day(promise) if promise else "the day we agree",
        "phone": contact_phone(expression),
        "sender": by.name,
    }
