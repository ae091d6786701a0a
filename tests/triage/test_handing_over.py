"""Who answers: taken, given to a colleague, passed on; and forms that are the same or spam."""

from __future__ import annotations

from sqlalchemy import select

from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import Letter
from ppflow.projects.models import Project
from tests.support.arrivals import Register
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn


def told(expression: Expression, name: str) -> list[str]:
    chosen = select(Letter.to_address).where(
        Letter.expression_id == expression.id, Letter.name == name
    )
    return sorted(db.session.scalars(chosen))


def address(expression: Expression) -> str:
    return f"/expressions/{expression.reference}"


def test_two_take_the_same_form(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed")
    browser = as_staff(cast.coordinator)
    page = browser.visit(address(rosa))
    assert "Nobody answers this form yet." in page.text
    late = page.submit(button="Take this form")
    assert "You, because you took it" in late.text
    again = page.submit(button="Take this form", status=409)
    assert "You have taken this form already." in again.text
    db.session.refresh(rosa)
    assert (rosa.assignee_id, rosa.is_unrouted) == (cast.coordinator.id, False)


def test_it_is_given_to_a_colleague_with_a_note(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    promised = rosa.reply_by
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=assign")
    options = [option.get_text() for option in panel.soup.select("select[name=colleague] option")]
    assert options == ["Choose", "Dev Patel, deputy of this project", "Cora Bell, coordinator"]
    refused = panel.submit(button="Give", status=422)
    assert refused.errors == ["Choose who answers from now on."]
    done = refused.submit(
        {"colleague": str(cast.deputy.id), "note": "You know her ward."}, button="Give"
    )
    assert "Assigned to Dev Patel." in done.text
    assert "You know her ward." in done.text
    db.session.refresh(rosa)
    assert (rosa.assignee_id, rosa.reply_by) == (cast.deputy.id, promised)
    assert told(rosa, "staff-handed-over") == [cast.deputy.email]
    assert told(rosa, "expression-passed-on") == []


def test_it_is_passed_on_to_another_project(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    promised, reference = rosa.reply_by, rosa.reference
    browser = as_staff(cast.facilitator)
    panel = browser.visit(f"{address(rosa)}?act=pass_on")
    shown = panel.submit({"to": f"project-{cast.other_project.id}"}, button="Show the email")
    assert "Gwen Hughes will answer your form" in shown.text
    done = shown.submit(button="Pass on and send 1 email")
    assert (done.path, "Pass on to somebody else: done." in done.text) == ("/triage", True)
    browser.visit(address(rosa), status=404)  # it is no longer theirs
    db.session.refresh(rosa)
    assert (rosa.project_id, rosa.assignee_id, rosa.reply_by, rosa.reference) == (
        cast.other_project.id, cast.other_facilitator.id, promised, reference,
    )  # fmt: skip
    assert told(rosa, "staff-handed-over") == [cast.other_facilitator.email]
    assert told(rosa, "expression-passed-on") == ["rosa@mail.example"]
    as_staff(cast.other_facilitator).visit(address(rosa))
    assert db.session.get_one(Opportunity, cast.panel.id).interest_count == 0
    assert db.session.get_one(Project, cast.other_project.id).interest_count == 1


def test_a_form_sent_twice(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa, twin = register("Rosa Reed", cast.panel), register("Rosa Reed", cast.panel)
    elsewhere = register("Rosa Reed", cast.other_panel)
    browser = as_staff(cast.facilitator)
    page = browser.visit(f"{address(twin)}?act=duplicate")
    assert "Same email and same opportunity" in page.text
    assert rosa.reference in page.links
    assert elsewhere.reference not in page.text
    refused = page.submit(
        {"duplicate_of": elsewhere.reference}, button="Show the email", status=422
    )
    assert refused.errors == ["We cannot find a form with this reference."]
    shown = refused.submit({"duplicate_of": rosa.reference.lower()}, button="Show the email")
    shown.submit(button="Close and send 1 email")
    db.session.refresh(twin)
    assert (twin.status, twin.duplicate_of_id) == (Status.DUPLICATE, rosa.id)


def test_spam_is_judged(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    good = register("Rosa Reed", cast.panel, is_set_aside=True)
    bad = register("Sly Spammer", cast.panel, is_set_aside=True)
    as_staff(cast.facilitator).visit(address(good), status=404)
    browser = as_staff(cast.coordinator)
    browser.visit(f"{address(good)}?act=not_spam").submit(button="Let it in")
    panel = browser.visit(f"{address(bad)}?act=spam")
    panel.submit({"sure": "yes"}, button="Mark as spam")
    for each in (good, bad):
        db.session.refresh(each)
    assert (good.status, good.assignee_id) == (Status.RECEIVED, cast.facilitator.id)
    assert told(good, "expression-received") == ["rosa@mail.example"]
    assert (bad.status, told(bad, "expression-received")) == (Status.SPAM, [])
