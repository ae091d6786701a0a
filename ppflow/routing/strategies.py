"""Who would answer a form, and why: the order of design.md 5. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ppflow.db import db
from ppflow.expressions.models import Expression, Source
from ppflow.people.models import Person
from ppflow.projects.models import MemberRole, Project, Strategy
from ppflow.routing.queries import Choice, Desk, Plain, Ruling, Team, Turning
from ppflow.routing.workflow import NO, YES, Facts, Field, fits, tidy_area

TAKEN_FIRST: Final = "whoever on the project takes it first has it"


def choose(expression: Expression, desk: Desk | None = None, plain: Plain | None = None) -> Choice:
    """The first step that yields somebody available wins (design.md 5). Writes nothing.

    `plain`: the answers that are not encrypted, of a form whose answers are not written yet.
    """
    desk = desk or Desk()
    team = desk.team(expression.project_id)
    named = expression.opportunity.named_person if expression.opportunity else None
    if named is not None:
        why = "because you are named on this opportunity"
        choice = _available(named, team.limits.get(named.id), team, desk, why)
        if choice is not None:
            return choice
    choice = _by_rules(expression, team, desk, plain)
    if choice is not None:
        return choice
    if expression.project_id is None:
        return Choice(None, "it is not about one project, so the coordinators have it")
    project = expression.project or db.session.get_one(Project, expression.project_id)
    choice = STRATEGIES[project.strategy](project, team, desk, "this project")
    if choice is not None:
        return choice
    return Choice(None, "nobody on the project is available, so the coordinators have it")


def choose_on(project: Project) -> Choice:
    """Who of a project answers a form that is passed on to it; of a pool its facilitator."""
    desk = Desk()
    is_pool = project.strategy is Strategy.POOL
    strategy = STRATEGIES[Strategy.LEAD if is_pool else project.strategy]
    found = strategy(project, desk.team(project.id), desk, "this project")
    return found or Choice(None, "nobody on the project is available")


def _by_rules(expression: Expression, team: Team, desk: Desk, plain: Plain | None) -> Choice | None:
    rules = desk.rules(expression)
    if not rules:
        return None
    facts = facts_of(expression, plain)
    for rule in rules:
        if fits(rule.conditions, facts):
            choice = _ruled(rule, team, desk)
            if choice is not None:
                return choice
    return None


def _ruled(rule: Ruling, team: Team, desk: Desk) -> Choice | None:
    said = f"rule “{rule.name}”"
    if rule.project is not None:
        # A pool is open to its own project's people only: elsewhere its facilitator answers.
        strategy = rule.project.strategy
        strategy = Strategy.LEAD if strategy is Strategy.POOL else strategy
        theirs, where = desk.team(rule.project.id), f"“{rule.project.title}”, by {said}"
        return STRATEGIES[strategy](rule.project, theirs, desk, where)
    if rule.person is None:
        return Choice(None, f"the {said} gives it to the coordinators")
    if not rule.is_here:
        return None
    return _available(rule.person, rule.limit, team, desk, f"because the {said} names you")


def _available(
    person: Person, limit: int | None, team: Team, desk: Desk, why: str
) -> Choice | None:
    """This person, or a deputy of the form's project for them: one hop."""
    limits = team.limits if limit is None else {**team.limits, person.id: limit}
    deputies = [each for each in team[MemberRole.DEPUTY] if each.id != person.id]
    free = desk.free([person, *deputies], limits)
    if not free:
        return None
    if free[0] is person:
        return Choice(person, why)
    return Choice(free[0], f"because you cover for {person.name}, who {_trouble(person)}")


def _trouble(person: Person) -> str:
    if not person.active:
        return "has left"
    return "is away" if person.is_away() else "has as many forms as they can take"


Strategist = Callable[[Project, Team, Desk, str], Choice | None]


def _lead(project: Project, team: Team, desk: Desk, where: str) -> Choice | None:
    for person in team[MemberRole.FACILITATOR]:
        choice = _available(
            person, team.limits.get(person.id), team, desk, f"because you facilitate {where}"
        )
        if choice is not None:
            return choice
    free = desk.free(team[MemberRole.DEPUTY], team.limits)
    why = "because you are the deputy and nobody else is available"
    return Choice(free[0], why) if free else None


def _round_robin(project: Project, team: Team, desk: Desk, where: str) -> Choice | None:
    free = sorted(desk.free(team.everyone, team.limits), key=lambda person: person.id)
    if not free:
        return None
    before = desk.turn(project.id)
    person = next((each for each in free if before is not None and each.id > before), free[0])
    why = f"because it is your turn on {where}"
    return Choice(person, why, turn=Turning(project.id, before))


def _least_open(project: Project, team: Team, desk: Desk, where: str) -> Choice | None:
    free = desk.free(team.everyone, team.limits)
    if not free:
        return None
    held = desk.held(free)
    person = min(free, key=lambda each: (held[each.id], each.id))
    return Choice(person, f"because you have the fewest open forms on {where}")


def _pool(project: Project, team: Team, desk: Desk, where: str) -> Choice | None:
    if not desk.free(team.everyone, team.limits):
        return None
    return Choice(None, TAKEN_FIRST, in_pool=True)


STRATEGIES: Final[Mapping[Strategy, Strategist]] = {
    Strategy.LEAD: _lead,
    Strategy.ROUND_ROBIN: _round_robin,
    Strategy.LEAST_OPEN: _least_open,
    Strategy.POOL: _pool,
}


def facts_of(expression: Expression, plain: Plain | None = None) -> Facts:
    """What a rule may ask of a form. `plain` as for `choose`; else its newest answers are read."""
    if plain is None:
        plain = expression.answers[0].plain if expression.answers else {}
    project, opportunity = expression.project, expression.opportunity
    theme = project.theme.slug if project and project.theme else plain.get("theme")
    thing = opportunity or project
    return {
        Field.KIND: frozenset({expression.kind}),
        Field.PROJECT: _known(project and str(project.id)),
        Field.THEME: _known(theme),
        Field.OPPORTUNITY: _known(opportunity and str(opportunity.id)),
        Field.TOPIC: frozenset(opportunity.topics if opportunity else ()),
        Field.PLACE: _known(thing and thing.place),
        Field.AREA: _known(tidy_area(str(plain.get("area") or ""))),
        Field.SOURCE: frozenset({(expression.source or Source.WEB).value}),
        Field.NEEDS: frozenset({YES if expression.has_needs else NO}),
    }


def _known(value: Any) -> frozenset[str]:
    return frozenset({value}) if value else frozenset()
