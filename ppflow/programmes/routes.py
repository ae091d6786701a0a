"""Pages of programmes: the home page, each programme's own, and the progress report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, g, request
from sqlalchemy import Row, bindparam, func, select, true

from ppflow import access, clock, web
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.kinds import KINDS
from ppflow.opportunities import queries as adverts
from ppflow.opportunities import words as advert_words
from ppflow.opportunities.models import Opportunity
from ppflow.programmes import queries, words
from ppflow.programmes.queries import Face
from ppflow.projects import words as report_words
from ppflow.projects.models import Project
from ppflow.projects.queries import is_public, last_reported, progress_of, themes_with_counts
from ppflow.ready import page_of, ready

pages = Blueprint("programmes", __name__)

CLOSING_SHOWN: Final = 3
MEDIAN_OVER: Final = timedelta(days=91)  # 3 months
MEDIAN_NEEDS: Final = 10  # with fewer first replies a median says nothing
MEDIAN_OF: Final = 500


# --- home ---------------------------------------------------------------------------------------


@pages.get("/")
@access.public
def home() -> Response:
    """The first programme's page. Its doors and counts are those of the whole site."""
    every = queries.with_texts().all()
    if not every:
        g.programme = None
        return web.page("programmes/nothing-yet.html")
    return _home(every[0], every, is_front=True)


@pages.get("/programmes/<slug>")
@access.public
def programme(slug: str) -> Response:
    """One programme: its purpose, projects, opportunities, stages and Board."""
    every = queries.with_texts().all()
    found = next((each for each in every if each.slug == slug), None) or abort(404)
    return _home(found, every, is_front=False)


def _home(found: Row[Any], every: Sequence[Row[Any]], *, is_front: bool) -> Response:
    """Seven statements."""
    today = clock.today()
    g.programme = queries.face_of(found)
    facts: dict[str, Any] = {
        "numbers": _numbers(found.id, is_front, today).one(),
        "themes": themes_with_counts(found.id).all(),
        "stages": queries.stages_of(found.id).all(),
        "sections": queries.sections_of(found.id).all(),
        "closing": _closing_soon(found.id, is_front, today).all(),
        "median": _median_words(found.id),
    }
    return page_of(
        "programmes/home.html",
        (found, every, facts),
        lambda: {**facts, **_home_words(found, every, facts, is_front=is_front)},
    )


def _home_words(
    found: Row[Any], every: Sequence[Row[Any]], facts: dict[str, Any], *, is_front: bool
) -> dict[str, Any]:
    return {
        "programme": found,
        "home_href": "/" if is_front else "",
        "scope": "" if is_front else f"programme={found.slug}",
        "themes_heading": words.counted(len(facts["themes"]), "theme"),
        "stages": words.stages(facts["stages"]),
        "sections": [(part.heading, words.blocks(part.body)) for part in facts["sections"]],
        "closing": [
            (row, advert_words.closes(row.closes_on, clock.today()), advert_words.pay(row))
            for row in facts["closing"]
        ],
        "others": [each for each in every if each is not found],
        "usual_days": Counter(kind.promise_days for kind in KINDS.values()).most_common(1)[0][0],
        "need_days": KINDS["research_need"].promise_days,
        "staff_minutes": KINDS["staff_volunteer"].minutes,
        "public_minutes": KINDS["ppie_contributor"].minutes,
        "can_edit": queries.may_edit(access.standing_or_none(), found.id),
    }


@ready
def _numbers(programme_id: int, is_front: bool, _on: date) -> queries.Columns:
    """One row: how many projects, how many want staff, open opportunities, last report, next
    Board meeting."""
    projects = is_public()
    offers = adverts.is_open()
    if not is_front:
        projects &= Project.programme_id == programme_id
        offers &= Opportunity.programme_id == programme_id
    wanting = projects & Project.is_recruiting_staff
    return select(
        select(func.count()).where(projects).scalar_subquery().label("projects"),
        select(func.count()).where(wanting).scalar_subquery().label("wanting_staff"),
        select(func.count()).where(offers).scalar_subquery().label("opportunities"),
        last_reported(projects).label("reported_on"),
        queries.next_meeting(programme_id).label("meets_on"),
    )


@ready
def _closing_soon(programme_id: int, is_front: bool, _on: date) -> queries.Columns:
    theirs = true() if is_front else Opportunity.programme_id == programme_id
    return (
        select(*adverts.CARD)
        .where(adverts.is_open(), theirs, Opportunity.closes_on.is_not(None))
        .order_by(Opportunity.closes_on, Opportunity.id)
        .limit(CLOSING_SHOWN)
    )


def _median_words(programme_id: int) -> str:
    """“3 working days”: within it half of this programme's people had their first reply.

    Of the replies by people of the last 3 months; of more than `MEDIAN_OF`, the newest count. Empty
    with fewer than `MEDIAN_NEEDS`.
    """
    since = clock.now() - MEDIAN_OVER
    rows = db.session.execute(_REPLIES, {"programme": programme_id, "since": since}).all()
    if len(rows) < MEDIAN_NEEDS:
        return ""
    days = sorted(
        clock.working_days_between(clock.local(received).date(), clock.local(replied_at).date())
        for received, replied_at in rows
        if replied_at is not None
    )
    return web.plural(max(1, days[(len(days) - 1) // 2]), "working day")


# Only an act of staff that writes to the person sets `first_replied_at`; no receipt does.
_REPLIES: Final = (
    select(Expression.received_at, Expression.first_replied_at)
    .where(
        Expression.programme_id == bindparam("programme"),
        Expression.first_replied_at >= bindparam("since", type_=Expression.received_at.type),
    )
    .order_by(Expression.first_replied_at.desc())
    .limit(MEDIAN_OF)
)


# --- the progress report ------------------------------------------------------------------------


@pages.get("/progress")
@access.public
def progress() -> Response:
    """Every project by theme: how it goes, what comes next, what the Board is asked for."""
    faces = [Face(*row) for row in queries.faces()]
    slug = request.args.get("programme", "")
    chosen = next((face for face in faces if face.slug == slug), None)
    g.programme = chosen or (faces[0] if faces else None)
    report = queries.report_of(g.programme.id, clock.today()).one() if faces else None
    rows = progress_of(chosen.slug if chosen else "").all()
    return page_of(
        "programmes/progress.html",
        (faces, chosen, report, rows),
        lambda: {
            **report_words.table(rows),
            "report": report,
            "helps": report_words.HELPS,
            "programmes": [(face.slug, face.name) for face in faces] if faces[1:] else [],
            "chosen": chosen.slug if chosen else "",
        },
    )


def init_app(app: Flask) -> None:
    """Add these pages, and say which programme a page without one of its own belongs to."""
    web.default_programme(app, queries.first_programme)
    app.register_blueprint(pages)
