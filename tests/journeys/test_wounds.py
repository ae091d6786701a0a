"""Wounds of systems like this one, by the names their users gave them."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.outbox.models import Letter
from ppflow.people.models import Person
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Staff, sign_in
from tests.support.pages import Visitor, new_visitor

YOURS = "staff-handed-over"


def told(expression: Expression, *names: str) -> Counter[str]:
    """Who was written to about this form, by these letters."""
    db.session.rollback()
    chosen = select(Letter.to_address).where(Letter.expression_id == expression.id)
    return Counter(db.session.scalars(chosen.where(Letter.name.in_(names))))


def leaves(staff: Staff) -> None:
    """Somebody's access ends; whatever is closed stays in their name."""
    with writing():
        db.session.get_one(Person, staff.id).active = False


def test_owner_not_told_of_a_transfer(client: Visitor, cast: Cast, register: Register) -> None:
    """Given, passed on to a colleague or to a project, sent on, or left behind: told once each."""
    given, passed, moved, sent, left = (
        register(name, cast.panel) for name in ("Ann A", "Ben B", "Cleo C", "Dora D", "Eve E")
    )
    cora = sign_in(client, cast.coordinator)
    dev, gwen = cast.deputy, cast.other_facilitator
    page = cora.visit(f"/expressions/{given.reference}?act=assign")
    page.submit({"colleague": str(dev.id)}, button="Give")
    for form, to in ((passed, f"person-{dev.id}"), (moved, f"project-{cast.other_project.id}")):
        page = cora.visit(f"/expressions/{form.reference}?act=pass_on")
        page.submit({"to": to}, button="Show the email").submit(button="Pass on and send 1 email")
    with writing():
        acts.perform(
            "not_this_time",
            sent,
            by=standing(cast.coordinator),
            reason="full",
            alternatives=[cast.other_panel.slug],
        )
    opened(new_visitor(client.application), sent).follow("Join our falls panel").submit(
        button="Send my form there"
    )
    ada = sign_in(new_visitor(client.application), cast.administrator)
    page = ada.visit(f"/settings/people/{cast.facilitator.id}").follow("End their access")
    page.submit({"sure": "yes", "taker": str(dev.id)}, button="Continue")
    assert told(given, YOURS) == Counter({dev.email: 1})
    assert told(passed, YOURS) == Counter({dev.email: 1})
    assert told(moved, YOURS) == Counter({gwen.email: 1})
    assert told(left, YOURS) == Counter({dev.email: 1})
    assert told(sent, "staff-new-expression")[gwen.email] == 1
    for form in (given, passed, moved, sent, left):
        db.session.refresh(form)
        assert form.assignee_id in {dev.id, gwen.id}


def test_unowned_items_get_lost(client: Visitor, cast: Cast, register: Register) -> None:
    """They write after the end, and who answered has left: the coordinators hear it instead."""
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    leaves(cast.facilitator)
    opened(client, rosa).submit({"body": "May I ask why?"}, button="Send message")
    assert told(rosa, "staff-they-wrote") == Counter({cast.coordinator.email: 1})


def test_unowned_items_get_lost_when_they_are_opened_again(
    client: Visitor, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    leaves(cast.facilitator)
    cora = sign_in(client, cast.coordinator)
    page = cora.visit(f"/expressions/{rosa.reference}?act=reopen")
    done = page.submit(button="Open and send 1 email")
    assert "You, because you opened it again" in done.text
    db.session.refresh(rosa)
    assert (rosa.status, rosa.assignee_id) == (Status.IN_REVIEW, cast.coordinator.id)
    assert rosa.reply_by is not None
    assert rosa.reply_by >= clock.today()
