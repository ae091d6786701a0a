"""Whatever is typed or tampered with: a page that says what to do, with the text kept."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from ppflow.applicants.models import Draft
from ppflow.db import db
from tests.registering import walking
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor

SAVE = "Save and continue"


def contact(client: Visitor, cast: Cast) -> Page:
    """The last page of the general form."""
    page = walking.start(client, "/register")
    for slug in ("help", "support", "you"):
        page = page.submit(walking.GENERAL[slug], button=SAVE)
    return page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"contact_by": "phone", "phone": "0121 49"}, "The phone number is too short."),
        ({"contact_by": "phone", "phone": "call me"}, "A phone number has only digits"),
        ({"contact_by": "phone", "phone": "1" * 16}, "The phone number is too long."),
        ({"contact_by": "phone"}, "Enter a phone number, as you chose phone"),
        ({"contact_by": "post"}, "Enter a postal address, as you chose post"),
        ({"contact_by": "email"}, "Enter an email address, as you chose email"),
        ({"contact_by": "email", "email": "a@b"}, "Enter an email address like"),
        ({"contact_by": "email", "email": "ä@mail.example"}, "Enter an email address like"),
        ({}, "Choose how we should reach you"),
        ({"contact_by": "post", "post_address": "x" * 10_000}, "Use 300 characters or fewer."),
    ],
)
def test_a_way_to_reach_them(client: Visitor, cast: Cast, typed: dict[str, str], told: str) -> None:
    page = contact(client, cast).submit(typed, button=SAVE, status=422)
    assert page.errors[0].startswith(told)
    assert page.soup.title is not None
    assert page.soup.title.get_text().startswith("Error: ")
    for name, value in typed.items():
        if name != "contact_by":
            assert walking.shown(page, name) == value


def test_ten_thousand_characters_are_kept(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register")
    words = "sleep " * 1667
    page = page.submit({**walking.GENERAL["help"], "about": words}, button=SAVE, status=422)
    assert page.errors == ["Use 150 words or fewer. You have used 1667."]
    assert words.strip() in page.response.get_data(as_text=True)


def test_a_word_limit_forgives_a_tenth(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register")
    page = page.submit({**walking.GENERAL["help"], "about": "one " * 165}, button=SAVE)
    assert page.path == "/register/support"


@pytest.mark.parametrize("name", ["أمينة", "Zoë 🌸", "<script>alert(1)</script>", "J.", "क्षमा"])
def test_any_name_is_fine(client: Visitor, cast: Cast, name: str) -> None:
    form = walking.said(walking.GENERAL, you={"first_name": name})
    receipt = walking.register(client, "/register", form)
    assert walking.the_expression().applicant.first_name == name
    assert f"Thank you, {name}." in receipt.text
    assert "<script>alert" not in receipt.response.get_data(as_text=True)


def test_a_name_is_no_place_for_an_address(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register").submit(walking.GENERAL["help"], button=SAVE)
    page = page.submit(button=SAVE)
    typed = {"first_name": "Win at https://win.example", "last_name": "Now", "on_behalf": "self"}
    page = page.submit(typed, button=SAVE, status=422)
    assert page.errors == ["Enter a name without a web address."]


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (("31", "2", "2027"), "Enter a real date, for example 27 3 2027."),
        (("1", "1", "2020"), "Enter a date that is not in the past."),
        (("x", "", ""), "Enter a real date, for example 27 3 2027."),
    ],
)
def test_a_wrong_date(client: Visitor, cast: Cast, day: tuple[str, str, str], told: str) -> None:
    page = walking.start(client, f"/projects/{cast.project.slug}/register/staff")
    until = dict(zip(("until-day", "until-month", "until-year"), day, strict=True))
    page = page.submit({**walking.STAFF["offer"], **until}, button=SAVE, status=422)
    assert page.errors == [told]
    assert walking.shown(page, "until-day") == day[0]


def test_an_answer_that_was_not_offered(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register")
    data = {"csrf_token": walking.shown(page, "csrf_token")}
    answer = client.post(page.path, data={**data, "age_ok": "perhaps", "how_help": "rob"})
    assert answer.status_code == 422
    assert "Choose one of the answers on the page." in answer.get_data(as_text=True)


def test_too_young_is_told_kindly_and_nothing_is_kept(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, f"/opportunities/{cast.panel.slug}/register")
    page = page.submit({"age_ok": "no"}, button=SAVE)
    assert page.heading == "This form is for older people"
    assert db.session.scalar(select(func.count(Draft.id))) == 0


def test_a_study_needs_its_permissions(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, f"/opportunities/{cast.study.slug}/register")
    page = page.submit({"age_ok": "yes", "area": "B23"}, button=SAVE, status=422)
    assert page.errors == [
        "Tick the box to show that you understand: this is not agreeing to take part."
    ]


def test_sensitive_details_need_their_own_permission(client: Visitor, cast: Cast) -> None:
    address = f"/opportunities/{cast.panel.slug}/register"
    check = walking.walk_to_check(client, address, walking.PUBLIC)
    page = check.submit(button="Send my form", status=422)
    assert page.errors == [
        "Tick the box to agree, or go back and take out the details that you do not want to give."
    ]
    assert walking.sent() == []


def test_without_sensitive_details_nothing_more_is_asked(client: Visitor, cast: Cast) -> None:
    check = walking.walk_to_check(client, "/register", walking.GENERAL)
    assert "Health details" not in check.text
    walking.send(check)
    assert set(walking.consents(walking.the_expression())) == {"privacy", "keep_for_future"}


def test_a_form_opened_long_ago_keeps_what_was_typed(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, "/register")
    with client.session_transaction() as cookie:
        cookie.clear()  # the cookie is gone, and with it the form's token
    page = page.submit(walking.GENERAL["help"], button=SAVE, status=422)
    assert "What you typed is kept. Please press the button again." in page.text
    page = page.submit(button=SAVE)  # what was typed is still on the page
    assert page.path == "/register/support"


def test_a_page_without_the_ones_before_keeps_itself(client: Visitor, cast: Cast) -> None:
    page = contact(client, cast)
    client.delete_cookie("draft")
    page = page.submit(walking.BY_EMAIL, button=SAVE)
    assert "We could not find your earlier answers." in page.text
    page = page.follow("Carry on with my form")
    for slug in ("help", "support", "you"):
        page = page.submit(walking.GENERAL[slug], button=SAVE)
    assert walking.shown(page, "email") == "amina@mail.example"


def test_hidden_fields_cannot_be_tampered_with(client: Visitor, cast: Cast) -> None:
    check = walking.walk_to_check(client, "/register", walking.GENERAL)
    receipt = check.submit({"form": "somebody-elses"}, button="Send my form")
    assert receipt.heading == "We have your form"
    assert len(walking.sent()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "/opportunities/nothing-here/register",
        "/projects/nothing-here/register",
        "/projects/nothing-here/register/staff",
        "/register/nothing-here",
        "/receipt/nothing-here",
    ],
)
def test_an_unknown_address_is_a_page(client: Visitor, cast: Cast, address: str) -> None:
    assert client.visit(address, status=404).heading


def test_looking_writes_nothing(client: Visitor, cast: Cast) -> None:
    walking.start(client, f"/opportunities/{cast.panel.slug}/register")
    client.visit("/needs")
    client.visit("/register/need")
    assert db.session.scalar(select(func.count(Draft.id))) == 0
