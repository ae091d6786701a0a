"""Many pages in one window, each looked at on a desk and on a phone."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.support.accessibility import fits
from tests.support.browser import DESK, PHONE

HEIGHT = 900


class Look:
    """`at` opens a page and looks; `here` looks at the page as it is. `end` tells all at once."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []

    def at(self, *addresses: str, status: int = 200) -> None:
        for address in addresses:
            answer = self.page.goto(address)
            if answer is None or answer.status != status:
                self.found.append(f"{address}: {answer and answer.status}, not {status}")
            self.here()

    def here(self) -> None:
        for width in (DESK, PHONE):
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            try:
                fits(self.page)
            except AssertionError as trouble:
                self.found.append(f"{width} pixels, {trouble}")

    def press(self, words: str) -> None:
        """Press a button and look at where it leads."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words, exact=True).first.click()
        self.here()

    def end(self) -> None:
        assert not self.found, "\n\n".join(self.found)
