"""The calendar file of a conversation, for the person and for whoever answers them.

No health words: neither holds a title, and the one for staff holds no personal detail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ppflow import clock, config, letters
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.ics import Meeting, calendar_of
from ppflow.outbox.models import Letter

LASTS: Final = timedelta(minutes=30)  # a short talk; the diary wants an end


@dataclass(frozen=True)
class Fixed:
    """A time as somebody may see it: the person sees no change that can still be undone."""

    at: datetime | None
    how: str | None
    sequence: int | None
    is_cancelled: bool = False


def fixed(expression: Expression) -> Fixed:
    """The time as it stands."""
    return Fixed(
        expression.talk_at,
        expression.talk_how,
        expression.talk_sequence,
        is_cancelled=expression.status is not Status.CONVERSATION,
    )


def for_applicant(expression: Expression, seen: Fixed | None = None) -> str | None:
    """What the person puts into their diary; None when no time was ever fixed."""
    seen = seen or fixed(expression)
    phone = expression.programme.contact_phone
    if expression.opportunity is not None:
        phone = expression.opportunity.contact_phone or phone
    ring = f" If you need another time, ring {phone}." if phone else ""
    return _file(
        expression,
        seen,
        summary=f"Our talk about your form {expression.reference}",
        description=f"A friendly talk, and not a test.{ring} Say your reference: "
        f"{expression.reference}.",
        location=seen.how or "",
        path="/status",
    )


def for_staff(expression: Expression) -> str | None:
    """What whoever answers puts into theirs: the reference and the way, no name and no place."""
    return _file(
        expression,
        fixed(expression),
        summary=f"Conversation, {expression.reference}",
        description="Sign in to see who it is and what they need.",
        location=way_of(expression.talk_how),
        path=f"/expressions/{expression.reference}",
    )


def if_off(expression: Expression) -> str | None:
    """The file that takes a talk out of the diary of whoever answers; None while it holds."""
    is_off = _is_ahead(expression) and expression.status is not Status.CONVERSATION
    return for_staff(expression) if is_off else None


def must_follow(expression: Expression, replaced: Iterable[Letter]) -> bool:
    """Does a file go with a letter because those that it replaced held one?"""
    return _is_ahead(expression) and any(letter.calendar for letter in replaced)


def _is_ahead(expression: Expression) -> bool:
    return expression.talk_at is not None and expression.talk_at > clock.now()


def way_of(how: str | None) -> str:
    """By phone, by video, in person: what stands before the place, number or link."""
    return (how or "").partition(":")[0]


def _file(
    expression: Expression,
    seen: Fixed,
    *,
    summary: str,
    description: str,
    location: str,
    path: str,
) -> str | None:
    if seen.at is None:
        return None
    programme = expression.programme
    address = programme.contact_email or config.current().mail_from
    meeting = Meeting(
        uid=letters.thread_id(f"talk-{expression.reference}").strip("<>"),
        sequence=seen.sequence or 0,
        changed_at=expression.talk_set_at or clock.now(),
        starts_at=seen.at,
        lasts=LASTS,
        summary=summary,
        description=description,
        location=location,
        url=f"{config.current().base_url}{path}",
        organiser=(programme.contact_label or programme.name, address),
        is_cancelled=seen.is_cancelled,
    )
    return calendar_of(meeting)
