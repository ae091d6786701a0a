"""A letter for the post: the whole name stands in the window of the envelope."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from ppflow.applicants.models import ContactBy
from ppflow.db import db
from ppflow.outbox.models import Letter
from tests.deciding.looking import address
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn

POST = {"contact_by": ContactBy.POST, "post_address": "1 Old Street\nBirmingham"}
HELPER = {"helper_name": "Ivy Reed", "helper_relation": "Daughter", "contact_is_helper": True}


@pytest.mark.parametrize(("more", "name"), [({}, "Rosa Reed"), (HELPER, "Ivy Reed")])
def test_a_letter_is_addressed_to_whoever_opens_it(
    cast: Cast, register: Register, as_staff: SignedIn, more: dict[str, Any], name: str
) -> None:
    rosa = register("Rosa Reed", cast.panel, **POST, **more)
    chosen = select(Letter).where(Letter.expression_id == rosa.id, Letter.to_address == "")
    (letter,) = db.session.scalars(chosen)
    page = as_staff(cast.facilitator).visit(
        f"/expressions/{rosa.reference}/letters/{letter.id}/print"
    )
    window = page.soup.select_one(".pp-box .pp-typed")
    assert window is not None
    assert window.get_text().split("\n") == [name, "1 Old Street", "Birmingham"]


def test_who_gets_letters_is_never_said_to_get_email(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel, **POST)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    assert "by email or as a letter" in page.text
    page = page.submit({"body": "The papers come by post."}, button="Show the letter")
    assert page.soup.find("button", string="Show the letter again") is not None
    assert page.soup.find("button", string="Show the email again") is None
