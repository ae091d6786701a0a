"""Acts on opportunities that keep what others read in step."""

from __future__ import annotations

from ppflow import search
from ppflow.opportunities.models import FORMAT_LABELS, KIND_LABELS, PAYMENT_LABELS, Opportunity

ROOM = "opportunity"


def searchable(opportunity: Opportunity) -> list[str]:
    """The words an opportunity is found by: its advert, its project and its host.

    Uses the opportunity's project, theme and host, so flush new ones first.
    """
    project = opportunity.project
    words = [
        opportunity.title,
        opportunity.lay_summary,
        KIND_LABELS[opportunity.kind],
        FORMAT_LABELS[opportunity.format],
        PAYMENT_LABELS[opportunity.payment],
        opportunity.why,
        opportunity.activity,
        opportunity.involves,
        opportunity.looking_for,
        opportunity.place,
        opportunity.venue,
        opportunity.area_limit,
        *opportunity.must_have,
        *opportunity.topics,
        project.title,
        project.theme.title if project.theme else "",
        opportunity.host.name if opportunity.host else "",
    ]
    return [text for text in words if text]


def reindex(opportunity: Opportunity) -> None:
    """Put an opportunity's words into the index, in the present transaction.

    Call after every edit, and after an edit of its project's title or theme.
    """
    search.index(ROOM, opportunity.id, *searchable(opportunity))
