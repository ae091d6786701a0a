"""What of an act on many can be taken back without an email: said before, and done as said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ppflow import clock, events
from ppflow.applicants.models import ContactBy
from ppflow.db import writing
from ppflow.expressions import acts
from ppflow.expressions.workflow import Status
from tests.bulk.conftest import Later, Many, day, fresh, letters, pick, shown, the_run
from tests.deciding.looking import address, part
from tests.status.test_status_page import opened
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor
from tests.triage.conftest import SignedIn

CAN = "You can undo this for 10 minutes."
CANNOT = "This cannot be undone."


def test_spam_is_taken_back(held: Later, cast: Cast, many: Many, as_staff: SignedIn) -> None:
    chosen = many(2)
    browser = as_staff(cast.coordinator)
    page = shown(pick(browser, "spam", chosen), sure="yes")
    assert CAN in page.text
    page = page.submit(button="Mark 2 forms as spam")
    assert [fresh(each).status for each in chosen] == [Status.SPAM] * 2
    assert "You can undo this until" in page.text
    page = page.submit(button="Undo all of it")
    assert "2 forms as before." in page.text
    assert [fresh(each).status for each in chosen] == [Status.RECEIVED] * 2
    assert all(each.is_open for each in chosen)


def test_what_was_set_aside_is_set_aside_again(
    held: Later, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    """It was to be judged, and nobody else may see it as an ordinary form meanwhile."""
    rosa = register("Rosa Reed", cast.panel, is_set_aside=True)
    page = shown(pick(as_staff(cast.coordinator), "spam", [rosa], view="view=spam"), sure="yes")
    page = page.submit(button="Mark 1 form as spam")
    assert (fresh(rosa).status, rosa.set_aside_at) == (Status.SPAM, None)
    page.submit(button="Undo all of it")
    assert fresh(rosa).status is Status.RECEIVED
    assert rosa.set_aside_at is not None
    assert letters("expression-received") == []


def test_a_place_in_the_line_without_an_email_is_taken_back(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    chosen = many(2)
    promised = [fresh(each).reply_by for each in chosen]
    news = day("next_reply_by", clock.today() + timedelta(days=30))
    page = shown(pick(as_staff(cast.facilitator), "wait", chosen), letter="none", **news)
    assert CAN in page.text
    page = page.submit(button="Put 2 people on the waiting list")
    page.submit(button="Undo all of it")
    assert [fresh(each).status for each in chosen] == [Status.RECEIVED] * 2
    assert [each.reply_by for each in chosen] == promised
    assert [each.waiting_since for each in chosen] == [None, None]


def test_after_the_hold_it_stays(held: Later, cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa = many(1)[0]
    browser = as_staff(cast.coordinator)
    page = shown(pick(browser, "spam", [rosa]), sure="yes").submit(button="Mark 1 form as spam")
    held(minutes=11)
    assert "Undo all of it" not in browser.visit(page.path).text
    assert "It is too late to undo this." in page.submit(button="Undo all of it").soup.get_text()
    assert fresh(rosa).status is Status.SPAM


def test_it_is_undone_alone_on_its_own_page(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """The page says the same of one of them, and never of an email that nobody wrote."""
    rosa, omar = many(2)
    browser = as_staff(cast.facilitator)
    page = shown(pick(browser, "not_this_time", [rosa, omar]), reason="fit", letter="none")
    page.submit(button="Tell 2 people: not this time")
    page = browser.visit(address(rosa))
    assert "Not this time: you can undo this for 10 minutes" in part(page, "undo")
    assert "Nobody has been told" in part(page, "undo")
    page.submit(button="Undo")
    assert (fresh(rosa).status, fresh(omar).status) == (Status.RECEIVED, Status.NOT_THIS_TIME)
    page = browser.visit(f"/triage/bulk/{the_run().key}").submit(button="Undo all of it")
    assert "1 form as before. 1 could not be undone." in page.text
    assert "Somebody changed it afterwards." in page.text


def test_their_page_shows_it_when_it_can_no_longer_vanish(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn, client: Visitor
) -> None:
    rosa = many(1)[0]
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", [rosa]), reason="fit",
                 letter="none")  # fmt: skip
    page.submit(button="Tell 1 person: not this time")
    assert "Not this time" not in opened(client, rosa).text
    held(minutes=11)
    assert "Not this time" in opened(client, rosa).text


def test_words_on_their_page_are_not_taken_back(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """Without an email they stand on the page at once: somebody may have read them."""
    for act, typed in (("message", {}), ("not_this_time", {"reason": "fit"})):
        page = pick(as_staff(cast.facilitator), act, many(2))
        page = shown(page, letter="none", body="A word for you", **typed)
        assert CANNOT in page.text
        assert CAN not in page.text
    page = page.submit(button="Tell 2 people: not this time")
    assert "Undo all of it" not in page.text


def test_the_page_counts_what_cannot_be_taken_back(
    held: Later, cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    omar = register("Omar Oak", cast.panel, contact_by=ContactBy.POST, post_address="1 Elm Row")
    lea = register("Lea Lund", cast.panel)
    browser = as_staff(cast.facilitator)
    page = shown(pick(browser, "message", [rosa, omar, lea]), body="Hello")
    page = page.submit({f"letter-{lea.reference}": "none"}, button="Show it again")
    assert (
        "You can undo this for 2 minutes. It stays for 1 with a letter to print or read out. "
        "It stays for 1 without an email, as it is on their page at once."
    ) in page.text
    page = shown(pick(browser, "message", [omar]), body="Hello")
    assert CANNOT in page.text


def test_somebody_who_acts_meanwhile_finds_their_form_as_they_see_it(
    held: Later, cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """They withdraw while the quiet "no" can still be taken back: it gives way to them."""
    rosa = many(1)[0]
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", [rosa]), reason="fit",
                 letter="none")  # fmt: skip
    page = page.submit(button="Tell 1 person: not this time")
    with writing():
        acts.perform("withdraw", rosa, by=events.APPLICANT)
    assert fresh(rosa).status is Status.WITHDRAWN
    page = page.submit(button="Undo all of it")
    assert "Somebody changed it afterwards." in page.text
    assert fresh(rosa).status is Status.WITHDRAWN


@pytest.mark.parametrize("verb", ["start", "spam"])
def test_an_act_on_one_alone_is_as_it_was(held: Later, cast: Cast, many: Many, verb: str) -> None:
    """Nothing that no email holds can be undone there: the page never promised it."""
    rosa = many(1)[0]
    with writing():
        acts.perform(verb, rosa, by=standing(cast.coordinator))
    assert fresh(rosa).undo is None
