"""What is asked to find who answers a form: teams, limits, turns and rules. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import aliased

from ppflow.access import Role
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.people.models import Grant, Person, RoleName
from ppflow.projects.models import Member, MemberRole, Project
from ppflow.routing.models import Rule, Turn

Plain = Mapping[str, Any]


class Turning(NamedTuple):
    """A turn that a choice uses up: of which project, and whose was the one before."""

    project_id: int
    before: int | None


@dataclass(frozen=True)
class Choice:
    """Who answers, and why in words that follow "You, ".

    Nobody means unrouted, or, `in_pool`, that whoever on the project takes it first has it.
    """

    person: Person | None
    why: str
    in_pool: bool = False
    turn: Turning | None = None


@dataclass(frozen=True)
class Team:
    """Who may answer on a project today, by role, and the most open forms each may hold."""

    roles: Mapping[MemberRole, list[Person]] = field(default_factory=dict)
    limits: Mapping[int, int] = field(default_factory=dict)

    def __getitem__(self, role: MemberRole) -> list[Person]:
        return self.roles.get(role, [])

    @property
    def everyone(self) -> list[Person]:
        return [*self[MemberRole.FACILITATOR], *self[MemberRole.DEPUTY]]


class Ruling(NamedTuple):
    """A rule with whom it names; `is_here`: they still answer forms in this programme."""

    name: str
    conditions: dict[str, Any]
    person: Person | None
    project: Project | None
    is_here: bool
    limit: int | None


class Desk:
    """What routing asks the database for one form, each thing once and only when it matters."""

    def __init__(self) -> None:
        self._teams: dict[int, Team] = {}

    def team(self, project_id: int | None) -> Team:
        """Who may answer on a project today; nobody for none."""
        if project_id is None:
            return Team()
        if project_id not in self._teams:
            self._teams[project_id] = team_of(project_id)
        return self._teams[project_id]

    def rules(self, expression: Expression) -> list[Ruling]:
        """The rules that are tried, in order; none where the programme has not switched them on."""
        programme = expression.programme
        return rulings(programme.id) if programme is not None and programme.uses_rules else []

    def turn(self, project_id: int) -> int | None:
        """Who had the last turn on a project."""
        return db.session.scalar(_TURN, {"project": project_id})

    def held(self, people: Iterable[Person]) -> dict[int, int]:
        """How many open forms each holds, of any project; from an index alone."""
        ids = sorted(person.id for person in people)
        counted = dict(db.session.execute(_HELD, {"people": ids}).all())
        return {id_: counted.get(id_, 0) for id_ in ids}

    def free(self, people: Iterable[Person], limits: Mapping[int, int]) -> list[Person]:
        """Those who may be given something new today: here, not away, and under their limit."""
        present = [person for person in people if person.is_available]
        limited = [person for person in present if person.id in limits]
        if not limited:
            return present
        held = self.held(limited)
        return [p for p in present if p.id not in limits or held[p.id] < limits[p.id]]


def team_of(project_id: int) -> Team:
    """Who may answer on a project today, first appointed first, in one statement."""
    rows = db.session.execute(_TEAM, {"project": project_id}).all()
    roles = {role: [person for its, _, person in rows if its is role] for role in MemberRole}
    return Team(roles, {person.id: most for _, most, person in rows if most is not None})


def rulings(programme_id: int) -> list[Ruling]:
    """The rules of a programme that are on, in their order, with whom they name."""
    return [Ruling(*row) for row in db.session.execute(_RULES, {"programme": programme_id})]


_TEAM: Final = (
    select(Member.role, Member.most_open, Person)
    .join(Person, Person.id == Member.person_id)
    .where(Member.project_id == bindparam("project"), Member.until_on.is_(None))
    .order_by(Member.id)
)
_TURN: Final = select(Turn.person_id).where(Turn.project_id == bindparam("project"))
_HELD: Final = (
    select(Expression.assignee_id, func.count())
    .where(Expression.assignee_id.in_(bindparam("people", expanding=True)), in_queue())
    .group_by(Expression.assignee_id)
)
_Own = aliased(Project)
_MEMBERSHIP = (
    select(func.min(Member.most_open))
    .join(_Own, _Own.id == Member.project_id)
    .where(
        Member.person_id == Rule.person_id,
        Member.until_on.is_(None),
        _Own.programme_id == Rule.programme_id,
    )
)
_COORDINATES = (
    select(Grant.id)
    .join(RoleName, RoleName.id == Grant.role_id)
    .where(
        Grant.person_id == Rule.person_id,
        RoleName.name == Role.COORDINATOR,
        or_(Grant.programme_id == Rule.programme_id, Grant.programme_id.is_(None)),
    )
)
_RULES: Final = (
    select(
        Rule.name,
        Rule.conditions,
        Person,
        Project,
        or_(
            _MEMBERSHIP.with_only_columns(Member.id).correlate(Rule).exists(),
            _COORDINATES.correlate(Rule).exists(),
        ),
        _MEMBERSHIP.correlate(Rule).scalar_subquery(),
    )
    .select_from(Rule)
    .outerjoin(Person, Person.id == Rule.person_id)
    .outerjoin(Project, Project.id == Rule.project_id)
    .where(Rule.programme_id == bindparam("programme"), Rule.is_on)
    .order_by(Rule.position, Rule.id)
)
