"""Keyboard shortcuts: listed on a page, off for who wants it, and never while somebody types."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ppflow.shortcuts.routes import KEYS
from tests.support.accessibility import fits
from tests.support.arrivals import Register
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor, new_visitor

SCRIPT = Path(__file__).parents[2] / "static" / "js" / "shortcuts.js"


def scripts(page: object) -> list[str]:
    return [str(s.get("src", "")) for s in page.soup.find_all("script")]  # type: ignore[attr-defined]


@pytest.mark.sqlite_only
def test_the_page_lists_every_key_that_the_script_hears(client: Visitor, cast: Cast) -> None:
    page = sign_in(client, cast.facilitator).visit("/settings/shortcuts")
    listed = {key.get_text() for key in page.soup.select("kbd")}
    table = SCRIPT.read_text().split("const ACTS = {")[1].split("};")[0]
    heard = set(re.findall(r'^  "?([a-z?])"?:', table, re.MULTILINE))
    assert listed == heard == {key for found in KEYS.values() for key, _ in found}


def test_they_are_turned_off_for_one_person_and_on_again(client: Visitor, cast: Cast) -> None:
    farah = sign_in(client, cast.facilitator)
    assert any("shortcuts.js" in src for src in scripts(farah.visit("/triage")))
    page = farah.visit("/settings").follow("Keyboard shortcuts")
    page = page.submit(button="Turn shortcuts off")
    assert "Keyboard shortcuts are off." in page.text
    assert not any("shortcuts.js" in src for src in scripts(farah.visit("/triage")))
    dev = sign_in(new_visitor(client.application), cast.deputy)
    assert any("shortcuts.js" in src for src in scripts(dev.visit("/triage")))
    page.submit(button="Turn shortcuts on")
    assert any("shortcuts.js" in src for src in scripts(farah.visit("/triage")))


def test_an_odd_choice_is_refused(client: Visitor, cast: Cast) -> None:
    farah = sign_in(client, cast.facilitator)
    page = farah.visit("/settings/shortcuts")
    token = page.soup.select_one("main input[name=csrf_token]")["value"]
    answer = farah.post("/settings/shortcuts", data={"csrf_token": token, "use": "maybe"})
    assert answer.status_code == 400


@pytest.mark.browser
def test_a_list_is_walked_by_keys(
    app: Flask, site: str, cast: Cast, register: Register, window: Page
) -> None:
    first, second, _ = (register(f"Rosa Reed{n}", cast.panel) for n in range(3))
    cookie = sign_in(new_visitor(app), cast.facilitator).get_cookie("ppflow")
    assert cookie is not None
    window.context.add_cookies([{"name": "ppflow", "value": cookie.value, "url": site}])
    window.goto("/triage")
    for _ in range(2):
        window.keyboard.press("j")
    expect(window.get_by_role("link", name="Rosa Reed1")).to_be_focused()
    window.keyboard.press("k")
    expect(window.get_by_role("link", name="Rosa Reed0")).to_be_focused()
    window.keyboard.press("?")
    dialog = window.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Go to the next person")
    fits(window)
    window.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    window.locator("#q").fill("")
    window.locator("#q").press_sequentially("jok?")
    expect(window.locator("#q")).to_have_value("jok?")
    expect(dialog).to_have_count(0)
    window.get_by_role("link", name="Rosa Reed0").focus()
    window.keyboard.press("o")
    expect(window.locator("h1")).to_have_text("Rosa Reed0")
    window.wait_for_load_state()  # the script hears keys when the whole page is there
    window.keyboard.press("j")
    expect(window.locator("h1")).to_have_text("Rosa Reed1")
    expect(window).to_have_url(re.compile(second.reference))
    window.wait_for_load_state()
    assert first.reference not in window.url
    window.keyboard.press("n")
    expect(window.locator("#note_body")).to_be_focused()


@pytest.mark.browser
def test_a_filter_change_is_read_out_and_keeps_the_focus(
    app: Flask, site: str, cast: Cast, register: Register, window: Page
) -> None:
    register("Rosa Reed", cast.panel)
    cookie = sign_in(new_visitor(app), cast.facilitator).get_cookie("ppflow")
    assert cookie is not None
    window.context.add_cookies([{"name": "ppflow", "value": cookie.value, "url": site}])
    window.goto("/triage?view=open")
    window.get_by_label("Status").select_option("offered")
    window.get_by_role("button", name="Filter").click()
    expect(window.locator("#announcements")).to_have_text("Nobody here")
    expect(window.get_by_role("button", name="Filter")).to_be_focused()
    expect(window).to_have_url(re.compile("status=offered"))
    fits(window)
