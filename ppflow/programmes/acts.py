"""Acts on programmes and their themes; and what every edit of a thing does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

from sqlalchemy import delete, func, select

from ppflow import events
from ppflow.db import db
from ppflow.errors import NotComplete
from ppflow.events import Actor
from ppflow.people.models import Organisation
from ppflow.programmes.models import BoardMeeting, Milestone, Programme, Section, Theme

Values = Mapping[str, Any]
LONGEST_SLUG: Final = 60
OUR_ADDRESSES: Final = frozenset({"new"})  # these stand where a slug would


class Editable(Protocol):
    """A thing whose columns people edit; `version` rises with every change."""

    version: int

    @property
    def event_subject(self) -> str: ...


def edit(thing: Editable, values: Values, *, by: Actor, more: Sequence[str] = ()) -> list[str]:
    """Set columns, raise the version and write the event. Gives the names that really changed.

    `more` names what changed beside the columns. Without any change nothing is written.
    """
    changed = [*events.changed_fields(thing, dict(values)), *more]
    if changed:
        thing.version += 1
        events.record("edit", thing, by, fields=changed)
    return changed


def slug_for(title: str, is_taken: Callable[[str], bool]) -> str:
    """The address made of a title, with a number where another has it already."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    start = words[:LONGEST_SLUG].rstrip("-") or "page"
    slug, number = start, 1
    while slug in OUR_ADDRESSES or is_taken(slug):
        number += 1
        slug = f"{start}-{number}"
    return slug


def organisation_named(name: str) -> Organisation | None:
    """The organisation with this name, however it is typed; made where there is none."""
    name = name.strip()
    if not name:
        return None
    same = select(Organisation).where(func.lower(Organisation.name) == name.lower())
    found = db.session.scalars(same.order_by(Organisation.id)).first()
    if found is None:
        slug = slug_for(name, lambda slug: _has(select(Organisation.id).filter_by(slug=slug)))
        found = Organisation(slug=slug, name=name, type="other")
        db.session.add(found)
        db.session.flush()
    return found


def _has(question: Any) -> bool:
    return db.session.scalars(question.limit(1)).first() is not None


# --- programmes ---------------------------------------------------------------------------------


def add_programme(values: Values, *, by: Actor) -> Programme:
    """A new programme, after the others."""
    last = db.session.scalar(select(func.max(Programme.position))) or 0
    slug = slug_for(values["name"], lambda slug: _has(select(Programme.id).filter_by(slug=slug)))
    programme = Programme(slug=slug, position=last + 1, **_columns(values))
    db.session.add(programme)
    db.session.flush()
    events.record("add", programme, by)
    return programme


def edit_programme(programme: Programme, values: Values, *, by: Actor) -> list[str]:
    """Change a programme's texts, contacts and settings."""
    return edit(programme, _columns(values), by=by)


def _columns(values: Values) -> dict[str, Any]:
    columns = dict(values)
    if "managed_by_name" in columns:
        organisation = organisation_named(columns.pop("managed_by_name"))
        columns["managed_by_id"] = organisation.id if organisation else None
    return columns


def set_milestones(programme: Programme, rows: Sequence[Values], *, by: Actor) -> None:
    """The programme's stages, in order."""
    stages = [Milestone(number=n, **_row(row)) for n, row in enumerate(rows, start=1)]
    _replace(programme, Milestone, stages, "milestones", by)


def set_sections(programme: Programme, rows: Sequence[Values], *, by: Actor) -> None:
    """Further parts of the programme's page, in order."""
    sections = [Section(position=n, **_row(row)) for n, row in enumerate(rows, start=1)]
    _replace(programme, Section, sections, "sections", by)


def set_meetings(programme: Programme, rows: Sequence[Values], *, by: Actor) -> None:
    """The Board's meetings. Raises `NotComplete` for two on one day."""
    days = [row["held_on"] for row in rows]
    if len(set(days)) < len(days):
        raise NotComplete("", "Two meetings have the same day. Keep one of them.")
    meetings = [BoardMeeting(**_row(row)) for row in rows]
    _replace(programme, BoardMeeting, meetings, "meetings", by)


def _row(row: Values) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "key"}


def _replace(programme: Programme, model: Any, rows: Sequence[Any], name: str, by: Actor) -> None:
    """A short list is written anew: its rows have no history of their own."""
    db.session.execute(delete(model).where(model.programme_id == programme.id))
    for row in rows:
        row.programme_id = programme.id
    db.session.add_all(rows)
    db.session.flush()
    db.session.expire(programme, [name])
    edit(programme, {}, by=by, more=[name])


# --- themes -------------------------------------------------------------------------------------


def next_theme_number(programme: Programme) -> int:
    """The number after the last theme's."""
    numbers = select(func.max(Theme.number)).where(Theme.programme_id == programme.id)
    return (db.session.scalar(numbers) or 0) + 1


def add_theme(programme: Programme, values: Values, *, by: Actor) -> Theme:
    """A new theme of a programme; also long after its launch. Raises `NotComplete`."""
    _check_number(programme.id, values["number"], None)
    here = select(Theme.id).where(Theme.programme_id == programme.id)
    slug = slug_for(values["title"], lambda slug: _has(here.where(Theme.slug == slug)))
    theme = Theme(programme_id=programme.id, slug=slug, **values)
    db.session.add(theme)
    db.session.flush()
    db.session.expire(programme, ["themes"])
    events.record("add", theme, by)
    return theme


def edit_theme(theme: Theme, values: Values, *, by: Actor) -> list[str]:
    """Change a theme; its address stays. Raises `NotComplete`."""
    _check_number(theme.programme_id, values["number"], theme.id)
    return edit(theme, values, by=by)


def lock(programme_id: int) -> None:
    """Let nobody else number or name anything in this programme before we are done."""
    db.session.execute(select(Programme.id).where(Programme.id == programme_id).with_for_update())


def _check_number(programme_id: int, number: int, own_id: int | None) -> None:
    lock(programme_id)
    same = select(Theme.title).where(Theme.programme_id == programme_id, Theme.number == number)
    other = db.session.scalars(same.where(Theme.id != (own_id or 0))).first()
    if other is not None:
        raise NotComplete("number", f"Theme {number} is “{other}”. Choose another number.")
