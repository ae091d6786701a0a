"""An administrator keeps people and roles; everybody keeps their own away dates and password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from ppflow import clock
from ppflow.access import Role
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.people import acts
from ppflow.people.models import Person
from tests.support.arrivals import Register, standing
from tests.support.cast import PASSWORD, Cast, sign_in
from tests.support.pages import Visitor, new_visitor


def day_fields(name: str, days_ahead: int) -> dict[str, str]:
    day = clock.today() + timedelta(days=days_ahead)
    return {
        f"{name}-day": str(day.day),
        f"{name}-month": str(day.month),
        f"{name}-year": str(day.year),
    }


def test_a_facilitator_says_when_they_are_away_and_the_deputy_gets_new_forms(
    client: Visitor, cast: Cast, register: Register
) -> None:
    page = sign_in(client, cast.facilitator).visit("/settings")
    dates = {**day_fields("since", 0), **day_fields("until", 3)}
    page = page.submit(dates, button="Keep these dates")
    assert "Your away dates are kept." in page.text
    assert register("Rosa Reed", cast.panel).assignee_id == cast.deputy.id


def test_whoever_is_away_reads_where_nobody_is_there(client: Visitor, cast: Cast) -> None:
    nobody = "Nobody else is there for you"
    page = sign_in(client, cast.deputy).visit("/settings")
    assert nobody not in page.text
    page = page.submit(
        {**day_fields("since", 5), **day_fields("until", 9)}, button="Keep these dates"
    )
    assert nobody not in page.text  # the facilitator is there
    page = sign_in(client, cast.facilitator).visit("/settings")
    for since, until, is_said in ((0, 4, False), (0, 5, True), (9, 20, True), (10, 20, False)):
        dates = {**day_fields("since", since), **day_fields("until", until)}
        page = page.submit(dates, button="Keep these dates")
        assert (nobody in page.text) is is_said, (since, until)
    open_end = {f"until-{part}": "" for part in ("day", "month", "year")}
    page = page.submit({**day_fields("since", 1), **open_end}, button="Keep these dates")
    assert nobody in page.text
    assert cast.project.title in page.text
    nothing = {f"since-{part}": "" for part in ("day", "month", "year")}
    assert nobody not in page.submit(nothing, button="Keep these dates").text


def test_away_dates_in_the_wrong_order_are_said_and_kept(client: Visitor, cast: Cast) -> None:
    page = sign_in(client, cast.facilitator).visit("/settings")
    dates = {**day_fields("since", 5), **day_fields("until", 2)}
    page = page.submit(dates, button="Keep these dates", status=422)
    assert page.errors == ["Enter a last day that is not before the first day."]
    assert page.soup.find(attrs={"name": "since-day"})["value"] == dates["since-day"]


def test_an_administrator_adds_a_coordinator_who_can_sign_in(
    app: object, client: Visitor, cast: Cast
) -> None:
    page = sign_in(client, cast.administrator).visit("/settings/people").follow("Add a person")
    page = page.submit(
        {
            "name": "Ines Ray", "email": "Ines@nhs.example", "roles": ["coordinator"],
            "programmes": [str(cast.programme.id)],
        },
        button="Add this person",
    )  # fmt: skip
    first = page.soup.select_one(".pp-numbers").text
    ines = db.session.scalars(select(Person).where(Person.email == "ines@nhs.example")).one()
    assert standing(ines).programmes == {cast.programme.id}
    visitor = new_visitor(client.application)
    page = visitor.visit("/sign-in").submit(
        {"email": "ines@nhs.example", "password": first}, button="Sign in"
    )
    assert page.heading == "What waits for me"


def test_a_second_person_with_one_address_is_refused_with_the_text_kept(
    client: Visitor, cast: Cast
) -> None:
    page = sign_in(client, cast.administrator).visit("/settings/people/new")
    page = page.submit(
        {"name": "Twin", "email": cast.facilitator.email}, button="Add this person", status=422
    )
    assert len(page.errors) == 1
    assert page.soup.find(attrs={"name": "name"})["value"] == "Twin"


def test_a_change_of_roles_signs_the_person_out(client: Visitor, cast: Cast) -> None:
    there = sign_in(new_visitor(client.application), cast.coordinator)
    assert there.visit("/home").heading == "What waits for me"
    page = sign_in(client, cast.administrator).visit(f"/settings/people/{cast.coordinator.id}")
    page.submit({"roles": ["board"]}, button="Keep this")
    assert there.visit("/home").heading == "Sign in"
    assert standing(cast.coordinator).roles == {Role.BOARD}


def test_somebody_who_leaves_hands_over_in_the_same_act(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    gone = sign_in(new_visitor(client.application), cast.facilitator)
    page = sign_in(client, cast.administrator).visit(f"/settings/people/{cast.facilitator.id}")
    page = page.follow("End their access")
    page = page.submit({"sure": "yes", "taker": str(cast.deputy.id)}, button="Continue")
    assert "Forms moved: 1." in page.text
    db.session.refresh(rosa)
    assert rosa.assignee_id == cast.deputy.id
    assert gone.visit("/home").heading == "Sign in"
    verbs = db.session.scalars(
        select(Event.verb).where(Event.subject == cast.facilitator.person.event_subject)
    ).all()
    assert "deactivate" in verbs


def test_the_list_finds_people_by_word_and_role(client: Visitor, cast: Cast) -> None:
    visitor = sign_in(client, cast.administrator)
    page = visitor.visit("/settings/people?q=physio")
    assert "1 person" in page.text
    assert cast.other_facilitator.name in page.text
    assert cast.coordinator.name in visitor.visit("/settings/people?role=coordinator").text
    assert "Nobody fits" in visitor.visit("/settings/people?q=zzz").text


def test_only_administrators_keep_people(client: Visitor, cast: Cast) -> None:
    for staff in (cast.coordinator, cast.facilitator, cast.board_member):
        answer = sign_in(client, staff).get("/settings/people")
        assert answer.status_code == 403


@pytest.mark.sqlite_only
def test_a_password_is_changed_with_the_present_one(client: Visitor, cast: Cast) -> None:
    page = sign_in(client, cast.facilitator).visit("/settings/password")
    page = page.submit(
        {"present": "wrong", "new": "a new long one 123"}, button="Change it", status=422
    )
    assert page.errors == ["This is not your present password."]
    page = page.submit({"present": PASSWORD, "new": "short"}, button="Change it", status=422)
    assert page.errors == ["Use 12 characters or more."]
    page = page.submit({"present": PASSWORD, "new": "a new long one 123"}, button="Change it")
    assert page.heading == "Sign in"
    page = page.submit(
        {"email": cast.facilitator.email, "password": "a new long one 123"}, button="Sign in"
    )
    assert page.heading == "What waits for me"


@pytest.mark.sqlite_only
def test_nobody_takes_the_last_administrator_from_themselves(client: Visitor, cast: Cast) -> None:
    page = sign_in(client, cast.administrator).visit(f"/settings/people/{cast.administrator.id}")
    page = page.submit({"roles": []}, button="Keep this", status=422)
    assert page.errors == ["Ask another administrator to take this role from you."]
    with writing():
        acts.grant(
            cast.administrator.person, [Role.ADMINISTRATOR], by=standing(cast.administrator).actor
        )
    assert client.get("/settings/people").status_code == 200
