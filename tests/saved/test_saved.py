"""Saved views: a list under a name, my own or shared, as a link; each reader sees their own."""

from __future__ import annotations

import pytest

from ppflow.db import db
from ppflow.saved import acts
from ppflow.saved.models import SavedView
from tests.support.arrivals import Register
from tests.support.cast import Cast, Staff, sign_in
from tests.support.pages import Page, Visitor, new_visitor

NEW = "/triage/views/new?view=open&status=received"


@pytest.fixture
def farah(client: Visitor, cast: Cast) -> Visitor:
    return sign_in(client, cast.facilitator)


def another(client: Visitor, staff: Staff) -> Visitor:
    return sign_in(new_visitor(client.application), staff)


def saved(page: Page) -> dict[str, str]:
    """Address by name of the saved views beside the queue."""
    links = page.soup.select('nav[aria-label="Saved views"] a')
    return {link.find(string=True, recursive=False).strip(): str(link["href"]) for link in links}


def test_a_list_is_saved_under_a_name_and_opens_as_it_was(
    cast: Cast, register: Register, farah: Visitor
) -> None:
    register("Rosa Reed", cast.panel)
    page = farah.visit("/triage?view=open&status=received&sort=newest").follow("Save this view")
    opened = page.submit({"name": "New ones"}, button="Save")
    assert "Saved: New ones." in opened.text
    assert saved(opened) == {"New ones": "/triage?view=open&status=received&sort=newest"}
    current = opened.soup.select_one('nav[aria-label="Saved views"] a[aria-current]')
    assert current.get_text(" ", strip=True) == "New ones 1"
    assert opened.soup.select_one("select#status option[selected]")["value"] == "received"


def test_it_is_mine_alone_until_it_is_shared(
    cast: Cast, register: Register, farah: Visitor, client: Visitor
) -> None:
    register("Rosa Reed", cast.panel)
    register("Omar Oak", cast.other_panel)
    farah.visit(NEW).submit({"name": "New ones"}, button="Save")
    other = another(client, cast.other_facilitator)
    elsewhere = another(client, cast.other_coordinator)
    assert saved(other.visit("/triage")) == {}
    change = farah.visit("/triage/views").follow("Rename, share or take away New ones")
    listed = change.submit({"shared": str(cast.programme.id)}, button="Save")
    assert f"Everybody who answers in {cast.programme.title}" in listed.text
    shown = other.visit(saved(other.visit("/triage"))["New ones"])
    assert "Omar Oak" in shown.text
    assert "Rosa Reed" not in shown.text
    assert saved(elsewhere.visit("/triage")) == {}
    assert saved(another(client, cast.coordinator).visit("/triage")) != {}


def test_it_is_renamed_and_taken_away(cast: Cast, farah: Visitor) -> None:
    farah.visit(NEW).submit({"name": "New ones"}, button="Save")
    change = farah.visit("/triage/views").follow("Rename, share or take away New ones")
    renamed = change.submit({"name": "Just arrived"}, button="Save")
    assert "Kept: Just arrived." in renamed.text
    change = renamed.follow("Rename, share or take away Just arrived")
    gone = change.submit(button="Take it away")
    assert "No view is saved" in gone.text
    assert db.session.query(SavedView).count() == 0


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "Enter a name for the view."),
        ("new ONES", "You have a saved view with this name. Choose another name."),
        ("x" * 61, ""),
    ],
)
def test_a_name_that_cannot_be_is_422_and_what_was_typed_stays(
    name: str, error: str, cast: Cast, farah: Visitor
) -> None:
    farah.visit(NEW).submit({"name": "New ones"}, button="Save")
    page = farah.visit(NEW).submit(
        {"name": name, "shared": str(cast.programme.id)}, button="Save", status=422
    )
    assert page.errors
    assert error in page.errors[0]
    assert page.soup.select_one("#name").get("value", "") == name
    assert page.soup.select_one("input[name=shared][checked]")["value"] == str(cast.programme.id)


def test_two_people_may_use_the_same_name(cast: Cast, farah: Visitor, client: Visitor) -> None:
    farah.visit(NEW).submit({"name": "New ones"}, button="Save")
    other = another(client, cast.other_facilitator)
    assert "Saved" in other.visit(NEW).submit({"name": "New ones"}, button="Save").text


def test_twenty_are_enough(cast: Cast, farah: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "MOST", 2)
    for name in ("One", "Two"):
        farah.visit(NEW).submit({"name": name}, button="Save")
    page = farah.visit(NEW).submit({"name": "Three"}, button="Save", status=422)
    assert page.errors == ["You have 2 saved views. Take one away first."]


def test_nobody_changes_what_is_another_persons(
    cast: Cast, farah: Visitor, client: Visitor
) -> None:
    change = farah.visit(NEW)
    change.submit({"name": "New ones", "shared": str(cast.programme.id)}, button="Save")
    view = db.session.query(SavedView).one()
    for staff in (cast.outsider, cast.other_facilitator, cast.other_coordinator):
        browser = another(client, staff)
        assert browser.get(f"/triage/views/{view.id}").status_code == 404
        assert browser.post(f"/triage/views/{view.id}/delete").status_code in {400, 404}
    own = another(client, cast.coordinator).visit(f"/triage/views/{view.id}")
    assert own.heading == "Change New ones"
    assert db.session.query(SavedView).count() == 1


def test_nobody_shares_with_a_programme_that_is_not_theirs(cast: Cast, farah: Visitor) -> None:
    page = farah.visit(NEW)
    values = [str(i["value"]) for i in page.soup.select("input[name=shared]")]
    assert values == ["me", str(cast.programme.id)]
    page.submit(
        {"name": "New ones", "shared": str(cast.other_programme.id)}, button="Save", status=422
    )


def test_those_who_only_see_counts_have_none(cast: Cast, client: Visitor) -> None:
    for staff in (cast.board_member, cast.administrator):
        assert another(client, staff).get("/triage/views").status_code == 403


def test_an_old_view_with_an_option_that_is_gone_still_opens(
    cast: Cast, register: Register, farah: Visitor
) -> None:
    register("Rosa Reed", cast.panel)
    farah.visit("/triage/views/new?view=gone&status=odd&about=project-1&sort=x").submit(
        {"name": "Old"}, button="Save"
    )
    opened = farah.visit(saved(farah.visit("/triage"))["Old"])
    assert opened.heading == "Triage: mine"


# --- words that were searched ---------------------------------------------------------------------


def test_a_searched_list_is_mine_alone(cast: Cast, register: Register, farah: Visitor) -> None:
    """Words may name somebody whom others in the programme do not see."""
    register("Rosa Reed", cast.panel)
    page = farah.visit("/triage?view=open&q=rosa&status=received").follow("Save this view")
    assert "You searched for “rosa”. Words stay with whoever typed them" in page.text
    choices = [str(box["value"]) for box in page.soup.select("input[name=shared]")]
    assert choices == ["me"]
    page.submit({"name": "About Rosa"}, button="Save")
    kept = db.session.query(SavedView).one()
    assert (kept.query, kept.programme_id) == ("view=open&q=rosa&status=received", None)
    change = farah.visit("/triage/views").follow("Rename, share or take away About Rosa")
    assert [str(box["value"]) for box in change.soup.select("input[name=shared]")] == ["me"]


def test_nobody_shares_words_past_the_form(cast: Cast, farah: Visitor) -> None:
    page = farah.visit("/triage/views/new?view=open&q=rosa")
    radio = page.soup.select_one("input[name=shared]")
    assert radio is not None
    radio["value"] = str(cast.programme.id)
    page.submit({"name": "About Rosa", "shared": radio["value"]}, button="Save", status=422)
    assert db.session.query(SavedView).count() == 0


def test_the_same_list_without_the_words_can_be_shared(cast: Cast, farah: Visitor) -> None:
    page = farah.visit("/triage/views/new?view=open&q=rosa&status=received")
    page = page.follow("Save it without the words")
    page.submit({"name": "New ones", "shared": str(cast.programme.id)}, button="Save")
    kept = db.session.query(SavedView).one()
    assert (kept.query, kept.programme_id) == ("view=open&status=received", cast.programme.id)
