"""Who somebody is: the standing of a signed-in person, and lists of people."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, select

from ppflow.access import Role, Standing
from ppflow.people.models import Grant, Person, RoleName
from ppflow.ready import ready


def coordinators_of(programme_id: int) -> Select[Person]:
    """Active coordinators of a programme, or of all."""
    return (
        select(Person)
        .join(Grant)
        .join(RoleName)
        .where(
            RoleName.name == Role.COORDINATOR,
            Person.active,
            (Grant.programme_id == programme_id) | Grant.programme_id.is_(None),
        )
        .order_by(Person.id)
        .distinct()
    )


@ready
def _grants(person_id: int) -> Select[str, int | None]:
    chosen = select(RoleName.name, Grant.programme_id)
    return chosen.join(Grant, Grant.role_id == RoleName.id).where(Grant.person_id == person_id)


def standing_of(person: Person, projects: Iterable[int]) -> Standing:
    """What a person is here; `projects` are the ids they facilitate or cover."""
    rows = _grants(person.id).all()
    project_ids = frozenset(projects)
    roles = {Role(name) for name, _ in rows}
    if project_ids:
        roles.add(Role.FACILITATOR)
    coordinated = [programme for name, programme in rows if name == Role.COORDINATOR]
    return Standing(
        person_id=person.id,
        name=person.name,
        roles=frozenset(roles),
        all_programmes=None in coordinated,
        programmes=frozenset(p for p in coordinated if p is not None),
        projects=project_ids,
        has_shortcuts=person.has_shortcuts,
    )
