"""The acts among staff: rang, noted, given to a colleague, passed on, a letter done by hand.

They stand beside the life of an expression. The decision page and bulk acts both come here. All
in the caller's transaction; all raise `NotAllowed` for somebody who may not answer the form.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.expressions import acts, mail
from ppflow.expressions.acts import SEND, Done, LetterChoice
from ppflow.expressions.models import Expression, LastContact, Note
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.routing import acts as routing
from ppflow.workflow import Who

CALLS: Final = frozenset({"rang_spoke", "rang_left_message", "rang_no_answer"})
BY_HAND: Final = {"posted": "posted", "rang": "read_out"}  # what was done, the verb of its event


def write_note(expression: Expression, body: str, *, by: Standing) -> Note:
    """Words among staff. The version does not rise: a note spoils nobody's open decision."""
    refuse_strangers(expression, by)
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
    if expression.set_aside_at is not None:
        raise NotNow("Judge first whether this is spam.")
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
    letter: LetterChoice = SEND,
    expected_version: int | None = None,
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
    if note:  # past the door: it may be somebody else's already
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
    """Give it to a colleague, with words for them if need be. The promised date stays.

    Raises `NotNow` for a closed form or a suspected spam, `NotComplete` when they have it already.
    """
    _hold(expression, by, expected_version)
    if not expression.is_open or expression.set_aside_at is not None:
        raise NotNow("Only an open form can be given to somebody.")
    if person.id == expression.assignee_id:
        raise NotComplete("colleague", f"{person.name} answers this already. Choose somebody else.")
    why = "because you took it over" if person.id == by.person_id else ""
    routing.hand_over(expression, person, by=by, expected_version=expected_version, why=why)
    if note:
        write_note(expression, note, by=by)


def done_by_hand(expression: Expression, letter: Letter, how: str, *, by: Standing) -> None:
    """A letter without an email has reached its person: posted, or read out on the phone."""
    refuse_strangers(expression, by)
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
    refuse_strangers(expression, by)
    if version is not None and version != expression.version:
        raise Conflict(
            "Somebody else changed this first.", expression=expression, since_version=version
        )


def refuse_strangers(expression: Expression, by: Standing) -> None:
    """Raises `NotAllowed` for somebody who may not answer this form."""
    if not acts.who_is(by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not do this with this form.")
