"""A visitor without JavaScript: opens pages, fills in the forms that are on them, presses buttons.

Everything a form already holds is sent as a browser would send it: hidden fields, ticked boxes,
chosen options, typed text. So a test says only what the person does.
"""

from __future__ import annotations

import contextvars
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from ppflow.db import db, read_only

Values = Mapping[str, str | Iterable[str]]


class Visitor(FlaskClient):
    """Flask's client. Each request has a context of its own, as in the server."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if not has_app_context():  # following a redirect, already in a request's own context
            return super().open(*args, **kwargs)
        let_go()
        return contextvars.Context().run(super().open, *args, **kwargs)

    def visit(self, address: str, *, status: int = 200) -> Page:
        """Open a page, following redirects; the last answer must have this status."""
        return Page.of(self, self.get(address, follow_redirects=True), status)


def let_go() -> None:
    """End the test's own transaction: it blocks nobody, and what it reads next is fresh."""
    unsaved = [*db.session.new, *db.session.dirty, *db.session.deleted]
    assert unsaved == [], "the test has changes that it did not commit"
    db.session.rollback()
    read_only(True)


@dataclass
class Page:
    """An answer that a visitor looks at."""

    visitor: Visitor
    response: TestResponse

    @cached_property
    def soup(self) -> BeautifulSoup:
        return BeautifulSoup(self.response.get_data(as_text=True), "html.parser")

    @classmethod
    def of(cls, visitor: Visitor, response: TestResponse, status: int) -> Page:
        page = cls(visitor, response)
        assert response.status_code == status, f"{response.status}: {page.heading}\n{page.errors}"
        return page

    @property
    def path(self) -> str:
        return self.response.request.path

    @property
    def heading(self) -> str:
        return _words(self.soup.h1)

    @property
    def text(self) -> str:
        """All words of the main part, white space folded."""
        return _words(self.soup.main or self.soup)

    @property
    def errors(self) -> list[str]:
        """The lines of the error summary."""
        return [_words(a) for a in self.soup.select(".nhsuk-error-summary__list li")]

    @property
    def links(self) -> dict[str, str]:
        """Addresses by the words of the link."""
        return {_words(a): str(a["href"]) for a in self.soup.find_all("a", href=True)}

    def follow(self, words: str, *, status: int = 200) -> Page:
        """Press the link with these words."""
        assert words in self.links, f"no link {words!r} among {sorted(self.links)}"
        return self.visitor.visit(self._address(self.links[words]), status=status)

    def form(self, button: str | None = None) -> Tag:
        """The form with this button; without a word, the only form of the main part."""
        forms = list((self.soup.main or self.soup).find_all("form"))
        if button is not None:
            forms = [form for form in forms if _button(form, button)]
        assert len(forms) == 1, f"{len(forms)} forms with button {button!r} on {self.path}"
        return forms[0]

    def submit(
        self, values: Values | None = None, *, button: str | None = None, status: int = 200
    ) -> Page:
        """Fill in and send a form, following redirects. An unknown field name fails the test."""
        response = self.send(values, button=button, follow_redirects=True)
        return Page.of(self.visitor, response, status)

    def send(
        self, values: Values | None = None, *, button: str | None = None, **options: Any
    ) -> TestResponse:
        """Fill in and send a form; the bare answer."""
        form = self.form(button)
        data = filled(form)
        for name, value in (values or {}).items():
            assert form.find(True, attrs={"name": name}), (
                f"no field {name!r} in the form of {self.path}"
            )
            data.setlist(name, [value] if isinstance(value, str) else list(value))
        pressed = _button(form, button)
        if pressed is not None and pressed.get("name"):
            data[str(pressed["name"])] = str(pressed.get("value", ""))
        goes_to = (pressed.get("formaction") if pressed else None) or form.get("action")
        address = self._address(str(goes_to or ""))
        if str(form.get("method", "get")).lower() == "get":
            return self.visitor.get(address, query_string=data, **options)
        return self.visitor.post(address, data=data, **options)

    def _address(self, href: str) -> str:
        parts = urlsplit(urljoin(self.response.request.url, href))
        return parts.path + (f"?{parts.query}" if parts.query else "")


def filled(form: Tag) -> MultiDict[str, str]:
    """What a form would send as it stands."""
    data: MultiDict[str, str] = MultiDict()
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = str(field.get("name", "")), str(field.get("type", "text"))
        if not name or field.has_attr("disabled") or kind in {"submit", "button", "image", "reset"}:
            continue
        if field.name == "textarea":
            data.add(name, field.get_text().removeprefix("\n"))
        elif field.name == "select":
            for value in _chosen(field):
                data.add(name, value)
        elif kind not in {"radio", "checkbox"} or field.has_attr("checked"):
            data.add(name, str(field.get("value", "on" if kind == "checkbox" else "")))
    return data


def _chosen(select: Tag) -> list[str]:
    options = select.find_all("option")
    chosen = [option for option in options if option.has_attr("selected")]
    if not chosen and not select.has_attr("multiple"):
        chosen = options[:1]
    return [str(option.get("value", option.get_text(strip=True))) for option in chosen]


def _button(form: Tag, words: str | None) -> Tag | None:
    buttons = form.find_all("button", type=lambda kind: kind in {None, "submit"})
    if words is None:
        return buttons[0] if len(buttons) == 1 else None
    return next((button for button in buttons if _words(button) == words), None)


def _words(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ", strip=True).split()) if tag else ""


@pytest.fixture
def client(app: Flask) -> Visitor:
    """A visitor who has not signed in."""
    return new_visitor(app)


def new_visitor(app: Flask) -> Visitor:
    """Another visitor, with cookies of their own."""
    app.test_client_class = Visitor
    visitor = app.test_client()
    assert isinstance(visitor, Visitor)
    return visitor


def visit(client: Visitor, address: str, *, status: int = 200) -> Page:
    """The same as `client.visit(…)`, where it reads better."""
    return client.visit(address, status=status)
