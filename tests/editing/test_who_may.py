"""Who may edit what: coordinators their programme, facilitators the progress of their project."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ppflow.db import db
from ppflow.events import Event
from ppflow.projects.models import ProgressReport, Project, Rag
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor

PAGES = (
    "/programmes/west-midlands/edit",
    "/programmes/west-midlands/stages/edit",
    "/programmes/west-midlands/sections/edit",
    "/programmes/west-midlands/meetings/edit",
    "/programmes/west-midlands/themes/edit",
    "/programmes/west-midlands/themes/new",
    "/programmes/west-midlands/themes/ageing-well/edit",
    "/projects/better-sleep/edit",
    "/projects/better-sleep/members/edit",
    "/projects/better-sleep/brief/edit",
    "/projects/better-sleep/plan/edit",
    "/opportunities/sleep-panel/edit",
    "/opportunities/sleep-panel/questions/edit",
    "/opportunities/sleep-panel/publication",
)


@pytest.mark.parametrize("address", PAGES)
def test_a_coordinator_may_and_others_may_not(client: Visitor, cast: Cast, address: str) -> None:
    assert client.get(address).status_code == 303  # signed out: to the sign-in page
    sign_in(client, cast.coordinator)
    assert client.get(address).status_code == 200
    sign_in(client, cast.other_coordinator)
    assert client.get(address).status_code == 404
    assert client.post(address).status_code in {400, 404, 405}
    for staff in (cast.facilitator, cast.administrator, cast.board_member, cast.outsider):
        sign_in(client, staff)
        assert client.get(address).status_code == 403


def test_no_posted_edit_reaches_another_programme(client: Visitor, cast: Cast) -> None:
    """Somebody else's address with one's own token is still not found."""
    sign_in(client, cast.other_coordinator)
    page = client.visit("/projects/better-meals/edit")
    form = page.form("Save")
    token = form.find("input", {"name": "csrf_token"})["value"]
    data = {"csrf_token": token, "version": "1", "title": "Taken over", "act": "another"}
    for address in PAGES:
        assert client.post(address, data=data).status_code in {404, 405}
    assert client.post("/opportunities/sleep-panel/copy", data=data).status_code == 404


def test_a_new_project_lands_only_where_one_coordinates(client: Visitor, cast: Cast) -> None:
    sign_in(client, cast.other_coordinator)
    page = client.visit("/projects/new?programme=west-midlands")
    assert "Elsewhere Involvement Portal" in page.text
    options = client.visit("/opportunities/new").soup.find(id="project_id").find_all("option")
    assert [option.text for option in options] == ["Choose a project", "1. Better meals"]


def test_a_facilitator_reports_and_does_not_edit(client: Visitor, cast: Cast) -> None:
    sign_in(client, cast.facilitator)
    page = client.visit("/projects/better-sleep/progress/new")
    assert "Brief" not in page.links
    page = page.submit({"progress": "We began."}, button="Publish the report", status=422)
    assert page.errors == ["How is it going? Choose one."]
    assert page.soup.find(id="progress").text == "We began."
    page = page.submit(
        {"rag": "amber", "next_steps": "Ask the wards.", "steer_needed": "More time?"},
        button="Publish the report",
    )
    assert page.path == "/projects/better-sleep"
    assert "We began." in page.text
    report = db.session.scalars(select(ProgressReport)).one()
    assert (report.rag, report.by_id, report.steer_needed) == (
        Rag.AMBER, cast.facilitator.id, "More time?",
    )  # fmt: skip
    event = db.session.scalars(select(Event).where(Event.verb == "report_progress")).one()
    project = db.session.get_one(Project, cast.project.id, populate_existing=True)
    assert (event.subject, event.actor_id) == (project.event_subject, cast.facilitator.id)


def test_the_deputy_and_the_coordinator_report_and_others_find_nothing(
    client: Visitor, cast: Cast
) -> None:
    for staff in (cast.deputy, cast.coordinator):
        sign_in(client, staff)
        page = client.visit("/projects/better-sleep/progress/new")
        page.submit({"rag": "green", "progress": "All well."}, button="Publish the report")
    for staff in (cast.other_facilitator, cast.other_coordinator):
        sign_in(client, staff)
        client.visit("/projects/better-sleep/progress/new", status=404)
    sign_in(client, cast.outsider)
    client.visit("/projects/better-sleep/progress/new", status=403)


def test_the_way_to_edit_stands_where_it_is_read(client: Visitor, cast: Cast) -> None:
    read = {
        "/programmes/west-midlands": "/programmes/west-midlands/edit",
        "/projects/better-sleep": "/projects/better-sleep/edit",
        "/opportunities/sleep-panel": "/opportunities/sleep-panel/edit",
    }
    sign_in(client, cast.coordinator)
    for address, to in read.items():
        assert to in client.visit(address).links.values()
    sign_in(client, cast.facilitator)
    project = client.visit("/projects/better-sleep").links.values()
    assert "/projects/better-sleep/progress/new" in project
    for address, to in read.items():
        assert to not in client.visit(address).links.values()
