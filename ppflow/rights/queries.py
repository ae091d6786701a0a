"""Everything we hold about somebody, sensitive answers too. Notes among staff are never in it."""

from __future__ import annotations

from sqlalchemy import select

from ppflow import keys
from ppflow.answers.models import Answers
from ppflow.answers.queries import call_answers, in_words, meaning_of
from ppflow.applicants.models import MailedCheck, StatusLink
from ppflow.db import db
from ppflow.events import Event
from ppflow.expressions.mail import named
from ppflow.expressions.models import Expression, Message
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import STATE_LABELS, LetterState
from ppflow.people.models import Person
from ppflow.rights import words
from ppflow.rights.words import Pairs, told_at
from ppflow.status.queries import has_gone, line_of_time
from ppflow.visiting.acts import kept_text
from ppflow.visiting.queries import Seen

LOOKED = "look"
CALLS, TALKS, UNSENT = (
    "What you told us on a call",
    "Talks, places and times",
    "What you typed and did not send",
)
SELDOM = {CALLS, TALKS, UNSENT}  # said only where there is something
Section = tuple[str, Pairs]  # with its heading


def everything(expression: Expression, now: Seen) -> list[Section]:
    """All of it as sections of (what, value); a value is text or a list of texts.

    `tests/rights/test_nothing_left_out.py` says of every column whether it is here, and why not.
    """
    chosen = select(StatusLink).where(StatusLink.expression_id == expression.id)
    link = db.session.scalars(chosen).one_or_none()
    entered_by = _name(expression.entered_by_id)
    others = [title for _slug, title in named(now.alternatives)]
    found = [
        ("Your form", words.form(expression, now, entered_by, link)),
        (TALKS, words.agreed(expression, now, others)),
        (
            "Who you are and how we reach you",
            words.person(expression.applicant, _new_address(expression)),
        ),
        *_answers(expression),
        (CALLS, _calls(expression)),
        ("Your permissions", _permissions(expression)),
        ("Messages", _messages(expression)),
        (UNSENT, _typed_too_late(link)),
        ("Emails and letters to you", _letters(expression)),
        ("What has happened", _happened(expression, now)),
        ("Who opened your sensitive answers", _looks(expression)),
        ("Who answers you", _answering(expression)),
    ]
    return [(heading, pairs) for heading, pairs in found if pairs or heading not in SELDOM]


def _name(person_id: int | None) -> str:
    person = db.session.get(Person, person_id) if person_id else None
    return person.name if person else ""


def _new_address(expression: Expression) -> str:
    """The address they asked us to use and have not confirmed; empty when there is none."""
    asked = select(MailedCheck.new_address).where(
        MailedCheck.expression_id == expression.id,
        MailedCheck.new_address != "",
        MailedCheck.opened_at.is_(None),
    )
    return db.session.scalar(asked.order_by(MailedCheck.id.desc()).limit(1)) or ""


def _typed_too_late(link: StatusLink | None) -> Pairs:
    text = kept_text(link) if link is not None else ""
    return [("On your page, after your time had ended", text)] if text else []


def _calls(expression: Expression) -> Pairs:
    """What staff wrote down on a call, question by question."""
    found: Pairs = []
    for row in call_answers(expression.id):
        said = str(keys.unseal(row.sealed).get("answer", "")) or "No answer written down."
        found.append((row.question, [said, f"{_name(row.by_id)}, {told_at(row.at)}"]))
    return found


def _answers(expression: Expression) -> list[Section]:
    """Every version, newest first: corrections are held too, until the form goes."""
    chosen = select(Answers).where(Answers.expression_id == expression.id)
    found: list[Section] = []
    for version in db.session.scalars(chosen.order_by(Answers.number.desc())):
        values = {**version.plain, **keys.unseal(version.sealed)}
        rows = []
        for key, value in values.items():
            meaning = meaning_of(version, key)
            rows.append((meaning["label"], in_words(value, meaning)))
        heading = "Your answers" if not found else "Your answers before you corrected them"
        found.append((f"{heading} ({told_at(version.answered_at)})", rows))
    return found


def _permissions(expression: Expression) -> Pairs:
    return [
        (
            consent.wording,
            f"{'No' if consent.choice == 'no' else 'Yes'}, said {told_at(consent.given_at)}"
            + (f", read out by {_name(consent.read_out_by_id)}" if consent.read_out_by_id else "")
            + (f", taken back {told_at(consent.withdrawn_at)}" if consent.withdrawn_at else ""),
        )
        for consent in expression.consents
    ]


def _messages(expression: Expression) -> Pairs:
    rows = db.session.execute(
        select(Message.at, Message.body, Message.is_from_applicant, Person.name)
        .outerjoin(Person, Person.id == Message.by_id)
        .outerjoin(Letter, Letter.id == Message.letter_id)
        .where(Message.expression_id == expression.id, has_gone())
        .order_by(Message.id)
    )
    return [
        (f"{told_at(at)}, {'you' if is_theirs else name or 'we'}", body)
        for at, body, is_theirs, name in rows
    ]


def _letters(expression: Expression) -> Pairs:
    """Those that have gone, or are on their way for good; their text is kept a few days only."""
    rows = db.session.scalars(
        select(Letter)
        .where(
            Letter.expression_id == expression.id,
            Letter.name.not_like("staff-%"),
            Letter.state.not_in([LetterState.CANCELLED, LetterState.DRAFT]),
        )
        .order_by(Letter.id)
    )
    return [
        (
            f"{told_at(letter.created_at)}, {letter.subject}",
            [
                f"{STATE_LABELS[letter.state]}"
                + (f", to {letter.to_address}" if letter.to_address else ""),
                letter.body or "The text is deleted by now.",
            ],
        )
        for letter in rows
        if not letter.is_held
    ]


def _happened(expression: Expression, now: Seen) -> Pairs:
    return [(told_at(each.at), each.text) for each in line_of_time(expression, now) if each.text]


def _looks(expression: Expression) -> Pairs:
    rows = db.session.execute(
        select(Event.at, Person.name)
        .join(Person, Person.id == Event.actor_id)
        .where(Event.subject == expression.event_subject, Event.verb == LOOKED)
        .order_by(Event.id)
    )
    return [(told_at(at), name) for at, name in rows]


def _answering(expression: Expression) -> Pairs:
    return [
        (told_at(each.since_at), each.person.name if each.person else "Our coordinators")
        for each in expression.assignments
    ]
