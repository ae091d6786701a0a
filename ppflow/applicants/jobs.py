"""Forms not sent yet: they go when their time is over; only the newest link leads back to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, select

from ppflow import clock
from ppflow.applicants.models import Draft, MailedCheck
from ppflow.db import db
from ppflow.outbox.checks import GO, Claimed, Verdict, Verdicts, ask, cancelled
from ppflow.outbox.periodic import Period, every


@every("old-drafts", Period.HOUR)
def delete_old_drafts() -> None:
    """Drafts past their 30 days, and the empty rows of forms sent long ago."""
    db.session.execute(delete(Draft).where(Draft.expires_at < clock.now()))


@every("old-checks", Period.HOUR)
def delete_old_checks() -> None:
    """Checks past their 10 minutes: one for a new address holds that address."""
    db.session.execute(delete(MailedCheck).where(MailedCheck.expires_at < clock.now()))


@ask
def lead_back_to_a_form(connection: Connection, letters: Sequence[Claimed]) -> Verdicts:
    """A mailed link back goes only while it is the newest and the form is not sent."""
    links = {row.id: row for row in letters if row.link_draft_id is not None}
    if not links:
        return {}
    asked = {"drafts": [row.link_draft_id for row in links.values()]}
    drafts = {row.id: row for row in connection.execute(_WAYS_BACK, asked)}
    return {id_: _may_lead_back(row, drafts.get(row.link_draft_id)) for id_, row in links.items()}


def _may_lead_back(letter: Claimed, draft: Row[*tuple[Any, ...]] | None) -> Verdict:
    if draft is None or draft.sent_at is not None:
        return cancelled("The form was sent or deleted meanwhile.")
    if draft.return_generation != letter.link_generation:
        return cancelled("A newer link took its place.")
    return GO


_WAYS_BACK: Final = select(Draft.id, Draft.sent_at, Draft.return_generation).where(
    Draft.id.in_(bindparam("drafts", expanding=True))
)
