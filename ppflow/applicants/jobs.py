"""Forms that nobody finished go when their time is over."""

from __future__ import annotations

from sqlalchemy import delete

from ppflow import clock
from ppflow.applicants.models import Draft
from ppflow.db import db
from ppflow.outbox.periodic import Period, every


@every("old-drafts", Period.HOUR)
def delete_old_drafts() -> None:
    """Drafts past their 30 days, and the empty rows of forms sent long ago."""
    db.session.execute(delete(Draft).where(Draft.expires_at < clock.now()))
