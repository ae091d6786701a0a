"""The one door through which an expression changes: `perform`, and taking it back: `undo`.

Routes, bulk acts, jobs and commands all come here. `perform` checks table, permission, guard and
version, then writes status, event and letters in the caller's one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.events import ActorKind, Event
from ppflow.expressions import calendar, effects, interest, mail, replacing, telling, undoing
from ppflow.expressions.effects import By, actor_of
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import LIFE, WORDS, Status, talk_off
from ppflow.letters import Rendered
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.workflow import Transition, Who


@dataclass(frozen=True)
class LetterChoice:
    """What staff chose for the letter they were shown: send it, send it edited, or not.

    `undo_for`: how long an act can be taken back of which nobody is told.
    """

    is_sent: bool = True
    edited: Rendered | None = None
    undo_for: timedelta = timedelta(0)


SEND = LetterChoice()


@dataclass
class Done:
    """What an act did: the event, and the letters it caused."""

    expression: Expression
    event: Event
    letters: list[Letter] = field(default_factory=list)
    told: list[Letter] = field(default_factory=list)  # to whoever answers, of a new time
    replaced: list[Letter] = field(default_factory=list)  # not gone yet, and cancelled by this


def who_is(by: By, expression: Expression) -> frozenset[Who]:
    """In which capacities this actor may act on this expression."""
    if isinstance(by, Standing):
        capacities = set()
        if by.coordinates(expression.programme_id):
            capacities |= {Who.STAFF, Who.COORDINATOR}
        if expression.project_id in by.projects or expression.assignee_id == by.person_id:
            capacities.add(Who.STAFF)
        return frozenset(capacities)
    return frozenset({Who.APPLICANT if by.kind is ActorKind.APPLICANT else Who.SYSTEM})


def open_to(by: By, expression: Expression) -> list[Transition]:
    """The acts open to this actor now, in the table's order. Guards may still say not yet."""
    found = LIFE.verbs_from(expression.status, who_is(by, expression))
    if expression.set_aside_at is not None:
        return [t for t in found if t.verb in {"spam", "not_spam"}]
    return [t for t in found if t.verb != "not_spam" or expression.status is Status.SPAM]


def perform(
    verb: str,
    expression: Expression,
    *,
    by: By,
    expected_version: int | None = None,
    letter: LetterChoice = SEND,
    **details: Any,
) -> Done:
    """Do `verb` to the expression, in the caller's transaction.

    `details` holds what the transition needs (body, accept_by, talk_at …) and `next_reply_by`, the
    date by which the person hears next. Raises `Conflict` when somebody else acted first,
    `NotNow` when the verb is not open, `NotAllowed`, and `NotComplete` for a missing detail.
    """
    db.session.refresh(expression, with_for_update=True)
    if by == events.APPLICANT and not _may_stay_held(verb, expression):
        undoing.give_way(expression)
    transition = checked(verb, expression, by, expected_version, details)
    status, was = expression.status, undoing.before(expression)
    was_counted = interest.is_counted(expression)
    replaced = replacing.replace(transition, expression)
    sequence = expression.talk_sequence
    details["talk_off"] = talk_off(verb, expression)
    effects.apply(transition, expression, by, details)
    now, reason = expression.status, details.get("reason")
    event = events.record(
        verb, expression, actor_of(by), from_status=status, to_status=now, reason=reason
    )
    done = Done(expression, event, replaced=replaced)
    has_new_time = expression.talk_sequence != sequence
    _write_letter(transition, done, by, letter, details, has_new_time=has_new_time)
    if has_new_time:
        _tell_of_time(done, by)
    is_quiet = letter.undo_for and not undoing.says(verb, details)
    _keep_undo(transition, done, by, was, letter.undo_for if is_quiet else timedelta(0))
    expression.version += 1
    interest.recount_interest(expression, was_counted)
    db.session.flush()
    return done


def _may_stay_held(verb: str, expression: Expression) -> bool:
    """A message from the person leaves a held decision alone; their own decisions end it."""
    transition = LIFE.transitions[verb]
    return transition.target is None and expression.status in transition.sources


def checked(
    verb: str, expression: Expression, by: By, version: int | None, details: dict[str, Any]
) -> Transition:
    """The row of the table, if this actor may do it now with these details; raises as `perform`."""
    transition = LIFE.transitions[verb]
    if version is not None and version != expression.version:
        raise Conflict("Somebody changed this first.", expression=expression, since_version=version)
    if not who_is(by, expression) & transition.who:
        raise NotAllowed("You may not do this with this form.")
    if transition not in open_to(by, expression):
        raise NotNow(closed_words(by, expression))
    for name in transition.needs:
        if details.get(name) in (None, "", []):
            raise NotComplete(name, MISSING[name])
    if isinstance(by, Standing):
        details.setdefault("is_coordinator", by.coordinates(expression.programme_id))
    transition.guard(expression, details)
    next_by = details.get("next_reply_by")
    if next_by is not None and next_by < clock.today():
        raise NotComplete("next_reply_by", "Choose a date that is not in the past.")
    return transition


def closed_words(by: By, expression: Expression) -> str:
    """Why an act is not open. Only staff read the status: the applicant's own page knows better."""
    if not isinstance(by, Standing):
        return "This cannot be done now. Open your page again to see what has changed."
    label = WORDS[expression.status].staff_label
    return f"This is not open now: the status is “{label}”."


MISSING = {
    "body": "Write the message.",
    "talk_at": "Enter the day and time of the conversation.",
    "talk_times": "Give two or three times to choose from.",
    "talk_how": "Say how you will talk, for example by phone.",
    "accept_by": "Enter the day by which they should answer.",
    "next_reply_by": "Enter the day by which they hear from us next.",
    "reason": "Choose a reason.",
    "opportunity": "Choose one of them.",
    "to": "Choose who answers from now on.",
    "duplicate_of": "Enter the reference of the other form.",
}


def _write_letter(
    transition: Transition,
    done: Done,
    by: By,
    choice: LetterChoice,
    details: dict[str, Any],
    *,
    has_new_time: bool,
) -> None:
    if transition.letter is None or not choice.is_sent:
        return
    expression = done.expression
    person = db.session.get(Person, by.person_id) if isinstance(by, Standing) else None
    rendered = choice.edited or mail.for_applicant(transition.letter, expression, person, **details)
    is_held = isinstance(by, Standing)
    is_dated = has_new_time or calendar.must_follow(expression, done.replaced)
    written = mail.to_applicant(
        transition.letter,
        expression,
        rendered,
        hold=replacing.hold_for(transition.letter, expression) if is_held else timedelta(0),
        is_automatic=not is_held,
        is_about_status=replacing.is_about_status(transition),
        calendar=calendar.for_applicant(expression) if is_dated else None,
    )
    done.letters.append(written)
    if isinstance(by, Standing):
        effects.wrote(transition.verb, expression)
    db.session.flush()
    if undoing.says(transition.verb, details):
        expression.messages[-1].letter_id = written.id


def _tell_of_time(done: Done, by: By) -> None:
    if isinstance(by, Standing):
        done.told, stale = telling.tell_of_time(done.expression, by)
        done.replaced += stale


def _keep_undo(
    transition: Transition, done: Done, by: By, was: dict[str, Any], quietly_for: timedelta
) -> None:
    db.session.flush()
    if not isinstance(by, Standing) and transition.target is None:
        undoing.keep_their_message(done.expression)
        return
    written = [*done.letters, *done.told]
    held = [letter for letter in written if letter.state is LetterState.QUEUED]
    until = max((letter.due_at for letter in held), default=None)
    if quietly_for and not written and transition.target is not None:
        until = clock.now() + quietly_for
    if isinstance(by, Standing) and until and transition.verb not in undoing.NEVER_UNDONE:
        undoing.keep(done.expression, was, done.event, held, done.replaced, until)
    else:
        done.expression.undo = None


def undo(expression: Expression, *, by: Standing) -> list[Letter]:
    """Take the last decision back while its letter is held; gives the letters that go after all.

    Raises `NotNow` when it has gone.
    """
    db.session.refresh(expression, with_for_update=True)
    if not who_is(by, expression) & {Who.STAFF}:
        raise NotAllowed("You may not do this with this form.")
    return undoing.take_back(expression, by.actor)
