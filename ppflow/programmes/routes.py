"""Pages of programmes: the home page, each programme's own, and the progress report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, g, request
from markupsafe import Markup
from sqlalchemy import ColumnElement, Row, func, select, true

from ppflow import access, clock, web
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.kinds import KINDS
from ppflow.opportunities import queries as adverts
from ppflow.opportunities.models import Opportunity
from ppflow.programmes import queries
from ppflow.programmes.models import MilestoneState, Programme
from ppflow.projects.models import RAG_LABELS, STAGE_LABELS, Project, Rag
from ppflow.projects.queries import last_reported, progress_of, themes_with_counts

pages = Blueprint("programmes", __name__)

CLOSING_SHOWN: Final = 3
MEDIAN_OVER: Final = timedelta(days=91)  # 3 months
MEDIAN_NEEDS: Final = 10  # with fewer first replies a median says nothing
MEDIAN_OF: Final = 1000
NO_THEME: Final = "Other projects"
STATE_WORDS: Final = {
    MilestoneState.DONE: ("done", "past"),
    MilestoneState.ONGOING: ("going on now", "now"),
    MilestoneState.PLANNED: ("to come", "next"),
}
NUMBERS: Final = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
RAG_ORDER: Final = (Rag.RED, Rag.AMBER, Rag.GREEN, Rag.BLUE, Rag.GREY)
RAG_HELP: Final = {
    Rag.GREEN: "no help needed",
    Rag.AMBER: "slipping or at risk, with a plan to recover",
    Rag.RED: "cannot recover without a decision from the Board",
    Rag.BLUE: "complete; no further reports",
    Rag.GREY: "not started or paused",
}


# --- home ---------------------------------------------------------------------------------------


@pages.get("/")
@access.public
def home() -> Response:
    """The first programme's page. Its doors and counts are those of the whole site."""
    every = db.session.scalars(queries.published()).all()
    if not every:
        g.programme = None
        return web.page("programmes/nothing-yet.html")
    return _home(every[0], every, is_front=True)


@pages.get("/programmes/<slug>")
@access.public
def programme(slug: str) -> Response:
    """One programme: its purpose, projects, opportunities, stages and Board."""
    every = db.session.scalars(queries.published()).all()
    found = next((each for each in every if each.slug == slug), None) or abort(404)
    return _home(found, every, is_front=False)


def _home(found: Programme, every: Sequence[Programme], *, is_front: bool) -> Response:
    g.programme = found
    numbers = db.session.execute(_numbers(found.id, is_front)).one()
    themes = themes_with_counts(found.id)
    return web.page(
        "programmes/home.html",
        programme=found,
        home_href="/" if is_front else "",
        scope="" if is_front else f"programme={found.slug}",
        numbers=numbers,
        themes=themes,
        themes_heading=_counted(len(themes), "theme"),
        stages=[
            {
                "when": stage.title,
                "text": stage.text,
                "words": STATE_WORDS[stage.state][0],
                "state": STATE_WORDS[stage.state][1],
                "body": Markup(),
            }
            for stage in found.milestones
        ],
        closing=[
            (row, adverts.closes_words(row.closes_on, clock.today()), adverts.pay_words(row))
            for row in _closing_soon(found.id, is_front)
        ],
        others=[each for each in every if each is not found],
        sections=[(section.heading, _blocks(section.body)) for section in found.sections],
        median=_median_words(),
        usual_days=Counter(kind.promise_days for kind in KINDS.values()).most_common(1)[0][0],
        need_days=KINDS["research_need"].promise_days,
        staff_minutes=KINDS["staff_volunteer"].minutes,
        public_minutes=KINDS["ppie_contributor"].minutes,
        can_edit=queries.may_edit(access.standing_or_none(), found.id),
    )


def _blocks(body: str) -> list[tuple[str, list[str]]]:
    """Paragraphs of a section; those after one that ends in a colon are its list."""
    blocks: list[tuple[str, list[str]]] = []
    for paragraph in filter(None, (part.strip() for part in body.split("\n\n"))):
        if blocks and blocks[-1][0].endswith(":"):
            blocks[-1][1].append(paragraph)
        else:
            blocks.append((paragraph, []))
    return blocks


def _counted(count: int, one: str) -> str:
    words = NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"
    return f"{words} {one if count == 1 else one + 's'}"


def _numbers(programme_id: int, is_front: bool) -> Any:
    """One row: how many projects, how many want staff, open opportunities, last report, next
    Board meeting."""
    projects: ColumnElement[bool] = Project.is_published.is_(True)
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


def _closing_soon(programme_id: int, is_front: bool) -> Iterable[Row[Any]]:
    theirs = true() if is_front else Opportunity.programme_id == programme_id
    return db.session.execute(
        select(*adverts.CARD)
        .where(adverts.is_open(), theirs, Opportunity.closes_on.is_not(None))
        .order_by(Opportunity.closes_on, Opportunity.id)
        .limit(CLOSING_SHOWN)
    )


def _median_words() -> str:
    """“3 working days”: half of people had their first reply within it, over the last 3 months.

    Empty with fewer than `MEDIAN_NEEDS` first replies; of more than `MEDIAN_OF`, the newest count.
    """
    since = clock.now() - MEDIAN_OVER
    replied = (Expression.received_at >= since) & Expression.first_replied_at.is_not(None)
    rows = db.session.execute(
        select(Expression.received_at, Expression.first_replied_at)
        .where(replied)
        .order_by(Expression.received_at.desc())
        .limit(MEDIAN_OF)
    ).all()
    if len(rows) < MEDIAN_NEEDS:
        return ""
    days = sorted(
        clock.working_days_between(clock.local(received).date(), clock.local(replied_at).date())
        for received, replied_at in rows
        if replied_at is not None
    )
    return web.plural(max(1, days[(len(days) - 1) // 2]), "working day")


# --- the progress report ------------------------------------------------------------------------


@pages.get("/progress")
@access.public
def progress() -> Response:
    """Every project by theme: how it goes, what comes next, what the Board is asked for."""
    faces = db.session.execute(queries.in_order()).all()
    slug = request.args.get("programme", "")
    chosen = next((face for face in faces if face.slug == slug), None)
    g.programme = chosen or (faces[0] if faces else None)
    lines = _lines(progress_of(chosen.slug if chosen else ""))
    counts = Counter(line["rag"] for line in lines)
    return web.page(
        "programmes/progress.html",
        report=db.session.execute(queries.report_of(g.programme.id)).one() if faces else None,
        lines=lines,
        counts=[(rag.value, RAG_LABELS[rag], counts[rag.value]) for rag in RAG_ORDER],
        helps=[(RAG_LABELS[rag], RAG_HELP[rag]) for rag in RAG_HELP],
        updated_on=max((line["on"] for line in lines if line["on"]), default=None),
        themes=[(theme, list(rows)) for theme, rows in groupby(lines, lambda line: line["theme"])],
        programmes=[(face.slug, face.name) for face in faces] if faces[1:] else [],
        chosen=chosen.slug if chosen else "",
    )


def _lines(rows: Iterable[Row[Any]]) -> list[dict[str, Any]]:
    """One line a project; two facilitators of one project share its line."""
    lines: dict[int, dict[str, Any]] = {}
    for row in rows:
        if row.id in lines:
            lines[row.id]["facilitator"] += f" and {row.facilitator}"
            continue
        rag = row.rag or Rag.GREY
        lines[row.id] = {
            "slug": row.slug,
            "title": f"{row.number}. {row.title}",
            "theme": f"Theme {row.theme_number}: {row.theme}" if row.theme else NO_THEME,
            "facilitator": row.facilitator or "No facilitator yet",
            "stage": STAGE_LABELS[row.stage],
            "rag": rag.value,
            "word": RAG_LABELS[rag],
            "progress": row.progress or "No report yet.",
            "next": row.next_steps,
            "steer": row.steer_needed,
            "on": row.reported_on,
        }
    return list(lines.values())


def init_app(app: Flask) -> None:
    """Add these pages, and say which programme a page without one of its own belongs to."""
    web.default_programme(app, queries.first_programme)
    app.register_blueprint(pages)
