"""The kind general."""

from __future__ import annotations

from ppflow.kinds.form import Kind

GENERAL = Kind(
    key="general",
    label="general",
    short_label="general",
    public_label="general",
    start_title="general",
    minutes="About 10 minutes",
    promise_days=5,
    pages=(),
)
