"""Many forms are given to a colleague: one letter for all of them, a note on each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from ppflow import clock, events
from ppflow.bulk import jobs, routes, showing
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Assignment, Expression, Note
from ppflow.handling.models import Mention
from ppflow.outbox.periodic import run_due
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.tagging.queries import tags_of
from tests.bulk.conftest import Later, Many, fresh, letters, pick, shown, the_run
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Staff
from tests.support.pages import Page, Visitor
from tests.triage.conftest import SignedIn

MANY, ONE = "staff-handed-over-many", "staff-handed-over"


def given(browser: Visitor, chosen: Sequence[Expression], to: Staff, **typed: str) -> Page:
    """Give these to somebody."""
    page = shown(pick(browser, "assign", chosen), colleague=str(to.id), **typed)
    many = "1 form" if len(chosen) == 1 else f"{len(chosen)} forms"
    return page.submit(button=f"Give {many} to them")


def test_a_colleague_is_told_once(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    chosen = many(3)
    page = shown(pick(as_staff(cast.facilitator), "assign", chosen), colleague=str(cast.deputy.id))
    assert "3 forms will change. The colleague gets 1 email. Nobody else gets one." in page.text
    page.submit(button="Give 3 forms to them")
    assert {fresh(each).assignee_id for each in chosen} == {cast.deputy.id}
    (letter,) = letters(MANY)
    assert letters(ONE) == []
    assert letter.person_id == cast.deputy.id
    assert letter.subject == "3 forms are yours now"
    assert cast.facilitator.name in letter.body
    assert "/triage?view=mine" in letter.body
    assert "note" not in letter.body
    assert letters("expression-passed-on") == []


def test_the_letter_names_the_first_date_and_nobody(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    with writing():
        rosa.reply_by, omar.reply_by = (clock.today() + timedelta(days=d) for d in (9, 5))
    given(as_staff(cast.facilitator), [rosa, omar], cast.deputy, note="Ring Rosa after six.")
    (letter,) = letters(MANY)
    first = fresh(omar).reply_by
    assert first is not None
    assert f"{first.day} {first:%B %Y}" in letter.body
    assert "There is a note for you on each." in letter.body
    everything = letter.subject + letter.body
    for personal in ("Rosa", "Omar", "Ring", rosa.applicant.email, cast.panel.title):
        assert personal not in everything
    assert "\n\n\n" not in letter.body


def test_a_single_form_reads_as_one(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    given(as_staff(cast.facilitator), many(1), cast.deputy, note="Please ring.")
    (letter,) = letters(MANY)
    assert letter.subject == "1 form is yours now"
    assert "There is a note for you on it." in letter.body
    assert "Read it and answer here:" in letter.body


def test_the_note_stands_on_each_form_and_mails_nobody(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """Also not whom it names: 40 forms would be 40 letters."""
    chosen = many(2)
    note = f"@{cast.facilitator.name.split()[0]} knows them. Ring first."
    given(as_staff(cast.coordinator), chosen, cast.deputy, note=note)
    for each in chosen:
        assert [written.body for written in fresh(each).notes] == [note]
    assert db.session.query(Mention).count() == 0
    assert letters("staff-mentioned") == []


def test_who_takes_them_gets_no_letter(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    chosen = many(2)
    page = shown(
        pick(as_staff(cast.coordinator), "assign", chosen), colleague=str(cast.coordinator.id)
    )
    assert "2 forms will change. Nobody gets an email." in page.text
    page.submit(button="Give 2 forms to them")
    assert {fresh(each).assignee_id for each in chosen} == {cast.coordinator.id}
    assert letters(MANY) == []


def test_a_large_run_tells_once_when_all_of_it_is_done(
    cast: Cast, many: Many, as_staff: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (jobs, routes, showing):
        monkeypatch.setattr(room, "IN_BACKGROUND", 2)
    given(as_staff(cast.facilitator), many(3), cast.deputy)
    assert letters(MANY) == []
    run_due()
    run_due()
    (letter,) = letters(MANY)
    assert letter.subject == "3 forms are yours now"


def test_forms_that_stayed_are_not_counted(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar, lea = many(3)
    page = shown(pick(as_staff(cast.facilitator), "assign", [rosa, omar, lea]),
                 colleague=str(cast.deputy.id))  # fmt: skip
    with writing():
        acts.perform("withdraw", lea, by=events.APPLICANT)
    page = page.submit(button="Give 3 forms to them", status=409)
    page.submit(button="Give 2 forms to them")
    assert letters(MANY)[0].subject == "2 forms are yours now"


# --- taking it back -------------------------------------------------------------------------------


def test_it_is_taken_back_before_the_colleague_hears_of_it(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "assign", [rosa, omar]),
                 colleague=str(cast.deputy.id), note="Please ring.")  # fmt: skip
    assert "You can undo this for 10 minutes." in page.text
    page = page.submit(button="Give 2 forms to them")
    (letter,) = letters(MANY)
    assert letter.due_at > clock.now()
    assert "One email tells the colleague of all of them, once it cannot be undone" in page.text
    page = page.submit(button="Undo all of it")
    assert "2 forms as before." in page.text
    assert [fresh(each).assignee_id for each in (rosa, omar)] == [cast.facilitator.id] * 2
    assert db.session.query(Note).count() == 0
    (letter,) = letters(MANY)
    assert letter.state is LetterState.CANCELLED
    whys = db.session.scalars(
        select(Assignment.why).where(Assignment.expression_id == rosa.id).order_by(Assignment.id)
    ).all()
    assert whys[-1] == f"because {cast.facilitator.name} took it back"


def test_what_nobody_had_goes_back_to_nobody(
    held: Later, cast: Cast, many: Many, register: Register, as_staff: SignedIn
) -> None:
    general = register("Gena Gill", None)
    was = (fresh(general).assignee_id, general.is_unrouted)
    page = given(as_staff(cast.coordinator), [general], cast.coordinator)
    page.submit(button="Undo all of it")
    assert (fresh(general).assignee_id, general.is_unrouted) == was


def test_what_somebody_did_since_stays_and_the_colleague_hears_of_that(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    page = given(as_staff(cast.facilitator), [rosa, omar], cast.deputy)
    with writing():
        acts.perform("start", omar, by=standing(cast.deputy))
    page = page.submit(button="Undo all of it")
    assert "1 form as before. 1 could not be undone." in page.text
    assert "Somebody changed it afterwards." in page.text
    assert [fresh(each).assignee_id for each in (rosa, omar)] == [
        cast.facilitator.id, cast.deputy.id
    ]  # fmt: skip
    first, second = letters(MANY)
    assert (first.state, second.subject) == (LetterState.CANCELLED, "1 form is yours now")
    assert second.due_at <= clock.now()


def test_it_is_not_given_back_to_somebody_who_has_left(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa = many(1)[0]
    page = given(as_staff(cast.coordinator), [rosa], cast.deputy)
    with writing():
        db.session.get_one(Person, cast.facilitator.id).active = False
    page = page.submit(button="Undo all of it")
    assert "Whoever answered it before has left." in page.text
    assert fresh(rosa).assignee_id == cast.deputy.id


def test_after_the_hold_it_stays_and_says_so(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa = many(1)[0]
    browser = as_staff(cast.facilitator)
    page = given(browser, [rosa], cast.deputy)
    held(minutes=11)
    assert "You can undo this until" not in browser.visit(page.path).text
    late = page.submit(button="Undo all of it")
    assert "It is too late to undo this." in late.soup.get_text()
    assert fresh(rosa).assignee_id == cast.deputy.id
    assert the_run().state == "done"


def test_tags_are_taken_back_too(held: Later, cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar = many(2)
    browser = as_staff(cast.facilitator)
    page = shown(pick(browser, "tag", [rosa, omar]), tag="panel")
    assert "You can undo this for 10 minutes." in page.text
    page = page.submit(button="Tag 2 forms")
    page = page.submit(button="Undo all of it")
    assert "2 forms as before." in page.text
    assert (list(tags_of(rosa)), list(tags_of(omar))) == ([], [])
    shown(pick(browser, "tag", [rosa, omar]), tag="panel").submit(button="Tag 2 forms")
    page = shown(pick(browser, "untag", [rosa, omar]), tag="panel")
    page = page.submit(button="Take the tag off 2 forms").submit(button="Undo all of it")
    assert (list(tags_of(rosa)), list(tags_of(omar))) == (["panel"], ["panel"])


def test_without_a_hold_the_page_says_that_it_cannot_be_undone(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    page = shown(pick(as_staff(cast.facilitator), "tag", many(1)), tag="panel")
    assert "This cannot be undone." in page.text
    page = page.submit(button="Tag 1 form")
    assert "Undo all of it" not in page.text
