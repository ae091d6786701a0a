"""Who somebody is: the standing of a signed-in person, and lists of people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Select, bindparam, select

from ppflow.access import Role, Standing
from ppflow.people.models import Grant, Person, RoleName
from ppflow.ready import ready

# Built once, as each new form asks for them: {"programme": id}.
COORDINATORS: Final = (
    select(Person)
    .where(
        Person.active,
        Person.id.in_(
            select(Grant.person_id)
            .join(RoleName)
            .where(
                RoleName.name == Role.COORDINATOR,
                (Grant.programme_id == bindparam("programme")) | Grant.programme_id.is_(None),
            )
        ),
    )
    .order_by(Person.id)
)


def coordinators_of(programme_id: int) -> Select[Person]:
    """Active coordinators of a programme, or of all."""
    return COORDINATORS.params(programme=programme_id)


@ready
def _grants(person_id: int) -> Select[str, int | None]:
    chosen = select(RoleName.name, Grant.programme_id)
    return chosen.join(Grant, Grant.role_id == RoleName.id).where(Grant.person_id == person_id)


def standing_of(person: Person, projects: Iterable[int]) -> Standing:
    """What a person is here; `projects` are the ids they facilitate or cover."""
    grants = [(name, programme) for name, programme in _grants(person.id)]
    return standing_from(person, grants, projects)


def standing_from(
    person: Any, grants: Iterable[tuple[str, int | None]], projects: Iterable[int]
) -> Standing:
    """The same of what was read already: of the person `id`, `name` and `has_shortcuts`."""
    granted, project_ids = frozenset(grants), frozenset(projects)
    roles = {Role(name) for name, _ in granted}
    if project_ids:
        roles.add(Role.FACILITATOR)
    coordinated = {programme for name, programme in granted if name == Role.COORDINATOR}
    return Standing(
        person_id=person.id,
        name=person.name,
        roles=frozenset(roles),
        all_programmes=None in coordinated,
        programmes=frozenset(p for p in coordinated if p is not None),
        projects=project_ids,
        has_shortcuts=person.has_shortcuts,
    )
