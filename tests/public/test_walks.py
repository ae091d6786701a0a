"""The public pages in a real browser: no axe violation, nothing sideways, on a phone and a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.public.test_home import PAGES
from tests.support.accessibility import fits
from tests.support.browser import DESK, PHONE, Open

STATES = (
    "/opportunities?q=zebra&kind=involvement",
    "/opportunities/young-people-panel",  # closed
    "/opportunities/commercial-income-readers",
    "/projects?looking=staff&theme=workforce",
    "/progress?programme=ap-wm",
    "/no-such-page",
)


@pytest.mark.browser
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_public_page_fits_and_passes_axe(sample: None, open_window: Open, width: int) -> None:
    window = open_window(width=width)
    for address in (*PAGES, *STATES):
        window.goto(address)
        fits(window)


@pytest.mark.browser
def test_somebody_finds_an_opportunity_on_a_phone_without_javascript(
    sample: None, open_window: Open
) -> None:
    window = open_window(width=PHONE, javascript=False)
    window.goto("/")
    window.get_by_role("button", name="See what is open").click()
    window.get_by_text("Filters", exact=True).click()
    window.get_by_label("Take part in a study").check()
    window.get_by_role("button", name="Show results").click()
    expect(window.get_by_role("status")).to_have_text("2 open opportunities")
    window.get_by_role("link", name="Keeping strong as we age").click()
    expect(window.get_by_role("button", name="Put my name forward").first).to_be_visible()


@pytest.mark.browser
def test_the_progress_report_prints_without_the_sites_frame(
    sample: None, open_window: Open
) -> None:
    window = open_window()
    window.goto("/progress")
    window.emulate_media(media="print")
    for gone in ("header", "footer", "aside.pp-help-bar", ".pp-print-button"):
        expect(window.locator(gone)).to_be_hidden()
    expect(window.get_by_role("heading", level=1)).to_be_visible()
    expect(window.locator("table caption")).to_have_count(5)
    assert window.pdf()[:5] == b"%PDF-"
