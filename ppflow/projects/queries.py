"""Projects and their members: who answers for what, what may be edited by whom, and the lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select, true

from ppflow import search
from ppflow.access import Role, Standing
from ppflow.db import db
from ppflow.filters import Chosen, count_to_limit, tally
from ppflow.people.models import Person
from ppflow.programmes.models import Programme, Theme
from ppflow.programmes.queries import published_ids
from ppflow.projects.models import (
    Member,
    MemberRole,
    ProgressReport,
    Project,
    Stage,
)
from ppflow.ready import ready

LOOKING_FOR: Final = {
    "staff": ("Staff", Project.is_recruiting_staff.is_(True)),
    "public": ("Patients, carers and the public", Project.is_recruiting_public.is_(True)),
}


def projects_of(person_id: int) -> list[int]:
    """Ids of the projects a person facilitates or covers today."""
    return [row[0] for row in _projects_of(person_id)]


@ready
def _projects_of(person_id: int) -> Select[int]:
    own = Member.person_id == person_id
    return select(Member.project_id).where(own, Member.until_on.is_(None)).distinct()


def members_now(project_id: int, role: MemberRole) -> list[Person]:
    """The people in a role on a project today, first appointed first."""
    return team_now(project_id)[role]


def team_now(project_id: int) -> dict[MemberRole, list[Person]]:
    """The people on a project today by their role, first appointed first, in one statement."""
    rows = db.session.execute(_TEAM_NOW, {"project": project_id}).all()
    return {role: [person for its, person in rows if its is role] for role in MemberRole}


_TEAM_NOW: Final = (
    select(Member.role, Person)
    .join(Member, Member.person_id == Person.id)
    .where(Member.project_id == bindparam("project"), Member.until_on.is_(None))
    .order_by(Member.id)
)


def is_public() -> ColumnElement[bool]:
    """SQL condition: everyone may see it, and the programme it belongs to."""
    return and_(Project.is_published, Project.programme_id.in_(published_ids()))


def is_visible_to(standing: Standing | None) -> ColumnElement[bool]:
    """SQL condition: public for everyone; drafts for those who keep them."""
    if standing is None:
        return is_public()
    if standing.all_programmes and standing.has(Role.COORDINATOR):
        return true()
    kept = Project.programme_id.in_(sorted(standing.programmes))
    return is_public() | kept | Project.id.in_(sorted(standing.projects))


def visible_to(standing: Standing | None) -> Select[Project]:
    """The projects a person (or the public) may see."""
    return select(Project).where(is_visible_to(standing))


def may_edit(standing: Standing | None, project: Any) -> bool:
    """Coordinators of its programme edit a project."""
    return standing is not None and standing.coordinates(project.programme_id)


def may_report(standing: Standing | None, project: Any) -> bool:
    """Its facilitator or deputy, and coordinators, write its progress."""
    return standing is not None and (
        project.id in standing.projects or standing.coordinates(project.programme_id)
    )


Conditions = Mapping[str, ColumnElement[bool]]
Columns = Select[*tuple[Any, ...]]


def conditions(chosen: Chosen) -> Conditions:
    """What each chosen filter asks, by its name. A filter that nobody chose is not there."""
    asked: dict[str, ColumnElement[bool]] = {}
    if chosen.all("stage"):
        asked["stage"] = Project.stage.in_(chosen.all("stage"))
    if chosen.all("looking"):
        asked["looking"] = or_(*(LOOKING_FOR[key][1] for key in chosen.all("looking")))
    if chosen.one("place"):
        asked["place"] = Project.place == chosen.one("place")
    if chosen.all("theme"):
        themes = select(Theme.id).where(Theme.slug.in_(chosen.all("theme")))
        asked["theme"] = Project.theme_id.in_(themes)
    if chosen.one("programme"):
        programmes = select(Programme.id).where(Programme.slug == chosen.one("programme"))
        asked["programme"] = Project.programme_id.in_(programmes)
    return asked


def options(themes: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ColumnElement[bool]]]:
    """Every option that a number stands beside: its filter, and its condition."""
    beside: dict[str, tuple[str, ColumnElement[bool]]] = {
        f"stage_{stage}": ("stage", Project.stage == stage) for stage in Stage
    }
    beside |= {f"looking_{key}": ("looking", column) for key, (_, column) in LOOKING_FOR.items()}
    for slug, _title in themes:
        in_theme = select(Theme.id).where(Theme.slug == slug)
        beside[f"theme_{slug}"] = ("theme", Project.theme_id.in_(in_theme))
    return beside


def found(standing: Standing | None, chosen: Chosen) -> ColumnElement[bool]:
    """SQL condition: visible, and holding the words searched for."""
    ids = search.matching("project", chosen.q)
    is_visible = is_visible_to(standing)
    return is_visible if ids is None else and_(is_visible, Project.id.in_(ids))


@ready
def page_of(standing: Standing | None, chosen: Chosen, size: int) -> Columns:
    """One page of projects by theme and number; those without a theme come last."""
    return (
        select(
            *(Project.slug, Project.number, Project.title, Project.lay_summary, Project.place),
            *(Project.stage, Project.progress, Project.time_ask, Project.is_published),
            *(Project.is_recruiting_staff, Project.is_recruiting_public),
            Theme.title.label("theme"),
        )
        .outerjoin(Theme, Theme.id == Project.theme_id)
        .where(found(standing, chosen), *conditions(chosen).values())
        .order_by(Theme.number.asc().nulls_last(), Theme.id, Project.number, Project.id)
        .limit(size)
        .offset(chosen.offset(size))
    )


@ready
def tally_of(
    standing: Standing | None, chosen: Chosen, themes: tuple[tuple[str, str], ...]
) -> Columns:
    """How many there are in all and beside each option, for every place."""
    return tally(Project.place, found(standing, chosen), conditions(chosen), options(themes))


def count_of(standing: Standing | None, chosen: Chosen) -> int:
    """How many match, of more than can be tallied."""
    return count_to_limit(Project.id, found(standing, chosen), conditions(chosen))


# --- how it goes -------------------------------------------------------------------------------


@ready
def progress_of(programme_slug: str) -> Columns:
    """Every published project with its theme, its newest report and who runs it; by theme.

    Empty `programme_slug`: of all programmes. A project with two facilitators gives two rows.
    """
    newest = (
        select(ProgressReport.id)
        .where(ProgressReport.project_id == Project.id)
        .order_by(ProgressReport.reported_on.desc(), ProgressReport.id.desc())
        .limit(1)
        .correlate(Project)
        .scalar_subquery()
    )
    runs_it = and_(
        Member.project_id == Project.id,
        Member.role == MemberRole.FACILITATOR,
        Member.until_on.is_(None),
    )
    chosen = (
        select(
            *(Project.id, Project.slug, Project.number, Project.title, Project.stage),
            Theme.number.label("theme_number"),
            Theme.title.label("theme"),
            Person.name.label("facilitator"),
            *(ProgressReport.rag, ProgressReport.progress, ProgressReport.next_steps),
            *(ProgressReport.steer_needed, ProgressReport.reported_on),
        )
        .outerjoin(Theme, Theme.id == Project.theme_id)
        .outerjoin(ProgressReport, ProgressReport.id == newest)
        .outerjoin(Member, runs_it)
        .outerjoin(Person, Person.id == Member.person_id)
        .where(is_public())
        .order_by(Theme.number.asc().nulls_last(), Theme.id, Project.number, Project.id, Member.id)
    )
    if programme_slug:
        chosen = chosen.join(Programme, Programme.id == Project.programme_id)
        chosen = chosen.where(Programme.slug == programme_slug)
    return chosen


@ready
def themes_with_counts(programme_id: int) -> Columns:
    """A programme's themes with how many published projects each has, in any programme."""
    counted = (
        select(func.count())
        .where(Project.theme_id == Theme.id, is_public())
        .correlate(Theme)
        .scalar_subquery()
    )
    return (
        select(Theme.number, Theme.slug, Theme.title, Theme.summary, counted.label("projects"))
        .where(Theme.programme_id == programme_id)
        .order_by(Theme.number)
    )


def last_reported(projects: ColumnElement[bool]) -> ColumnElement[Any]:
    """SQL: the day of the newest progress report of these projects."""
    newest = select(func.max(ProgressReport.reported_on)).join(Project).where(projects)
    return newest.scalar_subquery()
