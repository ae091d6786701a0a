"""The cast of every story, and how they sign in.

One programme with a project that has a facilitator and a deputy, a second project with another
facilitator, and a second programme with a coordinator of its own. The outsider signs in and has
no part in anything: whatever they can see, anyone can.
"""

from __future__ import annotations

import contextvars
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import flask
import pytest
from flask import Flask
from flask_security import hash_password, login_user
from sqlalchemy import select

from ppflow import clock, keys
from ppflow.access import Role
from ppflow.db import db, writing
from ppflow.opportunities.models import (
    Format,
    Opportunity,
    OpportunityKind,
    Payment,
    Publication,
)
from ppflow.people.models import Grant, Organisation, Person, RoleName
from ppflow.programmes.models import Programme, Theme
from ppflow.projects.models import Brief, Member, MemberRole, Project, Stage
from tests.support.moments import beginning
from tests.support.pages import Visitor, let_go

PASSWORD = "seven quiet herons at dawn"


@dataclass(frozen=True)
class Staff:
    """Somebody who signs in."""

    id: int
    name: str
    email: str

    @property
    def person(self) -> Person:
        return db.session.get_one(Person, self.id)


@dataclass(frozen=True)
class Public:
    """A member of the public: they have no account, only what they type."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True)
class Thing:
    """A programme, project or opportunity, by what a test needs of it."""

    id: int
    slug: str
    title: str


@dataclass(frozen=True)
class Cast:
    contributor: Public
    facilitator: Staff
    deputy: Staff
    other_facilitator: Staff
    coordinator: Staff
    other_coordinator: Staff
    administrator: Staff
    board_member: Staff
    outsider: Staff
    programme: Thing
    other_programme: Thing
    theme: Thing
    project: Thing
    other_project: Thing
    project_elsewhere: Thing
    panel: Thing  # an involvement opportunity of the project, paid
    study: Thing  # a participation opportunity of the project
    staff_role: Thing  # for staff, on the project
    other_panel: Thing  # an involvement opportunity of the other project


CONTRIBUTOR = Public("Pat O’Neill", "pat@example.org", "07700 900123")


@cache
def _password_hash() -> str:
    return str(hash_password(PASSWORD))  # Argon2 is slow by design; once is enough


def _staff(name: str, job_role: str) -> Person:
    first = name.split()[0].lower()
    person = Person(
        name=name,
        email=f"{first}@nhs.example",
        job_role=job_role,
        password=_password_hash(),
        fs_uniquifier=keys.new_token(),
    )
    db.session.add(person)
    db.session.flush()
    return person


def _grant(person: Person, role: Role, programme: Programme | None = None) -> None:
    row = db.session.scalar(select(RoleName).where(RoleName.name == role))
    row = row or RoleName(name=role)
    db.session.add(row)
    person.grants.append(Grant(role=row, programme_id=programme.id if programme else None))


def _programme(slug: str, name: str, position: int) -> Programme:
    programme = Programme(
        slug=slug,
        name=name,
        position=position,
        strapline="Research that people shape",
        about="We bring people and researchers together.",
        how_to_join="Choose an opportunity and put your name forward.",
        accessible_formats="Ask us for large print, easy read or another language.",
        contact_label="Programme office",
        contact_email=f"{slug}@nhs.example",
        contact_phone="0121 496 0000",
        contact_hours="Monday to Friday, 9am to 5pm",
    )
    programme.themes.append(
        Theme(number=1, slug="ageing-well", title="Ageing well", summary="Living well for longer.")
    )
    db.session.add(programme)
    db.session.flush()
    return programme


def _project(programme: Programme, number: int, slug: str, title: str, lead: Person) -> Project:
    project = Project(
        programme_id=programme.id,
        theme_id=programme.themes[0].id,
        number=number,
        slug=slug,
        title=title,
        lay_summary="We want to know what helps, and we ask those who know best.",
        place="Birmingham",
        stage=Stage.DELIVERING,
        is_published=True,
        is_recruiting_staff=True,
        is_recruiting_public=True,
        looking_for="People who have been there themselves.",
        time_ask="About 2 hours a month.",
    )
    project.briefs.append(
        Brief(number=1, background="Too little is known.", aim="To find out what helps.")
    )
    project.members.append(Member(person=lead, role=MemberRole.FACILITATOR))
    db.session.add(project)
    db.session.flush()
    return project


def _opportunity(project: Project, slug: str, title: str, **facts: Any) -> Opportunity:
    today = clock.today()
    opportunity = Opportunity(
        programme_id=project.programme_id,
        project_id=project.id,
        slug=slug,
        title=title,
        publication=Publication.PUBLISHED,
        lay_summary="Help us to get this right.",
        why="People who have been there see what we miss.",
        activity="You join a small group and tell us what you think.",
        looking_for="Anyone who has stayed in hospital.",
        time_summary="4 meetings of 2 hours",
        venue="Health Research Centre",
        place="Birmingham",
        support="We meet you before you start.",
        difference="What you say changes the questions we ask.",
        hear_back="You hear from us within 5 working days.",
        how_we_choose="We look for a mix of people.",
        opens_on=today - timedelta(days=7),
        closes_on=today + timedelta(days=60),
        contact_label="Programme office",
        contact_email="office@nhs.example",
        contact_phone="0121 496 0000",
        places=6,
        **{"format": Format.HYBRID, "payment": Payment.EXPENSES_ONLY, **facts},
    )
    db.session.add(opportunity)
    db.session.flush()
    return opportunity


def _thing(row: Programme | Theme | Project | Opportunity) -> Thing:
    return Thing(row.id, row.slug, row.name if isinstance(row, Programme) else row.title)


def _who(person: Person) -> Staff:
    return Staff(person.id, person.name, person.email)


@beginning
def written_cast() -> Cast:
    with writing():
        return _write()


@pytest.fixture
def cast(written_cast: Cast) -> Cast:
    """The cast, there before anything else of the test."""
    return written_cast


def _write() -> Cast:
    here = _programme("west-midlands", "West Midlands Progression Plan", 1)
    there = _programme("elsewhere", "Elsewhere Involvement Portal", 2)
    db.session.add(Organisation(slug="heart-trust", name="Heart of England Trust", type="trust"))
    farah, dev, gwen, oskar, cora, owen, ada, bea, una = (
        _staff("Farah Aziz", "Research nurse"),
        _staff("Dev Patel", "Research nurse"),
        _staff("Gwen Hughes", "Physiotherapist"),
        _staff("Oskar Lind", "Dietitian"),
        _staff("Cora Bell", "Programme coordinator"),
        _staff("Owen Reid", "Portal coordinator"),
        _staff("Ada Moss", "Systems administrator"),
        _staff("Bea Stone", "Board member"),
        _staff("Una Quist", "Visitor"),
    )
    _grant(cora, Role.COORDINATOR, here)
    _grant(owen, Role.COORDINATOR, there)
    _grant(ada, Role.ADMINISTRATOR)
    _grant(bea, Role.BOARD)
    sleep = _project(here, 1, "better-sleep", "Better sleep on wards", farah)
    sleep.members.append(Member(person=dev, role=MemberRole.DEPUTY))
    falls = _project(here, 2, "fewer-falls", "Fewer falls at home", gwen)
    meals = _project(there, 1, "better-meals", "Better meals", oskar)
    panel = _opportunity(
        sleep, "sleep-panel", "Join our sleep panel", kind=OpportunityKind.INVOLVEMENT,
        payment=Payment.PER_HOUR, amount_gbp=27.5, payment_unit="an hour",
    )  # fmt: skip
    study = _opportunity(
        sleep, "sleep-study", "Take part in a sleep study", kind=OpportunityKind.PARTICIPATION,
        ethics_reference="26/WM/0001", min_age=18,
    )  # fmt: skip
    staff_role = _opportunity(
        sleep, "sleep-champion", "Be a sleep champion on your ward",
        kind=OpportunityKind.STAFF_PROJECT_ROLE, payment=Payment.EMPLOYER_TIME,
    )  # fmt: skip
    other_panel = _opportunity(
        falls, "falls-panel", "Join our falls panel", kind=OpportunityKind.INVOLVEMENT
    )
    return Cast(
        contributor=CONTRIBUTOR,
        facilitator=_who(farah),
        deputy=_who(dev),
        other_facilitator=_who(gwen),
        coordinator=_who(cora),
        other_coordinator=_who(owen),
        administrator=_who(ada),
        board_member=_who(bea),
        outsider=_who(una),
        programme=_thing(here),
        other_programme=_thing(there),
        theme=_thing(here.themes[0]),
        project=_thing(sleep),
        other_project=_thing(falls),
        project_elsewhere=_thing(meals),
        panel=_thing(panel),
        study=_thing(study),
        staff_role=_thing(staff_role),
        other_panel=_thing(other_panel),
    )


def sign_in(client: Visitor, staff: Staff) -> Visitor:
    """Sign somebody in, by a session row as signing in makes one; the form has tests of its own.

    For two people at once use two clients: `new_visitor(app)` makes another.
    """
    let_go()
    session = contextvars.Context().run(_signed_in_session, client.application, staff.id)
    # In a context of its own: its end must not change what the test's own queries may do.
    contextvars.Context().run(_keep_cookie, client, session)
    return client


def _keep_cookie(client: Visitor, session: dict[str, Any]) -> None:
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update(session)


def _signed_in_session(app: Flask, person_id: int) -> dict[str, Any]:
    with app.test_request_context("/sign-in"), writing():
        assert login_user(db.session.get_one(Person, person_id))
        return dict(flask.session)
