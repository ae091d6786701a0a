"""The outbox as people see it: states in words, the failure as a story, and the ways out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.outbox import holding
from ppflow.outbox.jobs import work_once
from ppflow.outbox.models import Heartbeat, Letter, MailBreaker
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Grant
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, sign_in
from tests.support.installation import Installation
from tests.support.pages import Visitor
from tests.support.smtp import Fault, MailServer
from tests.support.statements import statements

ROSA = "rosa@mail.example"


@pytest.fixture
def rosa(register: Register, cast: Cast) -> Expression:
    return register("Rosa Reed", cast.panel, phone="0121 496 0198")


@pytest.fixture
def failed(app: Flask, rosa: Expression, mailbox: MailServer) -> Letter:
    """Her receipt came back: no such address."""
    mailbox.fail(Fault.NO_SUCH_ADDRESS_550, recipient=ROSA)
    work_once(app)
    mailbox.clear()
    return letter_of(rosa)


@pytest.fixture
def coordinator(client: Visitor, cast: Cast) -> Visitor:
    return sign_in(client, cast.coordinator)


def letter_of(expression: Expression, name: str = "expression-received") -> Letter:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(
        select(Letter).where(Letter.expression_id == expression.id, Letter.name == name)
    ).one()


def test_the_failure_is_told_as_a_story(coordinator: Visitor, failed: Letter) -> None:
    page = coordinator.visit("/outbox")
    assert page.heading == "Outbox"
    assert "Rosa did not get this email" in page.text
    assert "This address does not exist." in page.text
    assert "Ring Rosa on 0121 496 0198." in page.text
    assert "delivered" not in page.text.lower()
    letter = page.follow("See the ways out")
    assert letter.path == f"/outbox/{failed.id}"
    assert "550" in letter.text  # folded away, for IT
    assert "[private link]" in letter.text
    assert "/status/" not in letter.text


def test_the_address_is_corrected_and_only_the_new_one_gets_a_link(
    app: Flask, coordinator: Visitor, failed: Letter, mailbox: MailServer
) -> None:
    page = coordinator.visit(f"/outbox/{failed.id}")
    wrong = page.submit(
        {"email": "rosa at mail"}, button="Correct the address and send", status=422
    )
    assert wrong.errors
    done = page.submit({"email": "Rosa.Reed@mail.example"}, button="Correct the address and send")
    assert "The email goes there now" in done.text
    work_once(app)
    [letter] = mailbox.letters
    assert letter.recipients == ("rosa.reed@mail.example",)
    assert letter.message["Message-ID"] == failed.message_id
    assert coordinator.get(letter.links[0]).status_code == 200
    rosa = db.session.get_one(Expression, failed.expression_id)
    db.session.refresh(rosa)
    assert (rosa.has_email_trouble, rosa.confirmed_at) == (False, None)
    assert rosa.applicant.email == "rosa.reed@mail.example"


def test_the_same_address_is_trusted_once_more(
    app: Flask, coordinator: Visitor, failed: Letter, mailbox: MailServer
) -> None:
    coordinator.visit(f"/outbox/{failed.id}").submit(button="Send it again as it is")
    work_once(app)
    assert len(mailbox.to(ROSA)) == 1


def test_it_is_printed_or_rung_instead(
    app: Flask, coordinator: Visitor, failed: Letter, rosa: Expression, mailbox: MailServer
) -> None:
    page = coordinator.visit(f"/outbox/{failed.id}").submit(button="Print it, or ring instead")
    assert "Print or ring" in page.text
    letter = letter_of(rosa)
    assert letter.state is LetterState.BY_HAND
    assert "[private link]" not in letter.body
    assert coordinator.get(f"/expressions/{rosa.reference}/letters/{letter.id}/print")
    assert work_once(app) == 0


def test_leaving_it_takes_it_from_what_needs_you(
    coordinator: Visitor, failed: Letter, rosa: Expression
) -> None:
    coordinator.visit(f"/outbox/{failed.id}").submit(button="Leave it: nothing more to do")
    assert letter_of(rosa).state is LetterState.CANCELLED
    assert "No email is in trouble." in coordinator.visit("/outbox?view=needs-you").text


def test_what_somebody_else_mended_first_is_not_mended_again(
    coordinator: Visitor, failed: Letter
) -> None:
    page = coordinator.visit(f"/outbox/{failed.id}")
    page.submit(button="Send it again as it is")
    page.submit(button="Print it, or ring instead", status=409)


def test_views_count_and_narrow(
    app: Flask, cast: Cast, coordinator: Visitor, rosa: Expression, register: Register
) -> None:
    joan = register("Joan Roe", cast.panel, contact_by="phone", phone="0121 496 0199")
    with writing():
        letter_of(rosa).due_at = clock.now() + timedelta(minutes=8)
    assert letter_of(rosa).is_held
    page = coordinator.visit("/outbox")
    assert "8 emails" in page.text
    assert "Going in 8 minutes" in page.text
    assert "1 email" in coordinator.visit("/outbox?view=by-hand").text
    assert "4 emails" in coordinator.visit(f"/outbox?q={joan.reference.lower()}").text
    assert "1 email" in coordinator.visit(f"/outbox?q={ROSA}").text
    assert "2 emails" in coordinator.visit("/outbox?to=applicant&days=7").text
    assert "No email matches this" in coordinator.visit("/outbox?q=nobody").text
    assert coordinator.get("/outbox?days=x&before=-1&view=odd&to=me").status_code == 200


def test_pages_of_twenty_five(
    app: Flask, cast: Cast, coordinator: Visitor, register: Register
) -> None:
    for number in range(8):
        register(f"Rosa{number} Reed", cast.panel)
    page = coordinator.visit("/outbox")
    assert "32 emails" in page.text
    newest = page.links
    older = page.follow("Next page : older emails")
    assert older.links.keys() != newest.keys()
    assert older.follow("Previous page : newer emails").links.keys() == newest.keys()


def test_the_page_asks_the_database_as_often_for_one_as_for_many(
    app: Flask, cast: Cast, coordinator: Visitor, register: Register
) -> None:
    def asked() -> int:
        with statements() as found:
            coordinator.visit("/outbox")
        return len(found)

    register("Rosa Reed", cast.panel)
    few = asked()
    for number in range(8):
        register(f"Rosa{number} Reed", cast.panel)
    assert asked() == few


def test_each_sees_their_own_and_nobody_else_any(
    client: Visitor, cast: Cast, failed: Letter
) -> None:
    address = f"/outbox/{failed.id}"
    for staff in (cast.facilitator, cast.deputy, cast.coordinator):
        sign_in(client, staff).visit(address)
    for staff in (cast.other_facilitator, cast.other_coordinator, cast.administrator):
        assert "Rosa" not in sign_in(client, staff).visit("/outbox").text
        client.visit(address, status=404)
    for staff in (cast.board_member, cast.outsider):
        sign_in(client, staff).visit(address, status=403)


def test_a_decision_that_is_held_is_undone_as_a_whole(
    cast: Cast, client: Visitor, rosa: Expression, installation: Installation
) -> None:
    with installation.with_settings(hold_decisions_minutes=10):
        with writing():
            acts.perform(
                "not_this_time", rosa, by=standing(cast.facilitator), reason="full", body="Sorry."
            )
        letter = letter_of(rosa, "expression-not-this-time")
        page = sign_in(client, cast.facilitator).visit(f"/outbox/{letter.id}")
        assert "You can still undo the decision" in page.text
        assert client.post(f"/outbox/{letter.id}/cancel").status_code in {400, 409}
        page.submit(button="Undo the decision")
    assert letter_of(rosa, "expression-not-this-time").state is LetterState.CANCELLED
    assert db.session.get_one(Expression, rosa.id).status == "received"


def test_a_letter_that_waits_can_be_stopped_or_sent_at_once(
    app: Flask, coordinator: Visitor, rosa: Expression, mailbox: MailServer
) -> None:
    with writing():
        soon = clock.now() + timedelta(minutes=8)
        db.session.execute(update(Letter).values(due_at=soon))
    receipt, told = letter_of(rosa).id, letter_of_farah(rosa).id
    coordinator.visit(f"/outbox/{told}").submit(button="Do not send it")
    coordinator.visit(f"/outbox/{receipt}").submit(button="Send it now")
    work_once(app)
    assert [letter.recipients for letter in mailbox.letters] == [(ROSA,)]


def letter_of_farah(expression: Expression) -> Letter:
    return db.session.scalars(
        select(Letter).where(
            Letter.expression_id == expression.id, Letter.to_address == "farah@nhs.example"
        )
    ).one()


def test_the_health_of_mail_is_told(coordinator: Visitor, cast: Cast, rosa: Expression) -> None:
    assert "The program that sends emails does not run" in coordinator.visit("/outbox").text
    with writing():
        db.session.add(Heartbeat(name="worker", at=clock.now()))
    assert "Mail is working" in coordinator.visit("/outbox").text
    with writing():
        db.session.add(MailBreaker(id=1, opened_at=clock.now(), reason="535 no"))
    page = coordinator.visit("/outbox")
    assert "The mail server has refused us since" in page.text
    assert "Every email is kept" in page.text


def test_letters_held_after_a_restore_are_let_go_by_a_person(
    app: Flask, cast: Cast, client: Visitor, rosa: Expression, mailbox: MailServer
) -> None:
    with writing():
        assert holding.hold_all() == 4
    assert work_once(app) == 0
    page = sign_in(client, cast.coordinator).visit("/outbox")
    assert "4 emails are held" in page.text
    assert page.form("Let them go")
    page.submit(button="Let them go", status=403)  # not of one programme alone
    with writing():
        grant = db.session.scalars(select(Grant).where(Grant.person_id == cast.coordinator.id))
        grant.one().programme_id = None
    client.visit("/outbox").submit(button="Let them go")
    assert work_once(app) == 4
