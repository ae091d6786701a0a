"""Opportunities: the doors to them, and their lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, select, true

from ppflow import clock, search
from ppflow.access import Role, Standing
from ppflow.filters import Chosen, count_to_limit, tally
from ppflow.opportunities.models import (
    PAID,
    Format,
    Opportunity,
    OpportunityKind,
    Publication,
)
from ppflow.programmes.models import Programme, Theme
from ppflow.programmes.queries import published_ids
from ppflow.projects.models import Project
from ppflow.ready import ready

CLOSING_SOON: Final = timedelta(days=14)

PLACES_OF_WORK: Final = {
    "online": ("Online or at home", (Format.ONLINE, Format.BY_POST, Format.IN_YOUR_OWN_TIME)),
    "in_person": ("In person", (Format.IN_PERSON,)),
    "both": ("Some of both", (Format.HYBRID,)),
}

# What a card shows, and no more.
CARD = (
    Opportunity.slug,
    Opportunity.title,
    Opportunity.kind,
    Opportunity.publication,
    Opportunity.lay_summary,
    Opportunity.time_summary,
    Opportunity.payment,
    Opportunity.amount_gbp,
    Opportunity.payment_unit,
    Opportunity.format,
    Opportunity.place,
    Opportunity.closes_on,
    Opportunity.places,
    Opportunity.interest_count,
)


# --- doors --------------------------------------------------------------------------------------


def is_visible_to(standing: Standing | None) -> ColumnElement[bool]:
    """SQL condition: all but drafts of a published programme; drafts for those who keep them."""
    public = and_(
        Opportunity.publication != Publication.DRAFT,
        Opportunity.programme_id.in_(published_ids()),
    )
    if standing is None:
        return public
    if standing.all_programmes and standing.has(Role.COORDINATOR):
        return true()
    return (
        public
        | Opportunity.programme_id.in_(sorted(standing.programmes))
        | Opportunity.project_id.in_(sorted(standing.projects))
    )


def visible_to(standing: Standing | None) -> Select[Opportunity]:
    """The opportunities a person (or the public) may see."""
    return select(Opportunity).where(is_visible_to(standing))


def may_edit(standing: Standing | None, opportunity: Any) -> bool:
    """Coordinators of its programme edit an opportunity."""
    return standing is not None and standing.coordinates(opportunity.programme_id)


def is_open() -> ColumnElement[bool]:
    """SQL condition: everyone can see it, and put their name forward today."""
    return and_(_takes_names(), Opportunity.programme_id.in_(published_ids()))


def _takes_names() -> ColumnElement[bool]:
    today = clock.today()
    return and_(
        Opportunity.publication == Publication.PUBLISHED,
        or_(Opportunity.opens_on.is_(None), Opportunity.opens_on <= today),
        or_(Opportunity.closes_on.is_(None), Opportunity.closes_on >= today),
    )


def in_state(state: str) -> ColumnElement[bool]:
    """SQL condition: draft, scheduled, paused, closed, or (empty) open."""
    is_published = Opportunity.publication == Publication.PUBLISHED
    if state == "scheduled":
        return is_published & (Opportunity.opens_on > clock.today())
    if state == "closed":
        is_over = is_published & (Opportunity.closes_on < clock.today())
        return (Opportunity.publication == Publication.CLOSED) | is_over
    return Opportunity.publication == Publication(state) if state else _takes_names()


# --- lists --------------------------------------------------------------------------------------

STATE_LABELS: Final = {
    "draft": "Drafts",
    "scheduled": "Opening later",
    "paused": "Paused",
    "closed": "Closed",
}
Conditions = Mapping[str, ColumnElement[bool]]
Columns = Select[*tuple[Any, ...]]


def conditions(chosen: Chosen) -> Conditions:
    """What each chosen filter asks, by its name. A filter that nobody chose is not there."""
    today = clock.today()
    asked: dict[str, ColumnElement[bool]] = {}
    if chosen.all("kind"):
        asked["kind"] = Opportunity.kind.in_(chosen.all("kind"))
    if chosen.all("where"):
        formats = [each for key in chosen.all("where") for each in PLACES_OF_WORK[key][1]]
        asked["where"] = Opportunity.format.in_(formats)
    if "paid" in chosen.all("only"):
        asked["paid"] = Opportunity.payment.in_(PAID)
    if "soon" in chosen.all("only"):
        asked["soon"] = Opportunity.closes_on.between(today, today + CLOSING_SOON)
    if chosen.one("place"):
        asked["place"] = Opportunity.place == chosen.one("place")
    if chosen.one("theme"):
        themes = select(Theme.id).where(Theme.slug == chosen.one("theme"))
        projects = select(Project.id).where(Project.theme_id.in_(themes))
        asked["theme"] = Opportunity.project_id.in_(projects)
    if chosen.one("programme"):
        programmes = select(Programme.id).where(Programme.slug == chosen.one("programme"))
        asked["programme"] = Opportunity.programme_id.in_(programmes)
    return asked


def found(standing: Standing | None, chosen: Chosen) -> ColumnElement[bool]:
    """SQL condition: visible, in the state asked for (open, unless said), holding the words."""
    parts = [is_visible_to(standing), in_state(chosen.one("state"))]
    ids = search.matching("opportunity", chosen.q)
    if ids is not None:
        parts.append(Opportunity.id.in_(ids))
    return and_(*parts)


@ready
def page_of(standing: Standing | None, chosen: Chosen, _on: date, size: int) -> Columns:
    """One page of `CARD` rows, closing soonest first, then those without a closing date."""
    rows = select(*CARD).where(found(standing, chosen), *conditions(chosen).values())
    order = (Opportunity.closes_on.asc().nulls_last(), Opportunity.id)
    return rows.order_by(*order).limit(size).offset(chosen.offset(size))


@ready
def tally_of(standing: Standing | None, chosen: Chosen, _on: date) -> Columns:
    """How many there are in all and beside each option, for every place."""
    return tally(Opportunity.place, found(standing, chosen), conditions(chosen), options())


def count_of(standing: Standing | None, chosen: Chosen) -> int:
    """How many match, of more than can be tallied."""
    return count_to_limit(Opportunity.id, found(standing, chosen), conditions(chosen))


def options() -> dict[str, tuple[str, ColumnElement[bool]]]:
    """Every option that a number stands beside: its filter, and its condition."""
    today = clock.today()
    beside: dict[str, tuple[str, ColumnElement[bool]]] = {
        f"where_{key}": ("where", Opportunity.format.in_(formats))
        for key, (_label, formats) in PLACES_OF_WORK.items()
    }
    beside |= {f"kind_{kind}": ("kind", Opportunity.kind == kind) for kind in OpportunityKind}
    beside["only_paid"] = ("paid", Opportunity.payment.in_(PAID))
    beside["only_soon"] = ("soon", Opportunity.closes_on.between(today, today + CLOSING_SOON))
    return beside
