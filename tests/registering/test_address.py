"""The address on the receipt: put right in the same visit, and never a way to the link."""

from __future__ import annotations

from collections.abc import Callable

from ppflow import keys
from ppflow.applicants.models import StatusLink
from ppflow.db import db
from ppflow.outbox.models import PRIVATE_LINK
from ppflow.outbox.workflow import LetterState
from tests.registering import walking
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor

SEND = "Send it to this address instead"


def sent(client: Visitor, cast: Cast, **contact: str) -> Page:
    form = walking.said(walking.PUBLIC, contact=contact)
    return walking.register(client, f"/opportunities/{cast.panel.slug}/register", form)


def test_a_mistyped_address_is_corrected(client: Visitor, cast: Cast) -> None:
    receipt = sent(client, cast, email="amina@mial.example")
    before = db.session.query(StatusLink).one().token_hash
    receipt = receipt.submit({"email": "amina@mail.example"}, button=SEND)
    assert "The link we sent before no longer works." in receipt.text
    assert "amina@mail.example" in receipt.text
    old, new = walking.letters_to_applicant(walking.the_expression())
    assert (old.to_address, old.state) == ("amina@mial.example", LetterState.CANCELLED)
    assert (new.to_address, new.state) == ("amina@mail.example", LetterState.QUEUED)
    link = db.session.query(StatusLink).one()
    assert link.token_hash not in {None, before}
    assert new.link_generation == link.generation == 2


def test_the_receipt_never_holds_the_link(client: Visitor, cast: Cast) -> None:
    receipt = sent(client, cast)
    link = db.session.query(StatusLink).one()
    (letter,) = walking.letters_to_applicant(walking.the_expression())
    page = receipt.response.get_data(as_text=True)
    assert PRIVATE_LINK in letter.body
    assert keys.link_token(link.id, link.generation) not in page
    assert "/status/" not in page


def test_a_wrong_address_is_not_taken(client: Visitor, cast: Cast) -> None:
    receipt = sent(client, cast)
    page = receipt.submit({"email": "amina@@mail"}, button=SEND, status=422)
    assert page.errors == ["Enter an email address like name@example.com."]
    assert walking.shown(page, "email") == "amina@@mail"
    assert walking.the_expression().applicant.email == "amina@mail.example"


def test_three_corrections_and_no_more(client: Visitor, cast: Cast) -> None:
    receipt = sent(client, cast)
    for number in range(3):
        receipt = receipt.submit({"email": f"try{number}@mail.example"}, button=SEND)
    page = receipt.submit({"email": "try9@mail.example"}, button=SEND, status=422)
    assert "You have changed the address three times." in page.text


def test_the_receipt_the_day_after_tells_no_name(
    client: Visitor, cast: Cast, later: Callable[..., None]
) -> None:
    receipt = sent(client, cast)
    later(hours=20)
    page = client.visit(receipt.path)
    assert walking.the_expression().reference in page.text
    assert "Amina" not in page.text
    assert "amina@mail.example" not in page.text
    assert not walking.has_field(page, "email")


def test_someone_who_likes_a_call_gets_the_reference_by_email_too(
    client: Visitor, cast: Cast
) -> None:
    contact = {**walking.BY_PHONE, "email": "amina@mail.example"}
    form = walking.said(walking.PUBLIC, contact=contact)
    receipt = walking.register(client, f"/opportunities/{cast.panel.slug}/register", form)
    assert "We ring Amina on 0121 496 0199" in receipt.text
    (letter,) = walking.letters_to_applicant(walking.the_expression())
    assert letter.state is LetterState.QUEUED
    assert "Amina" not in letter.body  # nothing typed, before the address is confirmed
