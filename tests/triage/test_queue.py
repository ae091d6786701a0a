"""The queue: each sees what is theirs, in every view, page by page, with few statements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from ppflow import clock, search
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page
from tests.triage.conftest import SignedIn

MOST_STATEMENTS = 8  # for the whole page, with session and standing (design.md 12)


def names(page: Page) -> list[str]:
    return [link.get_text() for link in page.soup.select(".pp-queue .pp-who")]


def counts(page: Page) -> dict[str, str]:
    """The number beside each view."""
    found = {}
    for link in page.soup.select(".pp-views a"):
        number = link.select_one(".pp-views__count")
        label = link.get_text(" ", strip=True).removesuffix(number.get_text()).strip()
        found[label] = number.get_text()
    return found


def counted(page: Page) -> str:
    return page.soup.select_one(".pp-count [role=status]").get_text()


def many(register: Register, cast: Cast, number: int) -> list[Expression]:
    return [register(f"Rosa Reed{n:02}", cast.panel) for n in range(number)]


def test_each_sees_their_own(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    register("Rosa Reed", cast.panel)
    register("Omar Oak", cast.other_panel)
    register("Nia Nettle", cast.project_elsewhere)
    register("Gita Gorse")
    facilitator = as_staff(cast.facilitator)
    assert names(facilitator.visit("/triage")) == ["Rosa Reed"]
    assert names(facilitator.visit("/triage?view=open")) == ["Rosa Reed"]
    assert sorted(names(as_staff(cast.coordinator).visit("/triage?view=open"))) == [
        "Gita Gorse", "Omar Oak", "Rosa Reed",
    ]  # fmt: skip
    assert names(as_staff(cast.other_coordinator).visit("/triage?view=open")) == ["Nia Nettle"]
    assert names(as_staff(cast.outsider).visit("/triage?view=open")) == []


def test_those_who_only_see_counts_are_refused(cast: Cast, as_staff: SignedIn) -> None:
    as_staff(cast.board_member).visit("/triage", status=403)
    as_staff(cast.administrator).visit("/triage", status=403)


def test_signed_out_leads_to_sign_in(cast: Cast, client: Any) -> None:
    answer = client.get("/triage?view=open")
    assert (answer.status_code, "/sign-in" in answer.location) == (303, True)
