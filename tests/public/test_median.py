"""How long people wait for a first reply, as each programme's page tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, update

from ppflow import clock, events
from ppflow.db import db, writing
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Thing
from tests.support.pages import Visitor

Later = Callable[..., None]
Answered = Callable[..., None]


@pytest.fixture
def answered(register: Register) -> Answered:
    """So many forms about a thing, each received and first answered on these days."""

    def make(count: int, about: Thing, received: date, replied: date, at: time = time(9)) -> None:
        for _ in range(count):
            expression = register("Rosa Reed", about)
            with writing():
                db.session.execute(
                    update(Expression)
                    .where(Expression.id == expression.id)
                    .values(
                        received_at=clock.start_of(received, at),
                        first_replied_at=clock.start_of(replied, at),
                    )
                )

    return make


def median(client: Visitor, address: str = "/") -> str | None:
    number = client.visit(address).soup.select_one(".pp-number")
    return number.get_text() if number else None


def working_days_ago(count: int) -> date:
    day = clock.today()
    while clock.working_days_between(day, clock.today()) < count:
        day -= timedelta(days=1)
    return day


def test_each_programme_tells_its_own(client: Visitor, cast: Cast, answered: Answered) -> None:
    answered(10, cast.panel, working_days_ago(4), clock.today())
    answered(10, cast.project_elsewhere, working_days_ago(2), clock.today())
    assert median(client, "/") == "4 working days"
    assert median(client, "/programmes/west-midlands") == "4 working days"
    assert median(client, "/programmes/elsewhere") == "2 working days"


def test_another_programmes_replies_never_fill_up_too_few(
    client: Visitor, cast: Cast, answered: Answered
) -> None:
    answered(9, cast.panel, working_days_ago(4), clock.today())
    answered(10, cast.project_elsewhere, working_days_ago(2), clock.today())
    assert median(client, "/") is None
    assert "within 5 working days" in client.visit("/").text  # the promise stands all the same


def test_the_same_day_and_the_next_are_one_working_day(
    client: Visitor, cast: Cast, answered: Answered
) -> None:
    answered(10, cast.panel, clock.today(), clock.today())
    assert median(client) == "1 working day"


def test_weekends_and_bank_holidays_do_not_count(
    client: Visitor, cast: Cast, answered: Answered, later: Later
) -> None:
    later(days=(date(2027, 1, 8) - clock.today()).days)
    thursday, tuesday = date(2026, 12, 24), date(2026, 12, 29)  # Christmas and Boxing Day between
    answered(10, cast.panel, thursday, tuesday)
    assert median(client) == "1 working day"


def test_days_are_those_of_england(
    client: Visitor, cast: Cast, answered: Answered, later: Later
) -> None:
    """Half past midnight in July is still the day before by the clock of the database."""
    later(days=(date(2027, 7, 16) - clock.today()).days)
    answered(10, cast.panel, date(2027, 7, 6), date(2027, 7, 7), at=time(0, 30))
    assert median(client) == "1 working day"
    answered(11, cast.panel, date(2027, 7, 9), date(2027, 7, 13), at=time(0, 30))
    assert median(client) == "2 working days"  # Friday to Tuesday


def test_half_of_people_heard_within_it(client: Visitor, cast: Cast, answered: Answered) -> None:
    answered(5, cast.panel, working_days_ago(1), clock.today())
    answered(5, cast.panel, working_days_ago(9), clock.today())
    assert median(client) == "1 working day"
    answered(1, cast.panel, working_days_ago(9), clock.today())
    assert median(client) == "9 working days"  # honest: six of eleven waited longer


def test_replies_of_the_last_three_months_count_however_old_the_form(
    client: Visitor, cast: Cast, answered: Answered
) -> None:
    long_ago = clock.today() - timedelta(days=120)
    answered(10, cast.panel, long_ago, clock.today() - timedelta(days=100))
    assert median(client) is None
    answered(10, cast.panel, long_ago, clock.today() - timedelta(days=1))
    waited = clock.working_days_between(long_ago, clock.today() - timedelta(days=1))
    assert median(client) == f"{waited} working days"


def test_only_people_reply(client: Visitor, cast: Cast, register: Register) -> None:
    """The receipt is automatic, and so is what the system does; a person's message is a reply."""
    for _ in range(12):
        register("Rosa Reed", cast.panel)
    assert median(client) is None
    forms = db.session.scalars(select(Expression).order_by(Expression.id)).all()
    with writing():
        for form in forms[:9]:
            acts.perform("message", form, by=standing(cast.facilitator), body="Thank you, Rosa.")
        acts.perform("withdraw", forms[9], by=events.APPLICANT)
    assert median(client) is None
    with writing():
        acts.perform("message", forms[10], by=standing(cast.deputy), body="Thank you, Rosa.")
    assert median(client) == "1 working day"
