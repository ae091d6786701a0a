"""Pages are drawn once for the same facts; nobody ever sees an old one or somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from ppflow import clock, ready, web
from ppflow.db import db, writing
from ppflow.opportunities.models import Opportunity, Question
from ppflow.programmes.models import Milestone, MilestoneState, Programme, Section
from ppflow.projects.models import Objective, ProgressReport, Project, Rag
from tests.public.looks import change_advert
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor, new_visitor

KEPT = ("/", "/programmes/elsewhere", "/opportunities", "/opportunities/sleep-panel", "/projects",
        "/projects/better-sleep", "/progress")  # fmt: skip


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates drawn from now on."""
    names: list[str] = []
    page = web.page

    def counted(template: str, *args: Any, **context: Any) -> Any:
        names.append(template)
        return page(template, *args, **context)

    monkeypatch.setattr(web, "page", counted)
    return names


@pytest.mark.parametrize("address", KEPT)
def test_the_second_visitor_gets_the_same_page_without_a_drawing(
    client: Visitor, cast: Cast, drawn: list[str], address: str
) -> None:
    first = client.get(address)
    drawn.clear()
    again = client.get(address)
    assert again.data == first.data
    assert drawn == []
    with writing():
        for model in (Programme, Opportunity):
            db.session.execute(update(model).values(contact_phone="0121 496 0999"))
    assert "0121 496 0999" in client.get(address).get_data(as_text=True)
    assert len(drawn) == 1


@pytest.mark.parametrize("address", KEPT)
def test_a_browser_that_has_the_page_is_told_it_still_holds(
    client: Visitor, cast: Cast, address: str
) -> None:
    tag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "no-cache"
    change_advert("sleep-panel", title="Join our night panel", updated_at=clock.now())
    with writing():
        for project in db.session.scalars(select(Project)):
            project.title += " (new)"
        for programme in db.session.scalars(select(Programme)):
            programme.name += " (new)"
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def _new_report(cast: Cast) -> None:
    db.session.add(
        ProgressReport(
            project_id=cast.project.id, reported_on=clock.today(), rag=Rag.RED, progress="Slower."
        )
    )


def _new_plan(cast: Cast) -> None:
    done = {"ref": "1.1", "activity": "Ask people", "status": "done"}
    db.session.add(
        Objective(project_id=cast.project.id, position=1, ref="1.0", title="Ask", activities=[done])
    )


def _new_stage(cast: Cast) -> None:
    stage = {"number": 9, "title": "Stage nine", "text": "Yes.", "state": MilestoneState.DONE}
    db.session.add(Milestone(programme_id=cast.programme.id, **stage))


def _new_section(cast: Cast) -> None:
    words = {"heading": "Visiting us", "body": "Come in."}
    db.session.add(Section(programme_id=cast.programme.id, position=9, **words))


def _new_question(cast: Cast) -> None:
    db.session.add(
        Question(
            opportunity_id=cast.panel.id, position=1, key="own-a", label="What helps?", input="text"
        )
    )


@pytest.mark.parametrize(
    ("change", "address", "words"),
    [
        (_new_report, "/progress", "Slower."),
        (_new_report, "/projects/better-sleep", "Needs a steer"),
        (_new_plan, "/projects/better-sleep", "Ask people"),
        (_new_stage, "/", "Stage nine"),
        (_new_section, "/", "Visiting us"),
        (_new_question, "/opportunities/sleep-panel", "What helps?"),
    ],
)
def test_a_change_shows_at_the_next_visit(
    client: Visitor, cast: Cast, change: Any, address: str, words: str
) -> None:
    assert words not in client.visit(address).text
    with writing():
        change(cast)
    assert words in client.visit(address).text


def test_one_more_person_interested_shows_at_once(client: Visitor, cast: Cast) -> None:
    client.visit("/opportunities")
    change_advert("sleep-panel", interest_count=5)
    assert "6 places, 5 people interested" in client.visit("/opportunities").text
    assert "6 places, 5 people interested" in client.visit("/opportunities/sleep-panel").text


def test_tomorrow_is_another_day(client: Visitor, cast: Cast, later: Callable[..., None]) -> None:
    change_advert("sleep-panel", closes_on=clock.today() + timedelta(days=2))
    assert "2 days left" in client.visit("/opportunities/sleep-panel").text
    later(days=1)
    assert "1 day left" in client.visit("/opportunities/sleep-panel").text


def test_what_staff_see_is_theirs_alone(client: Visitor, cast: Cast, app: Flask) -> None:
    coordinator = sign_in(new_visitor(app), cast.coordinator)
    for address in KEPT:
        public = client.get(address).data
        theirs = coordinator.get(address)
        assert theirs.headers["Cache-Control"] == "no-store"
        assert "ETag" not in theirs.headers
        assert cast.coordinator.name in theirs.get_data(as_text=True)
        assert client.get(address).data == public


def test_a_message_is_read_by_one_visitor_once(client: Visitor, cast: Cast) -> None:
    client.get("/opportunities")
    with client.session_transaction() as kept:
        kept["_flashes"] = [("message", "Thank you, Pat.")]
    assert "Thank you, Pat." in client.visit("/opportunities").text
    assert "Thank you, Pat." not in client.visit("/opportunities").text


def test_words_searched_for_never_stand_on_anothers_page(client: Visitor, cast: Cast) -> None:
    assert "sleep" in client.get("/opportunities?q=sleep").get_data(as_text=True)
    assert 'value="sleep"' not in client.get("/opportunities").get_data(as_text=True)
    assert 'value="Sleep"' in client.get("/opportunities?q=Sleep").get_data(as_text=True)


def test_only_so_many_pages_are_kept(app: Flask) -> None:
    pages = ready.Pages()
    for number in range(ready.PAGES_KEPT + 1):
        pages.keep(number, b"page")
    assert pages.get(0) is None
    assert pages.get(1) is not None
    pages.keep("new", b"page")  # 1 was asked for lately, so 2 goes
    assert pages.get(1) is not None
    assert pages.get(2) is None


@pytest.mark.parametrize(
    ("fact", "other"),
    [
        ([1, [2, 3]], [1, [2, 4]]),
        ({"a": [1]}, {"a": [2]}),
        ({"a": {"b": []}}, {"a": {"b": ["c"]}}),
        ((1, ["x"]), (1, ["y"])),
    ],
)
def test_facts_differ_where_anything_in_them_differs(fact: Any, other: Any) -> None:
    assert hash(ready._hashable(fact)) == hash(ready._hashable(fact))
    assert ready._hashable(fact) != ready._hashable(other)
