"""What the filters of the queue offer to one person, and whether counts made before still hold.

One statement: programmes, projects, opportunities and colleagues within what they may see, their
saved views, and the newest events, from which `counting` sees that nothing happened since.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    func,
    or_,
    select,
    true,
    union_all,
)

from ppflow.access import Role, Standing
from ppflow.events import Event
from ppflow.opportunities.models import Opportunity, Publication
from ppflow.people.models import Grant, Person, RoleName
from ppflow.programmes.models import Programme
from ppflow.projects.models import Member, Project
from ppflow.ready import ready, written
from ppflow.saved import queries as saved
from ppflow.tagging.queries import tags_for

OPTIONS: Final = 300  # of one filter; more could not be looked through
LATEST: Final = 50  # events that may be committed out of their order and are noticed all the same

KEPT: Final = 64  # different offers of one process

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Options:
    """(value, label) pairs of each filter; (query, name) of each saved view.

    The same object while all of it is the same: what is drawn of it is known again.
    """

    programme: Pairs
    project: Pairs
    opportunity: Pairs
    assignee: Pairs
    saved: Pairs
    tag: Pairs


def options(standing: Standing) -> Options:
    """Everything the page offers beside its rows; one statement."""
    return stamped(standing)[0]


def stamped(standing: Standing) -> tuple[Options, str]:
    """The same, and the newest events; one statement."""
    rows = [tuple(row) for row in _options(standing).all()]
    offered = tuple([row for row in rows if row[0] != "stamp"])
    return _read(offered), next(name + more for what, _, name, more in rows if what == "stamp")


@lru_cache(maxsize=KEPT)
def _read(rows: tuple[tuple[Any, ...], ...]) -> Options:
    found: dict[str, Pairs] = {}
    for what, number, name, more in rows:
        found.setdefault(what, []).append((more or str(number), name))
    lists = {
        what: found.get(what, [])
        for what in ("programme", "project", "opportunity", "assignee", "saved", "tag")
    }
    return Options(**lists)


def stamp() -> str:
    """The newest events alone, for a page that has no filters; one statement."""
    return str(_stamp().scalar_one())


@ready
def _stamp() -> Select[str]:
    newest = _latest().subquery()
    return select(newest.c.name + newest.c.more)


@ready
def _options(standing: Standing) -> Select[*tuple[Any, ...]]:
    projects = _own(standing, Project.programme_id, Project.id)
    adverts = _own(standing, Opportunity.programme_id, Opportunity.project_id)
    of_theirs = select(Project.programme_id).where(projects)
    programmes = or_(_own(standing, Programme.id), Programme.id.in_(of_theirs))
    colleagues = Person.id.in_(_colleagues(standing, projects))
    chosen = [
        _part("programme", Programme.id, Programme.name).where(programmes),
        _part("project", Project.id, Project.title).where(projects),
        _part("opportunity", Opportunity.id, Opportunity.title).where(
            adverts, Opportunity.publication != Publication.DRAFT
        ),
        _part("assignee", Person.id, Person.name).where(Person.active, colleagues),
        saved.shown_to(standing),
        _tags(standing),
        _latest(),
    ]
    together = union_all(
        *(select(part.limit(written(OPTIONS)).subquery()) for part in chosen)
    ).subquery()
    return select(together).order_by(together.c.what, together.c.name, together.c.id)


def _part(what: str, number: Any, name: Any) -> Select[*tuple[Any, ...]]:
    return select(
        written(what).label("what"),
        number.label("id"),
        name.label("name"),
        written("").label("more"),
    )


def _tags(standing: Standing) -> Select[*tuple[Any, ...]]:
    """Words of staff on forms that they may see; few, as somebody wrote each."""
    found = tags_for(standing).limit(written(OPTIONS)).subquery()
    return select(
        written("tag").label("what"), found.c.id, found.c.word.label("name"),
        found.c.word.label("more"),
    )  # fmt: skip


def _latest() -> Select[*tuple[Any, ...]]:
    """The sum of the newest ids and the subject of the newest, which holds a random part."""
    newest = select(Event.id, Event.subject).order_by(Event.id.desc())
    few, last = newest.limit(written(LATEST)).subquery(), newest.limit(written(1)).subquery()
    return select(
        written("stamp").label("what"),
        func.max(few.c.id).label("id"),
        func.coalesce(cast(func.sum(few.c.id), String), "").label("name"),  # before any event
        func.coalesce(select(last.c.subject).scalar_subquery(), "").label("more"),
    )


def _own(standing: Standing, programme: Any, project: Any = None) -> ColumnElement[bool]:
    if standing.all_programmes:
        return true()
    ways = [programme.in_(sorted(standing.programmes))]
    ways += [] if project is None else [project.in_(sorted(standing.projects))]
    return or_(*ways)


def _colleagues(standing: Standing, projects: ColumnElement[bool]) -> Select[Any]:
    """Ids of people who answer here: members of these projects, and coordinators."""
    members = (
        select(Member.person_id)
        .join(Project, Project.id == Member.project_id)
        .where(Member.until_on.is_(None), projects)
    )
    coordinators = (
        select(Grant.person_id)
        .join(RoleName, RoleName.id == Grant.role_id)
        .where(RoleName.name == Role.COORDINATOR)
    )
    if not standing.all_programmes:
        own = Grant.programme_id.in_(sorted(standing.programmes))
        coordinators = coordinators.where(or_(own, Grant.programme_id.is_(None)))
    return select(union_all(members, coordinators).subquery())
