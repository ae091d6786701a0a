"""What the stories of routing share: somebody signed in, more colleagues, and rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ppflow import keys
from ppflow.db import db, writing
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Member, MemberRole, Project, Strategy
from ppflow.routing.models import Rule
from tests.support.cast import Cast, Thing
from tests.support.statements import Statements as Statements
from tests.triage.conftest import as_staff as as_staff
from tests.triage.conftest import statements as statements

Colleague = Callable[..., Person]
Ruled = Callable[..., Rule]


@pytest.fixture
def colleague(cast: Cast) -> Colleague:
    """One more on the project: `colleague("Ivy Chan", most_open=2)`."""

    def add(
        name: str, role: MemberRole = MemberRole.FACILITATOR, most_open: int | None = None
    ) -> Person:
        with writing():
            first = name.split()[0].lower()
            person = Person(name=name, email=f"{first}@nhs.example", fs_uniquifier=keys.new_token())
            member = Member(
                project_id=cast.project.id, person=person, role=role, most_open=most_open
            )
            db.session.add(member)
        return person

    return add


@pytest.fixture
def ruled(cast: Cast) -> Ruled:
    """A rule, last in order, of the programme with its rules switched on.

    `ruled("Leeds", {"area": ["LS"]}, person_id=cast.deputy.id)`; without a person or project it
    gives forms to the coordinators.
    """

    def add(name: str, conditions: dict[str, list[str]] | None = None, **columns: Any) -> Rule:
        with writing():
            db.session.get_one(Programme, cast.programme.id).uses_rules = True
            last = db.session.query(Rule).count()
            rule = Rule(
                programme_id=cast.programme.id,
                position=last + 1,
                name=name,
                conditions=conditions or {},
                changed_by_id=cast.coordinator.id,
                **columns,
            )
            db.session.add(rule)
        return rule

    return add


def gives(thing: Thing, strategy: Strategy) -> None:
    """How a project gives out its forms, from now on."""
    with writing():
        db.session.get_one(Project, thing.id).strategy = strategy


def limit(person_id: int, most: int) -> None:
    """No new form for this person while they hold so many."""
    with writing():
        for member in db.session.query(Member).filter_by(person_id=person_id):
            member.most_open = most
