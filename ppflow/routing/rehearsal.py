"""A dry run of the rules over the forms of the last 90 days. Nothing is written.

It shows the steady state: as if nobody were away and nobody had too many forms. Turns and numbers
of open forms begin at nothing and are counted up from form to form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, load_only, raiseload

from ppflow import clock
from ppflow.answers.models import Answers
from ppflow.db import db
from ppflow.expressions.models import Assignment, Expression
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Member, MemberRole, Project
from ppflow.routing.queries import Choice, Desk, Ruling, Team, rulings
from ppflow.routing.strategies import TAKEN_FIRST, choose

DAYS: Final = 90
MOST: Final = 1000  # forms, the newest
SHOWN: Final = 50  # of those that would go elsewhere
NOBODY: Final = "The coordinators"
POOL: Final = "Whoever takes it first"


class Change(NamedTuple):
    """A form that would go elsewhere: who had it first, who would have it, and why."""

    reference: str
    was: str
    would: str
    why: str


@dataclass(frozen=True)
class Rehearsal:
    """How many forms were tried, (who, then, now) for each who gets some, and what changes."""

    tried: int
    is_all: bool
    shares: list[tuple[str, int, int]]
    by_rule: int
    changed: int
    changes: list[Change]


class Imagined(Desk):
    """A desk that knows everybody at once and remembers what it gave out."""

    def __init__(self, rules: list[Ruling], teams: Mapping[int, Team]) -> None:
        super().__init__()
        self._rules, self._teams = rules, dict(teams)
        self._turns: dict[int, int] = {}
        self._held: Counter[int] = Counter()

    def team(self, project_id: int | None) -> Team:
        return self._teams.get(project_id, Team()) if project_id else Team()

    def rules(self, expression: Expression) -> list[Ruling]:
        return self._rules  # also while they are switched off: that is when one tries them

    def turn(self, project_id: int) -> int | None:
        return self._turns.get(project_id)

    def held(self, people: Iterable[Person]) -> dict[int, int]:
        return {person.id: self._held[person.id] for person in people}

    def free(self, people: Iterable[Person], limits: Mapping[int, int]) -> list[Person]:
        return [person for person in people if person.active]

    def remember(self, choice: Choice) -> None:
        """What was given out counts for the next form."""
        if choice.person is not None:
            self._held[choice.person.id] += 1
            if choice.turn is not None:
                self._turns[choice.turn.project_id] = choice.person.id


def rehearse(programme: Programme) -> Rehearsal:
    """Try the rules that are on over the newest forms; statements do not grow with the forms."""
    rules = rulings(programme.id)
    forms = list(db.session.scalars(_forms(programme.id)).unique())
    is_all = len(forms) <= MOST
    forms = sorted(forms[:MOST], key=lambda form: (form.received_at, form.id))
    ids = [form.id for form in forms]
    plain, firsts = _plain_of(ids, rules), _firsts_of(ids)
    desk = Imagined(rules, _teams({form.project_id for form in forms}, rules))
    then, now, changes, by_rule = Counter[str](), Counter[str](), [], 0
    for form in forms:
        choice = choose(form, desk, plain.get(form.id, {}))
        desk.remember(choice)
        was, would = firsts.get(form.id, NOBODY), _name(choice)
        then[was] += 1
        now[would] += 1
        by_rule += "rule “" in choice.why
        if was != would:
            changes.append(Change(form.reference, was, would, choice.why))
    shares = [(who, then[who], now[who]) for who in sorted({*then, *now})]
    newest = list(reversed(changes))[:SHOWN]
    return Rehearsal(len(forms), is_all, shares, by_rule, len(changes), newest)


def _name(choice: Choice) -> str:
    if choice.person is not None:
        return choice.person.name
    return POOL if choice.in_pool else NOBODY


def _forms(programme_id: int) -> Select[Expression]:
    """The newest forms with what routing reads of them; one more than are tried."""
    since = clock.now() - timedelta(days=DAYS)
    project = joinedload(Expression.project).load_only(
        Project.title, Project.strategy, Project.place, Project.theme_id
    )
    advert = joinedload(Expression.opportunity).load_only(Opportunity.topics, Opportunity.place)
    return (
        select(Expression)
        .where(
            Expression.programme_id == programme_id,
            Expression.received_at >= since,
            Expression.set_aside_at.is_(None),
            Expression.erased_at.is_(None),
        )
        .order_by(Expression.received_at.desc(), Expression.id.desc())
        .limit(MOST + 1)
        .options(
            load_only(
                Expression.reference, Expression.kind, Expression.source, Expression.has_needs,
                Expression.received_at, Expression.project_id, Expression.opportunity_id,
            ),
            project.joinedload(Project.theme),
            advert.joinedload(Opportunity.named_person),
            raiseload(Expression.programme),
        )
    )  # fmt: skip


def _plain_of(ids: list[int], rules: list[Ruling]) -> dict[int, dict[str, Any]]:
    """Their newest answers in the open, by form; not read where there is no rule."""
    if not rules:
        return {}
    chosen = select(Answers.expression_id, Answers.plain).where(Answers.expression_id.in_(ids))
    rows = db.session.execute(chosen.order_by(Answers.number))
    return {row.expression_id: row.plain for row in rows}


def _firsts_of(ids: list[int]) -> dict[int, str]:
    """Who was given each form first, by name, or where it waited."""
    first = (
        select(func.min(Assignment.id))
        .where(Assignment.expression_id.in_(ids))
        .group_by(Assignment.expression_id)
    )
    chosen = (
        select(Assignment.expression_id, Assignment.why, Person.name)
        .outerjoin(Person, Person.id == Assignment.person_id)
        .where(Assignment.id.in_(first))
    )
    return {
        row.expression_id: row.name or (POOL if row.why == TAKEN_FIRST else NOBODY)
        for row in db.session.execute(chosen)
    }


def _teams(projects: set[int | None], rules: list[Ruling]) -> dict[int, Team]:
    """The people of every project concerned, in one statement."""
    wanted = {each for each in projects if each}
    wanted |= {rule.project.id for rule in rules if rule.project is not None}
    chosen = (
        select(Member.project_id, Member.role, Person)
        .join(Person, Person.id == Member.person_id)
        .where(Member.project_id.in_(wanted), Member.until_on.is_(None))
        .order_by(Member.id)
    )
    found: dict[int, dict[MemberRole, list[Person]]] = {}
    for project_id, role, person in db.session.execute(chosen):
        found.setdefault(project_id, {}).setdefault(role, []).append(person)
    return {project_id: Team(roles) for project_id, roles in found.items()}
