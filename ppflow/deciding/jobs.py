"""Words that staff never sent go when their time is over."""

from __future__ import annotations

from sqlalchemy import delete

from ppflow import clock
from ppflow.db import db
from ppflow.deciding.models import StaffDraft
from ppflow.outbox.periodic import Period, every


@every("old-staff-drafts", Period.HOUR)
def delete_old_drafts() -> None:
    """Drafts past their 30 days."""
    db.session.execute(delete(StaffDraft).where(StaffDraft.expires_at < clock.now()))
