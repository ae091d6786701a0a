"""Kinds of expression, as Python data: pages, fields, promise and words.

From a kind are drawn: the form, the check page, the status page, the staff page, the export and
the privacy page (`Kind.fields()`: `short`, `why`, `seen_by`, `sensitivity` of each). A new kind is
its own file beside these and its letters. `asked.py` fits a kind to one advert; `checking.py`
tidies and checks what was typed.
"""

from __future__ import annotations

from ppflow.kinds.form import Context, Field, Kind, Page, Sensitivity
from ppflow.kinds.general import GENERAL
from ppflow.kinds.ppie_contributor import PPIE_CONTRIBUTOR
from ppflow.kinds.research_need import RESEARCH_NEED
from ppflow.kinds.research_participation import RESEARCH_PARTICIPATION
from ppflow.kinds.staff_volunteer import STAFF_VOLUNTEER

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        STAFF_VOLUNTEER,
        PPIE_CONTRIBUTOR,
        RESEARCH_PARTICIPATION,
        RESEARCH_NEED,
        GENERAL,
    )
}

__all__ = ["KINDS", "Context", "Field", "Kind", "Page", "Sensitivity"]
