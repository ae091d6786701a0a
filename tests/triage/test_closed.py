"""Closed forms grow for ever: who may see few of them reads few, and each of them once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from ppflow.access import Role, Standing
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.triage import finding, queries
from ppflow.triage.forms import Asked
from ppflow.triage.workflow import VIEWS
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page
from tests.triage.conftest import SignedIn
from tests.triage.test_filters import options
from tests.triage.test_queue import counted, counts, many, references, turn

CLOSED = Asked(VIEWS["closed"])


def close(*expressions: Expression, cast: Cast) -> None:
    with writing():
        for each in expressions:
            acts.perform("not_this_time", each, by=standing(cast.coordinator), reason="full")


def everything(page: Page) -> list[str]:
    """The references of a list, from this page to its end."""
    found = references(page)
    while following := turn(page, "next"):
        page = Page.of(page.visitor, page.visitor.get(following), 200)
        found += references(page)
    return found


def test_what_is_seen_in_several_ways_stands_once(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """In my project and mine, or another's there; mine elsewhere; and not what is neither."""
    both, theirs, elsewhere, strange = (
        register("Rosa Reed", cast.panel),
        register("Omar Oak", cast.panel),
        register("Una Umber", cast.other_panel),
        register("Ivy Ives", cast.other_panel),
    )
    with writing():
        theirs.assignee_id = cast.other_facilitator.id
        elsewhere.assignee_id = cast.facilitator.id
    close(both, theirs, elsewhere, strange, cast=cast)
    page = as_staff(cast.facilitator).visit("/triage?view=closed")
    assert references(page) == [each.reference for each in (elsewhere, theirs, both)]
    assert (counted(page), counts(page)["Closed"]) == ("1 to 3 of 3", "3")
    assert options(page, "assignee")[str(cast.facilitator.id)].endswith(" (2)")
    page = as_staff(cast.other_facilitator).visit("/triage?view=closed")
    assert set(references(page)) == {each.reference for each in (theirs, elsewhere, strange)}
    assert references(as_staff(cast.outsider).visit("/triage?view=closed")) == []


def test_pages_of_closed_forms_go_through_all_ways_in_one_order(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    everybody = many(register, cast, 28)
    with writing():
        for number, each in enumerate(everybody):
            if number % 3:
                each.assignee_id = cast.other_facilitator.id
    close(*everybody, cast=cast)
    newest_first = [each.reference for each in reversed(everybody)]
    for staff in (cast.facilitator, cast.coordinator):
        first = as_staff(staff).visit("/triage?view=closed")
        assert everything(first) == newest_first
        last = Page.of(first.visitor, first.visitor.get(turn(first, "next")), 200)
        back = Page.of(first.visitor, first.visitor.get(turn(last, "prev")), 200)
        assert references(back) == newest_first[:25]


def test_many_projects_are_read_as_one(
    cast: Cast, register: Register, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = many(register, cast, 3)
    close(*everybody, cast=cast)
    monkeypatch.setattr(finding, "MOST_DOORS", 0)
    page = as_staff(cast.facilitator).visit("/triage?view=closed")
    assert len(references(page)) == 3
    assert counted(page) == "1 to 3 of 3"


@pytest.mark.sqlite_only  # PostgreSQL reads a table of few rows as a whole
def test_somebody_who_sees_few_closed_forms_walks_past_nobody_elses(
    cast: Cast, register: Register, app: Any
) -> None:
    """Each way is read from an index that begins with it; SQLite says so."""
    farah = standing(cast.facilitator)
    for asked in (CLOSED, Asked(VIEWS["closed"], kind="ppie_contributor")):
        chosen = finding.listed(asked, farah, most=queries.ROWS)
        plan = _plan(chosen)
        walked = [step for step in plan if "expression" in step]
        assert walked
        assert all("(assignee_id=?" in s or "(project_id=?" in s for s in walked), plan
    everyone = Standing(1, "x", frozenset([Role.COORDINATOR]), all_programmes=True)
    assert len([s for s in _plan(finding.listed(CLOSED, everyone, most=1)) if "SEARCH" in s]) == 1


def _plan(chosen: Any) -> list[str]:
    words = chosen.compile(db.engine, compile_kwargs={"render_postcompile": True})
    asked = text("EXPLAIN QUERY PLAN " + str(words).replace("?", "0"))
    return [row.detail for row in db.session.execute(asked)]
