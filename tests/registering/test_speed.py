"""What sending a form costs: few statements, the same for one colleague or many."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from ppflow import keys
from ppflow.access import Role
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions.models import Assignment
from ppflow.outbox.models import Letter
from ppflow.people.models import Grant, Person, RoleName
from ppflow.projects.models import Member, MemberRole
from tests.registering import walking
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor, filled
from tests.support.statements import BESIDE, statements

SENDING, A_PAGE = 20, 3


def to_check(client: Visitor, cast: Cast) -> Page:
    return walking.walk_to_check(
        client, f"/opportunities/{cast.panel.slug}/register", walking.PUBLIC
    )


def press(client: Visitor, check: Page) -> str:
    data = filled(check.form("Send my form"))
    data["consent_special"] = "yes"
    answer = client.post(check.path, data=data)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_a_form_is_sent_by_few_statements(app: Flask, client: Visitor, cast: Cast) -> None:
    press(client, to_check(client, cast))  # its wording is kept from now on
    check = to_check(client, cast)
    with statements(but=BESIDE) as seen:
        press(client, check)
    assert len(seen) <= SENDING, "\n".join(seen)


def crowd(cast: Cast, count: int) -> None:
    """More deputies and coordinators than anybody has."""
    with writing():
        role = db.session.scalars(select(RoleName).where(RoleName.name == Role.COORDINATOR)).one()
        for number in range(count):
            for what in ("deputy", "coordinator"):
                name = f"{what}{number}"
                person = Person(
                    name=name, email=f"{name}@nhs.example", fs_uniquifier=keys.new_token()
                )
                db.session.add(person)
                if what == "deputy":
                    member = Member(
                        project_id=cast.project.id, person=person, role=MemberRole.DEPUTY
                    )
                    db.session.add(member)
                else:
                    person.grants.append(Grant(role=role, programme_id=cast.programme.id))


def test_a_crowd_of_colleagues_costs_no_statement_more(
    app: Flask, client: Visitor, cast: Cast
) -> None:
    press(client, to_check(client, cast))
    crowd(cast, 10)
    before = db.session.scalar(select(func.count(Letter.id))) or 0
    check = to_check(client, cast)
    with statements(but=BESIDE) as seen:
        press(client, check)
    assert len(seen) <= SENDING, "\n".join(seen)
    after = db.session.scalar(select(func.count(Letter.id))) or 0
    assert after - before == 1 + 1 + 1 + 1 + 20  # the person, Farah, Dev, Cora, and the crowd


def test_a_page_of_a_form_asks_little(app: Flask, client: Visitor, cast: Cast) -> None:
    page = walking.start(client, f"/opportunities/{cast.panel.slug}/register")
    page = page.submit(walking.PUBLIC["eligibility"], button="Save and continue")
    with statements(but=BESIDE) as seen:
        client.visit(page.path)
    assert len(seen) <= A_PAGE - 1, "\n".join(seen)
    data = filled(page.form("Save and continue"))
    data["why"] = "I care for my father."
    with statements(but=BESIDE) as seen:
        assert client.post(page.path, data=data).status_code == 303
    assert len(seen) <= A_PAGE, "\n".join(seen)


def test_what_is_inserted_at_once_is_whole(client: Visitor, cast: Cast) -> None:
    walking.register(client, f"/opportunities/{cast.panel.slug}/register", walking.PUBLIC)
    expression = walking.the_expression()
    about_it = select(Event.verb).where(Event.subject == expression.event_subject)
    assert list(db.session.scalars(about_it.order_by(Event.id))) == ["receive", "assign"]
    assignment = db.session.scalars(select(Assignment)).one()
    assert assignment.person_id == expression.assignee_id == cast.facilitator.id
    assert assignment.why == "because you facilitate this project"
    assert assignment.since_at is not None
    letters = db.session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [letter.to_address for letter in letters] == [
        "amina@mail.example", cast.facilitator.email, cast.deputy.email, cast.coordinator.email,
    ]  # fmt: skip
    assert len({letter.message_id for letter in letters}) == len(letters)
    assert {letter.version for letter in letters} == {1}
