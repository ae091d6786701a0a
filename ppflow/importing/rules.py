"""What must hold between the values of an import file, beyond the shape of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ppflow.expressions.workflow import OPEN, Status
from ppflow.importing.checking import Checking
from ppflow.importing.shapes import Each, Maybe, Part, Refer, Rule, Table, Text
from ppflow.kinds import KINDS
from ppflow.opportunities.models import EXPRESSION_KINDS as KIND_OF_ADVERT
from ppflow.opportunities.models import OpportunityKind

SCHEMA_VERSION: Final = 1
LATER_KINDS: Final = ("industry_enquiry", "workshop_place")  # checked, counted, not loaded yet
EXPRESSION_KINDS: Final = (*KINDS, *LATER_KINDS)
ORGANISATION_TYPES: Final = (
    "acute_trust", "community_trust", "mental_health_trust", "ambulance_trust", "primary_care",
    "icb", "local_authority", "social_care_provider", "hei", "vcse", "nihr_infrastructure",
    "industry_large", "industry_sme", "cro", "charity_funder", "public_member", "other",
)  # fmt: skip
TIME: Final = Text(re.compile(r"([01]\d|2[0-3]):[0-5]\d"), "a time such as 09:30")

Row = Mapping[str, Any]


def free_texts() -> Table:
    """A group of free keys with words."""
    return Table(Text())


@dataclass(frozen=True)
class AllOrSome:
    """The word `all`, or a list of things of the file."""

    noun: str

    def read(self, value: Any, place: str, checking: Checking) -> Any:
        if value == "all":
            return "all"
        if isinstance(value, str):
            checking.fault(place, f"this must be 'all' or a list of ids, not '{value}'")
            return None
        return Each(Refer((self.noun,))).read(value, place, checking)


@dataclass(frozen=True)
class WordOrEntry:
    """One word of a vocabulary: bare, or with its label and help."""

    def read(self, value: Any, place: str, checking: Checking) -> Any:
        words = Text()
        if isinstance(value, str):
            return words.read(value, place, checking)
        entry = Part({"id": words, "label": words, "help": Maybe(words), "eoi_kind": Maybe(words)})
        return entry.read(value, place, checking)


def in_order(first: str, last: str) -> Rule:
    """`last` is not before `first`, where both are given."""

    def check(row: Row, place: str, checking: Checking) -> None:
        if row[first] and row[last] and row[last] < row[first]:
            checking.fault(f"{place}.{last}", f"this is before {first}")

    return check


def _differ(key: str, noun: str) -> Callable[[list[Row], str, Checking], None]:
    def check(rows: list[Row], place: str, checking: Checking) -> None:
        seen = set()
        for number, row in enumerate(rows):
            if row[key] in seen:
                checking.fault(f"{place}[{number}].{key}", f"the {noun} '{row[key]}' stands twice")
            seen.add(row[key])

    return check


def known_version(row: Row, place: str, checking: Checking) -> None:
    if row["schema_version"] != SCHEMA_VERSION:
        checking.fault(f"{place}.schema_version", f"only version {SCHEMA_VERSION} can be read")


def milestones_differ(row: Row, place: str, checking: Checking) -> None:
    _differ("stage", "stage")(row["milestones"], f"{place}.milestones", checking)
    if row["board"]:
        meetings = f"{place}.board.meetings"
        _differ("date", "meeting on")(row["board"]["meetings"], meetings, checking)


def coordinators_coordinate(row: Row, place: str, checking: Checking) -> None:
    is_coordinator = "coordinator" in row["app_roles"]
    if is_coordinator and not row["coordinates"]:
        checking.fault(f"{place}.coordinates", "say which programmes, or all")
    if row["coordinates"] and not is_coordinator:
        checking.fault(f"{place}.coordinates", "only a coordinator has this")


def deputy_differs(row: Row, place: str, checking: Checking) -> None:
    if row["deputy"] and row["deputy"] == row["facilitator"]:
        checking.fault(f"{place}.deputy", "the facilitator cannot be their own deputy")


def choices_have_options(row: Row, place: str, checking: Checking) -> None:
    is_choice = row["type"] in {"radio", "checkboxes", "select"}
    if is_choice and len(row["options"]) < 2:
        checking.fault(f"{place}.options", "a choice needs two options or more")
    if row["options"] and not is_choice:
        checking.fault(f"{place}.options", f"a question of type {row['type']} has no options")


def plan_differs(row: Row, place: str, checking: Checking) -> None:
    """Objectives and activities go by their numbers."""
    _differ("ref", "number")(row["action_plan"], f"{place}.action_plan", checking)
    for number, plan in enumerate(row["action_plan"]):
        activities = f"{place}.action_plan[{number}].activities"
        _differ("ref", "number")(plan["activities"], activities, checking)


def questions_leave_the_person_alone(row: Row, place: str, checking: Checking) -> None:
    """An advert words no question about who the person is, nor what they agree to."""
    form = KINDS[KIND_OF_ADVERT[OpportunityKind(row["kind"])]]
    kept = {field.key for field in form.fields() if field.applicant or field.is_consent}
    for number, question in enumerate(row["questions"]):
        if question["id"] in kept:
            words = f"the form asks '{question['id']}' of everyone in its own words"
            checking.fault(f"{place}.questions[{number}].id", words)


def questions_differ(row: Row, place: str, checking: Checking) -> None:
    _differ("id", "question")(row["questions"], f"{place}.questions", checking)


def open_has_reply_by(row: Row, place: str, checking: Checking) -> None:
    if Status(row["status"]) in OPEN and row["reply_by"] is None:
        checking.fault(f"{place}.reply_by", "an open expression needs the date of our reply")
    if row["kind"] == "research_participation" and row["status"] in {"offered", "joined"}:
        checking.fault(f"{place}.status", "interest in a study ends at passed_to_study")


# --- across the parts: run once all parts are right ---------------------------------------------


def numbers_differ(doc: Row, _place: str, checking: Checking) -> None:
    """A theme's number is its own; a project's number is its own within its programme."""
    _differ("number", "number")(doc["themes"], "themes", checking)
    seen = set()
    for place, row in enumerate(doc["projects"]):
        name = (row["programme"], row["number"])
        if name in seen:
            words = f"the number {row['number']} stands twice in {row['programme']}"
            checking.fault(f"projects[{place}].number", words)
        seen.add(name)


def samples_fit(doc: Row, _place: str, checking: Checking) -> None:
    """A sample expression is of the kind that its opportunity, project or workshop asks for."""
    asked = {o["id"]: KIND_OF_ADVERT[OpportunityKind(o["kind"])] for o in doc["opportunities"]}
    asked |= {project["id"]: "staff_volunteer" for project in doc["projects"]}
    asked |= {workshop["id"]: "workshop_place" for workshop in doc["workshops"]}
    free = {"general", "research_need", "industry_enquiry"}
    for place, row in enumerate(doc["sample_eois"]):
        target, kind = row["target"], row["kind"]
        if target != "general" and asked.get(target, kind) not in {kind} | (free & {kind}):
            words = f"{target} asks for {asked[target]}, not {kind}"
            checking.fault(f"sample_eois[{place}].kind", words)
        if target == "general" and kind not in free:
            checking.fault(f"sample_eois[{place}].target", f"{kind} needs one to be about")


ACROSS: Final[tuple[Rule, ...]] = (numbers_differ, samples_fit)
