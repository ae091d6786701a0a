"""Careful people over real HTTP: they send the same form again until they have their receipt."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from bs4 import BeautifulSoup

REFERENCE = re.compile(r"PP-[0-9A-Z]{7}")
Fields = Mapping[str, str | list[str]]


@dataclass
class Ledger:
    """What was acknowledged: the reference that each address was shown, once or more often."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    shown: dict[str, set[str]] = field(default_factory=dict)
    tries: int = 0

    def acknowledge(self, address: str, reference: str) -> None:
        with self.lock:
            self.shown.setdefault(address, set()).add(reference)

    def tried(self) -> None:
        with self.lock:
            self.tries += 1


class CarefulPerson(threading.Thread):
    """Sends one form after another, each by somebody with an address of their own."""

    def __init__(self, number: int, base: str, pages: Mapping[str, Fields], ledger: Ledger) -> None:
        super().__init__(daemon=True)
        self.number, self.base, self.pages, self.ledger = number, base, pages, ledger
        self.stopping = threading.Event()
        self.sent = 0

    def run(self) -> None:
        while not self.stopping.is_set():
            self.sent += 1
            self._send_one(f"person{self.number}-{self.sent}@mail.example")

    def _send_one(self, address: str) -> None:
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        for slug, values in self.pages.items():
            filled = dict(values)
            if "email" in filled:
                filled["email"] = address
            if self._post(browser, f"/register/{slug}", filled) is None:
                return
        receipt = self._post(browser, "/register/check", {})
        if receipt is None:
            return
        for reference in set(REFERENCE.findall(receipt)):
            self.ledger.acknowledge(address, reference)

    def _post(self, browser: OpenerDirector, path: str, values: Fields) -> str | None:
        """Open the page, fill it in and send it; again until it is answered, or time is up."""
        while not self.stopping.is_set():
            self.ledger.tried()
            page = self._ask(browser, path, None)
            if page is None:
                continue
            held = BeautifulSoup(page, "html.parser").select(
                "main input[type=hidden], main input[checked]"
            )
            data = {str(i["name"]): str(i.get("value", "")) for i in held if i.get("name")}
            answer = self._ask(browser, path, {**data, **values})
            if answer is not None:
                return answer
        return None

    def _ask(self, browser: OpenerDirector, path: str, data: Fields | None) -> str | None:
        body = urlencode(data, doseq=True).encode() if data is not None else None
        try:
            with browser.open(self.base + path, body, timeout=20) as answer:
                return str(answer.read().decode())
        except HTTPError as error:
            if error.code != 503:
                said = _errors(error.read().decode())
                raise AssertionError(f"{path}: {error.code} {said}") from error
        except (URLError, HTTPException, ConnectionError, TimeoutError):
            pass  # the server was killed; a careful person tries again
        time.sleep(0.05)
        return None


def _errors(page: str) -> list[str]:
    """What the page says is wrong; else its beginning."""
    lines = BeautifulSoup(page, "html.parser").select(".nhsuk-error-summary li")
    return [line.get_text(strip=True) for line in lines] or [page[:300]]
