"""The kind ppie_contributor."""

from __future__ import annotations

from ppflow.kinds.form import Kind

PPIE_CONTRIBUTOR = Kind(
    key="ppie_contributor",
    label="ppie_contributor",
    short_label="ppie_contributor",
    public_label="ppie_contributor",
    start_title="ppie_contributor",
    minutes="About 10 minutes",
    promise_days=5,
    pages=(),
)
