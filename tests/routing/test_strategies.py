"""How a project gives out its forms: to the facilitator, in turn, to who has fewest, to takers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock
from ppflow.access import Standing
from ppflow.db import db, writing
from ppflow.errors import Conflict
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import Letter
from ppflow.projects.models import MemberRole, Strategy
from ppflow.routing import acts as routing
from ppflow.routing import jobs
from tests.routing.conftest import Colleague, Statements, gives, limit
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast, Staff
from tests.triage.conftest import SignedIn


def away(staff: Staff) -> None:
    with writing():
        staff.person.away_from_on = clock.today()


def who(register: Register, about: object, times: int) -> list[str]:
    found = [register(f"Rosa{n} Reed", about) for n in range(times)]
    return [each.assignee.first_name if each.assignee else "" for each in found]


def why(expression: Expression) -> str:
    return expression.assignments[-1].why


def told(expression: Expression, name: str) -> list[str]:
    chosen = select(Letter.to_address).where(
        Letter.expression_id == expression.id, Letter.name == name
    )
    return sorted(address.partition("@")[0] for address in db.session.scalars(chosen))


def test_the_facilitator_has_every_form_unless_a_project_says_otherwise(
    cast: Cast, register: Register
) -> None:
    assert who(register, cast.panel, 3) == ["Farah"] * 3


def test_in_turn_everyone_has_as_many(cast: Cast, register: Register, colleague: Colleague) -> None:
    colleague("Ivy Chan")
    gives(cast.project, Strategy.ROUND_ROBIN)
    assert who(register, cast.panel, 7) == [
        "Farah", "Dev", "Ivy", "Farah", "Dev", "Ivy", "Farah",
    ]  # fmt: skip
    rosa = register("Rosa Reed", cast.panel)
    assert why(rosa) == "because it is your turn on this project"


def test_turns_of_one_project_are_not_those_of_another(cast: Cast, register: Register) -> None:
    gives(cast.project, Strategy.ROUND_ROBIN)
    gives(cast.other_project, Strategy.ROUND_ROBIN)
    assert who(register, cast.panel, 1) == ["Farah"]
    assert who(register, cast.other_panel, 2) == ["Gwen", "Gwen"]
    assert who(register, cast.panel, 1) == ["Dev"]


def test_whoever_is_away_misses_a_turn(
    cast: Cast, register: Register, colleague: Colleague
) -> None:
    colleague("Ivy Chan")
    gives(cast.project, Strategy.ROUND_ROBIN)
    away(cast.deputy)
    assert who(register, cast.panel, 3) == ["Farah", "Ivy", "Farah"]


def test_whoever_left_the_project_leaves_the_round_going(
    cast: Cast, register: Register, colleague: Colleague
) -> None:
    ivy = colleague("Ivy Chan")
    gives(cast.project, Strategy.ROUND_ROBIN)
    who(register, cast.panel, 3)
    with writing():
        db.session.get_one(type(ivy), ivy.id).active = False
    assert who(register, cast.panel, 3) == ["Farah", "Dev", "Farah"]


def test_many_at_once_are_given_out_fairly(
    app: Flask, cast: Cast, register: Register, colleague: Colleague
) -> None:
    """Two who come at one moment have two turns: 24 forms at once, 8 for each of three."""
    ivy = colleague("Ivy Chan")
    gives(cast.project, Strategy.ROUND_ROBIN)
    forms = [register(f"Rosa{n} Reed", cast.other_panel).id for n in range(24)]
    db.session.rollback()

    def send_on(form_id: int) -> None:
        with app.app_context(), writing():
            form = db.session.get_one(Expression, form_id)
            form.opportunity = db.session.get_one(Opportunity, cast.panel.id)
            form.project, form.project_id = form.opportunity.project, cast.project.id
            routing.route_anew(form)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send_on, forms))
    db.session.rollback()
    held = list(db.session.scalars(select(Expression.assignee_id)))
    shares = [held.count(id_) for id_ in (cast.facilitator.id, cast.deputy.id, ivy.id)]
    assert shares == [8, 8, 8]


def test_whoever_has_the_fewest_open_forms_is_next(
    cast: Cast, register: Register, colleague: Colleague
) -> None:
    colleague("Ivy Chan")
    who(register, cast.panel, 3)  # all with Farah
    gives(cast.project, Strategy.LEAST_OPEN)
    assert who(register, cast.panel, 4) == ["Dev", "Ivy", "Dev", "Ivy"]
    rosa = register("Rosa Reed", cast.panel)
    assert why(rosa) == "because you have the fewest open forms on this project"


def test_closed_forms_weigh_nothing(cast: Cast, register: Register) -> None:
    gives(cast.project, Strategy.LEAST_OPEN)
    first = register("Rosa Reed", cast.panel)
    assert first.assignee_id == cast.facilitator.id
    with writing():
        acts.perform("start", first, by=standing(cast.facilitator))
        acts.perform("not_this_time", first, by=standing(cast.facilitator), reason="balance")
    assert who(register, cast.panel, 1) == ["Farah"]


def test_fewest_costs_the_same_for_few_and_many(
    cast: Cast, register: Register, colleague: Colleague, statements: Statements
) -> None:
    gives(cast.project, Strategy.LEAST_OPEN)
    register("Rosa Reed", cast.panel)
    with statements() as few:
        register("Rosa Reed", cast.panel)
    for number in range(6):
        colleague(f"Ivy{number} Chan")
    with statements() as many:
        register("Rosa Reed", cast.panel)
    assert counted(many) == 1
    assert len(many) <= len(few)


def test_a_pool_waits_for_whoever_takes_it(
    cast: Cast, register: Register, as_staff: SignedIn
) -> None:
    gives(cast.project, Strategy.POOL)
    rosa = register("Rosa Reed", cast.panel)
    assert (rosa.assignee_id, rosa.is_unrouted) == (None, False)
    assert why(rosa) == "whoever on the project takes it first has it"
    assert told(rosa, "staff-new-expression") == ["cora", "dev", "farah"]
    assert told(rosa, "staff-unrouted") == []
    page = as_staff(cast.deputy).visit(f"/expressions/{rosa.reference}")
    page.submit(button="Take this form")
    db.session.refresh(rosa)
    assert (rosa.assignee_id, why(rosa)) == (cast.deputy.id, "because you took it")


def test_only_one_can_take_it_from_the_pool(cast: Cast, register: Register) -> None:
    gives(cast.project, Strategy.POOL)
    rosa = register("Rosa Reed", cast.panel)
    farah: Standing = standing(cast.facilitator)
    with writing():
        routing.claim(rosa, by=standing(cast.deputy))
    with pytest.raises(Conflict), writing():
        routing.claim(rosa, by=farah)


def test_a_pool_without_anybody_is_unrouted(cast: Cast, register: Register) -> None:
    gives(cast.project, Strategy.POOL)
    away(cast.facilitator)
    away(cast.deputy)
    rosa = register("Rosa Reed", cast.panel)
    assert rosa.is_unrouted
    assert told(rosa, "staff-unrouted") == ["cora"]


def test_everybody_who_may_take_a_late_one_is_told(cast: Cast, register: Register) -> None:
    gives(cast.project, Strategy.POOL)
    rosa = register("Rosa Reed", cast.panel)
    assert rosa.reply_by is not None
    with writing():
        jobs.climb(rosa.reply_by + timedelta(days=1))
    assert told(rosa, "staff-overdue") == ["dev", "farah"]


def test_a_full_facilitator_is_covered_by_the_deputy(cast: Cast, register: Register) -> None:
    limit(cast.facilitator.id, 2)
    assert who(register, cast.panel, 3) == ["Farah", "Farah", "Dev"]
    rosa = register("Rosa Reed", cast.panel)
    assert why(rosa) == ("because you cover for Farah Aziz, who has as many forms as they can take")


def test_when_all_are_full_the_coordinators_have_it(cast: Cast, register: Register) -> None:
    limit(cast.facilitator.id, 1)
    limit(cast.deputy.id, 1)
    assert who(register, cast.panel, 3) == ["Farah", "Dev", ""]


@pytest.mark.parametrize("strategy", [Strategy.ROUND_ROBIN, Strategy.LEAST_OPEN])
def test_limits_hold_for_every_strategy(cast: Cast, register: Register, strategy: Strategy) -> None:
    gives(cast.project, strategy)
    limit(cast.facilitator.id, 1)
    assert who(register, cast.panel, 4) == ["Farah", "Dev", "Dev", "Dev"]


def test_a_limit_counts_forms_of_other_projects_too(cast: Cast, register: Register) -> None:
    """A person has one day, whichever project a form is about."""
    with writing():
        advert = db.session.get_one(Opportunity, cast.other_panel.id)
        advert.named_person = cast.facilitator.person
    limit(cast.facilitator.id, 1)
    register("Rosa Reed", cast.other_panel)
    assert who(register, cast.panel, 1) == ["Dev"]


def test_limits_cost_nothing_where_there_are_none(
    cast: Cast, register: Register, statements: Statements
) -> None:
    with statements() as without:
        register("Rosa Reed", cast.panel)
    limit(cast.facilitator.id, 9)
    with statements() as limited:
        register("Rosa Reed", cast.panel)
    assert [counted(without), counted(limited)] == [0, 1]


def counted(seen: list[str]) -> int:
    return sum("count(*)" in each and "expression.assignee_id" in each for each in seen)


def test_a_deputy_is_one_hop_and_no_more(
    cast: Cast, register: Register, colleague: Colleague
) -> None:
    colleague("Ivy Chan", MemberRole.DEPUTY)
    away(cast.facilitator)
    limit(cast.deputy.id, 1)
    assert who(register, cast.panel, 2) == ["Dev", "Ivy"]
