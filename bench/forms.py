"""A public contributor's whole form over HTTP, page by page, as a browser without JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

from bs4 import BeautifulSoup

from bench.servers import Server

ANSWERS = {
    "age_ok": "yes", "area": "CV1", "excluded": "no", "on_behalf": "self",
    "why": "I care for my father, and nobody sees his week.",
    "first_name": "Amina", "last_name": "Specimen", "contact_by": "email",
    "experience": "Six years of caring.", "access": "Papers by post, please.",
    "keep_for_future": "no", "consent_special": "yes",
}  # fmt: skip
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Browser:
    """Cookies, and the number that makes this person's address their own."""

    number: int
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(
        self, connection: HTTPConnection, path: str, data: dict[str, list[str]] | None = None
    ) -> tuple[HTTPResponse, str]:
        body = urlencode(data, doseq=True) if data is not None else None
        headers = {"Cookie": self.cookie, **(FORM if body else {})}
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        return answer, answer.read().decode()


def filled(page: str, number: int) -> dict[str, list[str]]:
    """What the form on a page holds, with our answers in it."""
    form = BeautifulSoup(page, "html.parser").select_one("main form[method=post]")
    assert form is not None, page[:500]
    data: dict[str, list[str]] = {}
    for control in form.select("input, textarea, select"):
        name, kind = str(control.get("name", "")), str(control.get("type", ""))
        value = str(control.get("value", ""))
        if not name or kind == "submit":
            continue
        if name == "email":
            data[name] = [f"bench{number}@mail.example"]
        elif name in ANSWERS:
            data[name] = [ANSWERS[name]]
        elif kind not in {"radio", "checkbox"} or (kind == "radio" and name not in data):
            data[name] = [value]
    return data


def walk_to_check(server: Server, place: str, number: int) -> tuple[Browser, dict[str, list[str]]]:
    """Fill in every page; the browser and what its last form holds, ready to be sent."""
    browser, connection = Browser(number), HTTPConnection("127.0.0.1", server.port, timeout=60)
    _, start = browser.ask(connection, place)
    found = re.search(rf'href="({re.escape(place)}/[a-z-]+)"', start)
    assert found is not None, f"no first page on {place}"
    path = found[1]
    while not path.endswith("/check"):
        _, page = browser.ask(connection, path)
        answer, body = browser.ask(connection, path, filled(page, number))
        assert answer.status == 303, f"{path}: {answer.status} {body[:2000]}"
        path = str(answer.getheader("Location"))
    _, page = browser.ask(connection, path)
    return browser, filled(page, number)
