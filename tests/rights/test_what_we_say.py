"""What the privacy and cookies pages say is what the code does."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from ppflow import config
from ppflow.db import db
from ppflow.help.routes import COOKIES
from ppflow.kinds import KINDS, Context
from ppflow.kinds.asked import pages_for
from ppflow.outbox.jobs import work_once
from ppflow.programmes.models import Programme
from ppflow.rights import words as rights
from tests.rights.test_rights import confirmed
from tests.status.test_status_page import opened, private_link
from tests.support.arrivals import Register
from tests.support.cast import Cast, sign_in
from tests.support.installation import Installation
from tests.support.pages import Visitor
from tests.support.smtp import MailServer

CODE = Path(__file__).parents[2] / "ppflow"


def rows(client: Visitor, address: str, caption: str) -> dict[str, str]:
    """The first two columns of the table with this caption."""
    tables = client.visit(address).soup.find_all("table")
    (table,) = [each for each in tables if caption in each.caption.get_text()]
    cells = [row.find_all(["th", "td"]) for row in table.tbody.find_all("tr")]
    return {row[0].get_text(strip=True): row[1].get_text(strip=True) for row in cells}


def test_the_privacy_page_states_the_settings(client: Visitor, installation: Installation) -> None:
    usual = rows(client, "/privacy", "How long we keep things")
    assert usual["A form you took back"] == "Sensitive answers at once, the rest after 30 days"
    assert usual["A form you began and did not send"] == "30 days after you last saved it"
    assert usual["A form that led to a place or to a study"] == "12 months after it ended"
    others = {
        "retention_not_taken_up_months": 5,
        "retention_future_months": 18,
        "retention_withdrawn_days": 1,
        "retention_joined_months": 14,
        "retention_spam_days": 3,
        "retention_drafts_days": 9,
        "retention_letters_days": 2,
    }
    with installation.with_settings(**others):
        said = " ".join(rows(client, "/privacy", "How long we keep things").values())
    for words in ("5 months", "18 months", "1 day", "14 months", "3 days", "9 days", "2 days"):
        assert words in said, words
    names = {spec for spec in vars(config.Settings()) if spec.startswith("retention_")}
    assert names == set(others), "a new clock is stated too"


def test_every_page_says_the_time_that_is_set(
    client: Visitor, cast: Cast, register: Register, installation: Installation
) -> None:
    """No page has a number of its own."""
    about = Context(db.session.get_one(Programme, cast.programme.id))
    with installation.with_settings(retention_drafts_days=9, retention_future_months=18):
        page = client.visit("/receipt/nobody", status=404)
        assert "on the device that sent the form, for 9 days." in page.text
        for kind in KINDS.values():
            for page_of_kind in pages_for(kind, about, {}):
                hints = " ".join(field.hint for field in page_of_kind.fields)
                assert "{" not in hints
                assert "12 months" not in hints
    kind = KINDS["general"]
    hints = [f.hint for page in pages_for(kind, about, {}) for f in page.fields]
    assert any("for 12 months." in hint for hint in hints), "another app, another setting"


def test_every_page_says_how_long_a_link_works(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    rosa = register("Rosa Reed", cast.panel)
    others = {
        "link": timedelta(days=8),
        "visit": timedelta(minutes=41),
        "check": timedelta(minutes=7),
    }
    monkeypatch.setattr(rights, "LASTING", others)
    assert "Links last 8 days." in client.visit("/status/nobodys", status=404).text
    assert "after 41 minutes" in client.visit(private_link(rosa)).text
    page = opened(client, rosa)
    assert "This page closes after 41 minutes." in page.text
    page = page.follow("Everything you hold about me").submit(button="Send me the email")
    assert "Open its link within 7 minutes." in page.soup.get_text()
    work_once(app)
    assert "within 7 minutes" in mailbox.to("rosa@mail.example")[-1].text


@pytest.mark.sqlite_only
def test_every_cookie_is_on_the_page(
    app: Flask, client: Visitor, cast: Cast, register: Register, mailbox: MailServer
) -> None:
    listed = rows(client, "/cookies", "Cookies we use")
    assert set(listed) == set(COOKIES)
    rosa = register("Rosa Reed", cast.panel)
    client.visit("/register").follow("Start now").submit(button="Stop now and come back later")
    confirmed(opened(client, rosa).follow("Everything you hold about me"), app, mailbox)
    sign_in(client, cast.facilitator)
    client.visit("/home")
    assert {cookie.key for cookie in client._cookies.values()} == set(listed)


@pytest.mark.sqlite_only
def test_no_other_file_sets_a_cookie() -> None:
    """Somebody who sets another cookie must say so on the page, and here."""
    setting = []
    for path in CODE.rglob("*.py"):
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        names = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
        if "set_cookie" in names:
            setting.append(path.relative_to(CODE).as_posix())
    assert sorted(setting) == [
        "registering/routes.py", "rights/routes.py", "sessions.py", "visiting/acts.py",
    ]  # fmt: skip


def test_the_letter_of_a_withdrawal_states_the_clock(
    client: Visitor, cast: Cast, register: Register, installation: Installation
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with installation.with_settings(retention_withdrawn_days=12):
        page = opened(client, rosa)
        assert "the rest after 12 days" in page.text
        assert "The rest goes after 12 days" in page.follow("Withdraw my form").text
