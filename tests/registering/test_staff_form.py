"""Staff who offer time: for themselves or for a colleague, and what is asked of their manager."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from ppflow.applicants.models import Draft
from ppflow.db import db, writing
from ppflow.outbox.models import Letter
from ppflow.programmes.models import Programme
from tests.registering import walking
from tests.support.cast import Cast, sign_in
from tests.support.pages import Page, Visitor, filled

SAVE = "Save and continue"
COLLEAGUE = {
    "on_behalf": "someone", "helper_name": "Grace Sample", "helper_relation": "Team leader",
    "who_to_contact": "person",
}  # fmt: skip
BOSS = "boss@nhs.example"


def ask_for_managers(cast: Cast) -> None:
    with writing():
        db.session.get_one(Programme, cast.programme.id).asks_manager = True


def place(cast: Cast) -> str:
    return f"/projects/{cast.project.slug}/register/staff"


def your_work(client: Visitor, cast: Cast) -> Page:
    page = walking.start(client, place(cast))
    return page.submit(walking.STAFF["offer"], button=SAVE)


def test_without_the_policy_nobody_is_asked_about_a_manager(client: Visitor, cast: Cast) -> None:
    page = your_work(client, cast)
    assert not walking.has_field(page, "manager_email")
    data = filled(page.form(SAVE))
    for name, value in {**walking.STAFF["you"], "manager_email": BOSS}.items():
        data[name] = value  # somebody who adds the question to the page
    assert client.post(page.path, data=data).status_code == 303
    page = client.visit(f"{place(cast)}/contact")
    walking.send(page.submit(walking.BY_EMAIL, button=SAVE))
    assert "manager_email" not in walking.the_answers(walking.the_expression()).plain


def test_a_manager_who_agrees_can_be_asked_and_is_written_to_by_nobody(
    client: Visitor, cast: Cast
) -> None:
    ask_for_managers(cast)
    page = your_work(client, cast)
    assert "We do not write to them." in page.text
    agreed = {**walking.STAFF["you"], "manager_aware": "yes"}
    page = page.submit(agreed, button=SAVE, status=422)
    assert page.errors == ["Enter your line manager’s email, as you said that they agree."]
    page = page.submit({**agreed, "manager_email": BOSS.upper()}, button=SAVE)
    check = page.submit(walking.BY_EMAIL, button=SAVE)
    assert BOSS in check.text
    walking.send(check)
    assert walking.the_answers(walking.the_expression()).plain["manager_email"] == BOSS
    assert db.session.scalar(select(func.count()).where(Letter.to_address == BOSS)) == 0
    assert not [body for body in db.session.scalars(select(Letter.body)) if BOSS in body]


@pytest.mark.parametrize("answer", ["will_ask", "not_needed"])
def test_no_manager_never_holds_up_the_form(client: Visitor, cast: Cast, answer: str) -> None:
    ask_for_managers(cast)
    page = your_work(client, cast)
    page = page.submit({**walking.STAFF["you"], "manager_aware": answer}, button=SAVE)
    walking.send(page.submit(walking.BY_EMAIL, button=SAVE))
    assert walking.the_expression().kind == "staff_volunteer"


def test_nobody_is_their_own_manager(client: Visitor, cast: Cast) -> None:
    ask_for_managers(cast)
    page = your_work(client, cast)
    own = {**walking.STAFF["you"], "manager_aware": "yes", "manager_email": "amina@mail.example"}
    page = page.submit(own, button=SAVE)
    page = page.submit(walking.BY_EMAIL, button=SAVE, status=422)
    assert page.errors == ["You gave this address for your manager. Enter another one for you."]
    page = page.submit({**walking.BY_EMAIL, "email": "amina.s@mail.example"}, button=SAVE)
    again = client.visit(f"{place(cast)}/you?change=1")
    again = again.submit({"manager_email": "amina.s@mail.example"}, button=SAVE, status=422)
    assert again.errors == ["This is the address for you. Enter your manager’s, or leave it empty."]


def test_a_form_for_oneself_needs_no_more_clicks(client: Visitor, cast: Cast) -> None:
    walking.register(client, place(cast), walking.STAFF)
    applicant = walking.the_expression().applicant
    assert not applicant.is_for_someone_else
    assert applicant.helper_name == ""


def test_a_team_leader_puts_a_colleague_forward(client: Visitor, cast: Cast) -> None:
    page = your_work(client, cast)
    assert "Is it for a colleague? Then give their name and their work here." in page.text
    alone = {**walking.STAFF["you"], "on_behalf": "someone"}
    page = page.submit(alone, button=SAVE, status=422)
    assert len(page.errors) == 3
    page = page.submit({**walking.STAFF["you"], **COLLEAGUE}, button=SAVE)
    check = page.submit(walking.BY_EMAIL, button=SAVE)
    assert "Grace Sample" in check.text
    walking.send(check)
    applicant = walking.the_expression().applicant
    assert (applicant.name, applicant.helper_name) == ("Amina Specimen", "Grace Sample")
    assert (applicant.helper_relation, applicant.contact_is_helper) == ("Team leader", False)


def test_a_colleague_who_does_not_know_is_not_put_forward(client: Visitor, cast: Cast) -> None:
    page = your_work(client, cast)
    page = page.submit({**walking.STAFF["you"], "on_behalf": "not_agreed"}, button=SAVE)
    assert page.heading == "Please ask them first"
    assert db.session.scalar(select(func.count(Draft.id))) == 0


def test_a_coordinator_switches_the_policy_on(client: Visitor, cast: Cast) -> None:
    sign_in(client, cast.coordinator)
    page = client.visit(f"/programmes/{cast.programme.slug}/edit")
    page.submit({"asks_manager": "yes"}, button="Save")
    client.delete_cookie("ppflow")
    assert walking.has_field(your_work(client, cast), "manager_email")


def test_the_privacy_page_tells_of_both(client: Visitor, cast: Cast) -> None:
    page = client.visit("/privacy")
    assert "Line manager’s email" in page.text
    assert "For yourself or a colleague" in page.text
