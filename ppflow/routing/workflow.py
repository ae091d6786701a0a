"""When a rule takes a form: all of its fields hold, and one value of each is enough.

Only facts that stand in the open: never an encrypted answer, and no free text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

EMPTY: Final = "(empty)"  # said explicitly: the form has nothing here
YES: Final = "yes"
NO: Final = "no"


class Field(StrEnum):
    """What a rule may ask of a form."""

    KIND = "kind"
    PROJECT = "project"
    THEME = "theme"
    OPPORTUNITY = "opportunity"
    TOPIC = "topic"
    PLACE = "place"
    AREA = "area"
    SOURCE = "source"
    NEEDS = "needs"


LABELS: Final = {
    Field.KIND: "Kind of form",
    Field.PROJECT: "Project",
    Field.THEME: "Theme",
    Field.OPPORTUNITY: "Opportunity",
    Field.TOPIC: "Topic of the opportunity",
    Field.PLACE: "Place of the opportunity or project",
    Field.AREA: "Where the person lives",
    Field.SOURCE: "How the form came",
    Field.NEEDS: "Access or communication needs",
}
# What the advert or project decides; the person decides the others.
SUBJECT: Final = (
    Field.KIND,
    Field.PROJECT,
    Field.THEME,
    Field.OPPORTUNITY,
    Field.TOPIC,
    Field.PLACE,
)
OF_PERSON: Final = (Field.AREA, Field.SOURCE, Field.NEEDS)
ALWAYS_THERE: Final = frozenset({Field.KIND, Field.SOURCE, Field.NEEDS})  # never empty

Conditions = Mapping[str, Collection[str]]
Facts = Mapping[Field, frozenset[str]]

_LETTERS: Final = re.compile(r"[A-Z]+")
AREA: Final = re.compile(r"[A-Z]{1,2}([0-9][A-Z0-9]?)?")  # B, CV, B23, CV1: never a whole postcode


def tidy_area(typed: str) -> str:
    """A postcode area or first half as we compare it: capitals, no spaces."""
    return re.sub(r"\s+", "", typed).upper()


def fits(conditions: Conditions, facts: Facts, fields: Collection[Field] = tuple(Field)) -> bool:
    """Does a form with these facts meet every condition on these fields?"""
    return all(
        _holds(name, conditions[name], facts[name]) for name in fields if conditions.get(name)
    )


def _holds(name: Field, wanted: Collection[str], have: frozenset[str]) -> bool:
    if not have:
        return EMPTY in wanted
    return any(_is_in(name, each, wanted) for each in have)


def _is_in(name: Field, value: str, wanted: Collection[str]) -> bool:
    if value in wanted:
        return True
    letters = _LETTERS.match(value) if name is Field.AREA else None
    return letters is not None and letters[0] in wanted  # B takes B23, and not BS1


def is_within(narrow: Conditions, wide: Conditions) -> bool:
    """Does `wide` take all that `narrow` takes, as far as the person decides it?"""
    return all(_is_part(name, narrow.get(name) or (), wide.get(name) or ()) for name in OF_PERSON)


def _is_part(name: Field, narrow: Collection[str], wide: Collection[str]) -> bool:
    if not wide:
        return True
    return bool(narrow) and all(_is_in(name, each, wide) for each in narrow)
