"""Rules of a programme: what each field takes, who gets it, and in which order they are tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ppflow import clock
from ppflow.db import db, writing
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.projects.models import MemberRole, Strategy
from ppflow.routing import acts as routing
from ppflow.routing.workflow import EMPTY
from tests.registering import walking
from tests.routing.conftest import Colleague, Ruled, Statements, gives, limit
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.support.pages import Visitor


def why(expression: Expression) -> str:
    return expression.assignments[-1].why


def has(expression: Expression) -> str:
    return expression.assignee.first_name if expression.assignee else ""


@pytest.fixture
def facts(cast: Cast) -> dict[str, str]:
    """Values that hold for a form about the sleep panel, by field."""
    with writing():
        advert = db.session.get_one(Opportunity, cast.panel.id)
        advert.topics = ["Sleep", "Hospital stays"]
        advert.place = "Birmingham"
    return {
        "kind": "ppie_contributor",
        "project": str(cast.project.id),
        "theme": cast.theme.slug,
        "opportunity": str(cast.panel.id),
        "topic": "Sleep",
        "place": "Birmingham",
        "area": "B23",
        "source": "web",
        "needs": "yes",
    }


FIELDS = ("kind", "project", "theme", "opportunity", "topic", "place", "area", "source", "needs")
OTHERS = {
    "kind": "general", "project": "9999", "theme": "elsewhere", "opportunity": "9999",
    "topic": "Falls", "place": "Leeds", "area": "BS1", "source": "paper", "needs": "no",
}  # fmt: skip


def arrives(register: Register, cast: Cast) -> Expression:
    """Rosa, in B23, who has told us of needs."""
    rosa = register("Rosa Reed", cast.panel, plain={"area": "b23"})
    with writing():
        rosa.has_needs = True
        routing.route_anew(rosa)
    return rosa


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_takes_what_it_names_and_nothing_else(
    cast: Cast, register: Register, ruled: Ruled, facts: dict[str, str], name: str
) -> None:
    gwen = cast.other_facilitator.id
    ruled("Wrong", {name: [OTHERS[name]]}, person_id=cast.coordinator.id)
    ruled("Right", {name: [OTHERS[name], facts[name]]}, person_id=gwen)
    rosa = arrives(register, cast)
    assert (has(rosa), why(rosa)) == ("Gwen", "because the rule “Right” names you")


def test_all_fields_must_hold(
    cast: Cast, register: Register, ruled: Ruled, facts: dict[str, str]
) -> None:
    gwen = cast.other_facilitator.id
    wanted = {name: [facts[name]] for name in FIELDS}
    for name in FIELDS:
        ruled(f"All but {name}", {**wanted, name: [OTHERS[name]]}, person_id=gwen)
    rosa = arrives(register, cast)
    assert has(rosa) == "Farah"
    ruled("All", wanted, person_id=gwen)
    with writing():
        routing.route_anew(rosa)
    assert why(rosa) == "because the rule “All” names you"


@pytest.mark.parametrize("name", ["project", "theme", "opportunity", "topic", "place", "area"])
def test_empty_is_said_explicitly(
    cast: Cast, register: Register, ruled: Ruled, facts: dict[str, str], name: str
) -> None:
    """A general form has nothing in these fields: only a rule that says so takes it."""
    ruled("Some", {name: [facts[name]]}, person_id=cast.facilitator.id)
    assert register("Rosa Reed").is_unrouted
    ruled("None", {name: [EMPTY]}, person_id=cast.deputy.id)
    assert why(register("Rosa Reed")) == "because the rule “None” names you"
    with_it = register("Rosa Reed", cast.panel, plain={"area": "B23"})
    assert has(with_it) == "Farah"


def test_a_postcode_area_takes_its_districts_and_no_other(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    ruled("Birmingham", {"area": ["B"]}, person_id=cast.deputy.id)
    lives = {area: has(register("Rosa Reed", plain={"area": area})) for area in
             ("B1", "b 23", "BS1", "CV1")}  # fmt: skip
    assert lives == {"B1": "Dev", "b 23": "Dev", "BS1": "", "CV1": ""}


def test_the_first_rule_wins(cast: Cast, register: Register, ruled: Ruled) -> None:
    ruled("First", person_id=cast.deputy.id)
    ruled("Second", person_id=cast.coordinator.id)
    assert why(register("Rosa Reed", cast.panel)) == "because the rule “First” names you"


def test_the_named_person_comes_before_every_rule(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    ruled("All", person_id=cast.deputy.id)
    with writing():
        advert = db.session.get_one(Opportunity, cast.panel.id)
        advert.named_person = cast.other_facilitator.person
    assert why(register("Rosa Reed", cast.panel)) == "because you are named on this opportunity"


def test_a_rule_comes_before_the_projects_own_way(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    gives(cast.project, Strategy.POOL)
    ruled("Deputy first", person_id=cast.deputy.id)
    assert has(register("Rosa Reed", cast.panel)) == "Dev"


def test_a_rule_that_is_off_takes_nothing(cast: Cast, register: Register, ruled: Ruled) -> None:
    ruled("Off", person_id=cast.deputy.id, is_on=False)
    assert has(register("Rosa Reed", cast.panel)) == "Farah"


def test_rules_wait_until_the_programme_switches_them_on(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    ruled("All", person_id=cast.deputy.id)
    with writing():
        db.session.get_one(Programme, cast.programme.id).uses_rules = False
    assert has(register("Rosa Reed", cast.panel)) == "Farah"


def test_a_rule_may_leave_it_to_the_coordinators(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    ruled("By hand", {"kind": ["ppie_contributor"]})
    rosa = register("Rosa Reed", cast.panel)
    assert (rosa.assignee_id, rosa.is_unrouted) == (None, True)
    assert why(rosa) == "the rule “By hand” gives it to the coordinators"


def test_a_rule_to_a_project_uses_that_projects_way(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    gives(cast.project, Strategy.ROUND_ROBIN)
    ruled("General ones", {"kind": ["general"]}, project_id=cast.project.id)
    first, second = register("Rosa Reed"), register("Rosa Reed")
    assert [has(first), has(second)] == ["Farah", "Dev"]
    words = f"because it is your turn on “{cast.project.title}”, by rule “General ones”"
    assert why(second) == words
    assert second.project_id is None  # what it is about stays what the person said


def test_a_pool_of_another_project_is_answered_by_its_facilitator(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    """The others of that project may not see a form that is not about it, and could not take it."""
    gives(cast.project, Strategy.POOL)
    ruled("General ones", {"kind": ["general"]}, project_id=cast.project.id)
    assert has(register("Rosa Reed")) == "Farah"


def test_somebody_away_is_covered_by_the_deputy_one_hop(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    ruled("To Gwen", person_id=cast.other_facilitator.id)
    with writing():
        cast.other_facilitator.person.away_from_on = clock.today()
        cast.other_facilitator.person.away_until_on = clock.today() + timedelta(days=3)
    rosa = register("Rosa Reed", cast.panel)
    assert (has(rosa), why(rosa)) == ("Dev", "because you cover for Gwen Hughes, who is away")


def test_nobody_there_and_no_deputy_goes_on_to_the_next_rule(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    ruled("To Gwen", person_id=cast.other_facilitator.id)
    ruled("To Cora", person_id=cast.coordinator.id)
    with writing():
        cast.other_facilitator.person.away_from_on = clock.today()
    assert has(register("Rosa Reed")) == "Cora"


def test_a_rule_naming_somebody_who_left_is_passed_over(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    ruled("Outsider", person_id=cast.outsider.id)  # no member, no coordinator
    ruled("Elsewhere", person_id=cast.other_coordinator.id)  # of another programme
    ruled("Gone", person_id=cast.other_facilitator.id)
    with writing():
        cast.other_facilitator.person.active = False
    assert has(register("Rosa Reed")) == ""
    assert has(register("Rosa Reed", cast.panel)) == "Dev"  # the deputy covers for who left


def test_a_limit_holds_for_rules_too(
    cast: Cast, register: Register, ruled: Ruled, colleague: Colleague
) -> None:
    ivy: Person = colleague("Ivy Chan", MemberRole.FACILITATOR, most_open=1)
    ruled("To Ivy", person_id=ivy.id)
    assert [has(register("Rosa Reed")) for _ in range(2)] == ["Ivy", ""]
    limit(ivy.id, 2)
    assert has(register("Rosa Reed")) == "Ivy"


def test_spam_set_right_runs_the_rules(cast: Cast, register: Register, ruled: Ruled) -> None:
    ruled("Birmingham", {"area": ["B"]}, person_id=cast.deputy.id)
    rosa = register("Rosa Reed", cast.panel, plain={"area": "B23"}, is_set_aside=True)
    with writing():
        routing.release(rosa, by=standing(cast.coordinator))
    assert why(rosa) == "because the rule “Birmingham” names you"


def test_a_form_that_is_sent_meets_the_rules(cast: Cast, client: Visitor, ruled: Ruled) -> None:
    """The whole way: what somebody types decides, and the check page foretells it."""
    with writing():
        advert = db.session.get_one(Opportunity, cast.panel.id)
        advert.area_limit = "Birmingham"
    ruled("Birmingham", {"area": ["B"], "needs": ["yes"]}, person_id=cast.deputy.id)
    steps = {page: dict(answers) for page, answers in walking.PUBLIC.items()}
    steps["eligibility"] = {**steps["eligibility"], "area": "B23"}
    walking.register(client, f"/opportunities/{cast.panel.slug}/register", steps)
    sent = walking.the_expression()
    assert (sent.assignee_id, why(sent)) == (
        cast.deputy.id, "because the rule “Birmingham” names you",
    )  # fmt: skip


def test_rules_of_one_programme_are_not_those_of_another(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    rule = ruled("Theirs", person_id=cast.deputy.id)
    with writing():
        rule.programme_id = cast.other_programme.id
    assert has(register("Rosa Reed", cast.panel)) == "Farah"


def test_rules_cost_nothing_until_they_are_switched_on(
    cast: Cast, register: Register, ruled: Ruled, statements: Statements
) -> None:
    ruled("All", {"area": ["CV"]}, person_id=cast.deputy.id)
    asked = []
    for uses in (False, True):
        with writing():
            db.session.get_one(Programme, cast.programme.id).uses_rules = uses
        with statements() as seen:
            register("Rosa Reed", cast.panel)
        asked.append(sum("routing_rule" in each for each in seen))
    assert asked == [0, 1]
