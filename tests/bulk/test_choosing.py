"""Who is meant is said expressly; nobody gets into it, and nobody acts on what is not theirs."""

from __future__ import annotations

import pytest

from ppflow.bulk.models import BulkItem
from ppflow.db import db
from ppflow.expressions.workflow import Status
from tests.bulk.conftest import Many, fresh, letters, pick, shown, the_run
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.support.pages import filled
from tests.triage.conftest import SignedIn


def test_nothing_selected_means_everyone(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    """The wound of others: with no tick the whole list was mailed. Here it means nobody."""
    chosen = many(3)
    page = pick(as_staff(cast.coordinator), "message", status=422)
    assert page.errors == ["Nobody is selected. Tick the people you mean, or choose all of them."]
    assert page.heading == "Triage: all open"
    assert db.session.query(BulkItem).count() == 0
    assert all(fresh(each).version == 1 for each in chosen)


def test_a_mark_that_no_reference_holds_is_nobody(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    many(1)
    page = as_staff(cast.coordinator).visit("/triage?view=open")
    ticked = {**filled(page.form("Go on")).to_dict(), "act": "message", "pick": "PP-\0"}
    assert page.visitor.post("/triage/bulk", data=ticked).status_code == 422


def test_no_act_keeps_who_was_ticked(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar, _lea = many(3)
    page = pick(as_staff(cast.coordinator), "", [rosa, omar], status=422)
    assert page.errors == ["Choose what to do."]
    ticked = filled(page.form("Go on")).getlist("pick")
    assert sorted(ticked) == sorted([rosa.reference, omar.reference])


def test_all_on_this_page_are_no_more_than_this_page(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    many(27)
    page = pick(as_staff(cast.coordinator), "message", whom="page")
    assert page.heading == "Write a message: 25 people"


def test_all_in_the_list_says_how_many_and_follows_the_filters(
    cast: Cast, many: Many, register: Register, as_staff: SignedIn
) -> None:
    many(26)
    elsa = register("Elsa Else", cast.other_panel)
    browser = as_staff(cast.coordinator)
    page = browser.visit("/triage?view=open")
    assert "All 27 in this list, on every page" in page.text
    view = f"view=open&opportunity={cast.panel.id}"
    page = pick(browser, "message", whom="all", view=view)
    assert page.heading == "Write a message: 26 people"
    items = {item.expression_id for item in db.session.query(BulkItem)}
    assert elsa.id not in items


def test_a_search_is_part_of_the_list(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    _rosa, omar, _lea = many(3)
    view = f"view=open&q={omar.reference}"
    page = pick(as_staff(cast.coordinator), "message", whom="all", view=view)
    assert page.heading == "Write a message: 1 person"


def test_a_form_of_another_programme_smuggled_in_is_left_out(
    cast: Cast, many: Many, register: Register, as_staff: SignedIn
) -> None:
    """The reference of a form that is not theirs says nothing, not even that it is there."""
    rosa, elsa = many(1)[0], register("Elsa Else", cast.project_elsewhere)
    browser = as_staff(cast.other_facilitator)
    mine = register("Mia Mine", cast.other_panel)
    page = browser.visit("/triage?view=open")
    data = filled(page.form("Go on"))
    data.setlist("pick", [mine.reference, elsa.reference, rosa.reference, "PP-XXXXXXX"])
    data["act"] = "message"
    answer = browser.post("/triage/bulk?view=open", data=data, follow_redirects=True)
    text = answer.get_data(as_text=True)
    assert "Write a message: 1 person" in text
    assert "3 forms are" in text
    assert elsa.reference not in text
    assert [item.expression_id for item in db.session.query(BulkItem)] == [mine.id]


def test_only_what_is_not_theirs_is_nobody(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    elsa = register("Elsa Else", cast.project_elsewhere)
    register("Mia Mine", cast.other_panel)
    browser = as_staff(cast.other_facilitator)
    data = filled(browser.visit("/triage?view=open").form("Go on"))
    data.setlist("pick", [elsa.reference])
    data["act"] = "spam"
    assert browser.post("/triage/bulk?view=open", data=data).status_code == 422
    assert fresh(elsa).status is Status.RECEIVED


def test_a_run_is_its_owners_alone(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    pick(as_staff(cast.coordinator), "message", many(2))
    address = f"/triage/bulk/{the_run().key}"
    other = as_staff(cast.facilitator)
    assert other.get(address).status_code == 404
    token = filled(other.visit("/triage").soup.form or pytest.fail("no form")).get("csrf_token")
    for path in ("", "/go", "/undo"):
        answer = other.post(address + path, data={"csrf_token": token or ""})
        assert answer.status_code in {400, 404}
    assert letters("expression-message") == []


def test_the_board_and_administrators_see_none_of_it(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    pick(as_staff(cast.coordinator), "message", many(2))
    address = f"/triage/bulk/{the_run().key}"
    for onlooker in (cast.board_member, cast.administrator):
        browser = as_staff(onlooker)
        assert browser.get("/triage/bulk").status_code == 403
        assert browser.get(address).status_code == 403


def test_an_outsider_has_nobody_to_choose(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa = many(1)[0]
    outsider = as_staff(cast.outsider)
    assert outsider.visit("/triage?view=open").soup.find(id="bulk") is None
    assert rosa.reference not in outsider.visit("/triage/bulk").text


def test_choosing_does_nothing_yet(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    chosen = many(2)
    page = pick(as_staff(cast.coordinator), "not_this_time", chosen)
    page = shown(page, reason="fit")
    assert "2 people will change" in page.text
    assert all(fresh(each).status is Status.RECEIVED for each in chosen)
    assert letters("expression-not-this-time") == []
