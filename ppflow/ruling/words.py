"""A rule in words: what it takes, and who gets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ppflow.routing.models import Rule
from ppflow.routing.workflow import EMPTY, LABELS, Conditions, Field
from ppflow.ruling.queries import Known, Option

GONE = "something that is no longer here"
EVERY = "Every form"


def labels_of(known: Known) -> dict[Field, dict[str, str]]:
    """The words of every value, by field."""
    return {name: dict(options) for name, options in known.options().items()}


def said(conditions: Conditions, labels: Mapping[Field, Mapping[str, str]]) -> list[Option]:
    """(field, values in words) of each condition; one value of a field is enough."""
    return [
        (LABELS[name], _either([_word(name, value, labels) for value in conditions[name]]))
        for name in Field
        if conditions.get(name)
    ]


def _word(name: Field, value: str, labels: Mapping[Field, Mapping[str, str]]) -> str:
    if value == EMPTY:
        return "empty"
    if name is Field.AREA:
        return value
    return labels[name].get(value, GONE)


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def target_of(rule: Rule) -> str:
    """Who gets the forms that a rule takes."""
    if rule.person is not None:
        return rule.person.name
    if rule.project is not None:
        return f"The people of “{rule.project.title}”"
    return "The coordinators"
