"""Carrying out what a panel asked, or showing its email first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import select

from ppflow.access import Standing
from ppflow.db import db
from ppflow.deciding import forms
from ppflow.deciding.forms import ActForm
from ppflow.deciding.mail import preview, refuse_missing, result_words
from ppflow.deciding.workflow import Panel, panels_for
from ppflow.errors import Conflict, NotComplete, NotNow
from ppflow.expressions import acts
from ppflow.expressions.acts import SEND, Done, LetterChoice
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import by_reference
from ppflow.handling import acts as handling
from ppflow.letters import Rendered
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.places import acts as places
from ppflow.projects.models import Project
from ppflow.releasing import acts as releasing
from ppflow.routing import acts as routing


@dataclass(frozen=True)
class Outcome:
    """What came of pressing the button: it is done, or its email is to be read or edited first."""

    words: str = ""
    letter: Rendered | None = None
    is_done: bool = False
    is_editing: bool = False


def carry_out(
    panel: Panel, form: ActForm, expression: Expression, by: Standing, *, is_looking: bool
) -> Outcome:
    """Do what the panel says, in the caller's transaction, or show its email first.

    An email goes only as it stood on the page. `is_looking`: only show it. Raises `NotComplete`,
    `NotNow` and `Conflict` with words for the person who acts.
    """
    version = _version(form)
    if panel not in panels_for(expression, by):
        _refuse_late(expression, by, version)
    details = details_of(form, expression, by)
    refuse_missing(panel, details)
    letter, choice = preview(panel, expression, by, details), SEND
    if letter is not None:
        chosen = _choice(form, letter, expression.reference)
        if is_looking or chosen is None:
            is_editing = form.letter.data == forms.EDIT
            return Outcome(letter=letter, is_editing=is_editing)
        choice = chosen
    elif is_looking:  # a field has changed, and no button was pressed
        return Outcome()
    forms.is_sure(form)
    done = _do(panel, form, expression, by, version, choice, details)
    return Outcome(
        words=result_words(panel, done, is_prepared=expression.pending_verb == panel.act),
        is_done=True,
    )


def _version(form: ActForm) -> int:
    typed = form.version.data or ""
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _refuse_late(expression: Expression, by: Standing, version: int) -> NoReturn:
    if version != expression.version:
        raise Conflict(
            "Somebody else changed this first.", expression=expression, since_version=version
        )
    raise NotNow(acts.closed_words(by, expression))


def _do(
    panel: Panel,
    form: ActForm,
    expression: Expression,
    by: Standing,
    version: int,
    choice: LetterChoice,
    details: dict[str, Any],
) -> Done | None:
    note = form.note.data or "" if "note" in form else ""
    if panel.act == "ring":
        handling.rang(expression, form.how.data or "", by=by, note=note, expected_version=version,
                      next_reply_by=details.get("next_reply_by"))  # fmt: skip
        return None
    if panel.act == "assign":
        handling.give(expression, _colleague(form), by=by, note=note, expected_version=version)
        return None
    if panel.act == "not_spam":
        routing.release(expression, by=by, expected_version=version)
        return None
    if panel.act == "pass_on":
        return handling.pass_on(
            expression, by=by, letter=choice, expected_version=version, note=note, **details
        )
    if panel.act == "carry_over":
        return places.carry_over(
            expression, details["opportunity"], by=by, expected_version=version, letter=choice
        )
    if releasing.is_joint(panel.act, expression):
        releasing.prepare(
            panel.act, expression, by=by, expected_version=version, letter=choice, **details
        )
        return None
    if panel.act == "offer":
        places.refuse_over(
            expression, is_meant="over_places" in form and bool(form.over_places.data)
        )
    return acts.perform(
        panel.act, expression, by=by, expected_version=version, letter=choice, **details
    )


def _choice(form: ActForm, letter: Rendered, reference: str) -> LetterChoice | None:
    """What staff chose for the letter; None while they have not read what would go."""
    if form.letter.data == forms.NONE:
        return LetterChoice(is_sent=False) if form.shown.data == forms.NONE else None
    if form.letter.data == forms.EDIT:
        is_written = form.letter_body.raw_data is not None and bool(form.letter_body.raw_data)
        return LetterChoice(edited=forms.edited(form, reference)) if is_written else None
    return LetterChoice(edited=letter) if form.shown.data == forms.digest(letter) else None


def details_of(form: ActForm, expression: Expression, by: Standing) -> dict[str, Any]:
    """What was typed, with the people and forms it names; raises `NotComplete` for an unknown."""
    found = forms.details(form)
    if "to" in form and form.to.data:
        if form.to.data not in {str(choice[0]) for choice in form.to.iter_choices()}:
            raise NotComplete("to", "Choose who answers from now on.")
        found |= _receiver(form.to.data)
    if "alternative" in form and form.alternative.data:
        chosen = select(Opportunity).where(Opportunity.slug == form.alternative.data)
        found["opportunity"] = db.session.scalars(chosen).one_or_none()
    if "duplicate_of" in form and form.duplicate_of.data:
        other = db.session.scalars(by_reference(form.duplicate_of.data, by)).one_or_none()
        if other is None:
            raise NotComplete("duplicate_of", "We cannot find a form with this reference.")
        found["duplicate_of"] = other
    return found


def _receiver(value: str) -> dict[str, Any]:
    """Who would answer from now on: a person, or whoever answers on a project now."""
    what, _, number = value.partition("-")
    if what == "person":
        return {"to": db.session.get_one(Person, int(number))}
    project = db.session.get_one(Project, int(number))
    choice = routing.choose_on(project)
    if choice.person is None:
        raise NotComplete("to", "Nobody on that project can take it now. Choose a person.")
    return {"to": choice.person, "project": project, "why": choice.why}


def _colleague(form: ActForm) -> Person:
    if not form.colleague.data:
        raise NotComplete("colleague", "Choose who answers from now on.")
    return db.session.get_one(Person, int(form.colleague.data))
