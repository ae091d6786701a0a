"""Coordinators keep the rules: add, change, order, switch off, remove; and what warns them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.opportunities.models import Opportunity, Publication
from ppflow.programmes.models import Programme
from ppflow.projects.models import Member
from ppflow.routing.models import Rule
from ppflow.routing.workflow import EMPTY
from ppflow.ruling.acts import MOST_RULES
from ppflow.ruling.forms import areas_of
from ppflow.ruling.queries import known, rules_of
from ppflow.ruling.workflow import NEVER, warnings_of
from tests.routing.conftest import Ruled
from tests.support.cast import Cast, Staff
from tests.support.pages import Page
from tests.triage.conftest import SignedIn

HERE = "/settings/rules/west-midlands"


def listed(cast: Cast, as_staff: SignedIn) -> Page:
    return as_staff(cast.coordinator).visit(HERE)


def names(page: Page) -> list[str]:
    return [link.get_text() for link in page.soup.select("tbody a.pp-who")]


def stored(cast: Cast) -> list[Rule]:
    db.session.rollback()
    return rules_of(cast.programme.id)


def verbs(rule_id: int) -> list[str]:
    about = select(Event.verb).where(Event.subject == f"routing-rule:{rule_id}")
    return list(db.session.scalars(about.order_by(Event.id)))


def test_a_coordinator_writes_a_rule(cast: Cast, as_staff: SignedIn) -> None:
    page = as_staff(cast.coordinator).visit("/settings").follow("Rules for new forms")
    assert "No rules yet" in page.text
    assert "These rules are switched off" in page.text
    empty = page.follow("Add a rule").submit(button="Keep this rule", status=422)
    assert len(empty.errors) == 2
    typed = {
        "name": "Near us",
        "kind": ["general", "ppie_contributor"],
        "project": [EMPTY, str(cast.project.id)],
        "area": "b, cv1; B ,",
        "needs": ["yes"],
        "to": f"person-{cast.deputy.id}",
    }
    kept = empty.submit(typed, button="Keep this rule")
    assert "Near us: kept." in kept.text
    (rule,) = stored(cast)
    assert rule.conditions == {
        "kind": ["ppie_contributor", "general"],
        "project": [str(cast.project.id), EMPTY],
        "area": ["B", "CV1"],
        "needs": ["yes"],
    }
    assert (rule.person_id, rule.project_id, rule.is_on) == (cast.deputy.id, None, True)
    assert verbs(rule.id) == ["add_rule"]
    assert "Where the person lives: B or CV1" in kept.text
    assert f"Project: 1. {cast.project.title} or empty" in kept.text


def test_what_is_typed_wrong_is_kept_and_said(cast: Cast, as_staff: SignedIn) -> None:
    page = as_staff(cast.coordinator).visit(f"{HERE}/new")
    typed = {"name": "Whole postcode", "area": "B23 6AB", "to": "coordinators"}
    wrong = page.submit(typed, button="Keep this rule", status=422)
    assert wrong.errors == [
        "“B236AB” is not the start of a postcode. Write for example B, CV, LS6."
    ]
    assert 'value="B23 6AB"' in str(wrong.soup)
    wrong.submit({"area": "B23"}, button="Keep this rule")
    assert [rule.conditions for rule in stored(cast)] == [{"area": ["B23"]}]


def test_a_rule_is_changed_and_switched_off(cast: Cast, as_staff: SignedIn, ruled: Ruled) -> None:
    rule = ruled("Near us", {"area": ["B"]}, person_id=cast.deputy.id)
    page = listed(cast, as_staff).follow("Near us")
    kept = page.submit(
        {"area": "CV", "to": f"project-{cast.project.id}", "is_on": []}, button="Keep this rule"
    )
    assert "Not used" in kept.text
    (now,) = stored(cast)
    assert (now.conditions, now.person_id, now.project_id, now.is_on, now.version) == (
        {"area": ["CV"]}, None, cast.project.id, False, 2,
    )  # fmt: skip
    assert verbs(rule.id) == ["change_rule"]


def test_two_coordinators_at_once_lose_nothing(
    cast: Cast, as_staff: SignedIn, ruled: Ruled
) -> None:
    ruled("Near us", {"area": ["B"]}, person_id=cast.deputy.id)
    browser = as_staff(cast.coordinator)
    mine, theirs = listed(cast, as_staff).follow("Near us"), browser.visit(HERE).follow("Near us")
    theirs.submit({"area": "CV"}, button="Keep this rule")
    second = mine.submit({"name": "My name"}, button="Keep this rule", status=409)
    refused = str(second.soup.select_one("#refused"))
    assert "Somebody else changed this rule first." in refused
    assert "Where the person lives: CV" in refused
    assert stored(cast)[0].name == "Near us"
    second.submit(button="Keep this rule")
    assert [(r.name, r.conditions) for r in stored(cast)] == [("My name", {"area": ["B"]})]


def test_rules_are_moved_by_buttons(cast: Cast, as_staff: SignedIn, ruled: Ruled) -> None:
    for name in ("First", "Second", "Third"):
        ruled(name, {"area": ["B"]}, person_id=cast.deputy.id)
    page = listed(cast, as_staff)
    assert names(page) == ["First", "Second", "Third"]
    page = page.submit(button="Move up Third")
    assert names(page) == ["First", "Third", "Second"]
    assert "Third: now rule 2." in page.text
    page = page.submit(button="Move down First")
    assert names(page) == ["Third", "First", "Second"]
    assert [rule.position for rule in stored(cast)] == [1, 2, 3]


def test_an_order_changed_by_somebody_else_is_not_moved_blindly(
    cast: Cast, as_staff: SignedIn, ruled: Ruled
) -> None:
    for name in ("First", "Second", "Third"):
        ruled(name, {"area": ["B"]}, person_id=cast.deputy.id)
    mine = listed(cast, as_staff)
    listed(cast, as_staff).submit(button="Move up Third")
    late = mine.submit(button="Move up Third", status=409)
    assert "Somebody else changed the order first." in late.text
    assert names(late) == ["First", "Third", "Second"]


def test_removing_is_chosen_on_a_page_of_its_own(
    cast: Cast, as_staff: SignedIn, ruled: Ruled
) -> None:
    first = ruled("First", person_id=cast.deputy.id).id
    ruled("Second", person_id=cast.deputy.id)
    page = as_staff(cast.coordinator).visit(f"{HERE}/{first}/remove")
    assert page.submit(button="Continue", status=422).errors == ["Choose yes or no."]
    page.submit({"sure": "no"}, button="Continue")
    assert len(stored(cast)) == 2
    gone = page.submit({"sure": "yes"}, button="Continue")
    assert "First: removed." in gone.text
    assert [(rule.name, rule.position) for rule in stored(cast)] == [("Second", 1)]
    assert verbs(first) == ["remove_rule"]


def test_a_rule_changed_meanwhile_is_not_removed(
    cast: Cast, as_staff: SignedIn, ruled: Ruled
) -> None:
    rule = ruled("First", person_id=cast.deputy.id)
    browser = as_staff(cast.coordinator)
    page = browser.visit(f"{HERE}/{rule.id}/remove")
    browser.visit(f"{HERE}/{rule.id}").submit({"name": "Better"}, button="Keep this rule")
    late = page.submit({"sure": "yes"}, button="Continue", status=409)
    assert "Somebody else changed this rule first." in late.text
    late.submit({"sure": "yes"}, button="Continue")
    assert stored(cast) == []


def test_the_rules_are_switched_on_and_off(cast: Cast, as_staff: SignedIn) -> None:
    page = listed(cast, as_staff).submit(button="Switch on")
    assert "The rules are switched on." in page.text
    assert db.session.get_one(Programme, cast.programme.id, populate_existing=True).uses_rules
    page = page.submit(button="Switch off")
    assert "These rules are switched off" in page.text
    about = select(Event.fields).where(Event.subject == f"programme:{cast.programme.id}")
    assert db.session.scalars(about).all() == [["uses_rules"]] * 2


def test_there_is_a_most(cast: Cast, as_staff: SignedIn, ruled: Ruled) -> None:
    ruled("One", person_id=cast.deputy.id)
    with writing():
        for number in range(2, MOST_RULES + 1):
            db.session.add(
                Rule(
                    programme_id=cast.programme.id,
                    position=number,
                    name=f"Rule {number}",
                    conditions={},
                    changed_by_id=cast.coordinator.id,
                )
            )
    page = as_staff(cast.coordinator).visit(f"{HERE}/new")
    full = page.submit({"name": "More", "to": "coordinators"}, button="Keep this rule", status=422)
    assert full.errors == ["There are 50 rules already. Remove one first."]


PAGES = ("", "/new", "/{id}", "/{id}/remove", "/dry-run")


@pytest.mark.parametrize("path", PAGES)
def test_only_coordinators_of_the_programme_may(
    cast: Cast, as_staff: SignedIn, ruled: Ruled, path: str
) -> None:
    rule = ruled("First", person_id=cast.deputy.id)
    address = HERE + path.format(id=rule.id)
    for staff in (cast.facilitator, cast.administrator, cast.board_member, cast.outsider):
        as_staff(staff).visit(address, status=403)
    as_staff(cast.other_coordinator).visit(address, status=404)
    elsewhere = f"/settings/rules/elsewhere/{rule.id}"
    as_staff(cast.other_coordinator).visit(elsewhere, status=404)


def test_whoever_keeps_one_programme_is_led_to_it(cast: Cast, as_staff: SignedIn) -> None:
    assert as_staff(cast.coordinator).visit("/settings/rules").path == HERE


# --- warnings -------------------------------------------------------------------------------------


def warned(cast: Cast) -> dict[str, list[str]]:
    rules = stored(cast)
    found = warnings_of(rules, known(cast.programme.id))
    return {rule.name: found[rule.id] for rule in rules if rule.id in found}


def test_a_sound_rule_has_no_warning(cast: Cast, ruled: Ruled) -> None:
    ruled("Panel", {"opportunity": [str(cast.panel.id)]}, person_id=cast.deputy.id)
    ruled("Rest of it", {"project": [str(cast.project.id)]}, project_id=cast.project.id)
    ruled("General", {"kind": ["general"], "area": ["B"]})
    assert warned(cast) == {}


def off(staff: Staff) -> None:
    with writing():
        staff.person.active = False


def test_a_rule_that_names_nobody_active_warns(
    cast: Cast, ruled: Ruled, as_staff: SignedIn
) -> None:
    ruled("Una", person_id=cast.outsider.id)
    ruled("Gwen", person_id=cast.other_facilitator.id)
    ruled("Falls", {"kind": ["general"]}, project_id=cast.other_project.id)
    off(cast.other_facilitator)
    said = warned(cast)
    on = "Such forms go on to the next rule."
    assert said["Una"] == [f"Una Quist no longer answers forms here. {on}"]
    assert said["Gwen"] == [f"Gwen Hughes no longer answers forms here. {on}"]
    assert said["Falls"] == [f"Nobody on “{cast.other_project.title}” can answer. {on}"]
    page = listed(cast, as_staff)
    assert page.text.count("no longer answers forms here.") == 2
    kept = page.follow("Una").submit(button="Keep this rule")  # it can stay as it is
    assert "Una: kept." in kept.text


def test_whoever_ends_their_part_is_named_in_vain(cast: Cast, ruled: Ruled) -> None:
    ruled("Gwen", person_id=cast.other_facilitator.id)
    assert warned(cast) == {}
    with writing():
        for member in db.session.query(Member).filter_by(person_id=cast.other_facilitator.id):
            member.until_on = clock.today()
    assert list(warned(cast)) == ["Gwen"]


@pytest.mark.parametrize(
    "clash",
    ["opportunity of another project", "kind of another sort", "gone", "no theme", "no area"],
)
def test_a_rule_that_can_never_match_warns(cast: Cast, ruled: Ruled, clash: str) -> None:
    conditions = {
        "opportunity of another project": {
            "opportunity": [str(cast.panel.id)], "project": [str(cast.other_project.id)],
        },
        "kind of another sort": {"opportunity": [str(cast.panel.id)], "kind": ["staff_volunteer"]},
        "gone": {"opportunity": ["9999"]},
        "no theme": {"opportunity": [str(cast.panel.id)], "theme": [EMPTY]},
        "no area": {"kind": ["research_need"], "area": ["B"]},
    }[clash]  # fmt: skip
    ruled("Clash", conditions, person_id=cast.deputy.id)
    assert warned(cast) == {"Clash": [NEVER]}


def test_a_closed_opportunity_is_named_in_vain(cast: Cast, ruled: Ruled) -> None:
    ruled("Panel", {"opportunity": [str(cast.panel.id)]}, person_id=cast.deputy.id)
    with writing():
        advert = db.session.get_one(Opportunity, cast.panel.id)
        advert.publication = Publication.CLOSED
    assert warned(cast) == {"Panel": [NEVER]}


def test_a_rule_behind_one_that_takes_everything_warns(cast: Cast, ruled: Ruled) -> None:
    ruled("Project", {"project": [str(cast.project.id)], "area": ["B"]}, person_id=cast.deputy.id)
    ruled("Panel in B23", {"opportunity": [str(cast.panel.id)], "area": ["B23", "B1"]})
    ruled("Panel in CV", {"opportunity": [str(cast.panel.id)], "area": ["B23", "CV"]})
    ruled("Panel anywhere", {"opportunity": [str(cast.panel.id)]})
    late = "Rule 1, “Project”, comes first and takes all of these forms."
    assert warned(cast) == {"Panel in B23": [late]}


def test_a_rule_that_is_off_or_names_nobody_shadows_nothing(cast: Cast, ruled: Ruled) -> None:
    ruled("Off", person_id=cast.deputy.id, is_on=False)
    ruled("Una", person_id=cast.outsider.id)
    ruled("All", person_id=cast.deputy.id)
    ruled("Too late", {"kind": ["general"]})
    said = warned(cast)
    assert sorted(said) == ["Too late", "Una"]
    assert said["Too late"] == ["Rule 3, “All”, comes first and takes all of these forms."]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "found"),
    [("", []), ("b", ["B"]), (" b 23 ,cv1", ["B23", "CV1"]), ("B;b,,B", ["B"]), (None, [])],
)
def test_areas_are_read_as_people_write_them(typed: str | None, found: list[str]) -> None:
    assert areas_of(typed) == found
