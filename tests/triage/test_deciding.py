"""The decision page: what is read there, and an answer on its way to the person who waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, LastContact, Note
from ppflow.expressions.workflow import Status
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page
from tests.triage.conftest import SignedIn


def to_rosa(expression: Expression, name: str) -> list[Letter]:
    chosen = select(Letter).where(Letter.expression_id == expression.id, Letter.name == name)
    return list(db.session.scalars(chosen.order_by(Letter.id)))


def verbs(expression: Expression) -> list[str]:
    chosen = select(Event.verb).where(Event.subject == expression.event_subject)
    return list(db.session.scalars(chosen.order_by(Event.id)))


def on(page: Page, act: str) -> Page:
    return page.visitor.visit(f"{page.path}?act={act}")


def address(expression: Expression) -> str:
    return f"/expressions/{expression.reference}"


def day(field: str, days: int) -> dict[str, str]:
    date = clock.today() + timedelta(days=days)
    return {
        f"{field}-day": str(date.day), f"{field}-month": str(date.month),
        f"{field}-year": str(date.year),
    }  # fmt: skip


def test_opening_changes_nothing(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    before = (rosa.version, verbs(rosa))
    page = as_staff(cast.facilitator).visit(address(rosa))
    assert page.heading == "Rosa Reed"
    assert "You, because you facilitate this project" in page.text
    assert "Deputy: Dev Patel" in page.text
    assert "rosa@mail.example (address not confirmed)" in page.text
    assert "I like walking" in page.text
    db.session.refresh(rosa)
    assert (rosa.version, verbs(rosa)) == before


def test_a_message_is_read_before_it_goes(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=message")
    refused = panel.submit({"body": ""}, button="Show the email", status=422)
    assert refused.errors == ["Write the message."]
    shown = panel.submit({"body": "We ring you on Tuesday."}, button="Show the email")
    sheet = shown.soup.select_one(".pp-email").get_text(" ", strip=True)
    assert "To rosa@mail.example" in sheet
    assert "Reply to office@nhs.example" in sheet
    assert "We ring you on Tuesday." in sheet
    assert "[private link]" in sheet
    assert to_rosa(rosa, "expression-message") == []
    done = shown.submit(button="Send 1 email")
    (letter,) = to_rosa(rosa, "expression-message")
    assert "We ring you on Tuesday." in letter.body
    assert "Message to Rosa from you: We ring you on Tuesday." in done.text
    assert verbs(rosa)[-1] == "message"


def sheet_of(page: Page) -> Any:
    return page.soup.select_one(".pp-email__body")


def test_what_goes_is_what_was_shown(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    """Words changed after the email was shown are shown again, and not sent unread."""
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=message")
    shown = panel.submit({"body": "First words."}, button="Show the email")
    again = shown.submit({"body": "Second words."}, button="Send 1 email")
    assert to_rosa(rosa, "expression-message") == []
    assert "Second words." in sheet_of(again).get_text()
    again.submit(button="Send 1 email")
    (letter,) = to_rosa(rosa, "expression-message")
    assert letter.body.split() == sheet_of(again).get_text().split()


def test_an_offer_names_its_dates(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=offer")
    assert "They will next hear by" in panel.text
    done = panel.submit(button="Offer and send 1 email")
    db.session.refresh(rosa)
    assert rosa.status is Status.OFFERED
    assert rosa.accept_by == clock.working_days_after(clock.today(), 10)
    assert rosa.reply_by == clock.working_days_after(rosa.accept_by, 1)
    assert "Place offered" in done.text
    assert len(to_rosa(rosa, "expression-offered")) == 1


def test_an_edited_letter_goes_as_edited(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=offer")
    editing = panel.submit({"letter": "edit"}, button="Offer and send 1 email")
    written = editing.soup.select_one("textarea[name=letter_body]").get_text()
    assert "We would like you to join us" in written
    editing.submit(
        {"letter_subject": "Come and join", "letter_body": "Dear Rosa,\n\nCome!\n\n[private link]"},
        button="Offer and send 1 email",
    )
    (letter,) = to_rosa(rosa, "expression-offered")
    assert letter.subject == f"{rosa.reference}: Come and join"
    assert letter.body == "Dear Rosa,\n\nCome!\n\n[private link]\n"


def test_an_act_without_its_email(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=offer")
    shown = panel.submit({"letter": "none"}, button="Offer and send 1 email")
    assert to_rosa(rosa, "expression-offered") == []
    done = shown.submit(button="Offer and send no email")
    db.session.refresh(rosa)
    assert (rosa.status, to_rosa(rosa, "expression-offered")) == (Status.OFFERED, [])
    assert "No email goes to them." in done.text


def test_not_this_time_says_why(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=not_this_time")
    assert "They read: “all the places are taken”" in panel.text
    refused = panel.submit(button="Show the email", status=422)
    assert refused.errors == ["Choose a reason."]
    other = panel.submit({"reason": "other"}, button="Show the email", status=422)
    assert other.errors == ["Say the reason in your own words."]
    shown = panel.submit({"reason": "full"}, button="Show the email")
    assert "because all the places are taken" in sheet_of(shown).get_text()
    shown.submit(button="Close and send 1 email")
    db.session.refresh(rosa)
    assert (rosa.status, rosa.reason) == (Status.NOT_THIS_TIME, "full")


def test_a_conversation_at_a_time_as_people_write_it(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=arrange")
    typed = {**day("talk_on", 3), "talk_time": "half six", "talk_way": "By phone"}
    refused = panel.submit(typed, button="Show the email", status=422)
    assert refused.errors == ["Enter the time, for example 6.30pm."]
    assert refused.soup.select_one("input[name=talk_time]")["value"] == "half six"
    shown = refused.submit({"talk_time": "6.30pm"}, button="Show the email")
    assert "6.30pm" in sheet_of(shown).get_text()
    shown.submit(button="Arrange and send 1 email")
    db.session.refresh(rosa)
    talk = clock.local(rosa.talk_at)
    assert (talk.date(), talk.hour, talk.minute) == (clock.today() + timedelta(days=3), 18, 30)
    assert rosa.reply_by == clock.working_days_after(clock.today() + timedelta(days=3), 1)


def test_a_date_in_the_past_is_refused_beside_the_field(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=wait")
    shown = panel.submit(day("next_reply_by", -1), button="Show the email")
    refused = shown.submit(button="Put on the list and send 1 email", status=422)
    assert refused.errors == ["Choose a date for the next news that is not in the past."]


def test_withdrawing_for_somebody_needs_an_express_choice(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=withdraw")
    refused = panel.submit(button="Withdraw and send 1 email", status=422)
    assert refused.errors == ["Tick the box if that is so."]
    refused.submit({"sure": "yes"}, button="Withdraw and send 1 email")
    db.session.refresh(rosa)
    assert rosa.status is Status.WITHDRAWN


def test_two_decide_at_once(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    """One wins; the other sees who did what, both values and their own words, and can send."""
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.deputy).visit(f"{address(rosa)}?act=message")
    shown = panel.submit({"body": "Words I thought about."}, button="Show the email")
    with writing():
        acts.perform("start", rosa, by=standing(cast.facilitator))
    refused = shown.submit(button="Send 1 email", status=409)
    assert "Farah Aziz started the review." in refused.text
    assert "When you opened it New, to hear by" in refused.text
    assert "Now In review, to hear by" in refused.text
    assert refused.soup.select_one("textarea[name=body]").get_text().strip() == (
        "Words I thought about."
    )
    assert to_rosa(rosa, "expression-message") == []
    refused.submit(button="Send 1 email")
    assert len(to_rosa(rosa, "expression-message")) == 1


def test_a_decision_that_is_no_longer_open_keeps_the_words(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.deputy).visit(f"{address(rosa)}?act=ask")
    shown = panel.submit({"body": "Which days suit you?"}, button="Show the email")
    with writing():
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    refused = shown.submit(button="Ask and send 1 email", status=409)
    assert "Farah Aziz decided: not this time." in refused.text
    assert "Which days suit you?" in refused.soup.select_one(".pp-kept").get_text()
    assert rosa.status is Status.NOT_THIS_TIME


def test_a_decision_is_taken_back_while_its_email_is_held(
    cast: Cast, register: Register, as_staff: SignedIn, installation: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with installation.with_settings(hold_decisions_minutes=10):
        panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=offer")
        assert "You can undo this for 10 minutes." in panel.text
        done = panel.submit(button="Offer and send 1 email")
        assert "the email goes in 10 minutes" in done.text
        back = done.submit(button="Undo")
        assert "Taken back. Nobody got an email." in back.text
    db.session.refresh(rosa)
    assert rosa.status is Status.RECEIVED
    assert [letter.state for letter in to_rosa(rosa, "expression-offered")] == [
        LetterState.CANCELLED
    ]


def test_undo_comes_too_late(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    browser.visit(f"{address(rosa)}?act=offer").submit(button="Offer and send 1 email")
    page = browser.visit(f"{address(rosa)}")
    assert "Undo" not in page.text
    token = page.soup.select_one("input[name=csrf_token]")["value"]
    answer = browser.post(f"{address(rosa)}/undo", data={"csrf_token": token})
    assert answer.status_code == 409
    assert "It is too late to undo this" in answer.get_data(as_text=True)


@pytest.mark.parametrize("act", ["", "?act=message"])
def test_strangers_find_nothing(
    act: str, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    for stranger in (cast.other_facilitator, cast.other_coordinator, cast.outsider):
        as_staff(stranger).visit(address(rosa) + act, status=404)
    as_staff(cast.board_member).visit(address(rosa) + act, status=403)
    for friend in (cast.facilitator, cast.deputy, cast.coordinator):
        as_staff(friend).visit(address(rosa) + act)


def test_strangers_change_nothing(
    cast: Cast, register: Register, as_staff: SignedIn, app: Flask
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    letter_id = to_rosa(rosa, "expression-received")[0].id
    browser = as_staff(cast.other_facilitator)
    token = browser.visit("/triage").soup.select_one("input[name=csrf_token]")["value"]
    for path in ("?act=start", "/undo", "/claim", "/notes", "/look", "/call", "/drafts",
                 "/drafts/forget", "/mentions/read", f"/letters/{letter_id}/done"):  # fmt: skip
        answer = browser.post(address(rosa) + path, data={"csrf_token": token})
        assert answer.status_code == 404, path
    assert verbs(rosa) == ["receive", "assign"]


def test_calls_are_kept(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0199")
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=ring")
    refused = panel.submit(button="Keep the call", status=422)
    assert refused.errors == ["Say what came of the call."]
    done = panel.submit(
        {"how": "rang_no_answer", "note": "Try after six.", **day("next_reply_by", 2)},
        button="Keep the call",
    )
    db.session.refresh(rosa)
    assert (rosa.last_contact, rosa.first_replied_at) == (LastContact.WE_RANG, None)
    assert rosa.reply_by == clock.today() + timedelta(days=2)
    assert "You rang. Nobody answered." in done.text
    assert "Note, staff only. Try after six." in done.text
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=ring")
    panel.submit({"how": "rang_spoke"}, button="Keep the call")
    db.session.refresh(rosa)
    assert rosa.first_replied_at is not None


def test_a_letter_by_hand_is_printed_and_done(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register(
        "Rosa Reed", cast.panel, contact_by=ContactBy.POST, post_address="1 Mill Lane\nLeek"
    )
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(rosa))
    printed = page.follow(f"Print this letter : {to_rosa(rosa, 'expression-received')[0].subject}")
    assert "1 Mill Lane" in printed.text
    assert "Dear Rosa," in printed.text
    how = f"letter-{to_rosa(rosa, 'expression-received')[0].id}-how"
    done = page.submit({how: "posted"}, button="Done")
    assert "You printed and posted a letter." in done.text
    (letter,) = to_rosa(rosa, "expression-received")
    assert (letter.state, letter.handled_by_id) == (LetterState.SENT, cast.facilitator.id)
    page.submit({how: "posted"}, button="Done", status=409)


def test_a_decision_for_somebody_without_email(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel, contact_by=ContactBy.PHONE, phone="0121 496 0199")
    panel = as_staff(cast.facilitator).visit(f"{address(rosa)}?act=offer")
    assert "To Rosa, by phone 0121 496 0199" in panel.text
    done = panel.submit(button="Offer and keep 1 letter to print or read out")
    assert "There is 1 letter to print or read out." in done.text
    assert [letter.state for letter in to_rosa(rosa, "expression-offered")] == [LetterState.BY_HAND]


def test_notes_are_for_staff(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(rosa))
    refused = page.submit(button="Keep the note", status=422)
    assert refused.errors == ["Write the note."]
    page.submit({"note_body": "Sounds <b>worried</b>."}, button="Keep the note")
    panel = browser.visit(f"{address(rosa)}?act=message")
    shown = panel.submit({"body": "Hello."}, button="Show the email")
    shown.submit(button="Send 1 email")
    assert [note.body for note in db.session.scalars(select(Note))] == ["Sounds <b>worried</b>."]
    everything = db.session.scalars(select(Letter.body + Letter.subject)).all()
    assert not [text for text in everything if "worried" in text]
    only = browser.visit(f"{address(rosa)}?show=notes")
    assert "Sounds <b>worried</b>." in only.text
    assert "Message to Rosa" not in only.text


def test_sensitive_answers_are_opened_once_a_day(
    cast: Cast, register: Register, as_staff: SignedIn, later: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel, sealed={"my_condition": "Parkinson's"})
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(rosa))
    assert "Parkinson's" not in page.response.get_data(as_text=True)
    opened = page.submit(button="Open sensitive answers")
    assert "Parkinson's" in opened.text
    page.submit(button="Open sensitive answers")
    assert verbs(rosa).count("look") == 1
    assert "Parkinson's" not in browser.visit(address(rosa)).text
    later(days=1)
    as_staff(cast.facilitator).visit(address(rosa)).submit(button="Open sensitive answers")
    assert verbs(rosa).count("look") == 2
    coordinator = as_staff(cast.coordinator)
    page = coordinator.visit(f"{address(rosa)}?sensitive=open")
    assert "Parkinson's" not in page.text
    assert "Open sensitive answers" not in page.text
    assert (
        "Parkinson's"
        in as_staff(cast.deputy).visit(address(rosa)).submit(button="Open sensitive answers").text
    )
