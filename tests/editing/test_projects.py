"""Projects: texts and facts, who runs them, brief with its versions, the plan; and themes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity, Publication
from ppflow.outbox.models import Letter
from ppflow.programmes.models import MilestoneState, Programme, TellWhen
from ppflow.projects.models import Brief, Member, MemberRole, Progress, Project
from tests.support.arrivals import Register
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor, new_visitor


@pytest.fixture
def desk(client: Visitor, cast: Cast) -> Visitor:
    """The coordinator's desk."""
    return sign_in(client, cast.coordinator)


def sleep(cast: Cast) -> Project:
    return db.session.get_one(Project, cast.project.id, populate_existing=True)


def test_a_project_is_edited_and_found_by_its_new_words(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/projects/better-sleep/edit").submit(
        {"title": "Calmer nights", "promise_days": "2", "organisation_names": "Heart Trust"},
        button="Save",
    )
    assert (page.path, page.heading) == ("/projects/better-sleep", "Calmer nights")
    project = sleep(cast)
    assert (project.promise_days, project.version) == (2, 2)
    event = db.session.scalars(select(Event).where(Event.verb == "edit")).one()
    assert set(event.fields) == {"title", "promise_days", "organisations"}
    public = new_visitor(desk.application)
    assert "Calmer nights" in public.visit("/projects?q=calmer").text
    assert "sleep panel" in public.visit("/opportunities?q=calmer").text


def test_a_draft_is_hidden_and_a_number_is_taken(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/projects/better-sleep/edit")
    page = page.submit({"number": "2"}, button="Save", status=422)
    assert page.errors == ["Project 2 is “Fewer falls at home”. Choose another number."]
    page.submit({"number": "7", "is_published": []}, button="Save")
    new_visitor(desk.application).visit("/projects/better-sleep", status=404)
    assert "Draft" in desk.visit("/projects/better-sleep").text


def test_a_project_does_not_end_while_somebody_waits(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    register("Rosa Reed", cast.panel)
    page = desk.visit("/projects/better-sleep/edit")
    page = page.submit({"progress": "completed"}, button="Save", status=422)
    assert page.errors == [
        "1 person still waits for an answer about this project. Answer first, then end it."
    ]
    with writing():
        db.session.get_one(Opportunity, cast.other_panel.id).publication = Publication.CLOSED
    page = desk.visit("/projects/fewer-falls/edit").submit({"progress": "completed"}, button="Save")
    falls = db.session.get_one(Project, cast.other_project.id, populate_existing=True)
    assert (falls.progress, falls.is_recruiting) == (Progress.COMPLETED, False)


def test_somebody_else_changed_the_project_first(desk: Visitor, cast: Cast) -> None:
    late = desk.visit("/projects/better-sleep/edit")
    desk.visit("/projects/better-sleep/edit").submit({"place": "Walsall"}, button="Save")
    page = late.submit({"place": "Dudley"}, button="Save", status=409)
    assert "As it stands now Walsall What you typed Dudley" in page.text
    assert page.soup.find(id="place")["value"] == "Dudley"


# --- who runs it --------------------------------------------------------------------------------


def test_a_new_facilitator_takes_over_the_forms_that_wait(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    promised = rosa.reply_by
    page = desk.visit("/projects/better-sleep/members/edit")
    assert "Farah Aziz holds 1 open form." in page.text
    page = page.submit(
        {
            "facilitator": str(cast.other_facilitator.id),
            "why": "because Farah has moved to another post",
        },
        button="Save",
    )
    assert "1 form that waited was given to the new facilitator." in page.text
    db.session.rollback()
    rosa = db.session.get_one(Expression, rosa.id, populate_existing=True)
    assert (rosa.assignee_id, rosa.reply_by) == (cast.other_facilitator.id, promised)
    assert rosa.assignments[-1].why == "because Farah has moved to another post"
    rows = select(Member).where(Member.project_id == cast.project.id).order_by(Member.id)
    before, deputy, after = db.session.scalars(rows)
    assert (before.person_id, before.until_on) == (cast.facilitator.id, clock.today())
    assert (deputy.role, deputy.until_on) == (MemberRole.DEPUTY, None)
    assert (after.person_id, after.until_on) == (cast.other_facilitator.id, None)
    told = select(Letter.person_id).where(Letter.name == "staff-handed-over")
    assert db.session.scalars(told).all() == [cast.other_facilitator.id]
    verbs = db.session.scalars(
        select(Event.verb).where(Event.subject == rosa.event_subject, Event.actor_id.is_not(None))
    )
    assert list(verbs) == ["assign"]
    sign_in(desk, cast.facilitator)
    desk.visit("/projects/better-sleep/progress/new", status=403)


def test_the_same_person_twice_and_nobody_at_all(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/projects/better-sleep/members/edit")
    page = page.submit({"deputy": str(cast.facilitator.id)}, button="Save", status=422)
    assert page.errors == ["Choose each person once."]
    page = page.submit({"facilitator": "", "deputy": ""}, button="Save", status=422)
    assert page.errors == ["Choose who runs the project."]


# --- brief and plan -----------------------------------------------------------------------------


def test_each_brief_is_a_new_version_and_the_old_ones_are_kept(desk: Visitor, cast: Cast) -> None:
    for aim in ("To find out more.", "To find out most."):
        desk.visit("/projects/better-sleep/brief/edit").submit(
            {"aim": aim, "in_scope": "Wards\n- Homes"}, button="Save"
        )
    desk.visit("/projects/better-sleep/brief/edit").submit(button="Save")
    briefs = db.session.scalars(select(Brief).where(Brief.project_id == cast.project.id))
    kept = sorted((brief.number, brief.aim, brief.by_id) for brief in briefs)
    assert kept == [
        (1, "To find out what helps.", None),
        (2, "To find out more.", cast.coordinator.id),
        (3, "To find out most.", cast.coordinator.id),
    ]
    page = desk.visit("/projects/better-sleep")
    assert "Version 3" in page.text
    assert "Wards Homes" in page.text


def test_objectives_and_activities_are_added_changed_and_taken_out(
    desk: Visitor, cast: Cast
) -> None:
    page = desk.visit("/projects/better-sleep/plan/edit")
    page = page.submit({"row-0-title": "Ask patients"}, button="Add another objective")
    page.submit({"row-1-title": "Try it out"}, button="Save")
    assert [(o.ref, o.title) for o in sleep(cast).objectives] == [
        ("1.0", "Ask patients"), ("2.0", "Try it out"),
    ]  # fmt: skip
    page = desk.visit("/projects/better-sleep/plan/edit").follow("2.0 Try it out")
    page = page.submit(
        {"row-0-activity": "Choose two wards", "row-0-output_url": "javascript:alert(1)"},
        button="Save",
        status=422,
    )
    assert page.errors == ["Enter a whole web address, beginning with https://"]
    page.submit(
        {
            "row-0-output_url": "",
            "row-0-status": "done",
            "row-0-due_on-day": "1",
            "row-0-due_on-month": "3",
            "row-0-due_on-year": "2027",
        },
        button="Save",
    )
    (activity,) = sleep(cast).objectives[1].activities
    assert activity["ref"] == "2.1"
    assert (activity["status"], activity["due_on"]) == ("done", "2027-03-01")
    page = desk.visit("/projects/better-sleep/plan/edit")
    page.submit({"row-0-remove": "yes"}, button="Save")
    (left,) = sleep(cast).objectives
    assert (left.ref, len(left.activities)) == ("2.0", 1)
    assert "Choose two wards" in desk.visit("/projects/better-sleep").text
    desk.visit("/projects/better-sleep/plan/1.0/edit", status=404)


def test_two_write_the_plan_at_once(desk: Visitor, cast: Cast) -> None:
    late = desk.visit("/projects/better-sleep/plan/edit")
    page = desk.visit("/projects/better-sleep/plan/edit")
    page.submit({"row-0-title": "First come"}, button="Save")
    page = late.submit({"row-0-title": "Second come"}, button="Save", status=409)
    assert "1.0 First come" in page.text
    assert page.soup.find(id="row-0-title")["value"] == "Second come"
    page.submit(button="Save")
    assert [each.title for each in sleep(cast).objectives] == ["Second come"]


# --- programmes and themes ----------------------------------------------------------------------


def test_a_programme_is_edited(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/programmes/west-midlands/edit").submit(
        {
            "about": "We begin with what people ask.",
            "managed_by_name": "Regional Network",
            "tell_coordinators": "daily",
            "role_mailbox": "desk@nhs.example",
        },
        button="Save",
    )
    assert "We begin with what people ask." in page.text
    programme = db.session.get_one(Programme, cast.programme.id, populate_existing=True)
    assert programme.tell_coordinators is TellWhen.DAILY
    assert programme.managed_by is not None
    assert (programme.managed_by.name, programme.role_mailbox) == (
        "Regional Network", "desk@nhs.example",
    )  # fmt: skip


def test_stages_sections_and_meetings(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/programmes/west-midlands/stages/edit")
    page.submit(
        {"row-0-title": "Board", "row-0-text": "It met.", "row-0-state": "done"}, button="Save"
    )
    page = desk.visit("/programmes/west-midlands/sections/edit")
    page = page.submit({"row-0-heading": "Links"}, button="Save", status=422)
    assert page.errors == ["Write the text."]
    page.submit({"row-0-body": "Ask us."}, button="Save")
    page = desk.visit("/programmes/west-midlands/meetings/edit")
    on = {f"row-0-held_on-{part}": value for part, value in
          (("day", "1"), ("month", "3"), ("year", "2027"))}  # fmt: skip
    page = page.submit(on, button="Add another meeting")
    twice = {name.replace("row-0", "row-1"): value for name, value in on.items()}
    page = page.submit(twice, button="Save", status=422)
    assert page.errors == ["Two meetings have the same day. Keep one of them."]
    page.submit({"row-1-held_on-day": "2"}, button="Save")
    db.session.rollback()
    programme = db.session.get_one(Programme, cast.programme.id, populate_existing=True)
    assert [(m.title, m.state) for m in programme.milestones] == [("Board", MilestoneState.DONE)]
    assert [each.heading for each in programme.sections] == ["Links"]
    assert [each.held_on.day for each in programme.meetings] == [1, 2]
    edits = db.session.scalars(select(Event.fields).where(Event.verb == "edit").order_by(Event.id))
    assert [*edits] == [["milestones"], ["sections"], ["meetings"]]


def test_a_theme_is_renamed_and_its_number_is_its_own(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/programmes/west-midlands/themes/new")
    page = page.submit({"number": "1", "title": "Two"}, button="Add the theme", status=422)
    assert page.errors == ["Theme 1 is “Ageing well”. Choose another number."]
    page.submit({"number": "2"}, button="Add the theme")
    page = desk.visit("/programmes/west-midlands/themes/edit")
    page = page.follow("Change theme 1")
    page.submit({"title": "Wintering well"}, button="Save")
    public = new_visitor(desk.application)
    assert "Better sleep on wards" in public.visit("/projects?q=wintering").text
    assert "Join our sleep panel" in public.visit("/opportunities?q=wintering").text


@pytest.mark.sqlite_only
def test_a_locked_project_is_not_waited_for_by_readers(desk: Visitor, cast: Cast) -> None:
    """A page that only shows the form writes nothing, whatever its queries say."""
    with writing():
        before = db.session.get_one(Project, cast.project.id).version
    desk.visit("/projects/better-sleep/edit")
    assert sleep(cast).version == before
