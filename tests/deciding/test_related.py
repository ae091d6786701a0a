"""Other forms of the same person, and forms that may be the same twice: with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from ppflow.answers.acts import index
from ppflow.db import db, writing
from ppflow.deciding.related import related
from ppflow.expressions.models import Expression
from ppflow.kinds import KINDS
from tests.deciding.looking import address, part, typed
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.statements import Statements
from tests.triage.conftest import SignedIn

PHONE = "0121 496 0199"
LONG = (
    "Community pharmacists repeatedly dispense different inhalers, leaving housebound grandparents "
    "bewildered about technique and dosage."
)


def indexed(*expressions: Expression) -> None:
    """As the sending of a form does."""
    with writing():
        for each in expressions:
            index(db.session.get_one(Expression, each.id))


def reasons(expression: Expression, cast: Cast) -> dict[str, str]:
    return {each.reference: each.why for each in related(expression, standing(cast.facilitator))}


def test_the_same_email_and_the_same_opportunity(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    first, second = register("Rosa Reed", cast.panel), register("Rosa Reed", cast.panel)
    page = as_staff(cast.facilitator).visit(address(second))
    assert "Perhaps the same form twice" in part(page, "doubles")
    assert "Same email and same opportunity" in part(page, "doubles")
    closing = page.follow(f"Close this one as the same as {first.reference}")
    assert typed(closing, "duplicate_of") == first.reference
    assert "This email goes to them" in part(closing, "act")


def test_the_same_person_elsewhere_is_no_double(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    panel, study = register("Rosa Reed", cast.panel), register("Rosa Reed", cast.study)
    page = as_staff(cast.facilitator).visit(address(panel))
    assert part(page, "doubles") == ""
    assert study.reference in part(page, "others").partition("same address")[0]


def test_a_couple_with_one_mailbox_are_two_people(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    omar = register("Omar Reed", cast.study, email="rosa@mail.example")
    page = as_staff(cast.facilitator).visit(address(rosa))
    said = part(page, "others")
    assert "Nothing else." in said
    assert "1 other form came from the same address, rosa@mail.example." in said
    assert omar.reference in said.partition("may be somebody else")[2]


def test_the_same_name_and_phone_however_it_is_written(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel, phone=PHONE, email="one@mail.example")
    same = register("rosa reed", cast.study, phone="0121-4960199", email="two@mail.example")
    other = register("Omar Oak", cast.study, phone=PHONE, email="three@mail.example")
    indexed(rosa, same, other)
    assert reasons(rosa, cast) == {same.reference: "Same name and phone number"}


def searchable_field(kind: str) -> str:
    """A question of a kind whose answer may be searched as text."""
    fields = KINDS[kind].fields()
    return next(f.key for f in fields if f.is_searchable and f.input == "textarea")


def test_the_same_words(cast: Cast, register: Register) -> None:
    kind = "research_need"
    key = searchable_field(kind)
    made: dict[str, Any] = {"kind": kind, "plain": {key: LONG}}
    one = register("Ann One", cast.project, email="ann@mail.example", **made)
    two = register("Bob Two", cast.project, email="bob@mail.example", **made)
    few = register("Cat Few", cast.project, kind=kind, plain={key: "Inhalers are different."})
    indexed(one, two, few)
    assert reasons(one, cast) == {two.reference: "Same words in the answers"}
    assert reasons(few, cast) == {}


def test_sealed_answers_are_never_compared(cast: Cast, register: Register) -> None:
    one = register("Ann One", cast.panel, sealed={"my_condition": LONG})
    two = register("Bob Two", cast.panel, sealed={"my_condition": LONG})
    indexed(one, two)
    assert reasons(one, cast) == {}


def test_forms_that_the_reader_may_not_see_stay_unseen(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Reed", cast.panel, phone=PHONE)
    elsewhere = register("Rosa Reed", cast.other_panel, phone=PHONE)
    indexed(rosa, elsewhere)
    page = as_staff(cast.facilitator).visit(address(rosa))
    assert elsewhere.reference not in page.response.get_data(as_text=True)
    page = as_staff(cast.coordinator).visit(address(rosa))
    assert elsewhere.reference in part(page, "doubles")


@pytest.mark.sqlite_only
def test_many_related_forms_cost_no_more(
    cast: Cast, register: Register, statements: Statements
) -> None:
    """The same number of statements for 1 other form and for 12."""
    rosa = register("Rosa Reed", cast.panel, phone=PHONE)
    register("Rosa Reed", cast.panel, phone=PHONE)

    def cost() -> int:
        db.session.expire_all()
        me = standing(cast.facilitator)
        asked = db.session.get_one(Expression, rosa.id)
        assert asked.applicant.phone
        with statements() as seen:
            related(asked, me)
        return len(seen)

    one = cost()
    for _ in range(11):
        register("Rosa Reed", cast.panel, phone=PHONE)
    assert cost() == one
