"""The form of one rule, and the choices around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from wtforms import HiddenField
from wtforms.validators import ValidationError

from ppflow import forms
from ppflow.forms import MaxCharacters, Needed, choices
from ppflow.routing.models import Rule
from ppflow.routing.workflow import AREA, EMPTY, LABELS, Conditions, Field, tidy_area
from ppflow.ruling.queries import Known

MOST_AREAS: Final = 50


def areas_of(typed: str | None) -> list[str]:
    """The postcode areas of a line, without repeats, as they are compared."""
    found = [tidy_area(each) for each in (typed or "").replace(";", ",").split(",")]
    return list(dict.fromkeys(each for each in found if each))


def _are_areas(_form: Any, bound: Any) -> None:
    found = areas_of(bound.data)
    wrong = next((each for each in found if not AREA.fullmatch(each)), "")
    if wrong:
        raise ValidationError(
            f"“{wrong}” is not the start of a postcode. Write for example B, CV, LS6."
        )
    if len(found) > MOST_AREAS:
        raise ValidationError(f"Name at most {MOST_AREAS} areas. B stands for B1, B23 and so on.")


class RuleForm(forms.PageForm):
    """What it is called, what it takes, and who gets that."""

    version = HiddenField()
    name = forms.Text(
        "Name of the rule",
        [Needed("Enter a short name, for example Leeds and near."), MaxCharacters(80)],
        hint="Whoever gets a form by this rule reads its name. Write nothing about applicants.",
    )
    kind = forms.Checkboxes(LABELS[Field.KIND], choices=[])
    project = forms.Checkboxes(LABELS[Field.PROJECT], choices=[])
    theme = forms.Checkboxes(LABELS[Field.THEME], choices=[])
    opportunity = forms.Checkboxes(LABELS[Field.OPPORTUNITY], choices=[])
    topic = forms.Checkboxes(LABELS[Field.TOPIC], choices=[])
    place = forms.Checkboxes(LABELS[Field.PLACE], choices=[])
    area = forms.Text(
        LABELS[Field.AREA],
        [_are_areas, MaxCharacters(400)],
        hint="The first part of postcodes, with commas. B takes B1 and B23, and not BS1.",
    )
    no_area = forms.Tick("Also forms without a postcode")
    source = forms.Checkboxes(LABELS[Field.SOURCE], choices=[])
    needs = forms.Checkboxes(LABELS[Field.NEEDS], choices=[])
    to = forms.Choice("Who gets these forms", [Needed("Choose who gets these forms.")], choices=[])
    is_on = forms.Tick("Use this rule", default=["yes"])

    def offer(self, known: Known, rule: Rule | None) -> None:
        """Set what can be chosen; what a rule names already can stay."""
        conditions: Mapping[str, Any] = rule.conditions if rule else {}
        for name, options in known.options().items():
            there = {value for value, _ in options}
            gone = [(v, "No longer here") for v in conditions.get(name, []) if v not in there]
            bound: Any = self[name.value]
            bound.choices = choices([*options, *gone])
        targets = [("", "Choose"), *known.targets()]
        if rule is not None and target_value(rule) not in dict(targets):
            targets.append((target_value(rule), "Somebody who no longer answers here"))
        self.to.choices = choices(targets)

    def values(self) -> dict[str, Any]:
        """What was typed, by the names of the columns."""
        what, _, number = self.to.data.partition("-")
        return {
            "name": self.name.data or "",
            "conditions": self._conditions(),
            "person_id": int(number) if what == "person" else None,
            "project_id": int(number) if what == "project" else None,
            "is_on": bool(self.is_on.data),
        }

    def _conditions(self) -> Conditions:
        areas = areas_of(self.area.data) + ([EMPTY] if self.no_area.data else [])
        found = {name.value: areas if name is Field.AREA else self._ticked(name) for name in Field}
        return {name: values for name, values in found.items() if values}

    def _ticked(self, name: Field) -> list[str]:
        """What is ticked, in the order of the options."""
        bound: Any = self[name.value]
        return [value for value, *_ in bound.choices if value in (bound.data or [])]


def target_value(rule: Rule) -> str:
    """The value of whom a rule names, among the choices."""
    if rule.person_id is not None:
        return f"person-{rule.person_id}"
    return f"project-{rule.project_id}" if rule.project_id is not None else "coordinators"


def data_of(rule: Rule) -> dict[str, Any]:
    """A rule as the form shows it."""
    areas = rule.conditions.get(Field.AREA, [])
    return {
        **rule.conditions,
        "version": rule.version,
        "name": rule.name,
        "to": target_value(rule),
        "is_on": ["yes"] if rule.is_on else [],
        "area": ", ".join(area for area in areas if area != EMPTY),
        "no_area": ["yes"] if EMPTY in areas else [],
    }


class RemoveForm(forms.PageForm):
    """Removing is chosen, never pressed by accident."""

    version = HiddenField()
    sure = forms.Radios(
        "Remove this rule?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes, remove it"), ("no", "No, keep it")],
    )


class MoveForm(forms.PageForm):
    """One step up or down; `at` is where the rule stood on the page."""

    way = HiddenField()
    at = HiddenField()


class SwitchForm(forms.PageForm):
    """Use the rules of a programme, or not."""

    is_on = HiddenField()
