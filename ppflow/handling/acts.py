"""The acts among staff: rang, noted, given to a colleague, passed on, a letter done by hand.

They stand beside the life of an expression. The decision page and bulk acts both come here. All
in the caller's transaction; all raise `NotAllowed` for somebody who may not answer the form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from ppflow import clock, events, keys
from ppflow.access import Standing
from ppflow.answers.models import CallAnswer
from ppflow.answers.queries import call_answers
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.expressions import acts, mail
from ppflow.expressions.acts import SEND, Done, LetterChoice
from ppflow.expressions.models import Expression, LastContact, Note
from ppflow.handling.models import Mention
from ppflow.handling.queries import colleagues, named_in, unread_mentions
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.people.queries import standing_of
from ppflow.projects.models import Project
from ppflow.projects.queries import projects_of
from ppflow.routing import acts as routing
from ppflow.workflow import Who

CALLS: Final = frozenset({"rang_spoke", "rang_left_message", "rang_no_answer"})
BY_HAND: Final = {"posted": "posted", "rang": "read_out"}  # what was done, the verb of its event


def write_note(
    expression: Expression, body: str, *, by: Standing, tell: Sequence[Person] = ()
) -> Note:
    """Words among staff. The version does not rise: a note spoils nobody's open decision.

    `tell` and those named as "@Dev Patel" are told by a letter without personal details. Raises
    `NotComplete` for somebody who may not see the form.
    """
    refuse_strangers(expression, by)
    return _note(expression, body, by, tell)


def _note(
    expression: Expression,
    body: str,
    by: Standing,
    tell: Sequence[Person] = (),
    *,
    is_told: bool = True,
) -> Note:
    told = _told(expression, body, by, tell) if is_told and (tell or "@" in body) else []
    note = Note(expression_id=expression.id, by_id=by.person_id, body=body)
    db.session.add(note)
    db.session.flush()
    for person in told:
        db.session.add(
            Mention(note_id=note.id, expression_id=expression.id, person_id=person.id,
                    by_id=by.person_id)
        )  # fmt: skip
    events.record("note", expression, by.actor, fields=["mentions"] if told else [])
    if told:
        giver = db.session.get_one(Person, by.person_id)
        mail.tell_staff("staff-mentioned", expression, told, giver=giver)
    return note


def _told(expression: Expression, body: str, by: Standing, tell: Sequence[Person]) -> list[Person]:
    people = [person for person, _ in colleagues(expression)]
    if not {person.id for person in tell} <= {person.id for person in people}:
        raise NotComplete("mention", "Choose a colleague who may see this form.")
    told = {person.id: person for person in [*tell, *named_in(body, people)]}
    told.pop(by.person_id, None)  # a note to oneself needs no letter
    return list(told.values())


def read_mentions(expression: Expression, *, by: Standing) -> None:
    """This person has read where they were mentioned; it leaves their home page."""
    unread = unread_mentions(expression, by)
    for mention in unread:
        mention.read_at = clock.now()
    if unread:
        events.record("read_note", expression, by.actor)


def keep_call(
    expression: Expression, said: Mapping[str, tuple[bool, str]], *, by: Standing
) -> None:
    """Keep what came up on a call: by question, whether it was asked, and a short answer.

    Only what changed is written, with who and when. The version does not rise, as for a note.
    """
    refuse_strangers(expression, by)
    here = {each.question: each for each in call_answers(expression.id)}
    for question, (is_asked, answer) in said.items():
        row = here.get(question)
        if row is None:
            row = CallAnswer(expression_id=expression.id, question=question)
            db.session.add(row)
        row.is_asked, row.by_id, row.at = is_asked, by.person_id, clock.now()
        row.sealed = keys.seal({"answer": answer}) if answer else None
    if said:
        events.record("call_notes", expression, by.actor)


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
    _refuse_outsider("to", to, expression, details.get("project"))
    details.setdefault("why", f"because {giver.name} passed it on to you")
    done = acts.perform(
        "pass_on", expression, by=by, expected_version=expected_version, letter=letter, to=to,
        **details,
    )  # fmt: skip
    if note:  # past the door: it may be somebody else's already
        _note(expression, note, by)
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
    is_told: bool = True,
) -> Note | None:
    """Give it to a colleague, with a note for them if need be. The promised date stays.

    Not `is_told`, no letter goes, also not to whom the note names: one goes for many at once.
    Raises `NotNow` for a closed form or a suspected spam, `NotComplete` when they have it already.
    """
    _hold(expression, by, expected_version)
    if not expression.is_open or expression.set_aside_at is not None:
        raise NotNow("Only an open form can be given to somebody.")
    if person.id == expression.assignee_id:
        raise NotComplete("colleague", f"{person.name} answers this already. Choose somebody else.")
    _refuse_outsider("colleague", person, expression)
    why = "because you took it over" if person.id == by.person_id else ""
    routing.hand_over(
        expression, person, by=by, expected_version=expected_version, why=why, is_told=is_told
    )
    return _note(expression, note, by, is_told=is_told) if note else None


def _refuse_outsider(
    field: str, person: Person, expression: Expression, project: Project | None = None
) -> None:
    """Raises `NotComplete` for somebody who may not see the form, where it goes to now."""
    has = standing_of(person, projects_of(person.id))
    place = project.id if project is not None else expression.project_id
    is_here = has.coordinates(expression.programme_id) or place in has.projects
    if not person.active or not (is_here or person.id == expression.assignee_id):
        raise NotComplete(field, f"{person.name} may not see this form. Choose somebody else.")


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
