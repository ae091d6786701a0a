"""Up to 25 letters stand on the page, each to be changed or left out; nothing typed is lost."""

from __future__ import annotations

from ppflow.bulk.models import BulkItem
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.opportunities.models import Opportunity
from ppflow.releasing import acts as releasing
from tests.bulk.conftest import Many, body_for, fresh, letters, pick, shown, the_run
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Page, filled
from tests.triage.conftest import SignedIn

SEND_2 = "Send the message to 2 people and send 2 emails"
OWN = "Dear Rosa,\n\nYou asked about the stairs: there is a lift."


def own(expression: Expression, words: str = OWN, **more: str) -> dict[str, str]:
    """What somebody types into the email of one person."""
    found = {f"body-{expression.reference}": words}
    return found | {f"{part}-{expression.reference}": text for part, text in more.items()}


def ticked(page: Page, expression: Expression) -> str | None:
    """What happens with the email of one person, as it stands on the page."""
    return filled(page.form("Show it again")).get(f"letter-{expression.reference}")


def sent_to(name: str) -> dict[str, str]:
    """The body of each letter of this name, by its address."""
    return {letter.to_address: letter.body.strip() for letter in letters(name)}


def test_every_letter_stands_on_the_page(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    chosen = many(3)
    page = shown(pick(as_staff(cast.facilitator), "message", chosen), body="We meet on Monday.")
    for number, each in enumerate(chosen, start=1):
        assert f"Letter {number} of 3: {each.applicant.name}" in page.text
        assert f"To: {each.applicant.email}" in page.text
        assert "We meet on Monday." in body_for(page, each)


def test_one_person_gets_words_of_their_own(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="See you.")
    page.submit(own(rosa, subject="About the stairs"), button=SEND_2)
    went = sent_to("expression-message")
    assert went[rosa.applicant.email] == OWN
    assert "See you." in went[omar.applicant.email]
    subjects = {each.to_address: each.subject for each in letters("expression-message")}
    assert subjects[rosa.applicant.email] == f"{rosa.reference}: About the stairs"
    assert [each.body for each in fresh(rosa).messages] == ["See you."]


def test_all_are_written_to_but_this_one(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", [rosa, omar]), reason="fit")
    page = page.submit({f"letter-{omar.reference}": "none"}, button="Show it again")
    assert "2 people will change. 1 person gets an email." in page.text
    assert "Letter 2 of 2: Omar Oak, is not sent" in page.text
    page = page.submit(button="Tell 2 people: not this time and send 1 email")
    assert list(sent_to("expression-not-this-time")) == [rosa.applicant.email]
    assert [fresh(each).status for each in (rosa, omar)] == [Status.NOT_THIS_TIME] * 2
    assert "1: Done. They get no email" in page.text


def test_leaving_one_out_counts_also_without_a_second_look(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="Hello")
    page.submit({f"letter-{omar.reference}": "none"}, button=SEND_2)
    assert list(sent_to("expression-message")) == [rosa.applicant.email]


def test_own_words_stay_when_the_words_for_all_change(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="First words")
    page = page.submit(own(rosa) | {"body": "Second words"}, button="Show it again")
    assert body_for(page, rosa).strip() == OWN
    assert "Letter 1 of 2: Rosa Reed, in your own words" in page.text
    assert "Second words" in body_for(page, omar)
    page.submit(button=SEND_2)
    went = sent_to("expression-message")
    assert went[rosa.applicant.email] == OWN
    assert "Second words" in went[omar.applicant.email]


def test_an_emptied_letter_has_the_words_for_all_again(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="For all")
    page = page.submit(own(rosa), button="Show it again")
    page = page.submit(own(rosa, ""), button="Show it again")
    assert "For all" in body_for(page, rosa)
    assert "in your own words" not in page.text


def test_words_for_all_changed_at_the_last_moment_are_shown_first(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """Staff must never wonder what a click sends: what nobody has seen as an email does not go."""
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="First words")
    page = page.submit(own(rosa) | {"body": "Second words"}, button=SEND_2)
    assert "Nothing is sent yet." in page.soup.get_text()
    assert letters("expression-message") == []
    assert body_for(page, rosa).strip() == OWN
    assert "Second words" in body_for(page, omar)
    page.submit(button=SEND_2)
    assert "Second words" in sent_to("expression-message")[omar.applicant.email]


def test_what_is_missing_for_all_loses_no_letter(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    for button in ("Show it again", SEND_2):
        page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="Hello")
        page = page.submit(own(rosa) | {"body": ""}, button=button, status=422)
        assert page.errors == ["Write the message."]
        assert "1 email that you changed is kept." in page.text
        page = shown(page, body="Hello again")
        assert body_for(page, rosa).strip() == OWN
    assert letters("expression-message") == []


def test_somebody_quicker_loses_no_letter(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    """A colleague answers one of two meanwhile: what was typed for both is still there."""
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="Hello")
    with writing():
        acts.perform("start", rosa, by=standing(cast.deputy))
    page = page.submit(own(rosa) | own(omar, "For Omar alone"), button=SEND_2, status=409)
    assert letters("expression-message") == []
    assert body_for(page, omar) == "For Omar alone"
    assert "What you wrote for those who are left as they are" in page.text
    assert "there is a lift" in page.text


def test_a_letter_that_is_too_long_is_kept_to_be_cut(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="Hello")
    long = "word " * 1100
    for button in ("Show it again", SEND_2):
        page = page.submit(own(rosa, long), button=button, status=422)
        assert page.errors == [f"{rosa.reference}: use at most 5,000 characters in this email."]
        assert body_for(page, rosa).strip() == long.strip()
    page.submit(own(rosa, "Short"), button=SEND_2)
    assert sent_to("expression-message")[rosa.applicant.email] == "Short"


def test_a_letter_that_nobody_read_does_not_go(cast: Cast, many: Many, as_staff: SignedIn) -> None:
    """The number to ring changes meanwhile, and with it every email."""
    rosa = many(1)[0]
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa]), body="Hello")
    with writing():
        before = db.session.get_one(Opportunity, cast.panel.id)
        before.contact_phone = "0121 496 0123"
    page = page.submit(button="Send the message to 1 person and send 1 email", status=409)
    assert "Something changed since you looked" in page.errors[0]
    assert letters("expression-message") == []
    assert "0121 496 0123" in body_for(page, rosa)
    page.submit(button="Send the message to 1 person and send 1 email")
    assert "0121 496 0123" in letters("expression-message")[0].body


def test_other_words_after_it_was_done_are_given_back(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    """The older of two windows is pressed last: nothing goes, and its words are not lost."""
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="Hello")
    page.submit(own(rosa), button=SEND_2)
    for button in ("Show it again", SEND_2):
        late = page.submit(own(rosa, "A later thought"), button=button, status=409)
        assert "A later thought" in late.text
        assert "This was carried out already." in late.text
    again = page.submit(own(rosa), button=SEND_2)
    assert "You did this already. It was done once." in again.soup.get_text()
    assert len(letters("expression-message")) == 2


def test_a_prepared_decision_keeps_words_for_one_person(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).is_joint_release = True
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "not_this_time", [rosa, omar]), reason="fit")
    page.submit(own(rosa) | {f"letter-{omar.reference}": "none"}, button="Prepare 2 decisions")
    first, second = (releasing.pending_of(fresh(each)) for each in (rosa, omar))
    assert first is not None
    assert second is not None
    assert first.letter.edited is not None
    assert first.letter.edited.body.strip() == OWN
    assert second.letter.is_sent is False


def test_words_for_one_person_are_kept_encrypted_and_go_with_the_form(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    rosa, omar = many(2)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa, omar]), body="Hello")
    page.submit(own(rosa), button="Show it again")
    kept = {each.expression_id: each.sealed for each in db.session.query(BulkItem)}
    assert kept[omar.id] is None
    assert kept[rosa.id] is not None
    assert b"lift" not in (kept[rosa.id] or b"")


def test_above_25_only_the_words_for_all_can_be_changed(
    cast: Cast, many: Many, as_staff: SignedIn
) -> None:
    many(26)
    page = shown(pick(as_staff(cast.coordinator), "message", whom="all"), body="Hello to all")
    assert page.soup.find("textarea", attrs={"name": "body"}) is not None
    assert [box["name"] for box in page.soup.find_all("textarea")] == ["body"]
    sheet = page.soup.select_one(".pp-email__body")
    assert sheet is not None
    assert "Hello to all" in sheet.get_text()
    second = page.follow("Letter of the next person")
    assert "Letter 2 of 26" in second.text
    assert "Letter 1 of 26" in second.follow("Letter of the person before").text


def test_a_field_for_a_form_that_is_not_in_the_run_changes_nothing(
    cast: Cast, many: Many, register: Register, as_staff: SignedIn
) -> None:
    rosa, elsa = many(1)[0], register("Elsa Else", cast.other_panel)
    page = shown(pick(as_staff(cast.facilitator), "message", [rosa]), body="Hello")
    data = filled(page.form("Show it again"))
    data[f"body-{elsa.reference}"], data[f"shown-{elsa.reference}"] = "For Elsa", ""
    page.visitor.post(page.path, data=data)
    assert [each.sealed for each in db.session.query(BulkItem)] == [None]
    assert the_run().total == 1
