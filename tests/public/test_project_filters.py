"""Projects: each filter by itself, all together, and what stands where nothing is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.programmes.models import Theme
from ppflow.projects import acts
from ppflow.projects.models import (
    PROGRESS_LABELS,
    STAGE_LABELS,
    Member,
    MemberRole,
    Objective,
    Progress,
    ProgressReport,
    Project,
    Rag,
    Stage,
)
from tests.public.looks import chips, count, titles
from tests.support.cast import Cast
from tests.support.pages import Visitor

ALL = ["better-meals", "better-sleep", "fewer-falls"]


def change(slug: str, **facts: Any) -> None:
    with writing():
        project = db.session.scalars(select(Project).where(Project.slug == slug)).one()
        for name, value in facts.items():
            setattr(project, name, value)


@pytest.fixture
def three(cast: Cast) -> None:
    """Three projects that differ in all that can be asked for."""
    with writing():
        db.session.add(
            Theme(programme_id=cast.programme.id, number=2, slug="at-home", title="At home")
        )
    at_home = db.session.scalars(select(Theme.id).where(Theme.slug == "at-home")).one()
    change("better-sleep", stage=Stage.PROPOSED, is_recruiting_public=False)
    change("fewer-falls", place="Walsall", theme_id=at_home, is_recruiting_staff=False)
    change("better-meals", stage=Stage.COMPLETED, progress=Progress.COMPLETED,
           is_recruiting_staff=False, is_recruiting_public=False, place="")  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "slugs"),
    [
        ("", ALL),
        ("looking=staff", ["better-sleep"]),
        ("looking=public", ["fewer-falls"]),
        ("looking=staff&looking=public", ["better-sleep", "fewer-falls"]),
        ("stage=proposed", ["better-sleep"]),
        ("stage=completed", ["better-meals"]),
        ("stage=proposed&stage=completed", ["better-meals", "better-sleep"]),
        ("stage=outputs_emerging", []),
        ("theme=at-home", ["fewer-falls"]),
        ("theme=ageing-well", ["better-meals", "better-sleep"]),
        ("place=Walsall", ["fewer-falls"]),
        ("place=Nowhere", []),
        ("programme=elsewhere", ["better-meals"]),
        ("programme=west-midlands", ["better-sleep", "fewer-falls"]),
        ("q=falls", ["fewer-falls"]),
        ("q=walsall", ["fewer-falls"]),
        ("q=%00", ALL),
        ("q=falls&looking=staff", []),
        ("theme=at-home&programme=elsewhere", []),
        ("looking=unheard-of&stage=&theme=", ALL),
        ("page=7", []),
        ("page=-1", ALL),
        ("page=x", ALL),
    ],
)
def test_each_filter_narrows_the_list(
    client: Visitor, three: None, asked: str, slugs: list[str]
) -> None:
    with writing():
        for project in db.session.scalars(select(Project)):
            acts.reindex(project)
    page = client.visit(f"/projects?{asked}")
    links = [a["href"].rsplit("/", 1)[-1] for a in page.soup.select(".pp-card__title a")]
    assert sorted(links) == slugs
    if "page=7" not in asked:
        assert count(page) == f"{len(slugs)} project{'' if len(slugs) == 1 else 's'}"
    if not slugs:
        assert "Nothing found" in page.text


def test_nothing_found_leads_on(client: Visitor, three: None) -> None:
    page = client.visit("/projects?q=unheard-of&stage=proposed")
    assert "Nothing matches all you chose." in page.text
    assert page.links["See every project"] == "/projects"
    assert set(chips(page)) == {"“unheard-of”", "Proposed"}
    assert titles(client.visit(chips(page)["“unheard-of”"])) == ["Better sleep on wards"]


def test_a_card_says_what_each_is_looking_for(client: Visitor, three: None) -> None:
    page = client.visit("/projects")
    looking = {
        card.h3.get_text(): card.select_one(".pp-card__foot").get_text(" ", strip=True)
        for card in page.soup.select(".pp-card")
    }
    assert looking == {
        "Better sleep on wards": "Looking for: Staff Wants help",
        "Fewer falls at home": "Looking for: Patients, carers and the public Wants help",
        "Better meals": "Looking for nobody new just now",
    }
    assert "Across the region" in page.text  # a project without a place


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("progress", Progress)
def test_stage_and_status_are_told_in_the_same_words_everywhere(
    client: Visitor, cast: Cast, stage: Stage, progress: Progress
) -> None:
    change("better-sleep", stage=stage, progress=progress)
    page = client.visit("/projects/better-sleep")
    assert STAGE_LABELS[stage] in page.text
    assert f"Now: {PROGRESS_LABELS[progress].lower()}" in page.text
    card = client.visit("/projects?programme=west-midlands").soup.select_one(".pp-card")
    assert [dd.get_text() for dd in card.find_all("dd")][:2] == [
        STAGE_LABELS[stage], PROGRESS_LABELS[progress]
    ]  # fmt: skip


def test_an_unwritten_project_says_so_part_by_part(client: Visitor, cast: Cast) -> None:
    with writing():
        meals = db.session.get_one(Project, cast.project_elsewhere.id)
        for each in [*meals.members, *meals.briefs]:
            db.session.delete(each)
        meals.looking_for = meals.time_ask = meals.place = ""
        meals.is_recruiting_staff = meals.is_recruiting_public = False
    page = client.visit("/projects/better-meals")
    for words in (
        "Nobody has been named yet.", "The brief is still being written.", "No date yet",
        "The plan is still being written.", "There is no report yet.", "Nobody new just now",
        "Across the region", "Agreed with you", "This project does not look for people now.",
    ):  # fmt: skip
        assert words in page.text
    assert "Put my name forward" not in page.links
    report = client.visit("/progress?programme=elsewhere")
    assert "No facilitator yet" in report.text
    assert "No report yet." in report.text
    assert "Not rated" in report.text


def test_two_facilitators_share_a_line_of_the_report(client: Visitor, cast: Cast) -> None:
    with writing():
        second = Member(person_id=cast.other_facilitator.id, project_id=cast.project.id,
                        role=MemberRole.FACILITATOR)  # fmt: skip
        db.session.add(second)
    report = client.visit("/progress?programme=west-midlands")
    rows = report.soup.select("tbody tr")
    assert [row.a.get_text() for row in rows] == [
        "1. Better sleep on wards", "2. Fewer falls at home"
    ]  # fmt: skip
    assert "Farah Aziz and Gwen Hughes" in rows[0].get_text(" ")


def test_the_newest_report_stands_and_earlier_ones_fold_away(client: Visitor, cast: Cast) -> None:
    today = clock.today()
    with writing():
        for days, rag, words in (
            (40, Rag.GREEN, "We began."), (5, Rag.RED, "We are stuck."), (200, Rag.GREY, "A plan.")
        ):  # fmt: skip
            report = ProgressReport(
                project_id=cast.project.id, reported_on=today - timedelta(days=days), rag=rag,
                progress=words, steer_needed="A second ward." if rag is Rag.RED else "",
            )  # fmt: skip
            db.session.add(report)
    page = client.visit("/projects/better-sleep")
    earlier = page.soup.select_one("main details").get_text(" ")
    assert "We are stuck." not in earlier
    assert earlier.index("We began.") < earlier.index("A plan.")
    assert "Asks the Board: A second ward." in page.text
    table = client.visit("/progress")
    assert "We are stuck." in table.text
    assert "We began." not in table.text
    assert table.text.index("A second ward.") < table.text.index("Theme 1")  # asked for on top
    assert "1 Needs a steer" in table.text


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://trust.example/report", True),
        ("http://trust.example/report", True),
        ("javascript:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//trust.example", False),
        ("", False),
    ],
)
def test_what_came_out_is_a_link_only_to_the_web(
    client: Visitor, cast: Cast, address: str, is_link: bool
) -> None:
    row = {"ref": "1.1", "activity": "Report", "status": "done", "output_url": address}
    with writing():
        db.session.add(
            Objective(
                project_id=cast.project.id, position=1, ref="1.0", title="Tell", activities=[row]
            )
        )
    page = client.visit("/projects/better-sleep")
    assert (address in page.links.values()) is is_link
    assert "javascript:" not in str(page.soup)
