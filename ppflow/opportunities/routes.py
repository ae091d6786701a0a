"""Pages of opportunities: the list to choose from, and the advert to decide by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, g, request
from sqlalchemy import Row, select

from ppflow import access, clock
from ppflow.filters import Chosen, Filter, Tally, read, tallied, typed
from ppflow.kinds import KINDS
from ppflow.opportunities import queries, words
from ppflow.opportunities.models import (
    EXPRESSION_KINDS,
    KIND_LABELS,
    Opportunity,
    OpportunityKind,
    Question,
)
from ppflow.people.models import Organisation
from ppflow.places import queries as places
from ppflow.programmes.models import Programme
from ppflow.programmes.queries import FACE, Face, programmes_and_themes
from ppflow.projects.models import Project
from ppflow.ready import page_of, ready

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
    rows = queries.page_of(standing, chosen, today, PAGE_SIZE).all()
    return page_of(
        "opportunities/opportunities.html",
        (chosen, programmes, themes, counted.total, counted.counts, counted.places, rows),
        lambda: _list(filters, chosen, counted, rows),
    )


def _list(
    filters: dict[str, Filter], chosen: Chosen, counted: Tally, rows: Sequence[Row[Any]]
) -> dict[str, Any]:
    today = clock.today()
    return {
        "chosen": chosen,
        "chips": chosen.chips(list(filters.values())),
        "groups": [
            (filters[n], filters[n].counted(counted.counts)) for n in ("kind", "where", "only")
        ],
        "selects": [
            (filters[name], filters[name].with_any(nothing), chosen.one(name))
            for name, nothing in SELECTS.items()
            if name in filters and (len(filters[name].options) > 1 or chosen.one(name))
        ],
        "places": counted.places,
        "count_words": counted.words(*(ANY if chosen.one("state") else OPEN)),
        "cards": [words.card(row, today) for row in rows],
        "turning": chosen.turn(PAGE_SIZE, counted.total),
        "general_days": KINDS["general"].promise_days,
    }


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
    about = (advert.id, advert.kind, advert.project_id, advert.theme_id)
    questions, like_this = _questions(advert.id).all(), _like(*about, clock.today()).all()
    return page_of(
        "opportunities/opportunity.html",
        (advert, questions, like_this),
        lambda: {
            **words.of_advert(advert, KINDS[EXPRESSION_KINDS[advert.kind]]),
            "questions": questions,
            "like_this": like_this,
            "can_edit": queries.may_edit(standing, advert),
            "answers_forms": standing is not None and places.keeps(standing, advert),
        },
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
