"""Everything we hold about somebody, sensitive answers too. Notes among staff are never in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ppflow import keys
from ppflow.answers.models import Answers
from ppflow.answers.queries import in_words, meaning_of
from ppflow.applicants.models import Applicant
from ppflow.db import db
from ppflow.events import Event
from ppflow.expressions.models import Expression, Message, Source
from ppflow.kinds import KINDS, words
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import STATE_LABELS, LetterState
from ppflow.people.models import Person
from ppflow.status.queries import has_gone, line_of_time
from ppflow.visiting.queries import Seen
from ppflow.web import plain_day, time_of_day

LOOKED = "look"
SOURCES = {Source.WEB: "on the website", Source.PHONE: "by phone", Source.PAPER: "on paper"}
Section = tuple[str, list[tuple[str, Any]]]  # heading, and (what, value) pairs


def everything(expression: Expression, now: Seen) -> list[Section]:
    """All of it as sections of (what, value); a value is text or a list of texts."""
    return [
        ("Your form", _form(expression, now)),
        ("Who you are and how we reach you", _person(expression.applicant)),
        *_answers(expression),
        ("Your permissions", _permissions(expression)),
        ("Messages", _messages(expression)),
        ("Emails and letters to you", _letters(expression)),
        (
            "What has happened",
            _happened(expression, now),
        ),
        ("Who opened your sensitive answers", _looks(expression)),
        ("Who answers you", _answering(expression)),
    ]


def _at(moment: Any) -> str:
    """22 November 2026, 9.41am"""
    return f"{plain_day(moment)}, {time_of_day(moment)}"


def _form(expression: Expression, now: Seen) -> list[tuple[str, Any]]:
    kind = KINDS.get(expression.kind)
    return [
        ("Reference", expression.reference),
        ("About", expression.title),
        ("Kind of form", kind.public_label if kind else expression.kind),
        ("Came to us", SOURCES[expression.source]),
        ("Received", _at(expression.received_at)),
        ("Where it stands", now.words.applicant_label),
        ("You hear from us by", plain_day(now.reply_by) if now.is_open and now.reply_by else ""),
        ("Address confirmed", _at(expression.confirmed_at) if expression.confirmed_at else "no"),
    ]


def _person(applicant: Applicant) -> list[tuple[str, Any]]:
    times = dict(words.TIMES)
    facts: list[tuple[str, Any]] = [
        ("First name", applicant.first_name),
        ("Last name", applicant.last_name),
        ("Email", applicant.email),
        ("Phone", applicant.phone),
        ("Postal address", applicant.post_address),
        ("Best way to reach you", applicant.contact_by.value),
        ("Good times to ring", [times.get(each, each) for each in applicant.best_time]),
        ("We may leave a message", "yes" if applicant.may_leave_message else "no"),
    ]
    if applicant.is_for_someone_else:
        facts += [
            ("Filled in by", applicant.helper_name),
            ("How they know you", applicant.helper_relation),
            ("We contact", "the helper" if applicant.contact_is_helper else "the person"),
        ]
    return [(what, value) for what, value in facts if value]


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
        found.append((f"{heading} ({_at(version.answered_at)})", rows))
    return found


def _permissions(expression: Expression) -> list[tuple[str, Any]]:
    return [
        (
            consent.wording,
            f"{'No' if consent.choice == 'no' else 'Yes'}, said {_at(consent.given_at)}"
            + (f", taken back {_at(consent.withdrawn_at)}" if consent.withdrawn_at else ""),
        )
        for consent in expression.consents
    ]


def _messages(expression: Expression) -> list[tuple[str, Any]]:
    rows = db.session.execute(
        select(Message.at, Message.body, Message.is_from_applicant, Person.name)
        .outerjoin(Person, Person.id == Message.by_id)
        .outerjoin(Letter, Letter.id == Message.letter_id)
        .where(Message.expression_id == expression.id, has_gone())
        .order_by(Message.id)
    )
    return [
        (f"{_at(at)}, {'you' if is_theirs else name or 'we'}", body)
        for at, body, is_theirs, name in rows
    ]


def _letters(expression: Expression) -> list[tuple[str, Any]]:
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
            f"{_at(letter.created_at)}, {letter.subject}",
            [
                f"{STATE_LABELS[letter.state]}"
                + (f", to {letter.to_address}" if letter.to_address else ""),
                letter.body or "The text is deleted by now.",
            ],
        )
        for letter in rows
        if not letter.is_held
    ]


def _happened(expression: Expression, now: Seen) -> list[tuple[str, Any]]:
    return [(_at(each.at), each.text) for each in line_of_time(expression, now) if each.text]


def _looks(expression: Expression) -> list[tuple[str, Any]]:
    rows = db.session.execute(
        select(Event.at, Person.name)
        .join(Person, Person.id == Event.actor_id)
        .where(Event.subject == expression.event_subject, Event.verb == LOOKED)
        .order_by(Event.id)
    )
    return [(_at(at), name) for at, name in rows]


def _answering(expression: Expression) -> list[tuple[str, Any]]:
    return [
        (_at(each.since_at), each.person.name if each.person else "Our coordinators")
        for each in expression.assignments
    ]
