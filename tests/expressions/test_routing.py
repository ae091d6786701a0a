"""Who answers a new expression, why, and by when: design.md 5."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.errors import Conflict
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import Letter
from ppflow.projects.models import Project
from ppflow.routing import acts as routing
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast


def addresses(expression_id: int) -> list[str]:
    found = db.session.scalars(select(Letter).where(Letter.expression_id == expression_id))
    return sorted(letter.to_address for letter in found)


def test_the_facilitator_has_it_and_everyone_concerned_is_told_once(
    cast: Cast, register: Register
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    assert rosa.assignee is not None
    assert rosa.assignee.name == "Farah Aziz"
    assert rosa.assignments[0].why == "because you facilitate this project"
    assert addresses(rosa.id) == [
        "cora@nhs.example",
        "dev@nhs.example",
        "farah@nhs.example",
        "rosa@mail.example",
    ]


def test_the_deputy_covers_when_the_facilitator_is_away(cast: Cast, register: Register) -> None:
    with writing():
        cast.facilitator.person.away_from_on = clock.today()
        cast.facilitator.person.away_until_on = clock.today() + timedelta(days=5)
    rosa = register("Rosa Reed", cast.panel)
    assert rosa.assignee_id == cast.deputy.id
    assert rosa.assignments[0].why == "because you cover for Farah Aziz, who is away"


def test_the_named_person_comes_first(cast: Cast, register: Register) -> None:
    with writing():
        db.session.get_one(Opportunity, cast.panel.id).named_person = cast.other_facilitator.person
    rosa = register("Rosa Reed", cast.panel)
    assert (rosa.assignee_id, rosa.assignments[0].why) == (
        cast.other_facilitator.id,
        "because you are named on this opportunity",
    )


def test_nobody_available_leaves_it_unrouted_and_tells_the_coordinators_at_once(
    cast: Cast, register: Register
) -> None:
    with writing():
        for staff in (cast.facilitator, cast.deputy):
            staff.person.away_from_on = clock.today()
    rosa = register("Rosa Reed", cast.panel)
    assert (rosa.assignee_id, rosa.is_unrouted) == (None, True)
    names = db.session.scalars(
        select(Letter.name).where(
            Letter.expression_id == rosa.id, Letter.to_address == cast.coordinator.email
        )
    ).all()
    assert names == ["staff-unrouted"]


def test_a_general_interest_goes_to_the_coordinators(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed")
    assert rosa.is_unrouted
    assert addresses(rosa.id) == ["cora@nhs.example", "rosa@mail.example"]


def test_a_suspect_is_kept_hidden_and_mails_nobody(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel, is_set_aside=True)
    assert addresses(rosa.id) == []
    assert rosa.reply_by is not None
    with writing():
        routing.release(rosa, by=standing(cast.coordinator))
    assert "rosa@mail.example" in addresses(rosa.id)
    assert rosa.assignee_id == cast.facilitator.id


def test_letters_to_staff_hold_no_personal_details(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Canarybird", cast.panel, plain={"why": "canary-why"})
    for letter in db.session.scalars(select(Letter).where(Letter.expression_id == rosa.id)):
        text = letter.subject + letter.body
        if letter.person_id is not None:
            assert "Canarybird" not in text
            assert "Rosa" not in text
            assert rosa.reference in text
        assert "canary-why" not in text


def test_a_project_may_promise_sooner(cast: Cast, register: Register) -> None:
    with writing():
        db.session.get_one(Project, cast.project.id).promise_days = 2
    rosa = register("Rosa Reed", cast.panel)
    assert rosa.reply_by == clock.working_days_after(clock.today(), 2)


def test_only_one_can_claim(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed")
    with writing():
        routing.claim(rosa, by=standing(cast.coordinator))
    with pytest.raises(Conflict), writing():
        routing.claim(rosa, by=standing(cast.coordinator))
    assert rosa.assignee_id == cast.coordinator.id


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Christmas, a substitute day, a weekend
        (date(2026, 11, 20), 5, date(2026, 11, 27)),
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
        (date(2027, 3, 25), 1, date(2027, 3, 30)),  # Good Friday and Easter Monday
    ],
)
def test_promises_count_working_days_in_england(start: date, days: int, expected: date) -> None:
    assert clock.working_days_after(start, days) == expected
