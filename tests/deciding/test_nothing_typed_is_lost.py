"""A typed draft survives: another button, a reload, a lost session, somebody quicker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.deciding.jobs import delete_old_drafts
from ppflow.deciding.models import StaffDraft
from ppflow.expressions import acts
from ppflow.expressions.models import Note
from ppflow.handling import acts as handling
from ppflow.people.models import Person
from ppflow.projects.models import Project
from tests.deciding.looking import address, letters, part, typed, verbs
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn

WORDS = "We meet on the ward, by the blue door."


def drafts() -> list[str]:
    return sorted(db.session.scalars(select(StaffDraft.panel)))


def test_another_button_keeps_what_stands_beside_it(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """Without JavaScript: the note is kept, and the message being written stands there again."""
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    after = page.submit({"body": WORDS, "note_body": "Ring after six."}, button="Keep the note")
    assert "Note, staff only. Ring after six." in after.text
    assert typed(after, "body") == WORDS
    assert typed(after, "note_body") == ""
    assert "You began this on" in part(after, "act")
    assert letters(rosa, "expression-message") == []


def test_sending_keeps_the_note_that_stands_beside_it(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    shown = page.submit({"body": WORDS, "note_body": "Half a thought"}, button="Show the email")
    assert typed(shown, "note_body") == "Half a thought"
    after = shown.submit(button="Send 1 email")
    assert typed(after, "note_body") == "Half a thought"
    assert list(db.session.scalars(select(Note))) == []
    assert drafts() == ["note"]


def test_a_draft_survives_a_reload_and_goes_when_it_is_sent(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(rosa, "message"))
    page.submit({"body": WORDS}, button="Keep as a draft")
    again = browser.visit(address(rosa, "message"))
    assert typed(again, "body") == WORDS
    assert WORDS in again.soup.select_one(".pp-email__body").get_text()
    again.submit(button="Send 1 email")
    assert drafts() == []
    assert typed(browser.visit(address(rosa, "message")), "body") == ""


def test_a_draft_under_another_act_is_found_again(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    browser.visit(address(rosa, "ask")).submit({"body": WORDS}, button="Keep as a draft")
    page = browser.visit(address(rosa))
    assert "Ask a question" in part(page, "drafts")
    back = page.follow("Go on with it")
    assert typed(back, "body") == WORDS
    back.submit(button="Delete this draft")
    assert drafts() == []


def test_a_draft_survives_a_lost_session(
    cast: Cast, register: Register, as_staff: SignedIn, later: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(rosa, "message"))
    shown = page.submit({"body": WORDS}, button="Show the email")
    later(minutes=31)
    lost = shown.submit(button="Send 1 email", status=401)
    assert WORDS in lost.text
    assert letters(rosa, "expression-message") == []
    assert typed(as_staff(cast.facilitator).visit(address(rosa, "message")), "body") == WORDS


def test_a_draft_is_its_writers_alone_and_sealed(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    as_staff(cast.facilitator).visit(address(rosa, "message")).submit(
        {"body": WORDS}, button="Keep as a draft"
    )
    assert typed(as_staff(cast.deputy).visit(address(rosa, "message")), "body") == ""
    (kept,) = db.session.scalars(select(StaffDraft.sealed))
    assert b"blue door" not in kept


def test_a_page_as_it_was_opened_leaves_no_draft(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "offer"))
    said = page.submit(button="Keep as a draft")
    assert "Nothing was typed yet." in said.text
    page.submit({"note_body": "Kind voice."}, button="Keep the note")
    assert drafts() == []


def test_drafts_go_after_30_days(
    cast: Cast, register: Register, as_staff: SignedIn, later: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    browser.visit(address(rosa, "message")).submit({"body": WORDS}, button="Keep as a draft")
    later(days=29)
    with writing():
        delete_old_drafts()
    assert drafts() == ["message"]
    later(days=2)
    with writing():
        delete_old_drafts()
    assert drafts() == []


def test_a_draft_opened_again_says_what_has_happened_since(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.deputy)
    browser.visit(address(rosa, "message")).submit({"body": WORDS}, button="Keep as a draft")
    assert "This has happened since" not in part(browser.visit(address(rosa, "message")), "act")
    with writing():
        handling.write_note(rosa, "She moved house.", by=standing(cast.facilitator))
    again = part(browser.visit(address(rosa, "message")), "act")
    assert "This has happened since" in again
    assert "She moved house." in again


def test_somebody_quicker_shows_both(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    """The conflict page: what the other did and wrote, beside mine, and what is still possible."""
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.deputy)
    shown = browser.visit(address(rosa, "ask")).submit({"body": WORDS}, button="Show the email")
    with writing():
        acts.perform("message", rosa, by=standing(cast.facilitator), body="Come on Tuesday.")
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    late = shown.submit(button="Ask and send 1 email", status=409)
    refused = part(late, "refused")
    assert "Message to Rosa from Farah Aziz" in refused
    assert "Come on Tuesday." in refused
    assert "Farah Aziz decided: not this time." in refused
    assert "Now Not this time, with Farah Aziz" in refused
    assert WORDS in refused
    assert "Open again" in refused.partition("What you can still do")[2]
    later_on = browser.visit(address(rosa))
    assert WORDS in part(later_on, "drafts")
    assert "This act is not open now." in part(later_on, "drafts")
    later_on.submit(button="Delete the draft: Ask a question")
    assert drafts() == []


def test_oneself_in_another_window_is_no_stranger(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    first, second = (browser.visit(address(rosa, act)) for act in ("message", "not_this_time"))
    first = first.submit({"body": "Come on Tuesday."}, button="Show the email")
    first.submit(button="Send 1 email")
    second = second.submit({"reason": "full", "body": WORDS}, button="Show the email")
    late = part(second.submit(button="Close and send 1 email", status=409), "refused")
    assert late.startswith("You changed this in another window")
    assert "Message to Rosa from you" in late
    assert "Somebody else" not in late


def test_a_form_passed_on_meanwhile_gives_the_words_back(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """It is 404 for whoever has no part in it now, and still nothing typed is lost."""
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    shown = page.submit({"body": WORDS}, button="Show the email")
    with writing():
        gwen = db.session.get_one(Person, cast.other_facilitator.id)
        project = db.session.get_one(Project, cast.other_project.id)
        handling.pass_on(rosa, by=standing(cast.coordinator), to=gwen, project=project)
    gone = shown.submit(button="Send 1 email", status=404)
    assert WORDS in gone.text
    assert letters(rosa, "expression-message") == []


def test_too_late_for_one_button_keeps_the_words_of_another(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed")
    page = as_staff(cast.coordinator).visit(address(rosa, "message"))
    page.submit(button="Take this form")
    late = page.submit({"body": WORDS}, button="Take this form", status=409)
    assert "You have taken this form already." in late.text
    assert typed(late, "body") == WORDS


def test_a_note_that_is_not_complete_keeps_the_act(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    wrong = page.submit({"body": WORDS}, button="Keep the note", status=422)
    assert wrong.errors == ["Write the note."]
    assert typed(wrong, "body") == WORDS
    assert verbs(rosa) == ["receive", "assign"]


def test_htmx_keeps_a_draft_while_somebody_types(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """One sentence comes back; and the news, when somebody else acts meanwhile."""
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.deputy)
    page = browser.visit(address(rosa, "message"))
    live = {"HX-Request": "true", "HX-Target": "draft-words"}
    said = page.send({"body": WORDS}, button="Keep as a draft", headers=live)
    assert "Kept as a draft" in said.get_data(as_text=True)
    assert "<main" not in said.get_data(as_text=True)
    with writing():
        acts.perform("start", rosa, by=standing(cast.facilitator))
    said = page.send({"body": WORDS}, button="Keep as a draft", headers=live)
    assert "Farah Aziz started the review." in said.get_data(as_text=True)


def test_a_draft_with_a_past_date_can_still_be_opened(
    cast: Cast, register: Register, as_staff: SignedIn, later: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    day = clock.today() + timedelta(days=2)
    date = {
        "next_reply_by-day": str(day.day), "next_reply_by-month": str(day.month),
        "next_reply_by-year": str(day.year),
    }  # fmt: skip
    browser.visit(address(rosa, "message")).submit(
        {"body": WORDS, **date}, button="Keep as a draft"
    )
    later(days=7)
    again = as_staff(cast.facilitator).visit(address(rosa, "message"))
    assert typed(again, "body") == WORDS
    refused = again.submit(button="Send 1 email", status=422)
    assert refused.errors == ["Choose a date that is not in the past."]


def test_words_of_a_closed_act_go_into_another(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.deputy)
    shown = browser.visit(address(rosa, "ask")).submit({"body": WORDS}, button="Show the email")
    with writing():
        acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason="full")
    late = shown.submit(button="Ask and send 1 email", status=409)
    assert "Csrf" not in part(late, "refused").title()
    carried = late.submit(button="Use my words: open again")
    assert typed(carried, "body") == WORDS
    assert WORDS in carried.soup.select_one(".pp-email__body").get_text()
    carried.submit(button="Open and send 1 email")
    assert verbs(rosa)[-1] == "reopen"
