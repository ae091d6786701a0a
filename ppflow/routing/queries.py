"""Who would answer a form, and why. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from ppflow.expressions.models import Expression
from ppflow.people.models import Person
from ppflow.projects.models import MemberRole
from ppflow.projects.queries import team_now


@dataclass(frozen=True)
class Choice:
    """Who answers, and why in words that follow "You, "; nobody means unrouted."""

    person: Person | None
    why: str


Team = dict[MemberRole, list[Person]]


def team_of(expression: Expression) -> Team:
    """Who may answer on its project today, by role."""
    if expression.project_id is None:
        return {role: [] for role in MemberRole}
    return team_now(expression.project_id)


def choose(expression: Expression, team: Team | None = None) -> Choice:
    """The first step that yields somebody available wins. Writes nothing."""
    team = team_of(expression) if team is None else team
    named = expression.opportunity.named_person if expression.opportunity else None
    deputies = team[MemberRole.DEPUTY]
    if named is not None:
        choice = _available(named, deputies, "because you are named on this opportunity")
        if choice is not None:
            return choice
    if expression.project_id is None:
        return Choice(None, "it is not about one project, so the coordinators have it")
    for facilitator in team[MemberRole.FACILITATOR]:
        choice = _available(facilitator, deputies, "because you facilitate this project")
        if choice is not None:
            return choice
    for deputy in deputies:
        if deputy.is_available:
            return Choice(deputy, "because you are the deputy and nobody else is available")
    return Choice(None, "nobody on the project is available, so the coordinators have it")


def _available(person: Person, deputies: list[Person], why: str) -> Choice | None:
    if person.is_available:
        return Choice(person, why)
    for deputy in deputies:
        if deputy.is_available and deputy.id != person.id:
            away = "is away" if person.active else "has left"
            return Choice(deputy, f"because you cover for {person.name}, who {away}")
    return None
