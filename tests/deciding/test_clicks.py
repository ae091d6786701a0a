"""What a click does is known before, done once, and refused when it is not open."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.deciding.workflow import PANELS
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.outbox.models import Letter
from tests.deciding.looking import address, letters, part, typed, verbs
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page
from tests.triage.conftest import SignedIn


def test_impatient_clicks(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    """The same button three times: one email, and no word of somebody else."""
    rosa = register("Rosa Reed", cast.panel)
    panel = as_staff(cast.facilitator).visit(address(rosa, "message"))
    shown = panel.submit({"body": "Come on Tuesday."}, button="Show the email")
    shown.submit(button="Send 1 email")
    for _ in range(2):
        again = shown.submit(button="Send 1 email")
        assert "You did this already. It was done once." in again.text
        assert typed(again.visitor.visit(address(rosa, "message")), "body") == ""
    assert len(letters(rosa, "expression-message")) == 1
    assert verbs(rosa).count("message") == 1


def test_impatient_clicks_on_a_decision_and_a_call(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    call = browser.visit(address(rosa, "ring"))
    offer = browser.visit(address(rosa, "offer"))
    for _ in range(2):
        call.submit({"how": "rang_no_answer", "note": "Later."}, button="Keep the call")
    offer = browser.visit(address(rosa, "offer"))
    for _ in range(2):
        offer.submit(button="Offer and send 1 email")
    assert verbs(rosa) == ["receive", "assign", "rang_no_answer", "note", "offer"]


def test_other_words_are_no_impatient_click(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """In a second window, on the old page: a second message is a conflict, and is kept."""
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    first = browser.visit(address(rosa, "message")).submit(
        {"body": "Come on Tuesday."}, button="Show the email"
    )
    second = browser.visit(address(rosa, "message")).submit(
        {"body": "Bring tea."}, button="Show the email"
    )
    first.submit(button="Send 1 email")
    late = second.submit(button="Send 1 email", status=409)
    assert typed(late, "body") == "Bring tea."
    assert "Come on Tuesday." in part(late, "refused")
    late.submit(button="Send 1 email")
    assert len(letters(rosa, "expression-message")) == 2


def test_pressing_enter_sends_nothing(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    """The first button of the form is the one that Enter presses."""
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    first = browser.visit(address(rosa, "offer")).soup.select_one("#desk button")
    assert (first["name"], first.get("formaction")) == ("preview", None)
    first = browser.visit(address(rosa)).soup.select_one("#desk button")
    assert first["formaction"].endswith("/drafts")


def test_staff_cannot_tell_whether_an_act_mails_the_applicant(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """Each act says before whether the person gets an email; and so it is."""
    said: dict[str, bool] = {}
    for act, values in {
        "start": {}, "ring": {"how": "rang_spoke"}, "message": {"body": "Hello."},
        "ask": {"body": "When?"}, "wait": {}, "not_this_time": {"reason": "full"}, "offer": {},
        "withdraw": {"sure": "yes"}, "spam": {"sure": "yes"},
        "assign": {"colleague": str(cast.deputy.id)},
        "pass_on": {"to": f"person-{cast.deputy.id}"},
    }.items():  # fmt: skip
        rosa = register("Rosa Reed", cast.panel)
        page = as_staff(cast.facilitator).visit(address(rosa, act))
        if act == "wait":
            day = {"next_reply_by-day": "1", "next_reply_by-month": "12"}
            values = {**day, "next_reply_by-year": "2099"}
        if PANELS[act].letter:
            page = page.submit(values, button=shows(page, "Show the email"))
        said[act] = "This email goes to them" in part(page, "act")
        assert ("No email goes to this person." in part(page, "act")) is not said[act]
        before = len(to_the_person(rosa))
        page.submit(values, button=main_button(page))
        assert (len(to_the_person(rosa)) > before) is said[act], act
    assert said["offer"]
    assert not said["start"]


def to_the_person(rosa: Expression) -> list[str]:
    chosen = select(Letter.name).where(Letter.to_address == "rosa@mail.example")
    return list(db.session.scalars(chosen.where(Letter.expression_id == rosa.id)))


def shows(page: Page, words: str) -> str:
    """The button that only shows the email, whatever it is called now."""
    buttons = [b.get_text(" ", strip=True) for b in page.soup.select("#act button")]
    return words if words in buttons else "Show the email again"


def main_button(page: Page) -> str:
    """The green button of the panel."""
    green = page.soup.select_one("#act .pp-buttons button:not(.nhsuk-button--secondary)")
    return str(green.get_text(" ", strip=True))


def test_not_sending_is_said_on_the_button(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "offer"))
    live = {"HX-Request": "true", "HX-Target": "letter"}
    part_of_it = page.send({"letter": "none"}, button="Offer and send 1 email", headers=live)
    assert "Offer and send no email" in part_of_it.get_data(as_text=True)
    assert verbs(rosa) == ["receive", "assign"]


@pytest.mark.parametrize("act", ["ring", "assign", "offer", "start", "wait"])
def test_an_act_that_is_not_open_is_refused(
    act: str, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """Posted all the same, as from an old page: 409, nothing happens, the words are kept."""
    rosa = register("Rosa Reed", cast.panel)
    if act == "ring":
        with writing():
            rosa.set_aside_at = rosa.received_at
    else:
        with writing():
            acts.perform("withdraw", rosa, by=standing(cast.facilitator))
    before = verbs(rosa)
    browser = as_staff(cast.coordinator)
    page = browser.visit(address(rosa))
    data = {
        "csrf_token": typed(page, "csrf_token"), "version": str(rosa.version), "seen": "1|",
        "how": "rang_spoke", "colleague": str(cast.deputy.id), "note": "Kept words.",
        "body": "Kept words.",
    }  # fmt: skip
    answer = browser.post(address(rosa, act), data=data)
    assert answer.status_code == 409
    assert "This is not open now" in answer.get_data(as_text=True)
    assert verbs(rosa) == before


def test_each_panel_says_what_happens_to_their_date(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    expected = {
        "pass_on": "The date does not move", "not_this_time": "No date follows",
        "offer": "They will next hear by", "assign": "The date does not move",
        "message": "They will next hear by", "wait": "They will next hear by",
    }  # fmt: skip
    for act, words in expected.items():
        assert words in part(browser.visit(address(rosa, act)), "act"), act


def test_a_letter_by_hand_without_an_answer_is_asked_again(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel, contact_by=ContactBy.POST, post_address="1 Mill Lane")
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(rosa, "message"))
    (letter,) = letters(rosa, "expression-received")
    where = f"{address(rosa)}/letters/{letter.id}/done?act=message"
    token = typed(page, "csrf_token")
    for how in ({}, {f"letter-{letter.id}-how": "ate"}):
        data = {"csrf_token": token, "body": "Kept.", "version": "1", **how}
        answer = browser.post(where, data=data)
        assert answer.status_code == 422
        assert "There is a problem" in answer.get_data(as_text=True)
        assert "Kept." in answer.get_data(as_text=True)
    assert rosa.status is Status.RECEIVED
