"""The day in a ready-made reply is the day in the email around it."""

from __future__ import annotations

from datetime import timedelta

from ppflow import clock, web
from ppflow.db import db, writing
from ppflow.opportunities.models import Opportunity
from ppflow.replies import acts
from tests.deciding.looking import address, letters, typed
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn


def test_a_reply_names_the_day_that_its_email_names(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    decided = clock.today() + timedelta(days=21)
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).decision_by = decided
        reply = acts.add(
            {"programme_id": cast.programme.id, "kind": "", "title": "When you hear",
             "body": "You hear from us by {reply_by}.", "is_offered": True},
            by=standing(cast.coordinator),
        )  # fmt: skip
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        rosa.reply_by = clock.today() - timedelta(days=3)  # a promise that was not kept
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    filled = page.submit({"ready_reply": str(reply.id)}, button="Put it in")
    assert typed(filled, "body") == f"You hear from us by {web.day(decided)}."
    filled.submit(button="Send 1 email")
    (letter,) = letters(rosa, "expression-message")
    assert f"You will hear from us again by {web.day(decided)}." in letter.body
