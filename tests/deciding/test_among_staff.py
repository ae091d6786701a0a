"""Notes, mentions and the questions for the call: among staff, and nowhere else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ppflow.answers.models import CallAnswer
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.expressions.models import Expression, Note
from ppflow.handling import acts as handling
from ppflow.handling.models import Mention
from ppflow.handling.queries import mentions_for
from ppflow.outbox.models import Letter
from tests.deciding.looking import address, letters, part, typed, verbs
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor
from tests.triage.conftest import SignedIn

FIRST = "What would you like to get out of this?"


def mentioned(expression: Expression) -> list[int]:
    return list(
        db.session.scalars(select(Mention.person_id).where(Mention.expression_id == expression.id))
    )


@pytest.mark.parametrize("how", ["chosen", "by their name", "by their first name"])
def test_a_note_mentions_a_colleague(
    how: str, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa))
    said = {
        "chosen": {"note_body": "Do you know her?", "mention": str(cast.deputy.id)},
        "by their name": {"note_body": "Do you know her, @dev patel?"},
        "by their first name": {"note_body": "@Dev do you know her?"},
    }[how]
    page.submit(said, button="Keep the note")
    assert mentioned(rosa) == [cast.deputy.id]
    (letter,) = letters(rosa, "staff-mentioned")
    assert letter.to_address == cast.deputy.email
    assert letter.subject.startswith(f"{rosa.reference}: ")
    for personal in ("Rosa", "Reed", "know her"):
        assert personal not in letter.subject + letter.body
    assert verbs(rosa) == ["receive", "assign", "note"]
    (row,) = mentions_for(standing(cast.deputy))
    assert (row.reference, row.by) == (rosa.reference, "Farah Aziz")
    assert mentions_for(standing(cast.facilitator)) == []


def test_only_those_who_may_see_the_form_are_mentioned(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa))
    offered = [option.get_text() for option in page.soup.select("select[name=mention] option")]
    assert not [name for name in offered if "Gwen" in name or "Una" in name]
    refused = page.submit({"note_body": "Ask @Gwen Hughes."}, button="Keep the note", status=422)
    assert refused.errors == [
        "“@Gwen” may not see this form, or is not here. Choose a colleague from the list."
    ]
    assert typed(refused, "note_body") == "Ask @Gwen Hughes."
    answer = page.send(
        {"note_body": "Look.", "mention": str(cast.other_facilitator.id)}, button="Keep the note"
    )
    assert answer.status_code == 422
    assert list(db.session.scalars(select(Note))) == []
    assert letters(rosa, "staff-mentioned") == []


def test_an_email_address_in_a_note_mentions_nobody(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa))
    page.submit({"note_body": "Also rosa@Gwen.example, @6pm, @home"}, button="Keep the note")
    assert mentioned(rosa) == []


def test_the_mentioned_says_that_they_have_read_it(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    as_staff(cast.facilitator).visit(address(rosa)).submit(
        {"note_body": "@Dev Patel please look."}, button="Keep the note"
    )
    page = as_staff(cast.deputy).visit(address(rosa))
    assert "You were mentioned in a note" in page.text
    read = page.submit(button="I have read it")
    assert "You were mentioned in a note" not in read.text
    assert "You read the note." in read.text
    assert mentions_for(standing(cast.deputy)) == []


def test_an_answer_reads_the_mention_too(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        handling.write_note(rosa, "@Dev Patel yours?", by=standing(cast.facilitator))
    as_staff(cast.deputy).visit(address(rosa)).submit({"note_body": "Yes."}, button="Keep the note")
    assert mentions_for(standing(cast.deputy)) == []


def test_a_mention_ends_where_they_may_see_it_no_more(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        handling.write_note(rosa, "@Dev Patel yours?", by=standing(cast.facilitator))
        rosa.project_id = cast.other_project.id
    assert mentions_for(standing(cast.deputy)) == []


def test_a_note_of_a_call_mentions_too(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "ring"))
    refused = page.submit(
        {"how": "rang_spoke", "note": "Tell @Gwen."}, button="Keep the call", status=422
    )
    assert "“@Gwen” may not see this form" in refused.errors[0]
    refused.submit({"note": "Tell @Dev."}, button="Keep the call")
    assert mentioned(rosa) == [cast.deputy.id]


# --- the questions for the call -------------------------------------------------------------------


def box(page: Page, question: str = FIRST) -> str:
    """The name of the fields of a question."""
    area = page.soup.find("textarea", attrs={"aria-label": f"What they said: {question}"})
    assert area is not None, question
    return str(area["name"]).removesuffix("-answer")


def test_the_call_has_its_questions(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(rosa))
    name = box(page)
    kept = page.submit(
        {f"{name}-asked": "yes", f"{name}-answer": "Company, and a say."},
        button="Keep what was said",
    )
    assert typed(kept, f"{name}-answer") == "Company, and a say."
    assert kept.soup.find("input", attrs={"name": f"{name}-asked"}).has_attr("checked")
    assert "You, " in part(kept, "call")
    assert "Farah Aziz, " in part(as_staff(cast.deputy).visit(address(rosa)), "call")
    (row,) = db.session.scalars(select(CallAnswer))
    assert (row.question, row.is_asked, row.by_id) == (FIRST, True, cast.facilitator.id)
    assert b"Company" not in row.sealed
    assert verbs(rosa)[-1] == "call_notes"


def test_two_write_down_the_same_call(cast: Cast, register: Register, as_staff: SignedIn) -> None:
    """Neither writes over the other; what was not touched is nobody's change."""
    rosa = register("Rosa Reed", cast.panel)
    mine = as_staff(cast.facilitator).visit(address(rosa))
    theirs = as_staff(cast.deputy).visit(address(rosa))
    name, second = box(mine), box(mine, "What would make a meeting easy, or hard, for you?")
    theirs.submit({f"{name}-answer": "Company.", f"{second}-answer": "Lifts."},
                  button="Keep what was said")  # fmt: skip
    kept = mine.submit({f"{name}-answer": "A say."}, button="Keep what was said")
    assert typed(kept, f"{name}-answer") == "Company.\nA say."
    assert typed(kept, f"{second}-answer") == "Lifts."
    said = "Dev Patel, "
    assert said in part(kept, "call")


def test_what_is_said_on_a_call_is_kept_beside_another_button(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa, "message"))
    name = box(page)
    after = page.submit({f"{name}-answer": "Half a", "note_body": "Nice."}, button="Keep the note")
    assert typed(after, f"{name}-answer") == "Half a"
    assert list(db.session.scalars(select(CallAnswer))) == []


def test_an_answer_that_is_too_long_is_kept_on_the_page(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(rosa))
    name = box(page)
    wrong = page.submit({f"{name}-answer": "a" * 1001}, button="Keep what was said", status=422)
    assert wrong.errors == ["Use 1,000 characters or fewer."]
    assert typed(wrong, f"{name}-answer") == "a" * 1001


def test_withdrawing_deletes_what_was_said_on_calls(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        handling.keep_call(rosa, {FIRST: (True, "Company.")}, by=standing(cast.facilitator))
        acts.perform("withdraw", rosa, by=standing(cast.facilitator))
    (row,) = db.session.scalars(select(CallAnswer))
    assert (row.is_asked, row.sealed) == (True, None)


# --- the wounds of others, by name ----------------------------------------------------------------


def test_internal_text_reaching_the_applicant(
    cast: Cast, register: Register, as_staff: SignedIn, client: Visitor
) -> None:
    """A word typed in every box for staff: it is in no letter, no event and no page of theirs."""
    rosa = register("Rosa Reed", cast.panel)
    browser = as_staff(cast.facilitator)
    page = browser.visit(address(rosa, "ring"))
    secret = "Zugzwang"
    page.submit(
        {"how": "rang_spoke", "note": f"{secret} one", f"{box(page)}-answer": f"{secret} two",
         "note_body": f"{secret} three, @Dev Patel"},
        button="Keep the call",
    )  # fmt: skip
    page = browser.visit(address(rosa))
    page.submit(button="Keep the note")
    browser.visit(address(rosa)).submit(button="Keep what was said")
    for act, values in (
        ("message", {"body": "Hello."}), ("ask", {"body": "When?"}), ("offer", {}),
    ):  # fmt: skip
        panel = browser.visit(address(rosa, act))
        if values:
            panel = panel.submit(values, button="Show the email")
        sends = [b.get_text() for b in panel.soup.select("#act button") if "1 email" in b.text]
        panel.submit(button=sends[0])
    texts = db.session.scalars(select(Letter.subject + Letter.body)).all()
    assert len(texts) >= 6
    assert not [text for text in texts if secret in text]
    events = db.session.scalars(select(Event).order_by(Event.id)).all()
    assert not [event for event in events if secret in f"{event.fields}{event.reason}"]
    own = opened(client, rosa)
    assert "Hello." in own.text
    assert secret not in own.response.get_data(as_text=True)
    staff = browser.visit(address(rosa)).response.get_data(as_text=True)
    assert staff.count(secret) >= 3  # it is there to be leaked
