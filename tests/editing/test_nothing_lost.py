"""What a coordinator types is never lost, and what others hold is never taken, whoever presses."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import delete, select

from ppflow.db import db, writing
from ppflow.expressions.models import Expression
from ppflow.fields import MOST_ROWS
from ppflow.opportunities.models import Opportunity, OpportunityKind, Publication, Question
from ppflow.projects.models import Objective, Project
from tests.support.arrivals import Register
from tests.support.cast import Cast, sign_in
from tests.support.pages import Page, Visitor, filled, let_go


@pytest.fixture
def desk(client: Visitor, cast: Cast) -> Visitor:
    """The coordinator's desk."""
    return sign_in(client, cast.coordinator)


def panel(cast: Cast) -> Opportunity:
    return db.session.get_one(Opportunity, cast.panel.id, populate_existing=True)


def letter_shown(desk: Visitor, register: Register, cast: Cast, why: str) -> Page:
    """Rosa waits, the venue changes, and the words to her are typed."""
    register("Rosa Reed", cast.panel)
    page = desk.visit("/opportunities/sleep-panel/edit")
    page = page.submit({"venue": "Library"}, button="Save")
    return page.submit({"words_to_people": why}, button="Show the email again")


# --- words to people ------------------------------------------------------------------------------


def test_words_to_people_come_along_when_one_goes_back(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    page = letter_shown(desk, register, cast, "The room is being painted.")
    page = page.submit(button="Go back and change it")
    page = page.submit({"venue": "Town hall"}, button="Save")
    assert page.soup.find(id="words_to_people").text == "The room is being painted."
    assert "The room is being painted." in page.text


def test_words_to_people_survive_a_slip_and_somebody_elses_change(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    page = letter_shown(desk, register, cast, "The room is being painted.")
    with writing():
        panel(cast).version += 1
    page = page.submit(button="Save and tell 1 person", status=409)
    page = page.submit({"title": ""}, button="Save", status=422)
    page = page.submit({"title": "Join us"}, button="Save")
    assert page.soup.find(id="words_to_people").text == "The room is being painted."
    page.submit(button="Save and tell 1 person")
    assert (panel(cast).title, panel(cast).venue) == ("Join us", "Library")


def test_too_many_words_to_people_are_never_cut(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    page = letter_shown(desk, register, cast, "Paint. ")
    long = "Paint. " * 150
    page = page.submit({"words_to_people": long}, button="Save and tell 1 person", status=422)
    assert page.errors == ["Use 1,000 characters or fewer. You have used 1,049."]
    assert page.soup.find(id="words_to_people").text == long.strip()
    assert panel(cast).venue == "Health Research Centre"


# --- versions and hidden fields -------------------------------------------------------------------


@pytest.mark.parametrize("version", ["", "x", "0", "99", None])
@pytest.mark.parametrize(
    "address",
    [
        "/opportunities/sleep-panel/edit",
        "/projects/better-sleep/edit",
        "/projects/better-sleep/brief/edit",
        "/programmes/west-midlands/edit",
        "/programmes/west-midlands/sections/edit",
        "/programmes/west-midlands/themes/ageing-well/edit",
    ],
)
def test_a_version_that_is_not_the_present_one_changes_nothing(
    desk: Visitor, cast: Cast, address: str, version: str | None
) -> None:
    data = filled(desk.visit(address).form("Save"))
    data.pop("version")
    if version is not None:
        data["version"] = version
    for name in ("title", "name", "background", "row-0-heading"):
        if name in data:
            data[name] = "Words that are kept"
    answer = desk.post(address, data=data)
    assert answer.status_code == 409
    assert "Words that are kept" in answer.get_data(as_text=True)
    with_title = db.session.scalars(
        select(Project.id).where(Project.title == "Words that are kept")
    )
    assert with_title.first() is None


@pytest.mark.parametrize("key", ["email", "first_name", "consent_special", "access", "made-up"])
def test_a_question_never_takes_the_place_of_another_by_a_hidden_field(
    desk: Visitor, cast: Cast, key: str
) -> None:
    """The form's own name, address, permissions and needs cannot be worded away."""
    page = desk.visit("/opportunities/sleep-panel/questions/edit")
    page.submit({"row-0-label": "Your cat's name?", "row-0-key": key}, button="Save")
    (question,) = panel(cast).questions
    assert question.key == "own-your-cats-name"
    desk.visit("/opportunities/sleep-panel/register")


def test_an_activity_keeps_its_own_number_only(desk: Visitor, cast: Cast) -> None:
    with writing():
        db.session.add(
            Objective(
                project_id=cast.project.id, position=1, ref="1.0", title="Ask",
                activities=[{"ref": "1.1", "activity": "Write", "status": "done"}],
            )
        )  # fmt: skip
    page = desk.visit("/projects/better-sleep/plan/1.0/edit")
    page.submit({"row-1-activity": "Ring", "row-1-key": "../../edit"}, button="Save")
    objective = db.session.scalars(select(Objective)).one()
    assert [each["ref"] for each in objective.activities] == ["1.1", "1.2"]


def test_a_list_longer_than_one_can_add_is_kept_whole(desk: Visitor, cast: Cast) -> None:
    count = MOST_ROWS + 7
    rows = [{"ref": f"1.{n}", "activity": f"Do {n}", "status": "done"} for n in range(1, count + 1)]
    with writing():
        plan = Objective(project_id=cast.project.id, position=1, ref="1.0", title="Ask")
        plan.activities = rows
        db.session.add(plan)
    page = desk.visit("/projects/better-sleep/plan/1.0/edit")
    page.submit({"row-0-activity": "Do it first"}, button="Save")
    kept = db.session.scalars(select(Objective.activities)).one()
    assert [each["ref"] for each in kept] == [f"1.{n}" for n in range(1, count + 1)]
    assert kept[0]["activity"] == "Do it first"


# --- what others hold -----------------------------------------------------------------------------


def test_a_kind_stays_once_somebody_has_sent_a_form(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    page = desk.visit("/opportunities/sleep-panel/edit")
    page.submit({"kind": "engagement"}, button="Save")  # asks for the same form
    assert panel(cast).kind is OpportunityKind.ENGAGEMENT
    register("Rosa Reed", cast.panel)
    page = desk.visit("/opportunities/sleep-panel/edit")
    page = page.submit({"kind": "participation", "why": "My words"}, button="Save", status=422)
    assert page.errors == ["People have sent forms for it as it is. Copy it, and change the copy."]
    assert page.soup.find(id="why").text == "My words"
    assert panel(cast).kind is OpportunityKind.ENGAGEMENT


def test_a_project_does_not_end_while_it_advertises(desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/projects/better-sleep/edit")
    page = page.submit({"progress": "completed"}, button="Save", status=422)
    assert page.errors == [
        "People can still put their names forward for “Join our sleep panel”. Close it first."
    ]
    with writing():
        for each in db.session.scalars(select(Opportunity)):
            each.publication = Publication.CLOSED
    page.submit(button="Save")
    assert desk.visit("/projects/better-sleep").text.count("Now: completed") == 1


def test_without_a_project_there_is_a_way_on(client: Visitor, cast: Cast) -> None:
    with writing():
        elsewhere = db.session.get_one(Project, cast.project_elsewhere.id)
        for member in list(elsewhere.members):
            db.session.delete(member)
        for brief in list(elsewhere.briefs):
            db.session.delete(brief)
        db.session.flush()
        db.session.execute(delete(Project).where(Project.id == elsewhere.id))
    sign_in(client, cast.other_coordinator)
    page = client.visit("/opportunities/new")
    assert "No project yet" in page.text
    assert page.links["Add a project"] == "/projects/new"
    assert page.soup.select("main form") == []


# --- at once --------------------------------------------------------------------------------------

TIMES = 6


def press_at_once(app: Flask, page: Page, button: str, typed: dict[str, str]) -> list[int]:
    """The same form, sent by so many windows of one person at once; the answers' statuses."""
    form = filled(page.form(button))
    for name, value in typed.items():
        form[name] = value
    own = page.visitor.get_cookie("ppflow")
    assert own is not None
    headers, address = {"Cookie": f"ppflow={own.value}"}, page.response.request.full_path
    let_go()
    gate, statuses = threading.Barrier(TIMES), list[int]()

    def press() -> None:
        window = app.test_client(use_cookies=False)
        gate.wait()
        statuses.append(window.post(address, data=form, headers=headers).status_code)

    windows = [threading.Thread(target=press) for _ in range(TIMES)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    return sorted(statuses)


def test_a_number_is_given_once_however_many_press(app: Flask, desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/projects/new?programme=west-midlands")
    typed = {"title": "Quiet wards", "number": "9"}
    statuses = press_at_once(app, page, "Add the project", typed)
    assert statuses == [303] + [422] * (TIMES - 1)
    assert len(db.session.scalars(select(Project).where(Project.number == 9)).all()) == 1


def test_drafts_of_one_title_have_addresses_of_their_own(
    app: Flask, desk: Visitor, cast: Cast
) -> None:
    page = desk.visit(f"/opportunities/new?project={cast.project.id}")
    typed = {"title": "Night owls", "kind": "involvement", "format": "online", "payment": "none"}
    assert press_at_once(app, page, "Add the draft", typed) == [303] * TIMES
    slugs = db.session.scalars(select(Opportunity.slug).where(Opportunity.title == "Night owls"))
    assert sorted(slugs) == ["night-owls", *(f"night-owls-{n}" for n in range(2, TIMES + 1))]


def test_two_desks_save_one_advert_and_one_is_told(app: Flask, desk: Visitor, cast: Cast) -> None:
    page = desk.visit("/opportunities/sleep-panel/edit")
    statuses = press_at_once(app, page, "Save", {"support": "We ring you first."})
    assert statuses == [303] + [409] * (TIMES - 1)
    assert panel(cast).version == 2


def test_two_desks_write_the_questions_and_one_is_told(
    app: Flask, desk: Visitor, cast: Cast
) -> None:
    page = desk.visit("/opportunities/sleep-panel/questions/edit")
    statuses = press_at_once(app, page, "Save", {"row-0-label": "Which days?"})
    assert statuses == [303] + [409] * (TIMES - 1)
    assert len(db.session.scalars(select(Question)).all()) == 1


def test_a_form_that_arrives_while_the_advert_is_edited_is_kept(
    desk: Visitor, cast: Cast, register: Register
) -> None:
    """Its number of interested people is not part of the sheet, and nobody's edit puts it back."""
    page = desk.visit("/opportunities/sleep-panel/edit")
    register("Rosa Reed", cast.panel)
    page.submit({"support": "We ring you first."}, button="Save")
    assert panel(cast).interest_count == 1
    assert len(db.session.scalars(select(Expression)).all()) == 1
