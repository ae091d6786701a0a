"""Opportunities: the door to them, and who may edit one."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, select, true

from ppflow.access import Role, Standing
from ppflow.opportunities.models import Opportunity, Publication


def is_visible_to(standing: Standing | None) -> ColumnElement[bool]:
    """SQL condition: everything but drafts for everyone; drafts for those who keep them."""
    public = Opportunity.publication != Publication.DRAFT
    if standing is None:
        return public
    if standing.all_programmes and standing.has(Role.COORDINATOR):
        return true()
    return (
        public
        | Opportunity.programme_id.in_(sorted(standing.programmes))
        | Opportunity.project_id.in_(sorted(standing.projects))
    )


def visible_to(standing: Standing | None) -> Select[tuple[Opportunity]]:
    """The opportunities a person (or the public) may see."""
    return select(Opportunity).where(is_visible_to(standing))


def may_edit(standing: Standing | None, opportunity: Opportunity) -> bool:
    """Coordinators of its programme edit an opportunity."""
    return standing is not None and standing.coordinates(opportunity.programme_id)
