"""Forms not sent yet: they go when their time is over; only the newest link leads back to one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from ppflow import clock
from ppflow.applicants.models import Draft
from ppflow.db import db
from ppflow.outbox.checks import GO, Claimed, Verdict, ask, cancelled
from ppflow.outbox.periodic import Period, every


@every("old-drafts", Period.HOUR)
def delete_old_drafts() -> None:
    """Drafts past their 30 days, and the empty rows of forms sent long ago."""
    db.session.execute(delete(Draft).where(Draft.expires_at < clock.now()))


@ask
def leads_back_to_a_form(connection: Connection, letter: Claimed) -> Verdict:
    """A mailed link back goes only while it is the newest and the form is not sent."""
    if letter.link_draft_id is None:
        return GO
    row = connection.execute(_WAY_BACK, {"draft": letter.link_draft_id}).one_or_none()
    if row is None or row.sent_at is not None:
        return cancelled("The form was sent or deleted meanwhile.")
    if row.return_generation != letter.link_generation:
        return cancelled("A newer link took its place.")
    return GO


_WAY_BACK: Final = select(Draft.sent_at, Draft.return_generation).where(
    Draft.id == bindparam("draft")
)
