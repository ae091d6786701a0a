"""The five forms, each from its start to a receipt, without JavaScript."""

from __future__ import annotations

import pytest
from flask import Flask

from ppflow import keys
from ppflow.applicants.models import ContactBy
from ppflow.expressions.models import Source
from ppflow.kinds import KINDS
from ppflow.outbox.workflow import LetterState
from tests.registering import walking
from tests.support.cast import Cast
from tests.support.pages import Visitor


def test_a_patient_puts_their_name_forward(client: Visitor, cast: Cast) -> None:
    receipt = walking.register(client, f"/opportunities/{cast.panel.slug}/register", walking.PUBLIC)
    expression = walking.the_expression()
    assert expression.reference in receipt.text
    assert "Thank you, Amina. You will hear from Farah by" in receipt.text
    assert "amina@mail.example" in receipt.text
    assert expression.assignee_id == cast.facilitator.id
    assert expression.applicant.name == "Amina Specimen"
    assert (expression.source, expression.has_needs) == (Source.WEB, True)
    answers = walking.the_answers(expression)
    assert answers.plain == {"age_ok": "yes", "how_work": ["group"], "keep_for_future": "topic"}
    assert keys.unseal(answers.sealed) == {
        "why": "I care for my father, and nobody sees his week.",
        "experience": "Six years of caring with three conditions.",
        "access": "Papers by post, please.",
        "formats": ["large_print"],
        "on_behalf": "self",
    }
    assert walking.consents(expression) == {
        "privacy": "yes",
        "consent_special": "yes",
        "keep_for_future": "topic",
    }


def test_a_nurse_offers_time_to_a_project(client: Visitor, cast: Cast) -> None:
    page = client.visit(f"/projects/{cast.project.slug}/register")
    page = page.follow("I work in health, care or research").follow("Start now")
    assert "Step 1 of 4" in page.text
    receipt = walking.register(
        client, f"/projects/{cast.project.slug}/register/staff", walking.STAFF
    )
    expression = walking.the_expression()
    assert expression.kind == "staff_volunteer"
    assert expression.project_id == cast.project.id
    assert receipt.heading == "We have your form"
    assert walking.the_answers(expression).plain["hours"] == "4"


def test_somebody_asks_to_hear_about_a_study(client: Visitor, cast: Cast) -> None:
    page = walking.start(client, f"/opportunities/{cast.study.slug}/register")
    assert "Step 1 of 5" in page.text  # this study asks nothing of its own
    receipt = walking.register(client, f"/opportunities/{cast.study.slug}/register", walking.STUDY)
    expression = walking.the_expression()
    assert "Farah, our research nurse, rings you in the evening, as you asked." in receipt.text
    assert "0121 496 0199" in receipt.text
    assert walking.consents(expression) == {
        "privacy": "yes",
        "not_consent": "yes",
        "share_with": "yes",
        "registry": "no",
    }
    (letter,) = walking.letters_to_applicant(expression)
    assert letter.state is LetterState.BY_HAND


def test_a_need_is_told_with_a_name(client: Visitor, cast: Cast) -> None:
    page = client.visit("/needs").follow("Tell us about a need")
    assert page.path == "/register/need"
    walking.register(client, "/register/need", walking.NEED)
    expression = walking.the_expression()
    assert (expression.kind, expression.project_id) == ("research_need", None)
    assert expression.is_unrouted


def test_a_need_is_told_without_a_name(client: Visitor, cast: Cast) -> None:
    form = {
        "need": walking.NEED["need"],
        "more": {},
        "stay": {"stay": "tell", "publish": "yes"},
    }
    receipt = walking.register(client, "/register/need", form)
    expression = walking.the_expression()
    assert expression.applicant.is_anonymous
    assert expression.reference in receipt.text
    assert "Your email" not in receipt.text
    states = {letter.state for letter in walking.letters_to_applicant(expression)}
    assert states <= {LetterState.SUPPRESSED}  # nobody is asked to ring a person without a name


def test_a_general_offer_goes_to_the_coordinators(client: Visitor, cast: Cast) -> None:
    receipt = walking.register(client, "/register", walking.GENERAL)
    expression = walking.the_expression()
    assert expression.is_unrouted
    assert "Our coordinators write to you by email." in receipt.text


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("staff_volunteer", 4),
        ("ppie_contributor", 8),
        ("research_participation", 6),
        ("research_need", 8),
        ("general", 8),
    ],
)
@pytest.mark.sqlite_only
def test_a_form_is_short(app: Flask, kind: str, steps: int) -> None:
    assert len(KINDS[kind].pages) + 1 <= steps


def test_someone_without_email_is_written_to(client: Visitor, cast: Cast) -> None:
    form = {**walking.PUBLIC, "contact": walking.BY_POST}
    receipt = walking.register(client, f"/opportunities/{cast.panel.slug}/register", form)
    expression = walking.the_expression()
    assert expression.applicant.contact_by is ContactBy.POST
    assert "We write to Amina at this address." in receipt.text
    assert [each.state for each in walking.letters_to_applicant(expression)] == [
        LetterState.BY_HAND
    ]


def test_every_field_says_why_it_is_asked_and_who_sees_it() -> None:
    for kind in KINDS.values():
        for field in kind.fields():
            assert field.why, (kind.key, field.key)
            assert field.seen_by, (kind.key, field.key)
            assert field.short, (kind.key, field.key)
            assert field.missing or not field.is_needed, (kind.key, field.key)
