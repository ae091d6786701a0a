"""The life of an expression, from the table itself: every verb, from every status, by everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from ppflow import clock, events
from ppflow.db import db, writing
from ppflow.errors import Conflict, NotAllowed, NotComplete, NotNow
from ppflow.events import Event
from ppflow.expressions import acts
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import LIFE, OPEN, WORDS, Status
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast

SOON, LATER = clock.now() + timedelta(days=3), clock.now() + timedelta(days=4)
COMPANIONS: dict[Status, dict[str, Any]] = {
    Status.NEEDS_INFO: {
        "asked_at": clock.now() - timedelta(days=29),
        "talk_times": [SOON.isoformat(), LATER.isoformat()],
    },
    Status.CONVERSATION: {"talk_at": clock.now() - timedelta(hours=1), "talk_how": "By phone"},
    Status.OFFERED: {
        "accept_by": clock.today() - timedelta(days=1),
        "asked_at": clock.now() - timedelta(days=11),
    },
    Status.WAITING_LIST: {"waiting_since": clock.now()},
    Status.NOT_THIS_TIME: {"reason": "full", "alternatives": ["falls-panel"]},
}


def put(expression: Expression, status: Status, other: Expression | None = None) -> None:
    """Stand an expression in a status, with what that status needs."""
    with writing():
        for name, value in COMPANIONS.get(status, {}).items():
            setattr(expression, name, value)
        if status is Status.DUPLICATE and other is not None:
            expression.duplicate_of_id = other.id
        expression.status = status
        expression.closed_at = None if status in OPEN else clock.now()


def details_for(verb: str, cast: Cast, other: Expression) -> dict[str, Any]:
    """What a person would fill in for this verb."""
    typed: dict[str, Any] = {
        "body": "Thank you. We will ring you.",
        "talk_at": SOON,
        "talk_times": [SOON, LATER],
        "talk_how": "By phone",
        "accept_by": clock.today() + timedelta(days=10),
        "next_reply_by": clock.today() + timedelta(days=6),
        "reason": "full",
        "duplicate_of": other,
    }
    chosen: dict[str, Callable[[], Any]] = {  # read only for whom they are needed
        "opportunity": lambda: db.session.get_one(Opportunity, cast.other_panel.id),
        "to": lambda: cast.deputy.person,
    }
    needs = LIFE.transitions[verb].needs
    return {name: typed[name] if name in typed else chosen[name]() for name in needs}


@pytest.mark.sqlite_only
def test_every_status_is_worded_once_for_staff_and_for_the_person() -> None:
    assert set(WORDS) == set(Status)
    labels = [words.staff_label for words in WORDS.values()]
    assert len(set(labels)) == len(labels)
    assert all(words.applicant_label and words.colour for words in WORDS.values())
    assert not any("reject" in w.applicant_label.lower() for w in WORDS.values())


@pytest.mark.long
@pytest.mark.sqlite_only  # 2,800 acts of one table; the stories below run on both databases
def test_the_matrix_of_status_verb_and_actor(cast: Cast, register: Register) -> None:
    """Only what the table says happens; everything else is refused and changes nothing."""
    rosa = register("Rosa Reed", cast.study, agreed=("share_with",))
    other = register("Omar Oak", cast.study)
    actors: dict[str, Any] = {
        "assignee": standing(cast.facilitator),
        "deputy": standing(cast.deputy),
        "coordinator": standing(cast.coordinator),
        "other coordinator": standing(cast.other_coordinator),
        "other facilitator": standing(cast.other_facilitator),
        "outsider": standing(cast.outsider),
        "board": standing(cast.board_member),
        "administrator": standing(cast.administrator),
        "applicant": events.APPLICANT,
        "system": events.SYSTEM,
    }
    for status in Status:
        is_moved = True
        for verb, transition in LIFE.transitions.items():
            for name, actor in actors.items():
                if is_moved:
                    put(rosa, status, other)
                is_theirs = bool(acts.who_is(actor, rosa) & transition.who)
                is_open = transition in acts.open_to(actor, rosa)
                happened = _happens(verb, rosa, actor, details_for(verb, cast, other))
                may = is_theirs and is_open and _guard_lets(verb)
                assert happened == may, f"{verb} from {status} by {name}"
                is_moved = happened


def _guard_lets(verb: str) -> bool:
    """Interest in a study is never offered a place, and its form names one study team. The time
    of every conversation here has come."""
    return verb not in {"offer", "carry_over", "talked_sooner"}


def _happens(verb: str, expression: Expression, actor: Any, details: dict[str, Any]) -> bool:
    before = expression.status
    try:
        with writing():
            acts.perform(verb, expression, by=actor, **details)
    except (NotNow, NotAllowed):
        db.session.refresh(expression)
        assert expression.status is before
        return False
    target = LIFE.transitions[verb].target or before
    if before is Status.RECEIVED and verb in {"message", "promise"}:
        target = Status.IN_REVIEW
    assert expression.status is target
    assert (expression.closed_at is None) == (target in OPEN)
    assert expression.status not in OPEN or expression.reply_by is not None
    return True


def test_each_act_writes_one_event_by_a_known_actor(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        acts.perform("start", rosa, by=standing(cast.facilitator))
        acts.perform("ask", rosa, by=standing(cast.facilitator), body="Which days suit you?")
        acts.perform("answer", rosa, by=events.APPLICANT, body="Tuesdays")
    of_rosa = select(Event).where(Event.subject == rosa.event_subject).order_by(Event.id)
    found = db.session.scalars(of_rosa).all()
    assert [(e.verb, e.actor_kind.value, e.actor_id) for e in found] == [
        ("receive", "applicant", None),
        ("assign", "system", None),
        ("start", "staff", cast.facilitator.id),
        ("ask", "staff", cast.facilitator.id),
        ("answer", "applicant", None),
    ]


def test_our_first_act_starts_the_review(cast: Cast, register: Register, installation: Any) -> None:
    """Nobody has to say that they began; taken back, it has not. Words of theirs begin nothing."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    with writing():
        acts.perform("write", rosa, by=events.APPLICANT, body="I forgot: I am deaf.")
    assert rosa.status is Status.RECEIVED
    with installation.with_settings(hold_messages_minutes=2):
        with writing():
            acts.perform("message", rosa, by=farah, body="Thank you. We write to you.")
        assert rosa.status is Status.IN_REVIEW
        with writing():
            acts.undo(rosa, by=farah)
    assert rosa.status is Status.RECEIVED


def test_an_offer_writes_the_letter_that_was_shown(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        done = acts.perform(
            "offer",
            rosa,
            by=standing(cast.facilitator),
            accept_by=clock.today() + timedelta(days=10),
        )
    (letter,) = done.letters
    assert (letter.to_address, letter.state) == ("rosa@mail.example", LetterState.QUEUED)
    assert "[private link]" in letter.body
    assert letter.subject.startswith(rosa.reference)


def test_two_decide_at_once_and_one_is_told(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    seen = rosa.version
    with writing():
        acts.perform("start", rosa, by=standing(cast.facilitator), expected_version=seen)
    with pytest.raises(Conflict), writing():
        acts.perform(
            "not_this_time", rosa, by=standing(cast.deputy), expected_version=seen, reason="full"
        )
    assert rosa.status is Status.IN_REVIEW


def test_not_this_time_needs_a_reason_of_the_list(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    for wrong in (None, "because I say so"):
        with pytest.raises(NotComplete) as refused, writing():
            acts.perform("not_this_time", rosa, by=standing(cast.facilitator), reason=wrong)
        assert refused.value.field == "reason"


def test_a_later_act_cancels_a_letter_that_no_longer_holds(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    amir = standing(cast.facilitator)
    with writing():
        offer = acts.perform("offer", rosa, by=amir, accept_by=clock.today() + timedelta(days=10))
        acts.perform("not_this_time", rosa, by=amir, reason="full")
    assert offer.letters[0].state is LetterState.CANCELLED


def test_a_held_decision_can_be_taken_back(
    cast: Cast, register: Register, installation: Any
) -> None:
    rosa = register("Rosa Reed", cast.panel)
    promised, amir = rosa.reply_by, standing(cast.facilitator)
    with installation.with_settings(hold_decisions_minutes=10):
        with writing():
            done = acts.perform("not_this_time", rosa, by=amir, reason="full")
        with writing():
            acts.undo(rosa, by=amir)
    assert (rosa.status, rosa.reply_by, rosa.reason) == (Status.RECEIVED, promised, None)
    assert db.session.get_one(Letter, done.letters[0].id).state is LetterState.CANCELLED
    with pytest.raises(NotNow), writing():
        acts.undo(rosa, by=amir)


def test_withdrawing_deletes_sensitive_answers_at_once(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel, sealed={"experience": "Parkinson's"})
    with writing():
        acts.perform("withdraw", rosa, by=events.APPLICANT)
    db.session.refresh(rosa.answers[0])
    assert rosa.answers[0].sealed is None
