"""The pages of rules, dry run and teams in a real browser: by axe, at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from ppflow.routing.models import Rule
from tests.journeys.at_the_desk import sign_in
from tests.journeys.conftest import look as look
from tests.journeys.looking import Look
from tests.routing.conftest import Ruled
from tests.support.arrivals import Register
from tests.support.browser import PHONE, Open
from tests.support.cast import Cast

pytestmark = pytest.mark.browser

RULES = "/settings/rules/west-midlands"
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch and all who live near it"


@pytest.fixture
def rules(cast: Cast, register: Register, ruled: Ruled) -> list[Rule]:
    """Sound rules and bad ones, and forms to try them on."""
    for area in ("B23", "CV1"):
        register("Rosa Reed", cast.panel, plain={"area": area})
    here = {"area": ["B", "CV"], "project": [str(cast.project.id), "(empty)"]}
    return [
        ruled("Near us", here, person_id=cast.deputy.id),
        ruled(LONG, {"opportunity": ["9999"]}, person_id=cast.outsider.id),
        ruled("General ones", {"kind": ["general"]}, project_id=cast.other_project.id),
        ruled("Panel", {"opportunity": [str(cast.panel.id)]}, is_on=False),
    ]


def test_every_page_of_sharing_fits(cast: Cast, rules: list[Rule], look: Look) -> None:
    sign_in(look.page, cast.coordinator)
    look.at(RULES, f"{RULES}/new", f"{RULES}/{rules[0].id}", f"{RULES}/{rules[0].id}/remove")
    look.at(f"{RULES}/dry-run")
    expect(look.page.get_by_role("heading", name="What would change")).to_be_visible()
    look.at("/settings/teams", f"/settings/teams/{cast.project.id}", "/settings/teams?q=zebra")


def test_every_trouble_on_the_way_fits(cast: Cast, rules: list[Rule], look: Look) -> None:
    sign_in(look.page, cast.coordinator)
    look.at(f"{RULES}/new")
    look.press("Keep this rule")
    look.at(f"{RULES}/{rules[0].id}/remove")
    look.press("Continue")
    for address, button in (
        (f"{RULES}/{rules[0].id}", "Keep this rule"),
        (f"/settings/teams/{cast.project.id}", "Keep this"),
    ):
        look.page.goto(address)
        look.page.locator("input[name=version]").evaluate("box => box.value = '99'")
        look.press(button)
        expect(look.page.locator("#refused")).to_be_visible()


def test_rules_are_kept_on_a_phone_without_scripts(
    cast: Cast, rules: list[Rule], open_window: Open
) -> None:
    """By keyboard: a part is opened, a box ticked, the rule kept, then moved."""
    page = sign_in(open_window(width=PHONE, javascript=False), cast.coordinator)
    page.goto(f"{RULES}/new")
    page.get_by_label("Name of the rule").fill("Everybody else")
    page.locator("summary", has_text="How the form came").focus()
    page.keyboard.press("Enter")
    page.get_by_label("On paper").focus()
    page.keyboard.press("Space")
    page.get_by_label("Who gets these forms").select_option("coordinators")
    page.get_by_role("button", name="Keep this rule").press("Enter")
    expect(page.get_by_text("Everybody else: kept.")).to_be_visible()
    expect(page.get_by_text("How the form came: On paper")).to_be_visible()
    page.get_by_role("button", name="Move up Everybody else").press("Enter")
    expect(page.get_by_text("Everybody else: now rule 4.")).to_be_visible()
