"""The form of one project's team: how they share, and a limit for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from wtforms import HiddenField
from wtforms.validators import ValidationError

from ppflow import forms
from ppflow.forms import Needed
from ppflow.projects.models import STRATEGY_LABELS, Member, Strategy
from ppflow.web import plural

MOST: Final = 999
HINTS: Final = {
    Strategy.LEAD: "The deputy covers while the facilitator is away or has too many.",
    Strategy.ROUND_ROBIN: "Facilitators and deputies, one by one. Whoever is away is skipped.",
    Strategy.LEAST_OPEN: "Of facilitators and deputies. Forms of other projects count too.",
    Strategy.POOL: "Nobody has it until one of them takes it. All of them are told.",
}


def _is_whole(_form: Any, bound: Any) -> None:
    text = bound.data or ""
    if text and not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST):
        raise ValidationError(f"Enter a whole number from 1 to {MOST}, or leave it empty.")


class TeamForm(forms.PageForm):
    """How new forms are shared; `form_for` adds one limit for each member."""

    version = HiddenField()
    strategy = forms.Radios(
        "Who gets the next form",
        [Needed("Choose who gets the next form.")],
        choices=list(STRATEGY_LABELS.items()),
    )


def form_for(
    members: Sequence[Member], held: Mapping[int, int], data: Mapping[str, Any] | None
) -> TeamForm:
    """The form with a limit for each of these members; `data` is what stands now."""
    limits = {
        f"most_{member.id}": forms.Number(
            f"Most open forms for {member.person.name}",
            [forms.optional(), _is_whole],
            hint=f"Holds {plural(held.get(member.person_id, 0), 'open form')} now.",
            width="3",
        )
        for member in members
    }
    built = type("MembersTeamForm", (TeamForm,), limits)
    form: TeamForm = built(data=data) if data is not None else built()
    form.strategy.option_hints = {each.value: hint for each, hint in HINTS.items()}
    return form


def data_of(members: Sequence[Member], strategy: Strategy, version: int) -> dict[str, Any]:
    """What stands now, as the form shows it."""
    limits = {f"most_{m.id}": "" if m.most_open is None else str(m.most_open) for m in members}
    return {"strategy": strategy.value, "version": version, **limits}


def limits_of(form: TeamForm, members: Sequence[Member]) -> dict[int, int | None]:
    """The limits typed, by the id of the member; None: no limit."""
    typed = {member.id: form[f"most_{member.id}"].data for member in members}
    return {id_: int(text) if text else None for id_, text in typed.items()}
