"""Nonsense in any address and any form: a page that says what to do, never a fault of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict

from ppflow.applicants.acts import current_link
from ppflow.db import writing
from ppflow.deciding.workflow import PANELS
from ppflow.keys import link_token
from tests.guard.test_reading import addresses
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor

pytestmark = pytest.mark.long

IN_ADDRESSES = (
    "nonsense",
    "-1",
    "9" * 25,
    "٣",
    "\0",
    "<script>alert(1)</script> 🌳 محمد",
    "9999-12-31~1",
    "0001-01-01T00:00:00+14:00~1",
    f"2026-11-22~{'9' * 5000}",
)
IN_FORMS = ("", "word " * 2000, "<script>alert(1)</script> 🌳 محمد", "9" * 5000)
LISTS = (  # who looks, at what, and the fewest names that its page asks for
    ("coordinator", "/home", 0),
    ("coordinator", "/outbox", 3),
    ("coordinator", "/triage", 12),
    ("coordinator", "/opportunities", 7),
    ("coordinator", "/projects", 5),
    ("coordinator", "/progress", 1),
    ("administrator", "/home", 0),
    ("administrator", "/outbox", 3),
    ("administrator", "/settings/people", 2),
)
PLACES = ("999999999999999999999", "9223372036854775808")


def forms_of(html: str, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """(where to, names and values) of every form on a page that changes something."""
    for form in BeautifulSoup(html, "html.parser").select("form[method=post]"):
        fields = form.select("[name]")
        values = {str(f["name"]): str(f.get("value", "")) for f in fields}
        yield str(form.get("action") or path), values


def test_nonsense_never_ends_in_a_fault(
    app: Flask, cast: Cast, client: Visitor, register: Callable[..., Any]
) -> None:
    rosa = register("Rosa Reed", cast.panel, sealed={"health": "asthma"})
    with writing():
        link = current_link(rosa.id)
    pages = list(addresses(app, cast, rosa.reference, link_token(link.id, link.generation)))
    pages += [f"/expressions/{rosa.reference}?act={act}" for act in PANELS]
    pages += [f"{kind}{number}" for kind in ("/outbox/", "/settings/people/") for number in PLACES]
    faults: list[Any] = []
    done: set[tuple[str, ...]] = set()
    for staff in (None, cast.coordinator, cast.administrator):
        if staff is not None:
            sign_in(client, staff)
        for path in pages:
            answer = client.get(path)
            if answer.status_code >= 500 and path != "/readyz":  # no worker works here
                faults.append((path, answer.status_code))
            for to, names in forms_of(answer.get_data(as_text=True), path):
                if "sign-out" in to or (to, *names) in done:
                    continue
                done.add((to, *names))
                for value in IN_FORMS:
                    typed = {n: v if n == "csrf_token" else value for n, v in names.items()}
                    if client.post(to, data=typed).status_code >= 500:
                        faults.append((to, path, value[:30]))
    assert not faults


class Heard(ImmutableMultiDict[str, str]):
    """What stands in an address after the question mark; `names` is what a page asked it for."""

    names: ClassVar[set[str]] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, *more: Any, **how: Any) -> Any:
        self.names.add(name)
        return super().get(name, *more, **how)

    def getlist(self, name: str, *more: Any, **how: Any) -> list[Any]:
        self.names.add(name)
        return super().getlist(name, *more, **how)


@pytest.fixture
def heard(app: Flask, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that pages ask of their addresses, from now on."""
    monkeypatch.setattr(Heard, "names", set())
    listening = type("Listening", (app.request_class,), {"parameter_storage_class": Heard})
    monkeypatch.setattr(app, "request_class", listening)
    return Heard.names


def test_nonsense_in_the_address_of_a_list(client: Visitor, cast: Cast, heard: set[str]) -> None:
    """Every name that a page asks its address for is answered with nonsense of every sort."""
    faults = []
    for staff, path, least in LISTS:
        sign_in(client, getattr(cast, staff))
        heard.clear()
        assert client.get(path).status_code == 200
        tried: set[str] = set()
        while left := heard - tried:
            name = min(left)
            tried.add(name)
            for value in IN_ADDRESSES:
                views = {"view": "wrote-back"} if name != "view" else {}
                asked = f"{path}?{urlencode({**views, name: value})}"
                if client.get(asked).status_code >= 500:
                    faults.append(asked[:120])
        assert len(tried) >= least, f"{path} asks for {sorted(tried)} alone"
    assert not faults
