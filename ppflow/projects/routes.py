"""Pages of projects: the list by theme, and one project."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, g, request
from sqlalchemy import Row, Select, select

from ppflow import access, clock, web
from ppflow.db import db
from ppflow.filters import Filter, read, tallied, typed
from ppflow.opportunities import queries as adverts
from ppflow.opportunities.models import KIND_LABELS, Opportunity
from ppflow.programmes.models import Programme, Theme
from ppflow.programmes.queries import FACE, Face, programmes_and_themes
from ppflow.projects import queries
from ppflow.projects.models import (
    ACTIVITY_LABELS,
    PROGRESS_LABELS,
    RAG_LABELS,
    STAGE_LABELS,
    Brief,
    MemberRole,
    Objective,
    ProgressReport,
    Project,
)

pages = Blueprint("projects", __name__)

PAGE_SIZE: Final = 30
REPORTS_SHOWN: Final = 5
NO_THEME: Final = "Other projects"
MEMBER_LABELS: Final = {
    MemberRole.FACILITATOR: "Runs this project",
    MemberRole.DEPUTY: "Stands in when they are away",
}


# --- the list -----------------------------------------------------------------------------------


@pages.get("/projects")
@access.public
def projects() -> Response:
    """Projects by theme, with search and filters. Three statements."""
    programmes, themes = programmes_and_themes()
    standing = access.standing_or_none()
    filters = _filters(programmes, themes, typed(request.args, "place"))
    chosen = read("/projects", request.args, list(filters.values()))
    g.programme = _programme_of(programmes, chosen.one("programme"))
    counted = tallied(
        queries.tally_of(standing, replace(chosen, page=1), tuple(themes)),
        chosen.one("place"),
        lambda: queries.count_of(standing, chosen),
    )
    rows = queries.page_of(standing, chosen, PAGE_SIZE)
    return web.page(
        "projects/projects.html",
        chosen=chosen,
        chips=chosen.chips(list(filters.values())),
        groups=[
            (filters[name], filters[name].counted(counted.counts))
            for name in ("looking", "theme", "stage")
            if filters[name].options
        ],
        places=counted.places,
        programmes=filters["programme"].with_any("All programmes") if programmes[1:] else [],
        count_words=counted.words("project", "projects"),
        themes=[
            (theme, [_card(row) for row in cards])
            for theme, cards in groupby(rows, lambda row: row.theme or NO_THEME)
        ],
        turning=chosen.turn(PAGE_SIZE, counted.total),
    )


def _programme_of(programmes: list[Face], slug: str) -> Face | None:
    """The programme chosen, else the first; None before there is any."""
    chosen = (face for face in programmes if face.slug == slug)
    return next(chosen, programmes[0] if programmes else None)


def _filters(
    programmes: list[Face], themes: list[tuple[str, str]], place: str
) -> dict[str, Filter]:
    looking = [(key, label) for key, (label, _column) in queries.LOOKING_FOR.items()]
    filters = [
        Filter("looking", "Looking for", looking),
        Filter("theme", "Theme", themes),
        Filter("stage", "Stage", [(stage.value, label) for stage, label in STAGE_LABELS.items()]),
        Filter("place", "Place", [(place, place)] if place else []),
        Filter("programme", "Programme", [(face.slug, face.name) for face in programmes]),
    ]
    return {each.name: each for each in filters}


def _card(row: Row[Any]) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "number": row.number,
        "title": row.title,
        "is_draft": not row.is_published,
        "text": row.lay_summary,
        "stage": STAGE_LABELS[row.stage],
        "progress": PROGRESS_LABELS[row.progress],
        "place": row.place or "Across the region",
        "time": row.time_ask or "Agreed with you",
        "looking": _looking_words(row),
    }


def _looking_words(row: Row[Any]) -> str:
    if row.is_recruiting_staff and row.is_recruiting_public:
        return "Staff and the public"
    if row.is_recruiting_staff:
        return "Staff"
    return "Patients, carers and the public" if row.is_recruiting_public else ""


# --- one project --------------------------------------------------------------------------------


@pages.get("/projects/<slug>")
@access.public
def project(slug: str) -> Response:
    """What it is, who works on it, its brief, plan, progress and open opportunities."""
    standing = access.standing_or_none()
    found = db.session.execute(_project(slug).where(queries.is_visible_to(standing))).first()
    if found is None:
        abort(404)
    g.programme = Face(*found[-len(FACE) :])
    reports = db.session.execute(_reports(found.id)).all()
    return web.page(
        "projects/project.html",
        project=found,
        stage=STAGE_LABELS[found.stage],
        progress=PROGRESS_LABELS[found.progress],
        looking=_looking_words(found),
        team=[(MEMBER_LABELS[row.role], row) for row in queries.team(found.id)],
        partners=queries.partners(found.id),
        brief=db.session.scalars(_brief(found.id)).first(),
        objectives=[
            (row.ref, row.title, [_activity(each) for each in row.activities])
            for row in db.session.execute(_objectives(found.id))
        ],
        reports=[(row, row.rag.value, RAG_LABELS[row.rag]) for row in reports],
        opportunities=[
            (
                row,
                KIND_LABELS[row.kind],
                adverts.pay_words(row),
                adverts.closes_words(row.closes_on, clock.today()),
            )
            for row in db.session.execute(_open_adverts(found.id))
        ],
        can_edit=queries.may_edit(standing, found),
        can_report=queries.may_report(standing, found),
    )


def _project(slug: str) -> Select[Any]:
    return (
        select(
            *Project.__table__.columns,
            Theme.title.label("theme"),
            Theme.slug.label("theme_slug"),
            *(column.label(f"face_{column.key}") for column in FACE),
        )
        .join(Programme, Programme.id == Project.programme_id)
        .outerjoin(Theme, Theme.id == Project.theme_id)
        .where(Project.slug == slug)
    )


def _brief(project_id: int) -> Select[Brief]:
    return (
        select(Brief).where(Brief.project_id == project_id).order_by(Brief.number.desc()).limit(1)
    )


def _objectives(project_id: int) -> Select[Any]:
    rows = select(Objective.ref, Objective.title, Objective.activities)
    return rows.where(Objective.project_id == project_id).order_by(Objective.position)


def _activity(row: dict[str, Any]) -> dict[str, Any]:
    due_on, url = row.get("due_on"), row.get("output_url") or ""
    return {
        **row,
        "output_url": url if url.startswith(("https://", "http://")) else "",
        "due": web.plain_day(date.fromisoformat(due_on)) if due_on else "No date yet",
        "words": ACTIVITY_LABELS.get(row.get("status", ""), "Not started"),
    }


def _reports(project_id: int) -> Select[Any]:
    return (
        select(*(c for c in ProgressReport.__table__.columns if c.name != "by_id"))
        .where(ProgressReport.project_id == project_id)
        .order_by(ProgressReport.reported_on.desc(), ProgressReport.id.desc())
        .limit(REPORTS_SHOWN)
    )


def _open_adverts(project_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(*adverts.CARD)
        .where(Opportunity.project_id == project_id, adverts.is_open())
        .order_by(Opportunity.closes_on.asc().nulls_last(), Opportunity.id)
        .limit(PAGE_SIZE)
    )


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
