"""Two put the same answers right at once: nobody writes over what they have not seen."""

from __future__ import annotations

from flask import Flask

from ppflow.applicants.models import ContactBy
from ppflow.db import db
from tests.correcting.test_correcting import answers, nurse, own_answers, present
from tests.support.arrivals import Register
from tests.support.cast import Cast, sign_in
from tests.support.pages import Page, Visitor, new_visitor

OURS, THEIRS = "Words that we heard on the phone.", "Words of their own."


def at_the_desk(app: Flask, cast: Cast, page: str) -> Page:
    browser = sign_in(new_visitor(app), cast.facilitator)
    return browser.visit(f"/expressions/{present().reference}/answers/{page}")


def test_staff_see_what_the_person_wrote_meanwhile(app: Flask, client: Visitor, cast: Cast) -> None:
    form = nurse(client, cast)
    desk = at_the_desk(app, cast, "offer")
    own_answers(client, form)
    client.visit("/status/answers/offer").submit({"reason": THEIRS}, button="Save")
    late = desk.submit({"reason": OURS}, button="Save", status=409)
    assert "Somebody changed this while you had it open." in late.text
    assert THEIRS in late.text
    assert late.soup.select_one("[name=reason]").get_text().strip() == OURS
    assert answers().plain["reason"] == THEIRS
    late.submit(button="Save")
    assert answers().plain["reason"] == OURS


def test_another_page_put_right_meanwhile_is_no_conflict(
    app: Flask, client: Visitor, cast: Cast
) -> None:
    form = nurse(client, cast)
    desk = at_the_desk(app, cast, "offer")
    own_answers(client, form)
    client.visit("/status/answers/you").submit({"first_name": "Aminah"}, button="Save")
    desk.submit({"reason": OURS}, button="Save")
    assert answers().plain["reason"] == OURS
    assert present().applicant.first_name == "Aminah"


def test_impatient_clicks_on_save(client: Visitor, cast: Cast) -> None:
    form = nurse(client, cast)
    own_answers(client, form)
    page = client.visit("/status/answers/offer")
    for _press in range(2):
        assert page.submit({"reason": THEIRS}, button="Save").path == "/status/answers"
    assert (answers().number, answers().plain["reason"]) == (2, THEIRS)


def test_a_phone_number_changed_meanwhile(app: Flask, cast: Cast, register: Register) -> None:
    register("Walter Wren", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0111")
    first, second = at_the_desk(app, cast, "contact"), at_the_desk(app, cast, "contact")
    first.submit({"phone": "0121 496 0222"}, button="Save")
    late = second.submit({"phone": "0121 496 0333"}, button="Save", status=409)
    assert "0121 496 0222" in late.text
    assert present().applicant.phone == "0121 496 0222"
    late.submit(button="Save")
    db.session.rollback()
    assert present().applicant.phone == "0121 496 0333"
