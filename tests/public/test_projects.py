"""Projects: by theme, and one by one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from ppflow import clock
from ppflow.db import db, writing
from ppflow.people.models import Person
from ppflow.programmes.models import Theme
from ppflow.projects.models import (
    Member,
    MemberRole,
    Objective,
    ProgressReport,
    Project,
    Rag,
    Stage,
)
from tests.public.conftest import Statements
from tests.public.looks import chips, count, titles
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor


def change(slug: str, **facts: Any) -> None:
    with writing():
        db.session.execute(update(Project).where(Project.slug == slug).values(**facts))


def report(project_id: int, rag: Rag, reported_on: date, progress: str, **more: Any) -> None:
    with writing():
        db.session.add(
            ProgressReport(
                project_id=project_id, rag=rag, reported_on=reported_on, progress=progress, **more
            )
        )


# --- the list -----------------------------------------------------------------------------------


def test_every_project_stands_under_its_theme(client: Visitor, sample: None) -> None:
    page = client.visit("/projects")
    assert count(page) == "26 projects"
    themes = [
        h2.get_text() for h2 in page.soup.select("main h2") if "heading-l" in str(h2["class"])
    ]
    assert themes == list(
        db.session.scalars(select(Theme.title).order_by(Theme.programme_id, Theme.number))
    )
    assert len(titles(page)) == 26


def test_search_finds_words_of_the_brief(client: Visitor, sample: None) -> None:
    assert titles(client.visit("/projects?q=sarcopenia")) == ["Midlands grand challenges"]
    assert "Research-ready communities" in titles(client.visit("/projects?q=commun"))


@pytest.mark.parametrize(
    ("asked", "slugs"),
    [
        ("looking=staff", ["better-sleep"]),
        ("looking=public", ["better-sleep", "fewer-falls"]),
        ("looking=staff&looking=public", ["better-sleep", "fewer-falls"]),
        ("stage=completed", ["better-meals"]),
        ("place=Walsall", ["fewer-falls"]),
        ("programme=elsewhere", ["better-meals"]),
        ("theme=food", ["better-meals"]),
        ("theme=food&theme=ageing-well", ["better-meals", "better-sleep", "fewer-falls"]),
        ("q=falls", ["fewer-falls"]),
    ],
)
def test_each_filter_narrows_the_list(
    client: Visitor, cast: Cast, asked: str, slugs: list[str]
) -> None:
    with writing():
        db.session.execute(
            update(Theme).where(Theme.programme_id == cast.other_programme.id).values(slug="food")
        )
    change("fewer-falls", place="Walsall", is_recruiting_staff=False)
    change(
        "better-meals",
        stage=Stage.COMPLETED,
        is_recruiting_staff=False,
        is_recruiting_public=False,
    )
    page = client.visit(f"/projects?{asked}")
    links = [a["href"].rsplit("/", 1)[-1] for a in page.soup.select(".pp-card__title a")]
    assert sorted(links) == slugs
    assert all(chip in page.text for chip in chips(page))


def test_nothing_found_says_so(client: Visitor, cast: Cast) -> None:
    page = client.visit("/projects?q=zebra")
    assert count(page) == "0 projects"
    assert page.links["See every project"] == "/projects"


def test_one_project_costs_as_many_queries_as_fifty(
    client: Visitor, cast: Cast, statements: Statements
) -> None:
    with statements() as for_three:
        client.visit("/projects")
    like = db.session.get_one(Project, cast.project.id)
    with writing():
        for n in range(50):
            db.session.add(
                Project(
                    programme_id=like.programme_id,
                    theme_id=like.theme_id,
                    number=100 + n,
                    slug=f"more-{n}",
                    title=f"More {n}",
                    is_published=True,
                )
            )
    with statements() as for_many:
        page = client.visit("/projects")
    assert len(for_three) == len(for_many) == 3
    assert count(page) == "53 projects"
    following = client.visit(page.soup.select_one("a[rel=next]")["href"])
    assert len(titles(page)) + len(titles(following)) == 53


# --- one project --------------------------------------------------------------------------------


def test_a_project_shows_brief_plan_people_progress_and_what_is_open(
    client: Visitor, sample: None
) -> None:
    page = client.visit("/projects/midlands-grand-challenges")
    for words in (
        "Working together avoids doing the same work twice",  # the brief
        "Joint bids",
        "1.1 List current studies",  # the plan
        "Twenty-two studies listed so far.",  # progress
        "On track",
        "Last updated",
        "Noor Sample",  # who runs it, and by which job
        "Runs this project. Industry partnerships manager",
        "Farid Specimen",
        "Loughborough University",  # partners
        "Six meetings a year.",
    ):
        assert words in page.text, words
    name = "Living with several long-term conditions - advisory group"
    assert page.links[name] == "/opportunities/long-term-conditions-advisory-group"
    register = "/projects/midlands-grand-challenges/register"
    assert page.links["Put my name forward"] == register


def test_no_way_to_reach_a_person_of_staff_stands_there(client: Visitor, sample: None) -> None:
    html = client.get("/projects/midlands-grand-challenges").get_data(as_text=True)
    for person in db.session.scalars(select(Person)):
        assert person.email not in html


def test_names_are_asked_for_only_while_it_looks_for_people(client: Visitor, cast: Cast) -> None:
    change("better-sleep", is_recruiting_staff=False, is_recruiting_public=False)
    page = client.visit("/projects/better-sleep")
    assert "/projects/better-sleep/register" not in page.links.values()
    assert "does not look for people now" in page.text


def test_the_newest_report_counts_and_older_ones_are_kept(client: Visitor, cast: Cast) -> None:
    today = clock.today()
    report(cast.project.id, Rag.GREEN, today - timedelta(days=90), "We began.")
    report(cast.project.id, Rag.AMBER, today, "One ward is late.", next_steps="Ask the ward.")
    page = client.visit("/projects/better-sleep")
    assert "Some concerns One ward is late. Next: Ask the ward." in page.text
    assert page.text.index("One ward is late.") < page.text.index("We began.")


def test_somebody_who_has_left_the_project_is_not_named(client: Visitor, cast: Cast) -> None:
    with writing():
        db.session.execute(
            update(Member)
            .where(Member.role == MemberRole.DEPUTY)
            .values(until_on=clock.today() - timedelta(days=1))
        )
    page = client.visit("/projects/better-sleep")
    assert cast.facilitator.name in page.text
    assert cast.deputy.name not in page.text


def test_only_web_addresses_become_links_of_the_plan(client: Visitor, cast: Cast) -> None:
    rows = [
        {"ref": "1.1", "activity": "Share it", "output_url": "javascript:alert(1)"},
        {"ref": "1.2", "activity": "Print it", "output_url": "https://example.org/a"},
    ]
    with writing():
        objective = Objective(
            project_id=cast.project.id, position=1, ref="1.0", title="Tell", activities=rows
        )
        db.session.add(objective)
    links = client.visit("/projects/better-sleep").links.values()
    assert "https://example.org/a" in links
    assert not any(link.startswith("javascript") for link in links)


def test_a_draft_is_seen_by_those_who_keep_it_and_nobody_else(client: Visitor, cast: Cast) -> None:
    change("better-sleep", is_published=False)
    for somebody in (None, cast.outsider, cast.other_coordinator, cast.other_facilitator):
        visitor = sign_in(client, somebody) if somebody else client
        assert visitor.get("/projects/better-sleep").status_code == 404
        for address in ("/projects", "/projects?q=sleep", "/progress", "/"):
            assert "Better sleep on wards" not in visitor.visit(address).text
        advert = visitor.visit("/opportunities/sleep-panel")
        assert "/projects/better-sleep" not in advert.links.values()
    for somebody in (cast.coordinator, cast.facilitator, cast.deputy):
        page = sign_in(client, somebody).visit("/projects/better-sleep")
        assert "Draft" in page.text
