"""Every letter: it renders, its subject tells nothing about health, and it holds what it must."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ppflow import clock, letters
from ppflow.applicants.models import ContactBy
from ppflow.db import db, writing
from ppflow.expressions import mail
from ppflow.expressions.models import Expression
from ppflow.outbox.models import PRIVATE_LINK
from ppflow.programmes.models import Programme
from ppflow.routing.acts import Choice
from tests.support.arrivals import Register
from tests.support.cast import Cast

MAIL = Path(__file__).parents[2] / "templates" / "mail"
PARTS = {"layout", "staff-layout", "words", "digest-words"}
NAMES = sorted(path.stem for path in MAIL.glob("*.txt") if path.stem not in PARTS)
LAST = {"erased-receipt", "staff-erased"}  # of a form that is erased: tests/erasing tells of them
DIGESTS = {"staff-digest-facilitator", "staff-digest-coordinator"}  # tests/digests tells of them
MANY = {"staff-handed-over-many"}  # tests/bulk tell of it
OTHERS = LAST | DIGESTS | MANY
TO_STAFF = [name for name in NAMES if name.startswith("staff-") and name not in OTHERS]
TO_APPLICANT = [name for name in NAMES if name.startswith(("expression-", "status-"))]
ONLY_BY_EMAIL = {
    "status-new-link",
    "status-sure",
    "status-address-changed",
    "expression-confirm-reminder",
}
HEALTH_WORDS = re.compile(
    r"health|patient|illness|disease|cancer|pain|trial|study|studies|hospital|medic|access",
    re.IGNORECASE,
)


def details(cast: Cast) -> dict[str, Any]:
    """A sample of everything that an act may say."""
    return {
        "body": "We meet in room 2.",
        "talk_at": clock.now() + timedelta(days=3),
        "talk_times": [clock.now() + timedelta(days=3), clock.now() + timedelta(days=4)],
        "talk_how": "By phone",
        "alternatives": [cast.other_panel.slug],
        "accept_by": clock.today() + timedelta(days=10),
        "to": cast.deputy.person,
        "reason": "full",
        "purpose": "download",
        "changes": [("When", "Thursday 3 December 2026"), ("Where", "Online")],
    }


def to_rosa(name: str, cast: Cast, expression: Expression) -> letters.Rendered:
    context = mail.applicant_context(expression, cast.facilitator.person, **details(cast))
    return letters.render(name, **context, changes=details(cast)["changes"])


def to_staff(name: str, cast: Cast, expression: Expression) -> letters.Rendered:
    choice = Choice(cast.facilitator.person, "because you facilitate this project")
    context = mail.staff_context(
        expression,
        cast.facilitator.person,
        choice=choice,
        giver=cast.deputy.person,
        answering=cast.facilitator.person,
        talk_at=clock.now() + timedelta(days=1),
        way="by phone",
        next_reference="PP-0002",
        next_link="https://ppflow.example/expressions/PP-0002?act=offer",
        is_told=True,
    )
    return letters.render(name, **context)


def confirm(expression: Expression) -> None:
    with writing():
        expression.confirmed_at = clock.now()


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", TO_APPLICANT)
def test_a_letter_to_an_applicant(name: str, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    confirm(rosa)
    letter = to_rosa(name, cast, rosa)
    assert letter.subject.startswith(f"{rosa.reference}: ")
    assert not HEALTH_WORDS.search(letter.subject)
    assert cast.panel.title not in letter.subject
    assert letter.body.startswith(f"Dear {rosa.applicant.first_name},\n\n")
    assert letter.body.count(PRIVATE_LINK) == 1
    assert mail.contact_phone(rosa) in letter.body
    assert "Farah Aziz" in letter.body
    assert_is_tidy(letter)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", TO_APPLICANT)
def test_nothing_she_typed_before_the_address_is_confirmed(
    name: str, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    letter = to_rosa(name, cast, rosa)
    everything = letter.subject + letter.body
    assert letter.body.startswith("Hello,\n\n")
    assert rosa.applicant.first_name not in everything
    assert rosa.applicant.last_name not in everything
    assert cast.panel.title not in everything


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", TO_APPLICANT)
def test_the_title_of_a_study_is_in_no_letter(name: str, cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.study)
    confirm(rosa)
    letter = to_rosa(name, cast, rosa)
    assert cast.study.title not in letter.subject + letter.body


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", sorted({*TO_APPLICANT} - ONLY_BY_EMAIL))
def test_a_letter_by_hand_has_no_link_and_greets_by_name(
    name: str, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel, contact_by=ContactBy.POST)
    letter = to_rosa(name, cast, rosa)
    assert letter.body.startswith(f"Dear {rosa.applicant.first_name},")
    assert "link" not in letter.body
    assert "email" not in letter.body
    assert "private page" not in letter.body
    assert rosa.reference in letter.body


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", TO_STAFF)
def test_a_letter_to_staff_holds_no_personal_detail(
    name: str, cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    confirm(rosa)
    letter = to_staff(name, cast, rosa)
    everything = letter.subject + letter.body
    assert letter.subject.startswith(f"{rosa.reference}: ")
    assert letter.body.startswith("Hello Farah,\n\n")
    assert f"/expressions/{rosa.reference}\n" in letter.body
    assert cast.project.title in letter.body
    assert cast.project.title not in letter.subject
    assert not HEALTH_WORDS.search(letter.subject)
    for personal in (rosa.applicant.first_name, rosa.applicant.email, cast.panel.title):
        assert personal not in everything
    assert_is_tidy(letter)


@pytest.mark.sqlite_only
def test_the_way_back_to_a_form_not_sent_yet(app: Flask, cast: Cast) -> None:
    letter = letters.render(
        "draft-return-link",
        programme=db.session.get_one(Programme, cast.programme.id),
        phone="0121 496 0000",
        link="http://127.0.0.1/register/abc",
        kept_until=clock.today() + timedelta(days=30),
    )
    assert letter.subject == "Come back to your form"
    assert "http://127.0.0.1/register/abc" in letter.body
    assert_is_tidy(letter)


@pytest.mark.sqlite_only
def test_what_people_type_is_a_value_and_never_a_template(cast: Cast, register: Register) -> None:
    rosa = register("{{7*7}} Reed", cast.panel)
    confirm(rosa)
    assert to_rosa("expression-received", cast, rosa).body.startswith("Dear {{7*7}},")


def test_all_letters_are_named_here() -> None:
    assert {*TO_STAFF, *TO_APPLICANT, *OTHERS, "draft-return-link"} == set(NAMES)
    assert len(NAMES) >= 30


def assert_is_tidy(letter: letters.Rendered) -> None:
    assert "\n" not in letter.subject
    assert len(letter.subject) <= 78
    assert "\n\n\n" not in letter.body
    assert not re.search(r"[ \t]+\n", letter.body)
    assert "  " not in letter.body
    assert not re.search(r"None|\{\{|\{%", letter.body)
