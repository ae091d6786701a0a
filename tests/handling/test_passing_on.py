"""A form is passed on to whoever may see it, and never out of its programme without the person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ppflow import clock
from ppflow.db import db, writing
from ppflow.errors import NotComplete
from ppflow.expressions.models import Expression
from ppflow.handling import acts as handling
from ppflow.people.models import Person
from ppflow.projects.models import Project, Strategy
from tests.deciding.looking import address, letters
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Staff, Thing
from tests.support.pages import Page
from tests.triage.conftest import SignedIn


def person(staff: Staff) -> Person:
    return db.session.get_one(Person, staff.id)


def project(thing: Thing) -> Project:
    return db.session.get_one(Project, thing.id)


def offered(page: Page, name: str) -> list[str]:
    """The values that can be chosen."""
    return [str(o["value"]) for o in page.soup.select(f"select[name={name}] option") if o["value"]]


def test_only_projects_of_its_programme_and_people_who_may_see_it(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """Whoever sees the health answers of a form changes with its programme: only they decide."""
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "pass_on"))
    people = [f"person-{each.id}" for each in (cast.deputy, cast.coordinator)]
    assert offered(page, "to") == [*people, f"project-{cast.other_project.id}"]
    assert "they decide if their form goes there" in page.text


def test_a_forged_choice_is_refused(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "pass_on"))
    for forged in (f"project-{cast.project_elsewhere.id}", f"person-{cast.outsider.id}"):
        refused = page.submit({"to": forged}, button="Show the email", status=422)
        assert refused.errors == ["Choose one of the list."]


def test_the_door_itself_refuses(cast: Cast, register: Register) -> None:
    """Whatever page or act on many asks for it."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    elsewhere = project(cast.project_elsewhere)
    with pytest.raises(NotComplete, match="another programme"), writing():
        handling.pass_on(rosa, by=farah, to=elsewhere.members[0].person, project=elsewhere)
    for stranger in (cast.outsider, cast.other_facilitator, cast.administrator):
        with pytest.raises(NotComplete, match="may not see this form"), writing():
            handling.pass_on(rosa, by=farah, to=person(stranger))
        with pytest.raises(NotComplete, match="may not see this form"), writing():
            handling.give(rosa, person(stranger), by=farah)
    db.session.refresh(rosa)
    assert (rosa.assignee_id, rosa.version) == (cast.facilitator.id, 1)


def test_a_form_for_a_study_stays_with_its_study_team(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.study, sealed={"condition": "Parkinson's"})
    page = as_staff(cast.facilitator).visit(address(rosa, "pass_on"))
    assert not [value for value in offered(page, "to") if value.startswith("project-")]
    cora, other = standing(cast.coordinator), project(cast.other_project)
    with pytest.raises(NotComplete, match="names one study team"), writing():
        handling.pass_on(rosa, by=cora, to=person(cast.other_facilitator), project=other)


def test_the_person_reads_where_their_form_goes(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    cora, other = standing(cast.coordinator), project(cast.other_project)
    with writing():
        handling.pass_on(rosa, by=cora, to=person(cast.other_facilitator), project=other)
    (letter,) = letters(rosa, "expression-passed-on")
    assert f"Your form now goes to the project “{cast.other_project.title}”" in letter.body
    assert cast.other_project.title not in letter.subject


def test_who_takes_a_form_over_says_i(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    """“Ben will answer you. They are a better person to help you”, signed: Ben."""
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.coordinator).visit(address(rosa, "pass_on"))
    page = page.submit({"to": f"person-{cast.coordinator.id}"}, button="Show the email")
    assert "I will answer your form from now on." in page.text
    assert "better person" not in page.text


def test_a_project_that_takes_turns_or_shares_a_pool_can_be_chosen(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """A pool was called a project where nobody can take it: its facilitator does."""
    for strategy in (Strategy.POOL, Strategy.ROUND_ROBIN):
        with writing():
            project(cast.other_project).strategy = strategy
        rosa = register("Rosa Reed", cast.panel)
        browser = as_staff(cast.facilitator)
        page = browser.visit(address(rosa, "pass_on"))
        page = page.submit({"to": f"project-{cast.other_project.id}"}, button="Show the email")
        page.submit(button="Pass on and send 1 email")
        db.session.refresh(rosa)
        assert rosa.assignee_id == cast.other_facilitator.id


def test_nobody_there_can_take_it(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    away(cast.other_facilitator)
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "pass_on"))
    to = {"to": f"project-{cast.other_project.id}"}
    refused = page.submit(to, button="Show the email", status=422)
    assert refused.errors == ["Nobody on that project can take it now. Choose a person."]
    assert still_there(rosa, cast)


def away(staff: Staff) -> None:
    with writing():
        somebody = person(staff)
        somebody.away_from_on = clock.today() - timedelta(days=1)
        somebody.away_until_on = clock.today() + timedelta(days=7)


def still_there(rosa: Expression, cast: Cast) -> bool:
    db.session.refresh(rosa)
    return (rosa.project_id, rosa.assignee_id) == (cast.project.id, cast.facilitator.id)
