"""What a machine can say of a page's accessibility: axe-core, and reflow at any width."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from tests.support.browser import WITHOUT_SCRIPTS

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"


def no_axe_violations(page: Page) -> None:
    """Fails with each violation, the elements that have it, and what would mend it.

    The source is evaluated from outside: the page's own policy would refuse a script of ours.
    """
    with _scriptable(page) as twin:
        if not twin.evaluate("'axe' in window"):
            twin.evaluate(AXE)
        found: dict[str, Any] = twin.evaluate(RUN, RULES)
    lines = [
        f"{violation['id']}: {violation['help']}\n    {node['html']}\n    {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert not lines, f"axe on {page.url}:\n" + "\n".join(lines)


@contextmanager
def _scriptable(page: Page) -> Iterator[Page]:
    """The page itself; or, where scripts are off, its twin that runs axe and nothing else.

    axe waits for timers, which never fire in a page without scripts.
    """
    browser = page.context.browser
    if page.context not in WITHOUT_SCRIPTS or browser is None:
        yield page
        return
    html = page.content()

    def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif route.request.resource_type == "script":
            route.abort()
        else:
            route.continue_()

    context = browser.new_context(viewport=page.viewport_size, reduced_motion="reduce")
    try:
        context.route("**/*", answer)
        twin = context.new_page()
        twin.goto(page.url)
        yield twin
    finally:
        context.close()


def no_sideways_scrolling(page: Page) -> None:
    """WCAG 1.4.10: the page fits the window; only a table's own frame may scroll."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert too_wide <= 0, f"{page.url} is {too_wide} pixels wider than the window"


def fits(page: Page) -> None:
    """Both checks, as every page and state must pass them."""
    no_axe_violations(page)
    no_sideways_scrolling(page)
