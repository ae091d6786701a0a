"""Every page that any test sees is checked: at once for slips, at the end by the W3C's validator.

The quick check parses as the HTML standard says, with every parse error an error. The validator
(`vnu.jar`, fetched by `.ci/run`) runs once for all pages; without it that part is left out, unless
skipping is forbidden. Both look at a page only where it has something that no page before had.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask, Response, request

from tests.support.shapes import places, shape
from tests.support.skipping import IS_FORBIDDEN

VNU = Path(__file__).parents[2] / ".cache" / "vnu.jar"
FOLDER_VARIABLE = "PPFLOW_TEST_PAGES"
LABELLED = ("input", "select", "textarea")
UNLABELLED_TYPES = {"hidden", "submit", "button"}


def slips(html: str, *, is_fragment: bool = False) -> list[str]:
    """What is wrong with a page, one line each; empty when all is well."""
    parser = html5lib.HTMLParser()
    parser.parseFragment(html) if is_fragment else parser.parse(html)
    found = [f"line {where[0]}: {code} {data}" for where, code, data in parser.errors]
    soup = BeautifulSoup(html, "html.parser")
    found += _inline(soup) + _unlabelled(soup) + _repeated_ids(soup)
    return found if is_fragment else found + _frame(soup)


def _inline(soup: BeautifulSoup) -> list[str]:
    found = [f"inline style on <{tag.name}>" for tag in soup.find_all(style=True)]
    found += ["<style> in the page"] * len(soup.find_all("style"))
    found += [f"inline script: {s.string}" for s in soup.find_all("script") if not s.get("src")]
    for tag in soup.find_all(True):
        found += [f"{name} on <{tag.name}>" for name in tag.attrs if name.startswith("on")]
    return found


def _unlabelled(soup: BeautifulSoup) -> list[str]:
    labelled: set[object] = {label.get("for") for label in soup.find_all("label")}
    return [
        f"no label for <{tag.name} name={tag.get('name')}>"
        for tag in soup.find_all(LABELLED)
        if tag.get("type") not in UNLABELLED_TYPES and not _has_name(tag, labelled)
    ]


def _has_name(tag: Tag, labelled: set[object]) -> bool:
    return bool(
        tag.get("id") in labelled
        or tag.get("aria-label")
        or tag.get("aria-labelledby")
        or tag.find_parent("label")
    )


def _repeated_ids(soup: BeautifulSoup) -> list[str]:
    ids = Counter(str(tag["id"]) for tag in soup.find_all(id=True))
    return [f"id {name!r} {count} times" for name, count in ids.items() if count > 1]


def _frame(soup: BeautifulSoup) -> list[str]:
    found = []
    if soup.html is None or not soup.html.get("lang"):
        found.append("no lang on <html>")
    if soup.title is None or not soup.title.get_text(strip=True):
        found.append("no title")
    if len(soup.find_all("h1")) != 1:
        found.append(f"{len(soup.find_all('h1'))} h1 headings")
    if len(soup.find_all("main")) != 1:
        found.append(f"{len(soup.find_all('main'))} main regions")
    return found


class SeenPages:
    """What watched apps answered, to whatever client. A page with nothing new, as `shapes` says,
    is not checked again."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._shapes: set[str] = set()
        self._places: set[object] = set()

    def watch(self, app: Flask) -> None:
        app.after_request(self._look)

    def _look(self, response: Response) -> Response:
        if response.mimetype == "text/html" and not response.is_streamed and response.data:
            html = response.get_data(as_text=True)
            key = hashlib.sha256(shape(html).encode()).hexdigest()[:16]
            if key not in self._shapes:
                self._shapes.add(key)
                self._look_closer(html, key, response.status_code)
        return response

    def _look_closer(self, html: str, key: str, status: int) -> None:
        found = places(html)
        if not found <= self._places:
            self._places |= found
            self._check(html, key, status)

    def _check(self, html: str, key: str, status: int) -> None:
        is_fragment = "<html" not in html[:200]
        where = f"{request.method} {request.path} ({status})"
        self.found += [f"{where}: {slip}" for slip in slips(html, is_fragment=is_fragment)]
        folder = os.environ.get(FOLDER_VARIABLE)
        if folder and not is_fragment:
            name = re.sub(r"[^\w]+", "-", str(request.url_rule or "no-route")).strip("-")
            Path(folder, f"{name}.{status}.{key}.html").write_text(html, encoding="utf-8")


@pytest.fixture(scope="session")
def seen_pages() -> SeenPages:
    """Every app of the session is watched by this."""
    return SeenPages()


@pytest.fixture
def valid_pages(seen_pages: SeenPages) -> Iterator[None]:
    """The test fails at its end when a page it saw for the first time had a slip."""
    seen_pages.found.clear()
    yield
    assert not seen_pages.found, "slips in the HTML:\n" + "\n".join(seen_pages.found)


# --- the validator, once at the end, in the process that leads the others ---------------------


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and (VNU.exists() or IS_FORBIDDEN):
        os.environ[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="ppflow-pages-")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    folder = os.environ.get(FOLDER_VARIABLE)
    if hasattr(session.config, "workerinput") or not folder:
        return
    pages = list(Path(folder).glob("*.html"))
    messages = faults_of_all(Path(folder)) if pages else []
    session.config.stash[_RESULT] = (len(pages), messages)
    if messages:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    shutil.rmtree(folder)


_RESULT = pytest.StashKey[tuple[int, list[str]]]()


def faults_of_all(folder: Path) -> list[str]:
    """What the validator says of the pages in a folder, one line for each different fault."""
    java = shutil.which("java")
    if java is None or not VNU.exists():
        return [
            "the validator could not run: Java or .cache/vnu.jar is missing; .ci/run fetches it"
        ]
    quick = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss8m"]
    options = ["-jar", str(VNU), "--format", "json", "--errors-only"]
    answer = subprocess.run(
        [java, *quick, *options, folder], capture_output=True, text=True, check=False
    )
    faults: dict[str, str] = {}
    for message in json.loads(answer.stderr)["messages"]:
        page = message["url"].rsplit("/", 1)[-1]
        extract = " ".join(message.get("extract", "").split())
        faults.setdefault(message["message"], f"{page}: {message['message']} … {extract}")
    return list(faults.values())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    count, messages = terminalreporter.config.stash.get(_RESULT, (0, []))
    if count:
        terminalreporter.section("HTML validator")
        for message in messages or [f"{count} pages, all valid"]:
            terminalreporter.line(message)
