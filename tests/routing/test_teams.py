"""Coordinators say how a project shares its forms, and how many each person can hold."""

from __future__ import annotations

from sqlalchemy import select

from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions.models import Expression
from ppflow.people.models import Person
from ppflow.projects.acts import reindex
from ppflow.projects.models import Member, Project, Strategy
from tests.routing.conftest import Colleague, Statements
from tests.support.arrivals import Register
from tests.support.cast import Cast, Staff
from tests.support.pages import Page
from tests.triage.conftest import SignedIn


def team(cast: Cast, as_staff: SignedIn, who: Staff | None = None, *, status: int = 200) -> Page:
    browser = as_staff(who or cast.coordinator)
    return browser.visit(f"/settings/teams/{cast.project.id}", status=status)


def box_of(staff: Staff) -> str:
    chosen = select(Member.id).where(Member.person_id == staff.id)
    return f"most_{db.session.scalars(chosen).one()}"


def shares(cast: Cast) -> tuple[Strategy, list[int | None]]:
    db.session.rollback()
    limits = select(Member.most_open).where(Member.project_id == cast.project.id)
    project = db.session.get_one(Project, cast.project.id, populate_existing=True)
    return project.strategy, list(db.session.scalars(limits.order_by(Member.id)))


def test_a_coordinator_says_how_a_project_shares(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    register("Rosa Reed", cast.panel)
    page = as_staff(cast.coordinator).visit("/settings").follow("How projects share their forms")
    page = page.follow(cast.project.title)
    assert "Holds 1 open form now." in page.text
    typed = {"strategy": "round_robin", box_of(cast.facilitator): "8"}
    kept = page.submit(typed, button="Keep this")
    assert f"{cast.project.title}: kept." in kept.text
    assert "Farah Aziz, at most 8; Dev Patel" in kept.text
    assert shares(cast) == (Strategy.ROUND_ROBIN, [8, None])
    about = select(Event.fields).where(
        Event.subject == f"project:{cast.project.id}", Event.verb == "edit"
    )
    assert db.session.scalars(about).all() == [["strategy", "limits"]]


def test_a_limit_is_a_whole_number_or_nothing(cast: Cast, as_staff: SignedIn) -> None:
    for typed in ("0", "-3", "2.5", "many", "1000", "²"):
        page = team(cast, as_staff)
        wrong = page.submit({box_of(cast.deputy): typed}, button="Keep this", status=422)
        assert wrong.errors == ["Enter a whole number from 1 to 999, or leave it empty."]
        assert f'value="{typed}"' in str(wrong.soup)
    assert shares(cast) == (Strategy.LEAD, [None, None])


def test_a_limit_is_taken_away_again(cast: Cast, as_staff: SignedIn) -> None:
    team(cast, as_staff).submit({box_of(cast.deputy): "3"}, button="Keep this")
    assert shares(cast)[1] == [None, 3]
    team(cast, as_staff).submit({box_of(cast.deputy): ""}, button="Keep this")
    assert shares(cast)[1] == [None, None]


def test_two_coordinators_at_once_are_both_told(cast: Cast, as_staff: SignedIn) -> None:
    mine, theirs = team(cast, as_staff), team(cast, as_staff)
    theirs.submit({"strategy": "pool"}, button="Keep this")
    second = mine.submit(
        {"strategy": "least_open", box_of(cast.deputy): "4"}, button="Keep this", status=409
    )
    assert "Somebody else changed this project first." in second.text
    assert "Whoever takes it first" in str(second.soup.select_one("#refused"))
    assert shares(cast) == (Strategy.POOL, [None, None])
    second.submit(button="Keep this")  # what I chose is still there
    assert shares(cast) == (Strategy.LEAST_OPEN, [None, 4])


def test_only_coordinators_of_the_programme_may(cast: Cast, as_staff: SignedIn) -> None:
    for staff in (cast.facilitator, cast.deputy, cast.administrator, cast.board_member):
        team(cast, as_staff, staff, status=403)
        as_staff(staff).visit("/settings/teams", status=403)
    team(cast, as_staff, cast.other_coordinator, status=404)
    listed = as_staff(cast.other_coordinator).visit("/settings/teams")
    assert cast.project.title not in listed.text
    assert cast.project_elsewhere.title in listed.text


def test_the_list_is_searched_and_filtered(cast: Cast, as_staff: SignedIn) -> None:
    with writing():
        db.session.get_one(Project, cast.other_project.id).strategy = Strategy.POOL
        reindex(db.session.get_one(Project, cast.project.id))
    browser = as_staff(cast.coordinator)
    assert "2 projects" in browser.visit("/settings/teams").text
    found = browser.visit("/settings/teams?way=pool")
    assert ("1 project" in found.text, cast.project.title in found.text) == (True, False)
    assert cast.project.title in browser.visit("/settings/teams?q=sleep").text
    assert "No project fits" in browser.visit("/settings/teams?q=zebra").text
    assert "2 projects" in browser.visit("/settings/teams?way=nonsense&after=x~y").text


def test_the_list_is_read_on_without_a_gap(cast: Cast, as_staff: SignedIn) -> None:
    with writing():
        for number in range(3, 33):
            db.session.add(
                Project(
                    programme_id=cast.programme.id,
                    number=number,
                    slug=f"p{number}",
                    title=f"Project {number % 7}",
                )
            )
    first = as_staff(cast.coordinator).visit("/settings/teams")
    second = first.follow("Next page")
    seen = [a["href"] for page in (first, second) for a in page.soup.select("a.pp-who")]
    assert (len(seen), len(set(seen))) == (32, 32)


def test_the_list_costs_the_same_for_few_and_many(
    cast: Cast, as_staff: SignedIn, colleague: Colleague, statements: Statements
) -> None:
    browser = as_staff(cast.coordinator)
    browser.visit("/settings/teams")
    with statements() as few:
        browser.visit("/settings/teams")
    for number in range(5):
        colleague(f"Ivy{number} Chan")
    with statements() as many:
        browser.visit("/settings/teams")
    asked = [sum(each.startswith("SELECT") for each in seen) for seen in (few, many)]
    assert asked[0] == asked[1]


def test_whoever_leaves_a_project_leaves_no_form_behind(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """The forms that wait are moved in the same act; those of other projects stay."""
    mine = register("Rosa Reed", cast.panel)
    page = as_staff(cast.coordinator).visit(f"/projects/{cast.project.slug}/members/edit")
    page.submit({"facilitator": str(cast.deputy.id), "deputy": ""})
    db.session.refresh(mine)
    assert mine.assignee_id == cast.deputy.id
    assert mine.assignments[-1].why == "because you run this project now"


def test_whoever_is_deactivated_leaves_no_form_behind(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    for _ in range(3):
        register("Rosa Reed", cast.panel)
    page = as_staff(cast.administrator).visit(f"/settings/people/{cast.facilitator.id}/leaving")
    page.submit({"taker": "", "sure": "yes"})
    db.session.rollback()
    assert not db.session.get_one(Person, cast.facilitator.id, populate_existing=True).active
    left = db.session.execute(select(Expression.assignee_id, Expression.is_unrouted)).all()
    assert [tuple(row) for row in left] == [(None, True)] * 3


def test_a_limit_stays_with_whoever_changes_roles(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    team(cast, as_staff).submit({box_of(cast.deputy): "5"}, button="Keep this")
    page = as_staff(cast.coordinator).visit(f"/projects/{cast.project.slug}/members/edit")
    page.submit({"facilitator": str(cast.deputy.id), "deputy": str(cast.facilitator.id)})
    now = select(Member.most_open).where(
        Member.person_id == cast.deputy.id, Member.until_on.is_(None)
    )
    assert db.session.scalars(now).all() == [5]
