"""A real browser: the system's Chromium, driven by Playwright, with or without JavaScript."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from weakref import WeakSet

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = (  # in a closed network Chromium's own connections are refused, many at a time
    "--no-sandbox", "--disable-gpu", "--in-process-gpu", "--disable-quic", "--no-first-run",
    "--disable-sync", "--disable-background-networking", "--disable-component-update",
    "--disable-dev-shm-usage",
)  # fmt: skip
# Each window of a whole Chromium brings pages of its own toolbar: a second of work that nobody
# sees. The others are Playwright's own wishes; the last list on the command line wins.
WITHOUT = (
    "WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup", "HttpsUpgrades",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "MediaRouter",
    "OptimizationHints", "PaintHolding", "ThirdPartyStoragePartitioning", "LensOverlay",
)  # fmt: skip
ONLY_AN_ANSWER = (  # Chromium and HTMX report every 4xx and 5xx, also those a test asks for
    "the server responded with a status of", "Response Status Error Code",
)  # fmt: skip
SECONDS = 30  # on a loaded machine; nothing waits longer than it must
PHONE, TABLET, DESK = 320, 375, 1280

WITHOUT_SCRIPTS: WeakSet[BrowserContext] = WeakSet()

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for each worker of the session."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        args = [*QUIET, f"--disable-features={','.join(WITHOUT)}"]
        browser = playwright.chromium.launch(executable_path=program, args=args)
        yield browser
        browser.close()


@pytest.fixture
def open_window(chromium: Browser, site: str) -> Iterator[Open]:
    """Opens a window with cookies of its own: `open_window(width=PHONE, javascript=False)`.

    The test fails at its end when a window saw a script error or a breach of the content policy.
    """
    troubles: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        is_answer = any(words in message.text for words in ONLY_AN_ANSWER)
        if message.type == "error" and not is_answer:
            troubles.append(f"{message.location.get('url')}: {message.text}")

    with ExitStack() as windows:

        def open_window(*, width: int = DESK, javascript: bool = True) -> Page:
            context = chromium.new_context(
                base_url=site,
                viewport={"width": width, "height": 900},
                java_script_enabled=javascript,
                reduced_motion="reduce",
                locale="en-GB",
                timezone_id="Europe/London",
            )
            windows.callback(context.close)
            if not javascript:
                WITHOUT_SCRIPTS.add(context)
            context.set_default_timeout(SECONDS * 1000)
            page = context.new_page()
            page.on("console", hear)
            page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
            return page

        yield open_window
    assert troubles == []


@pytest.fixture
def window(open_window: Open) -> Page:
    """A desk-wide window with JavaScript."""
    return open_window()


@pytest.fixture
def plain_phone(open_window: Open) -> Page:
    """A phone of 320 pixels without JavaScript: what must always do."""
    return open_window(width=PHONE, javascript=False)
