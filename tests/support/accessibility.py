"""What a machine can say of a page's accessibility: axe-core, and reflow at any width.

The same words in the same looks are asked about once. axe works in a twin of the page, a window
that stays open, because loading axe takes longer than running it.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from playwright.sync_api import Browser, Page, expect

from tests.support.browser import WITHOUT_SCRIPTS

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_WIDTH = ["target-size", "color-contrast", "scrollable-region-focusable"]
RUN = """([type, values]) =>
    axe.run(document, {runOnly: {type, values}, resultTypes: ['violations']})"""

# What decides an element's part in every rule that does not measure: is it seen, in which colours?
LOOKS = """() => [...document.querySelectorAll('body, body *')].map(element => {
    if (!element.checkVisibility({visibilityProperty: true, opacityProperty: true})) return '-'
    const style = getComputedStyle(element)
    return style.color + style.backgroundColor
}).join()"""
HTML = "() => document.documentElement.outerHTML"

# Parsed like this, no script of the page runs.
BECOME = """async html => {
    const twin = new DOMParser().parseFromString(html, 'text/html').documentElement
    const sheets = [...twin.querySelectorAll('link[rel=stylesheet]')]
    const loaded = sheets.map(sheet => new Promise(done => { sheet.onload = sheet.onerror = done }))
    document.documentElement.replaceWith(document.adoptNode(twin))
    await Promise.all(loaded)
}"""
ON_ITS_WAY = ".htmx-request, .htmx-swapping, .htmx-settling"  # HTMX brings a part of the page
EMPTY = "<!doctype html><html lang='en'><title>Twin</title><link rel='icon' href='data:,'></html>"
CHANGING = re.compile(r'(name="(?:csrf_token|submission_key)"[^>]*value=")[^"]*')

_twins: WeakKeyDictionary[Browser, Page] = WeakKeyDictionary()
_shown: WeakKeyDictionary[Page, str] = WeakKeyDictionary()  # what each twin holds
_passed: set[tuple[object, ...]] = set()


def no_axe_violations(page: Page) -> None:
    """Fails with each violation, the elements that have it, and what would mend it.

    A page that passed at another width, and shows the same there, is asked about what width
    decides, and nothing else.
    """
    page.wait_for_load_state()  # a button may still be leading there
    expect(page.locator(ON_ITS_WAY)).to_have_count(0)
    html, looks = page.evaluate(HTML), page.evaluate(LOOKS)
    state = hash((CHANGING.sub(r"\1", html), looks))
    seen = (state, (page.viewport_size or {}).get("width"))
    if seen in _passed:
        return
    what = ("rule", OF_WIDTH) if (state,) in _passed else ("tag", RULES)
    _fail_with(_violations(page, html, looks, what), page.url)
    _passed.update([seen, (state,)])


def _violations(page: Page, html: str, looks: str, what: object) -> list[dict[str, Any]]:
    twin = _twin_of(page)
    if _shown.get(twin) != html:
        twin.evaluate(BECOME, html)
        _shown[twin] = html
    if page.context not in WITHOUT_SCRIPTS and twin.evaluate(LOOKS) != looks:
        twin = page  # its focus, or something else that is not in the HTML, changes its looks
        twin.evaluate(AXE)
    found: dict[str, Any] = twin.evaluate(RUN, what)
    violations: list[dict[str, Any]] = found["violations"]
    return violations


def _twin_of(page: Page) -> Page:
    """A window of the same size, at the same site, that holds axe."""
    browser = page.context.browser
    assert browser is not None
    site = urlsplit(page.url)._replace(path="/", query="", fragment="").geturl()
    twin = _twins.get(browser)
    if twin is None or not twin.url.startswith(site):
        if twin is not None:
            twin.context.close()
        twin = _twins[browser] = browser.new_context(reduced_motion="reduce").new_page()
        twin.route("**/*", lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
        twin.goto(site)
        twin.unroute_all()
        twin.evaluate(AXE)
    size = page.viewport_size
    assert size is not None
    if twin.viewport_size != size:
        twin.set_viewport_size(size)
    return twin


def _fail_with(violations: list[dict[str, Any]], url: str) -> None:
    lines = [
        f"{violation['id']}: {violation['help']}\n    {node['html']}\n    {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]
    assert not lines, f"axe on {url}:\n" + "\n".join(lines)


def no_sideways_scrolling(page: Page) -> None:
    """WCAG 1.4.10: the page fits the window; only a table's own frame may scroll."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert too_wide <= 0, f"{page.url} is {too_wide} pixels wider than the window"


def fits(page: Page) -> None:
    """Both checks, as every page and state must pass them."""
    no_axe_violations(page)
    no_sideways_scrolling(page)
