"""Programmes: the doors to their pages, and what every page of one shows."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select

from ppflow import clock
from ppflow.access import Standing
from ppflow.people.models import Organisation
from ppflow.programmes.models import BoardMeeting, Milestone, Programme, Section, Theme
from ppflow.ready import ready

Columns = Select[*tuple[Any, ...]]


class Face(NamedTuple):
    """What the layout and the help bar of any page need of its programme."""

    id: int
    slug: str
    name: str
    contact_phone: str
    contact_hours: str


FACE = (
    Programme.id,
    Programme.slug,
    Programme.name,
    Programme.contact_phone,
    Programme.contact_hours,
)


def _in_order() -> Select[int, str, str, str, str]:
    return select(*FACE).where(Programme.is_published).order_by(Programme.position, Programme.id)


def published_ids() -> Select[int]:
    """Those of the published programmes. What belongs to another one is nowhere to be seen."""
    return select(Programme.id).where(Programme.is_published)


def published() -> Select[Programme]:
    """The published programmes, the home page's first."""
    chosen = select(Programme).where(Programme.is_published)
    return chosen.order_by(Programme.position, Programme.id)


def coordinated_by(standing: Standing) -> Select[Programme]:
    """The door: programmes that a person coordinates, in the order of the site."""
    chosen = select(Programme).where(standing.is_of_theirs(Programme.id))
    return chosen.order_by(Programme.position, Programme.id)


@ready
def with_texts() -> Columns:
    """The published programmes with all their texts, the home page's first."""
    texts = [c for c in Programme.__table__.columns if c.name not in {"imported_as", "version"}]
    chosen = select(*texts, Organisation.name.label("manager"))
    chosen = chosen.outerjoin(Organisation, Organisation.id == Programme.managed_by_id)
    return chosen.where(Programme.is_published).order_by(Programme.position, Programme.id)


@ready
def stages_of(programme_id: int) -> Columns:
    """The stages of a programme so far, in order."""
    stages = select(Milestone.title, Milestone.text, Milestone.state)
    return stages.where(Milestone.programme_id == programme_id).order_by(Milestone.number)


@ready
def sections_of(programme_id: int) -> Columns:
    """The further parts of a programme's page, in order."""
    parts = select(Section.heading, Section.body)
    return parts.where(Section.programme_id == programme_id).order_by(Section.position)


@ready
def faces() -> Columns:
    """The published programmes as `FACE` rows; the first is the home page."""
    return _in_order()


@ready
def _first_programme() -> Columns:
    return _in_order().limit(1)


def first_programme() -> Face | None:
    """The programme that stands at `/`; None before any is made."""
    row = _first_programme().first()
    return Face(*row) if row else None


@ready
def _programmes_and_themes() -> Columns:
    themes = _in_order().add_columns(Theme.slug, Theme.title)
    themes = themes.outerjoin(Theme, Theme.programme_id == Programme.id)
    return themes.order_by(Theme.number)


def programmes_and_themes() -> tuple[list[Face], list[tuple[str, str]]]:
    """Published programmes, and every theme as (slug, title): the choices of a list's filters."""
    programmes, themes = {}, {}
    for *face, slug, title in _programmes_and_themes():
        programmes[face[0]] = face
        if slug:
            themes[slug] = title
    return [Face(*face) for face in programmes.values()], list(themes.items())


def face_of(row: Any) -> Face:
    """What the layout needs, of a row that has it among other columns."""
    return Face(*(getattr(row, name) for name in Face._fields))


def next_meeting(programme_id: int) -> ColumnElement[date]:
    """SQL: the day of the Board's next planned meeting."""
    return (
        select(func.min(BoardMeeting.held_on))
        .where(
            BoardMeeting.programme_id == programme_id,
            BoardMeeting.is_held.is_(False),
            BoardMeeting.held_on >= clock.today(),
        )
        .scalar_subquery()
    )


@ready
def report_of(programme_id: int, _on: date) -> Columns:
    """The title of a programme's progress report, and when its Board meets next."""
    return select(Programme.report_title, next_meeting(programme_id).label("meets_on")).where(
        Programme.id == programme_id
    )


def may_edit(standing: Standing | None, programme_id: int) -> bool:
    """Its coordinators edit a programme."""
    return standing is not None and standing.coordinates(programme_id)
