"""Keeping the rules of a programme: in the caller's transaction, each change an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete
from ppflow.programmes.acts import edit, lock
from ppflow.programmes.models import Programme
from ppflow.routing.models import Rule
from ppflow.ruling.queries import rules_of

MOST_RULES: Final = 50
Values = Mapping[str, Any]


def _check(programme_id: int, by: Standing) -> None:
    if not by.coordinates(programme_id):
        raise NotAllowed("You may not change the rules of this programme.")


def switch(programme: Programme, is_on: bool, *, by: Standing) -> None:
    """Use the rules for new forms from now on, or not. What is with somebody stays there."""
    _check(programme.id, by)
    db.session.refresh(programme, with_for_update=True)
    edit(programme, {"uses_rules": is_on}, by=by.actor)


def add(programme_id: int, values: Values, *, by: Standing) -> Rule:
    """A new rule, tried last. Raises `NotComplete` when there are too many."""
    _check(programme_id, by)
    lock(programme_id)
    count = len(rules_of(programme_id))
    if count >= MOST_RULES:
        raise NotComplete("name", f"There are {MOST_RULES} rules already. Remove one first.")
    rule = Rule(programme_id=programme_id, position=count + 1, changed_by_id=by.person_id, **values)
    db.session.add(rule)
    db.session.flush()
    events.record("add_rule", rule, by.actor)
    return rule


def change(rule: Rule, values: Values, *, by: Standing, expected_version: int) -> None:
    """Change what a rule takes, or who gets it. Raises `Conflict`."""
    _same(rule, expected_version, by)
    changed = events.changed_fields(rule, dict(values))
    if changed:
        rule.changed_by_id, rule.changed_at = by.person_id, clock.now()
        rule.version += 1
        events.record("change_rule", rule, by.actor, fields=changed)


def remove(rule: Rule, *, by: Standing, expected_version: int) -> None:
    """Take a rule away for good. Raises `Conflict`."""
    lock(rule.programme_id)
    _same(rule, expected_version, by)
    events.record("remove_rule", rule, by.actor)
    db.session.delete(rule)
    db.session.flush()
    _number(rules_of(rule.programme_id))


def move(rule: Rule, step: int, *, at: int, by: Standing) -> None:
    """One place up (-1) or down (1). Raises `Conflict` when it no longer stands at `at`."""
    _check(rule.programme_id, by)
    lock(rule.programme_id)
    order = rules_of(rule.programme_id)
    place = order.index(rule)
    if place + 1 != at:
        raise Conflict("Somebody else changed the order first. It now stands as below.")
    other = place + step
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    _number(order)
    events.record("move_rule", rule, by.actor, fields=["position"])


def _number(order: list[Rule]) -> None:
    for place, rule in enumerate(order, start=1):
        if rule.position != place:
            rule.position = place


def _same(rule: Rule, expected_version: int, by: Standing) -> None:
    _check(rule.programme_id, by)
    db.session.refresh(rule, with_for_update=True)
    if rule.version != expected_version:
        raise Conflict("Somebody else changed this rule first.")
