"""Warnings: a rule that names nobody, can never match, or comes too late to take anything."""

from __future__ import annotations

from collections.abc import Sequence

from ppflow.kinds import KINDS
from ppflow.routing.models import Rule
from ppflow.routing.workflow import EMPTY, SUBJECT, Facts, Field, fits, is_within
from ppflow.ruling.queries import Known

NEVER = "It can never match: no form that can come meets all of this."


def warnings_of(rules: Sequence[Rule], known: Known) -> dict[int, list[str]]:
    """What is wrong with each rule, by its id; only rules with something wrong.

    Every thing that a form can be about is tried, so that no clash between fields is missed.
    """
    shapes = list(known.shapes())
    taken = {rule.id: _taken(rule, shapes) for rule in rules}
    found: dict[int, list[str]] = {}
    for index, rule in enumerate(rules):
        said = [_names_nobody(rule, known)]
        if not taken[rule.id]:
            said.append(NEVER)
        else:
            said.append(_comes_late(rule, rules[:index], taken, known))
        if any(said):
            found[rule.id] = [each for each in said if each]
    return found


def _taken(rule: Rule, shapes: Sequence[Facts]) -> set[int]:
    """The shapes that a rule takes, by their place in the list."""
    return {
        number
        for number, shape in enumerate(shapes)
        if fits(rule.conditions, shape, SUBJECT) and _may_live_there(rule, shape)
    }


def _may_live_there(rule: Rule, shape: Facts) -> bool:
    """An area is asked for by some kinds only, or by an opportunity's own question."""
    areas = rule.conditions.get(Field.AREA)
    if not areas or EMPTY in areas or shape[Field.OPPORTUNITY]:
        return True
    (kind,) = shape[Field.KIND]
    return any(field.key == Field.AREA for field in KINDS[kind].fields())


def _names_nobody(rule: Rule, known: Known) -> str:
    passed = "Such forms go on to the next rule."
    if rule.person is not None and not _yields(rule, known):
        return f"{rule.person.name} no longer answers forms here. {passed}"
    if rule.project is not None and not _yields(rule, known):
        return f"Nobody on “{rule.project.title}” can answer. {passed}"
    return ""


def _yields(rule: Rule, known: Known) -> bool:
    if rule.person_id is not None:
        return any(each.id == rule.person_id for each in known.people)
    return rule.project_id is None or rule.project_id in known.staffed


def _comes_late(
    rule: Rule, earlier: Sequence[Rule], taken: dict[int, set[int]], known: Known
) -> str:
    for place, first in enumerate(earlier, start=1):
        if not first.is_on or not _yields(first, known):
            continue
        if taken[rule.id] <= taken[first.id] and is_within(rule.conditions, first.conditions):
            return f"Rule {place}, “{first.name}”, comes first and takes all of these forms."
    return ""
