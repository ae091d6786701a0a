"""The kind research_participation."""

from __future__ import annotations

from ppflow.kinds.form import Kind

RESEARCH_PARTICIPATION = Kind(
    key="research_participation",
    label="research_participation",
    short_label="research_participation",
    public_label="research_participation",
    start_title="research_participation",
    minutes="About 10 minutes",
    promise_days=5,
    pages=(),
)
