"""The line of time of one expression as staff read it: what happened, was said, noted and sent.

Notes stand here and nowhere an applicant can look: their page has a reading of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select

from ppflow import clock
from ppflow.db import db
from ppflow.events import ActorKind, Event
from ppflow.expressions.models import Assignment, Expression, Message, Note
from ppflow.kinds import KINDS
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import STATE_LABELS, LetterState
from ppflow.people.models import Person
from ppflow.web import moment, plural, time_of_day


class Show(StrEnum):
    """Which part of it to show."""

    ALL = "all"
    MESSAGES = "messages"
    NOTES = "notes"
    EMAILS = "emails"
    ASSIGNED = "assigned"
    EVENTS = "events"


SHOW_LABELS: Final = {
    Show.ALL: "All", Show.MESSAGES: "Messages", Show.NOTES: "Notes", Show.EMAILS: "Emails",
    Show.ASSIGNED: "Who answers", Show.EVENTS: "What was done",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One thing on the line: `kind` is event, note or message."""

    at: datetime
    kind: str
    text: str
    who: str = ""
    more: str = ""

    @property
    def when(self) -> str:
        return moment(self.at)


# {who} is "You", a name, "They" (the applicant) or "The system".
HAPPENED: Final = {
    "receive": "The form arrived.",
    "set_aside": "It was set aside to judge whether it is spam.",
    "start": "{who} started the review.",
    "propose": "{who} proposed times for a conversation.",
    "pick": "{who} chose the time of the conversation.",
    "arrange": "{who} arranged a conversation.",
    "move": "{who} moved the conversation.",
    "talked": "{who} noted that the conversation took place.",
    "talked_sooner": "{who} talked with them before the agreed time.",
    "missed": "{who} noted that they did not come.",
    "prepare": "{who} prepared a decision. It waits to be released with the others.",
    "put_away": "{who} took a prepared decision back. Nobody had been told.",
    "carry_over": "{who} sent the form to another opportunity.",
    "offer": "{who} offered a place.",
    "extend": "{who} gave more time to answer the offer.",
    "accept": "{who} accepted the place.",
    "decline": "{who} declined the place.",
    "wait": "{who} put it on the waiting list.",
    "pass_to_study": "{who} passed it to the study team.",
    "not_this_time": "{who} decided: not this time.",
    "pass_on": "{who} passed it on.",
    "complete": "{who} completed it.",
    "withdraw": "{who} withdrew.",
    "lapse": "{who} closed it, as no answer came.",
    "duplicate": "{who} closed it as the same as another form.",
    "spam": "{who} marked it as spam.",
    "not_spam": "{who} decided that it is not spam.",
    "reopen": "{who} opened it again.",
    "undo": "{who} took the last decision back before anybody was told.",
    "look": "{who} opened the sensitive answers.",
    "confirm": "{who} opened the private link, so the address is theirs.",
    "correct_answers": "{who} corrected the answers{fields}.",
    "correct_address": "{who} changed the email address.",
    "prefer": "{who} changed how we reach them{fields}.",
    "change": "The dates or the place changed. Everybody was told.",
    "promise": "{who} named a new date to hear by.",
    "rang_spoke": "{who} rang, and they spoke.",
    "rang_left_message": "{who} rang and left a message.",
    "rang_no_answer": "{who} rang. Nobody answered.",
    "call_notes": "{who} wrote down what was said on a call.",
    "read_note": "{who} read the note.",
    "posted": "{who} printed and posted a letter.",
    "read_out": "{who} rang and read a letter out.",
}
FOR_THEM: Final = {
    "pick": "{who} wrote down which time they chose.",
    "accept": "{who} wrote down that they accept the place.",
    "decline": "{who} wrote down that they decline the place.",
    "withdraw": "{who} wrote down that they withdraw.",
}
BY_ITSELF: Final = {
    "undo": "They acted first: what was decided before is taken back. Its email did not go.",
}
SHOWN_OTHERWISE: Final = {
    "message", "ask", "answer", "write", "assign", "claim", "note", "tag", "untag",
}  # fmt: skip


def of(expression: Expression, viewer_id: int, show: Show = Show.ALL) -> list[Item]:
    """Everything that happened, newest first; `viewer_id` is who reads "You"."""
    name = expression.applicant.first_name or "the person"
    letters = {letter.id: letter for letter in letters_of(expression)}
    said = _messages(expression, letters, name, viewer_id)
    noted = [_noted(note, viewer_id) for note in expression.notes]
    shown = {message.letter_id for message in expression.messages}
    mailed = [
        Item(letter.created_at, "event", f"{_sort(letter)} to {name}: {letter.subject}", more=state)
        for letter in letters.values()
        if show is Show.EMAILS or letter.id not in shown
        for state in [state_words(letter)]
    ]
    parts: dict[Show, list[Item]] = {
        Show.EVENTS: _happened(expression, viewer_id),
        Show.ASSIGNED: _given(expression, viewer_id),
        Show.EMAILS: mailed,
        Show.MESSAGES: said,
        Show.NOTES: noted,
    }
    everything = [item for part in parts.values() for item in part]
    return sorted(parts.get(show, everything), key=lambda item: item.at, reverse=True)


def letters_of(expression: Expression) -> list[Letter]:
    """The letters to the applicant, oldest first; those to staff say nothing new."""
    return list(
        db.session.scalars(
            select(Letter)
            .where(Letter.expression_id == expression.id, Letter.name.not_like("staff-%"))
            .order_by(Letter.id)
        )
    )


def state_words(letter: Letter) -> str:
    """Where a letter is, in people's words. "Sent" means their server took it, never delivered."""
    if letter.state is LetterState.SENT and letter.ended_at:
        if not letter.to_address:
            return f"Done by hand {moment(letter.ended_at)}"
        return f"Accepted by their mail server {time_of_day(letter.ended_at)}"
    if letter.is_held:
        minutes = max(1, round((letter.due_at - clock.now()).total_seconds() / 60))
        return f"Going in {plural(minutes, 'minute')}"
    label = STATE_LABELS[letter.state]
    return f"{label}. {letter.trouble}" if letter.trouble else label


def _sort(letter: Letter) -> str:
    return "Email" if letter.to_address else "Letter"


def _events(expression: Expression) -> list[Any]:
    return list(
        db.session.execute(
            select(Event, Person.name)
            .outerjoin(Person, Person.id == Event.actor_id)
            .where(Event.subject == expression.event_subject)
            .order_by(Event.id)
        )
    )


def _happened(expression: Expression, viewer_id: int) -> list[Item]:
    return [
        Item(event.at, "event", _words(event, name, viewer_id))
        for event, name in _events(expression)
        if event.verb not in SHOWN_OTHERWISE
    ]


def _words(event: Event, name: str | None, viewer_id: int) -> str:
    kinds = {ActorKind.STAFF: FOR_THEM, ActorKind.SYSTEM: BY_ITSELF}
    words = kinds.get(event.actor_kind, {}).get(event.verb) or HAPPENED.get(event.verb)
    words = words or "{who} did this: " + event.verb.replace("_", " ") + "."
    who = _who(event.actor_kind, event.actor_id, name, viewer_id)
    return words.format(who=who, fields=_fields(event))


def _fields(event: Event) -> str:
    """ ": name, what would help": which answers or details were changed, by their short names."""
    shorts = {field.key: field.short.lower() for kind in KINDS.values() for field in kind.fields()}
    names = dict.fromkeys(shorts.get(key) or key.replace("_", " ") for key in event.fields)
    return f": {', '.join(names)}" if names else ""


def _who(kind: ActorKind, person_id: int | None, name: str | None, viewer_id: int) -> str:
    if kind is ActorKind.STAFF:
        return "You" if person_id == viewer_id else (name or "Somebody")
    return "They" if kind is ActorKind.APPLICANT else "The system"


def _given(expression: Expression, viewer_id: int) -> list[Item]:
    return [
        Item(given.since_at, "event", _given_to(given, viewer_id))
        for given in expression.assignments
    ]


def _given_to(given: Assignment, viewer_id: int) -> str:
    if given.person is None:
        return f"Nobody answers it yet: {given.why}."
    if given.person_id == viewer_id:
        return f"Assigned to you, {given.why}."
    return f"Assigned to {given.person.name}."


def _messages(
    expression: Expression, letters: dict[int, Letter], name: str, viewer_id: int
) -> list[Item]:
    return [
        Item(
            message.at,
            "message",
            message.body,
            _said_by(message, name, viewer_id),
            state_words(letters[message.letter_id]) if message.letter_id in letters else "",
        )
        for message in expression.messages
    ]


def _said_by(message: Message, name: str, viewer_id: int) -> str:
    if message.is_from_applicant:
        return f"{name[0].upper()}{name[1:]} wrote"
    what = "Question" if message.is_question else "Message"
    by = "you" if message.by_id == viewer_id else (message.by.name if message.by else "us")
    return f"{what} to {name} from {by}"


def _noted(note: Note, viewer_id: int) -> Item:
    who = "You" if note.by_id == viewer_id else note.by.name
    return Item(note.at, "note", note.body, who)
