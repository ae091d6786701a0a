"""Pages of opportunities: the list to choose from, and the advert to decide by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, g, request
from sqlalchemy import Row, select

from ppflow import access, clock, web
from ppflow.filters import Filter, read, tallied, typed
from ppflow.kinds import KINDS
from ppflow.opportunities import queries
from ppflow.opportunities.models import (
    EXPRESSION_KINDS,
    KIND_LABELS,
    PAID,
    Format,
    Opportunity,
    OpportunityKind,
    Publication,
    Question,
)
from ppflow.people.models import Organisation
from ppflow.programmes.models import Programme
from ppflow.programmes.queries import FACE, Face, programmes_and_themes
from ppflow.projects.models import Project
from ppflow.ready import ready

pages = Blueprint("opportunities", __name__)

PAGE_SIZE: Final = 20
LIKE_THIS: Final = 3
SELECTS: Final = {"theme": "All themes", "programme": "All programmes", "state": "Open now"}
ONLY: Final = (("paid", "Paid or a voucher"), ("soon", "Closes in the next 2 weeks"))
OPEN: Final = ("open opportunity", "open opportunities")
ANY: Final = ("opportunity", "opportunities")


# --- the list -----------------------------------------------------------------------------------


@pages.get("/opportunities")
@access.public
def opportunities() -> Response:
    """Opportunities, closing soonest first, with search and filters. Three statements."""
    programmes, themes = programmes_and_themes()
    standing = access.standing_or_none()
    may_see_drafts = standing is not None and bool(standing.programmes or standing.all_programmes)
    filters = _filters(programmes, themes, typed(request.args, "place"), may_see_drafts)
    chosen = read("/opportunities", request.args, list(filters.values()))
    g.programme = next(
        (face for face in programmes if face.slug == chosen.one("programme")),
        programmes[0] if programmes else None,
    )
    today = clock.today()
    counted = tallied(
        queries.tally_of(standing, replace(chosen, page=1), today),
        chosen.one("place"),
        lambda: queries.count_of(standing, chosen),
    )
    rows = queries.page_of(standing, chosen, today, PAGE_SIZE)
    return web.page(
        "opportunities/opportunities.html",
        chosen=chosen,
        chips=chosen.chips(list(filters.values())),
        groups=[
            (filters[n], filters[n].counted(counted.counts)) for n in ("kind", "where", "only")
        ],
        selects=[
            (filters[name], filters[name].with_any(words), chosen.one(name))
            for name, words in SELECTS.items()
            if name in filters and (len(filters[name].options) > 1 or chosen.one(name))
        ],
        places=counted.places,
        count_words=counted.words(*(ANY if chosen.one("state") else OPEN)),
        cards=[_card(row, today) for row in rows],
        turning=chosen.turn(PAGE_SIZE, counted.total),
        general_days=KINDS["general"].promise_days,
    )


def _filters(
    programmes: list[Face], themes: list[tuple[str, str]], place: str, may_see_drafts: bool
) -> dict[str, Filter]:
    where = [(key, label) for key, (label, _formats) in queries.PLACES_OF_WORK.items()]
    filters = [
        Filter("kind", "What you would do", [(k.value, v) for k, v in KIND_LABELS.items()]),
        Filter("where", "Where", where),
        Filter("only", "Pay and dates", ONLY),
        Filter("place", "Place", [(place, place)] if place else []),
        Filter("theme", "Theme", themes),
        Filter("programme", "Programme", [(face.slug, face.name) for face in programmes]),
    ]
    if may_see_drafts:
        filters.append(Filter("state", "State", list(queries.STATE_LABELS.items())))
    return {each.name: each for each in filters}


def _card(row: Row[Any], today: date) -> tuple[Any, ...]:
    """The words of a card, in the order its template names them."""
    return (
        row.slug,
        row.title,
        KIND_LABELS[row.kind],
        row.publication is Publication.DRAFT,
        row.lay_summary,
        row.time_summary or "Agreed with you",
        queries.pay_words(row),
        queries.where_words(row),
        queries.closes_words(row.closes_on, today),
        queries.capacity_words(row),
        *queries.room_words(row),
    )


# --- one opportunity ----------------------------------------------------------------------------


@pages.get("/opportunities/<slug>")
@access.public
def opportunity(slug: str) -> Response:
    """One advert: the facts people ask first, then everything else. Three statements."""
    standing = access.standing_or_none()
    advert = _advert(slug, standing).first()
    if advert is None:
        abort(404)
    g.programme = Face(*advert[-len(FACE) :])
    kind = KINDS[EXPRESSION_KINDS[advert.kind]]
    days = min(advert.promise_days or kind.promise_days, kind.promise_days)
    state = _state(advert)
    return web.page(
        "opportunities/opportunity.html",
        advert=advert,
        kind_label=KIND_LABELS[advert.kind],
        state=state,
        facts=_facts(advert, days, is_open=state == "open"),
        minutes=kind.minutes,
        is_paid=advert.payment in PAID,
        is_on_site=advert.format in {Format.IN_PERSON, Format.HYBRID},
        questions=_questions(advert.id).all(),
        like_this=_like(
            advert.id, advert.kind, advert.project_id, advert.theme_id, clock.today()
        ).all(),
        help_phone=advert.contact_phone,
        can_edit=queries.may_edit(standing, advert),
    )


@ready
def _advert(slug: str, standing: access.Standing | None) -> queries.Columns:
    facts = [c for c in Opportunity.__table__.columns if c.name not in {"imported_as", "version"}]
    return (
        select(
            *facts,
            Project.title.label("project_title"),
            Project.slug.label("project_slug"),
            Project.theme_id,
            Project.promise_days,
            Project.is_published.label("is_project_published"),
            Organisation.name.label("host_name"),
            *(column.label(f"face_{column.key}") for column in FACE),
        )
        .join(Project, Project.id == Opportunity.project_id)
        .join(Programme, Programme.id == Opportunity.programme_id)
        .outerjoin(Organisation, Organisation.id == Opportunity.host_id)
        .where(Opportunity.slug == slug, queries.is_visible_to(standing))
    )


def _state(advert: Row[Any]) -> str:
    """open, draft, scheduled, paused or closed, as the page tells it."""
    today = clock.today()
    if advert.publication is not Publication.PUBLISHED:
        return str(advert.publication.value)
    if advert.opens_on and advert.opens_on > today:
        return "scheduled"
    return "closed" if advert.closes_on and advert.closes_on < today else "open"


def _facts(advert: Row[Any], days: int, *, is_open: bool) -> list[tuple[str, str, str]]:
    """The eight facts, in the order people ask them: (name, in short, more)."""
    what, _stop, more = advert.activity.partition(". ")
    left = (advert.closes_on - clock.today()).days if advert.closes_on else None
    last = f"Last one: {web.plain_day(advert.last_on)}" if advert.last_on else ""
    room = queries.room_words(advert)[0] if is_open else ""
    still = "More people than places so far. You are still welcome: see how we choose."
    closes = web.day(advert.closes_on) if advert.closes_on else "No closing date"
    costs = f"Costs paid too: {', '.join(advert.expenses).lower()}." if advert.expenses else ""
    decision = f"Our decision: by {web.day(advert.decision_by)}." if advert.decision_by else ""
    return [
        ("What", what.rstrip(".") or advert.lay_summary, more),
        ("Time", advert.time_summary or "Agreed with you", _time_more(advert)),
        ("Pay", queries.pay_words(advert), costs),
        ("Where", queries.where_words(advert), advert.venue),
        ("First date", web.day(advert.first_on) if advert.first_on else "Agreed with you", last),
        ("Closes", closes, _days_left(left)),
        ("Places", queries.capacity_words(advert), still if room.startswith("More") else room),
        ("You will hear", f"From a person within {days} working days", decision),
    ]


def _time_more(advert: Row[Any]) -> str:
    """Six online meetings of 90 minutes. 12 hours in all, 6 sessions."""
    counts = []
    if advert.total_hours:
        hours = f"{advert.total_hours:g}"
        counts.append(f"{hours} hour{'' if hours == '1' else 's'} in all")
    if advert.sessions:
        counts.append(web.plural(advert.sessions, "session"))
    return " ".join(filter(None, [advert.involves, f"{', '.join(counts)}." if counts else ""]))


def _days_left(left: int | None) -> str:
    if left is None:
        return "Open until every place is taken"
    words = {0: "Today is the last day", 1: "1 day left"}
    return words.get(left, f"{left} days left") if left >= 0 else "This day has passed"


@ready
def _questions(opportunity_id: int) -> queries.Columns:
    asked = select(Question.label, Question.is_required)
    return asked.where(Question.opportunity_id == opportunity_id).order_by(Question.position)


@ready
def _like(
    this: int, kind: OpportunityKind, project: int, theme: int | None, _on: date
) -> queries.Columns:
    """Open ones of the same kind; those of its project first, then of its theme."""
    return (
        select(Opportunity.slug, Opportunity.title)
        .join(Project, Project.id == Opportunity.project_id)
        .where(queries.is_open(), Opportunity.kind == kind, Opportunity.id != this)
        .order_by(
            (Project.id == project).desc(),
            (Project.theme_id == theme).desc(),
            Opportunity.closes_on.asc().nulls_last(),
            Opportunity.id,
        )
        .limit(LIKE_THIS)
    )


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
