"""The kind staff_volunteer."""

from __future__ import annotations

from ppflow.kinds.form import Kind

STAFF_VOLUNTEER = Kind(
    key="staff_volunteer",
    label="staff_volunteer",
    short_label="staff_volunteer",
    public_label="staff_volunteer",
    start_title="staff_volunteer",
    minutes="About 10 minutes",
    promise_days=5,
    pages=(),
)
