"""Pages of projects: the list by theme, and one project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, g, request
from sqlalchemy import Row, select

from ppflow import access, clock
from ppflow.filters import Chosen, Filter, Tally, read, tallied, typed
from ppflow.opportunities import queries as adverts
from ppflow.opportunities import words as advert_words
from ppflow.opportunities.models import KIND_LABELS, Opportunity
from ppflow.people.models import Organisation, Person
from ppflow.programmes.models import Programme, Theme
from ppflow.programmes.queries import FACE, Face, programmes_and_themes
from ppflow.projects import queries, words
from ppflow.projects.models import (
    PROGRESS_LABELS,
    RAG_LABELS,
    STAGE_LABELS,
    Brief,
    Member,
    Objective,
    ProgressReport,
    Project,
    project_organisation,
)
from ppflow.projects.queries import Columns
from ppflow.ready import page_of, ready

pages = Blueprint("projects", __name__)

PAGE_SIZE: Final = 30
REPORTS_SHOWN: Final = 5

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
    rows = queries.page_of(standing, chosen, PAGE_SIZE).all()
    return page_of(
        "projects/projects.html",
        (chosen, programmes, themes, counted.total, counted.counts, counted.places, rows),
        lambda: _list(filters, chosen, counted, rows),
    )


def _list(
    filters: dict[str, Filter], chosen: Chosen, counted: Tally, rows: Sequence[Row[Any]]
) -> dict[str, Any]:
    programmes = filters["programme"]
    return {
        "chosen": chosen,
        "chips": chosen.chips(list(filters.values())),
        "groups": [
            (filters[name], filters[name].counted(counted.counts))
            for name in ("looking", "theme", "stage")
            if filters[name].options
        ],
        "places": counted.places,
        "programmes": programmes.with_any("All programmes") if programmes.options[1:] else [],
        "count_words": counted.words("project", "projects"),
        "themes": [
            (theme, [words.card(row) for row in cards])
            for theme, cards in groupby(rows, lambda row: row.theme or words.NO_THEME)
        ],
        "turning": chosen.turn(PAGE_SIZE, counted.total),
    }


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


# --- one project --------------------------------------------------------------------------------


@pages.get("/projects/<slug>")
@access.public
def project(slug: str) -> Response:
    """What it is, who works on it, its brief, plan, progress and open opportunities."""
    standing = access.standing_or_none()
    found = _project(slug, standing).first()
    if found is None:
        abort(404)
    g.programme = Face(*found[-len(FACE) :])
    facts: dict[str, Any] = {
        "team": _team(found.id).all(),
        "partners": _partners(found.id).scalars().all(),
        "brief": _brief(found.id).first(),
        "objectives": _objectives(found.id).all(),
        "reports": _reports(found.id).all(),
        "opportunities": _open_adverts(found.id, clock.today()).all(),
    }
    return page_of(
        "projects/project.html",
        (found, facts),
        lambda: {
            **_of_page(found, facts),
            "can_edit": queries.may_edit(standing, found),
            "can_report": queries.may_report(standing, found),
        },
    )


def _of_page(found: Row[Any], facts: dict[str, Any]) -> dict[str, Any]:
    today = clock.today()
    return {
        "project": found,
        "stage": STAGE_LABELS[found.stage],
        "progress": PROGRESS_LABELS[found.progress],
        "looking": words.looking(found),
        "team": [(words.MEMBER_LABELS[row.role], row) for row in facts["team"]],
        "partners": facts["partners"],
        "brief": facts["brief"],
        "objectives": [
            (row.ref, row.title, [words.activity(each) for each in row.activities])
            for row in facts["objectives"]
        ],
        "reports": [(row, row.rag.value, RAG_LABELS[row.rag]) for row in facts["reports"]],
        "opportunities": [
            (
                row,
                KIND_LABELS[row.kind],
                advert_words.pay(row),
                advert_words.closes(row.closes_on, today),
            )
            for row in facts["opportunities"]
        ],
    }


@ready
def _project(slug: str, standing: access.Standing | None) -> Columns:
    return (
        select(
            *Project.__table__.columns,
            Theme.title.label("theme"),
            Theme.slug.label("theme_slug"),
            *(column.label(f"face_{column.key}") for column in FACE),
        )
        .join(Programme, Programme.id == Project.programme_id)
        .outerjoin(Theme, Theme.id == Project.theme_id)
        .where(Project.slug == slug, queries.is_visible_to(standing))
    )


@ready
def _team(project_id: int) -> Columns:
    """Rows (role, name, job_role, organisation) of today: facilitators, then deputies.

    No way to reach a person is given here.
    """
    return (
        select(Member.role, Person.name, Person.job_role, Organisation.name.label("organisation"))
        .join(Person, Person.id == Member.person_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(Member.project_id == project_id, Member.until_on.is_(None))
        .order_by(Member.role.desc(), Member.id)
    )


@ready
def _partners(project_id: int) -> Columns:
    """The organisations that work on a project, by name."""
    return (
        select(Organisation.name)
        .join(project_organisation)
        .where(project_organisation.c.project_id == project_id)
        .order_by(Organisation.name)
    )


@ready
def _brief(project_id: int) -> Columns:
    brief = select(*(c for c in Brief.__table__.columns if c.name != "by_id"))
    return brief.where(Brief.project_id == project_id).order_by(Brief.number.desc()).limit(1)


@ready
def _objectives(project_id: int) -> Columns:
    rows = select(Objective.ref, Objective.title, Objective.activities)
    return rows.where(Objective.project_id == project_id).order_by(Objective.position)


@ready
def _reports(project_id: int) -> Columns:
    return (
        select(*(c for c in ProgressReport.__table__.columns if c.name != "by_id"))
        .where(ProgressReport.project_id == project_id)
        .order_by(ProgressReport.reported_on.desc(), ProgressReport.id.desc())
        .limit(REPORTS_SHOWN)
    )


@ready
def _open_adverts(project_id: int, _on: date) -> Columns:
    return (
        select(*adverts.CARD)
        .where(Opportunity.project_id == project_id, adverts.is_open())
        .order_by(Opportunity.closes_on.asc().nulls_last(), Opportunity.id)
        .limit(PAGE_SIZE)
    )


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
