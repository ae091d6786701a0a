"""An empty installation: a coordinator writes a programme, a sixth theme, a project, an advert."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock, events
from ppflow.access import Role
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.opportunities.models import Opportunity
from ppflow.people import acts as people
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project
from tests.support.cast import Staff, sign_in
from tests.support.pages import Page, Visitor, new_visitor


@pytest.fixture
def cora(app: Flask) -> Staff:
    """A coordinator of all programmes, where there is none yet."""
    with writing():
        person = people.add("Cora Bell", "cora@nhs.example", [Role.COORDINATOR], by=events.SYSTEM)
    return Staff(person.id, person.name, person.email)


def day(name: str, ahead: int) -> dict[str, str]:
    """A day so far ahead, as three boxes."""
    value = clock.today() + timedelta(days=ahead)
    return {f"{name}-{part}": str(getattr(value, part)) for part in ("day", "month", "year")}


def add_programme(client: Visitor) -> Page:
    return client.visit("/programmes/new").submit(
        {
            "name": "Black Country Research",
            "strapline": "Research that people shape",
            "contact_label": "Research office",
            "contact_email": "research@nhs.example",
            "contact_phone": "0121 496 0000",
            "is_published": "yes",
        },
        button="Add the programme",
    )


def test_everything_from_nothing(client: Visitor, app: Flask, cora: Staff) -> None:
    sign_in(client, cora)
    home = add_programme(client)
    assert home.path == "/programmes/black-country-research"
    for number in range(1, 7):
        client.visit("/programmes/black-country-research/themes/new").submit(
            {"title": f"Theme about sleep {number}"}, button="Add the theme"
        )
    programme = db.session.scalars(select(Programme)).one()
    assert [theme.number for theme in programme.themes] == [1, 2, 3, 4, 5, 6]

    sixth = programme.themes[5]
    people_page = client.visit("/projects/new").submit(
        {
            "title": "Quieter wards",
            "theme_id": str(sixth.id),
            "lay_summary": "We try what helps people to sleep.",
            "organisation_names": "Walsall Trust\n- Dudley College",
            "is_recruiting_staff": "yes",
            "is_published": "yes",
        },
        button="Add the project",
    )
    assert people_page.path == "/projects/quieter-wards/members/edit"
    people_page.submit({"facilitator": str(cora.id)}, button="Save")
    project = db.session.scalars(select(Project)).one()
    assert (project.number, project.theme_id) == (1, sixth.id)
    assert [each.name for each in project.organisations] == ["Dudley College", "Walsall Trust"]

    edit = client.visit("/opportunities/new").submit(
        {
            "project_id": str(project.id),
            "title": "Join our quiet nights group",
            "kind": "involvement",
            "lay_summary": "Tell us what keeps you awake.",
            "format": "online",
            "payment": "none",
        },
        button="Add the draft",
    )
    assert edit.path == "/opportunities/join-our-quiet-nights-group/edit"
    public = new_visitor(app)
    public.visit("/opportunities/join-our-quiet-nights-group", status=404)
    edit.submit(
        {
            "how_we_choose": "First come.",
            "accessibility": "Captions\nA quiet room",
            **day("closes_on", 30),
            **day("decision_by", 40),
        },
        button="Save",
    )
    list_ = client.visit("/opportunities/join-our-quiet-nights-group/publication")
    assert "To do" not in list_.text
    advert = list_.submit(button="Publish")
    assert "Everyone can see it" in advert.text

    assert "Tell us what keeps you awake" in public.visit(advert.path).text
    assert "Join our quiet nights group" in public.visit("/opportunities?q=quiet").text
    assert "Quieter wards" in public.visit("/projects?q=walsall").text
    assert "Theme about sleep 6" in public.visit("/programmes/black-country-research").text
    opportunity = db.session.scalars(select(Opportunity)).one()
    assert opportunity.contact_email == "research@nhs.example"
    assert _verbs(opportunity.event_subject) == ["add", "edit", "publish"]


def _verbs(subject: str) -> list[str]:
    rows = select(Event.verb).where(Event.subject == subject).order_by(Event.id)
    return list(db.session.scalars(rows))


def test_an_administrator_adds_a_programme_and_others_do_not(
    client: Visitor, app: Flask, cora: Staff
) -> None:
    with writing():
        ada = people.add("Ada Moss", "ada@nhs.example", [Role.ADMINISTRATOR], by=events.SYSTEM)
        db.session.flush()
        first = Programme(slug="first", name="First")
        db.session.add(first)
        db.session.flush()
        owen = people.add(
            "Owen Reid", "owen@nhs.example", [Role.COORDINATOR],
            programmes=[first.id], by=events.SYSTEM,
        )  # fmt: skip
    sign_in(client, Staff(owen.id, owen.name, owen.email))
    client.visit("/programmes/new", status=403)
    sign_in(client, Staff(ada.id, ada.name, ada.email))
    add_programme(client)
    client.visit("/programmes/black-country-research/edit", status=403)
    names = db.session.scalars(select(Programme.name).order_by(Programme.position)).all()
    assert names == ["First", "Black Country Research"]


def test_addresses_are_made_of_titles_and_never_clash(client: Visitor, cora: Staff) -> None:
    sign_in(client, cora)
    add_programme(client)
    for title in ("New", "New", "Über <b>Bäder</b> & Pat's"):
        client.visit("/projects/new").submit(
            {"title": title, "is_published": "yes"}, button="Add the project"
        )
    projects = db.session.scalars(select(Project).order_by(Project.number)).all()
    assert [each.slug for each in projects] == ["new-2", "new-3", "uber-b-bader-b-pats"]
    page = client.visit("/projects/uber-b-bader-b-pats")
    assert page.heading == "Über <b>Bäder</b> & Pat's"


def test_the_first_project_needs_a_programme(client: Visitor, cora: Staff) -> None:
    sign_in(client, cora)
    assert "Add a programme first" in client.visit("/projects/new").text
    page = client.visit("/opportunities/new")
    assert "No project yet" in page.text
    assert "programme" in page.follow("Add a project").text


def test_a_draft_programme_is_edited_before_anybody_sees_it(client: Visitor, cora: Staff) -> None:
    sign_in(client, cora)
    page = client.visit("/programmes/new").submit({"name": "Not yet"}, button="Add the programme")
    assert page.path == "/programmes/not-yet/edit"
    client.visit("/programmes/not-yet", status=404)
    page = page.submit({"about": "Soon."}, button="Save")
    assert page.path == "/programmes/not-yet/edit"
    assert db.session.scalars(select(Programme)).one().about == "Soon."
    assert db.session.scalars(select(Person)).one().name == "Cora Bell"
