"""What the looks at every page share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.journeys.looking import Look


@pytest.fixture
def look(window: Page) -> Iterator[Look]:
    """Looks at pages in a window with JavaScript; the test fails at its end with all it found."""
    look = Look(window)
    yield look
    look.end()
