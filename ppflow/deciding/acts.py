"""Carrying out what a panel asked, and the acts among staff beside the life of an expression."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.db import db
from ppflow.deciding import forms
from ppflow.deciding.forms import ActForm
from ppflow.deciding.mail import preview, refuse_missing, result_words
from ppflow.deciding.workflow import Panel
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.expressions import acts, mail
from ppflow.expressions.acts import SEND, Done, LetterChoice
from ppflow.expressions.models import Expression, LastContact, Note
from ppflow.expressions.queries import by_reference
from ppflow.letters import Rendered
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.projects.models import Project
from ppflow.routing import acts as routing
from ppflow.workflow import Who

CALLS = {"rang_spoke", "rang_left_message", "rang_no_answer"}
BY_HAND = {"posted": "posted", "rang": "read_out"}  # what was done, and the verb of its event


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
    details = details_of(form, expression, by)
    typed = form.version.data or ""
    version = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
    refuse_missing(panel, details)
    letter, choice = preview(panel, expression, by, details), SEND
    if letter is not None:
        chosen = _choice(form, letter, expression.reference)
        if is_looking or chosen is None:
            is_editing = form.letter.data == forms.EDIT
            return Outcome(letter=letter, is_editing=is_editing)
        choice = chosen
    forms.is_sure(form)
    letters = _do(panel, form, expression, by, version, choice, details)
    return Outcome(words=result_words(panel, letters), is_done=True)


def _do(
    panel: Panel,
    form: ActForm,
    expression: Expression,
    by: Standing,
    version: int,
    choice: LetterChoice,
    details: dict[str, Any],
) -> list[Letter]:
    note = form.note.data or "" if "note" in form else ""
    if panel.act == "ring":
        rang(expression, form.how.data or "", by=by, note=note, expected_version=version,
             next_reply_by=details.get("next_reply_by"))  # fmt: skip
        return []
    if panel.act == "assign":
        give(expression, _colleague(form), by=by, note=note, expected_version=version)
        return []
    if panel.act == "not_spam":
        routing.release(expression, by=by, expected_version=version)
        return []
    if panel.act == "pass_on":
        return pass_on(
            expression, by=by, letter=choice, expected_version=version, note=note, **details
        ).letters
    return acts.perform(
        panel.act, expression, by=by, expected_version=version, letter=choice, **details
    ).letters


def _choice(form: ActForm, letter: Rendered, reference: str) -> LetterChoice | None:
    """What staff chose for the letter; None while they have not read what would go."""
    if form.letter.data == forms.NONE:
        return LetterChoice(is_sent=False)
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
    choice = routing.choose(Expression(project_id=project.id))
    if choice.person is None:
        raise NotComplete("to", "Nobody on that project can take it now. Choose a person.")
    return {"to": choice.person, "project": project, "why": choice.why}


def _colleague(form: ActForm) -> Person:
    if not form.colleague.data:
        raise NotComplete("colleague", "Choose who answers from now on.")
    return db.session.get_one(Person, int(form.colleague.data))


# --- among staff ---------------------------------------------------------------------------------


def write_note(expression: Expression, body: str, *, by: Standing) -> Note:
    """Words among staff. The version does not rise: a note spoils nobody's open decision."""
    _refuse_strangers(expression, by)
    note = Note(expression_id=expression.id, by_id=by.person_id, body=body)
    db.session.add(note)
    events.record("note", expression, by.actor)
    return note


def rang(
    expression: Expression,
    how: str,
    *,
    by: Standing,
    note: str = "",
    next_reply_by: date | None = None,
    expected_version: int | None = None,
) -> None:
    """Keep that somebody rang. Having spoken is an answer; a missed call is none.

    Raises `NotComplete` for an unknown result or a date in the past, `Conflict` as `perform` does.
    """
    _hold(expression, by, expected_version)
    if how not in CALLS:
        raise NotComplete("how", "Say what came of the call.")
    if next_reply_by is not None and next_reply_by < clock.today():
        raise NotComplete("next_reply_by", "Choose a date that is not in the past.")
    if how == "rang_spoke":
        expression.first_replied_at = expression.first_replied_at or clock.now()
        expression.has_answered = False
    expression.last_contact, expression.last_contact_at = LastContact.WE_RANG, clock.now()
    named = {"reply_by": next_reply_by} if next_reply_by and expression.is_open else {}
    changed = events.changed_fields(expression, named)
    events.record(how, expression, by.actor, fields=changed)
    if note:
        write_note(expression, note, by=by)
    expression.version += 1


def pass_on(
    expression: Expression,
    *,
    by: Standing,
    to: Person,
    letter: LetterChoice,
    expected_version: int,
    note: str = "",
    **details: Any,
) -> Done:
    """Give it to somebody else, perhaps in another project, and tell the person and the next."""
    giver = db.session.get_one(Person, by.person_id)
    details.setdefault("why", f"because {giver.name} passed it on to you")
    done = acts.perform(
        "pass_on", expression, by=by, expected_version=expected_version, letter=letter, to=to,
        **details,
    )  # fmt: skip
    if note:
        db.session.add(Note(expression_id=expression.id, by_id=by.person_id, body=note))
        events.record("note", expression, by.actor)
    if to.id != by.person_id:
        mail.tell_staff("staff-handed-over", expression, [to], giver=giver)
    return done


def give(
    expression: Expression,
    person: Person,
    *,
    by: Standing,
    note: str = "",
    expected_version: int | None = None,
) -> None:
    """Give it to a colleague, with words for them if need be. The promised date stays."""
    if person.id == expression.assignee_id:
        raise NotComplete("colleague", f"{person.name} answers this already. Choose somebody else.")
    why = "because you took it over" if person.id == by.person_id else ""
    routing.hand_over(expression, person, by=by, expected_version=expected_version, why=why)
    if note:
        write_note(expression, note, by=by)


def done_by_hand(expression: Expression, letter: Letter, how: str, *, by: Standing) -> None:
    """A letter without an email has reached its person: posted, or read out on the phone."""
    _refuse_strangers(expression, by)
    db.session.refresh(letter, with_for_update=True)
    if letter.state is not LetterState.BY_HAND:
        raise NotNow("Somebody has done this letter already.")
    letter.state, letter.ended_at = LetterState.SENT, clock.now()
    letter.handled_by_id = by.person_id
    letter.version += 1
    events.record(BY_HAND[how], expression, by.actor)
    events.record(BY_HAND[how], letter, by.actor, to_status=letter.state)
    if how == "rang":
        expression.last_contact, expression.last_contact_at = LastContact.WE_RANG, clock.now()


def _hold(expression: Expression, by: Standing, version: int | None) -> None:
    db.session.refresh(expression, with_for_update=True)
    _refuse_strangers(expression, by)
    if version is not None and version != expression.version:
        raise Conflict(
            "Somebody else changed this first.", expression=expression, since_version=version
        )


def _refuse_strangers(expression: Expression, by: Standing) -> None:
    if not acts.who_is(by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not do this with this form.")
