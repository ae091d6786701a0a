"""The kind research_need."""

from __future__ import annotations

from ppflow.kinds.form import Kind

RESEARCH_NEED = Kind(
    key="research_need",
    label="research_need",
    short_label="research_need",
    public_label="research_need",
    start_title="research_need",
    minutes="About 10 minutes",
    promise_days=5,
    pages=(),
)
