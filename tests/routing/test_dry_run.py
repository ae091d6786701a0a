"""A dry run: where the forms of the last 90 days would go. It writes nothing and tells nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ppflow import clock
from ppflow.db import db, writing
from ppflow.events import Event
from ppflow.expressions.models import Assignment, Expression
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import Letter
from ppflow.programmes.models import Programme
from ppflow.projects.models import Strategy
from ppflow.routing import acts as routing
from ppflow.routing import rehearsal
from ppflow.routing.models import Turn
from ppflow.routing.rehearsal import Rehearsal, rehearse
from tests.routing.conftest import Ruled, Statements, gives, limit
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast
from tests.triage.conftest import SignedIn

HERE = "/settings/rules/west-midlands/dry-run"


def switched_off(cast: Cast) -> None:
    """Rules are tried before they are switched on: that is what a dry run is for."""
    with writing():
        db.session.get_one(Programme, cast.programme.id).uses_rules = False


def tried(cast: Cast) -> Rehearsal:
    db.session.rollback()
    return rehearse(db.session.get_one(Programme, cast.programme.id))


def everything() -> list[int]:
    db.session.rollback()
    tables = (Expression, Assignment, Letter, Event, Turn)
    counts = [db.session.scalar(select(func.count()).select_from(each)) or 0 for each in tables]
    return [*counts, db.session.scalar(select(func.sum(Expression.version))) or 0]


def test_it_shows_who_would_get_how_many_and_what_changes(
    cast: Cast, register: Register, ruled: Ruled
) -> None:
    near = register("Rosa Reed", cast.panel, plain={"area": "B23"})
    register("Ravi Shah", cast.panel, plain={"area": "CV1"})
    register("Amina Specimen")
    ruled("Near us", {"area": ["B"]}, person_id=cast.deputy.id)
    switched_off(cast)
    found = tried(cast)
    assert (found.tried, found.is_all, found.by_rule, found.changed) == (3, True, 1, 1)
    assert found.shares == [("Dev Patel", 0, 1), ("Farah Aziz", 2, 1), ("The coordinators", 1, 1)]
    (change,) = found.changes
    assert change == (
        near.reference, "Farah Aziz", "Dev Patel", "because the rule “Near us” names you",
    )  # fmt: skip


def test_without_rules_nothing_changes(cast: Cast, register: Register) -> None:
    register("Rosa Reed", cast.panel)
    register("Ravi Shah")
    found = tried(cast)
    assert (found.tried, found.by_rule, found.changed, found.changes) == (2, 0, 0, [])


def test_it_writes_nothing_and_tells_nobody(
    cast: Cast, register: Register, ruled: Ruled, as_staff: SignedIn
) -> None:
    for _ in range(3):
        register("Rosa Reed", cast.panel)
    gives(cast.project, Strategy.ROUND_ROBIN)
    ruled("General", {"kind": ["general"]}, person_id=cast.deputy.id)
    before = everything()
    page = as_staff(cast.coordinator).visit("/settings/rules/west-midlands")
    page = page.follow("Try the rules on the forms of the last 90 days")
    assert "3 forms of the last 90 days" in page.text
    assert everything() == before


def test_names_of_applicants_stand_nowhere_on_it(
    cast: Cast, register: Register, ruled: Ruled, as_staff: SignedIn
) -> None:
    rosa = register("Rosa Canarybird", cast.panel)
    ruled("All", person_id=cast.deputy.id)
    page = as_staff(cast.coordinator).visit(HERE)
    assert rosa.reference in page.text
    assert "Canarybird" not in page.text


def test_only_the_last_90_days_of_this_programme_are_tried(cast: Cast, register: Register) -> None:
    register("Rosa Reed", cast.panel)
    old, elsewhere, suspect = (register("Ravi Shah", cast.panel) for _ in range(3))
    with writing():
        old.received_at = clock.now() - timedelta(days=91)
        elsewhere.programme_id = cast.other_programme.id
        suspect.set_aside_at = clock.now()
    assert tried(cast).tried == 1


def test_turns_are_counted_up_from_form_to_form(cast: Cast, register: Register) -> None:
    for _ in range(6):
        register("Rosa Reed", cast.panel)
    for strategy in (Strategy.ROUND_ROBIN, Strategy.LEAST_OPEN):
        gives(cast.project, strategy)
        assert tried(cast).shares == [("Dev Patel", 0, 3), ("Farah Aziz", 6, 3)]


def test_a_pool_is_named_as_one(cast: Cast, register: Register) -> None:
    register("Rosa Reed", cast.panel)
    gives(cast.project, Strategy.POOL)
    register("Ravi Shah", cast.panel)
    assert tried(cast).shares == [("Farah Aziz", 1, 0), ("Whoever takes it first", 1, 2)]


def test_it_looks_as_if_nobody_were_away_or_full(cast: Cast, register: Register) -> None:
    register("Rosa Reed", cast.panel)
    register("Rosa Reed", cast.panel)
    limit(cast.facilitator.id, 1)
    with writing():
        cast.facilitator.person.away_from_on = clock.today()
    assert tried(cast).changed == 0


def test_what_happened_is_who_had_it_first(cast: Cast, register: Register) -> None:
    """Handed over later is no matter of routing."""
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        routing.hand_over(rosa, cast.deputy.person, by=standing(cast.coordinator))
    assert tried(cast).changed == 0


def test_the_named_person_still_comes_first(cast: Cast, register: Register, ruled: Ruled) -> None:
    with writing():
        advert = db.session.get_one(Opportunity, cast.panel.id)
        advert.named_person = cast.other_facilitator.person
    register("Rosa Reed", cast.panel)
    ruled("All", person_id=cast.deputy.id)
    assert (tried(cast).by_rule, tried(cast).changed) == (0, 0)


def test_it_agrees_with_what_routing_does(cast: Cast, register: Register, ruled: Ruled) -> None:
    """The forms that come after the rules were written would go where they went."""
    ruled("Near us", {"area": ["B"]}, person_id=cast.deputy.id)
    ruled("General", {"kind": ["general"]}, project_id=cast.other_project.id)
    ruled("By hand", {"opportunity": [str(cast.other_panel.id)]})
    for area in ("B1", "CV1", ""):
        for about in (cast.panel, cast.other_panel, None, cast.project):
            register("Rosa Reed", about, plain={"area": area})
    found = tried(cast)
    assert (found.tried, found.changed) == (12, 0)


def test_statements_do_not_grow_with_the_forms(
    cast: Cast, register: Register, ruled: Ruled, statements: Statements
) -> None:
    ruled("Near us", {"area": ["B"]}, person_id=cast.deputy.id)
    counts = []
    for _ in range(2):
        for about in (cast.panel, cast.other_panel, None):
            register("Rosa Reed", about, plain={"area": "B1"})
        db.session.rollback()
        db.session.expunge_all()
        with statements() as seen:
            tried(cast)
        counts.append(sum(each.startswith("SELECT") for each in seen))
    assert counts[0] == counts[1] <= 6


def test_only_the_newest_thousand_are_tried(
    cast: Cast, register: Register, ruled: Ruled, as_staff: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The bound itself is lowered: a thousand forms would take a minute to write."""
    monkeypatch.setattr(rehearsal, "MOST", 2)
    monkeypatch.setattr(rehearsal, "SHOWN", 1)
    forms = [register("Rosa Reed", cast.panel) for _ in range(3)]
    ruled("All", person_id=cast.deputy.id)
    found = tried(cast)
    assert (found.tried, found.is_all, found.changed) == (2, False, 2)
    assert [change.reference for change in found.changes] == [forms[-1].reference]
