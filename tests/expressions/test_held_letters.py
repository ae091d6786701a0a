"""One act after another while the first one's email is still held: both go, or it was said before.

The table is walked whole: every act that writes to the person, followed by every other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.db import db, writing
from ppflow.errors import NotComplete, NotNow
from ppflow.expressions import acts, replacing, undoing
from ppflow.expressions.acts import LetterChoice
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import LIFE, Status
from ppflow.letters import Rendered
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from tests.deciding.looking import letters, verbs
from tests.expressions.test_life import details_for, put
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast

# After these, what the first one said still holds: both letters go. After any other act with a
# new status it does not hold any more.
BOTH_GO = {
    "ask": {"ask", "propose"},
    "reopen": {"ask", "propose", "arrange"},
}
NEVER_REPLACED = {"message", "pass_on"}
LEAVE_ALL = {"message", "pass_on", "not_spam"}
NOT_HERE = {"pass_to_study", "carry_over", "talked_sooner"}  # not open for her form
WORDS = LetterChoice(edited=Rendered("Subject", "Words.\n"))  # nothing to render
FIRST = [row.verb for row in LIFE.transitions.values() if row.letter and row.verb not in NOT_HERE]


@pytest.fixture(autouse=True)
def held(installation: Any) -> Iterator[None]:
    with installation.with_settings(hold_messages_minutes=2, hold_decisions_minutes=10):
        yield


def may_go_too(first: str, second: str) -> bool:
    """What the house has decided, in the fewest words."""
    if first in NEVER_REPLACED or second in LEAVE_ALL:
        return True
    if LIFE.transitions[second].target is None:  # a day named anew: the day named before is over
        return first != second
    return second in BOTH_GO.get(first, set())


def of_staff(rosa: Expression) -> list[Letter]:
    return [fate.letter for fate in replacing.fates("", rosa)]


@pytest.mark.sqlite_only  # 200 pairs of one table; the stories below run on both databases
def test_every_pair_of_acts(cast: Cast, register: Register) -> None:
    """What happens to the first letter is what the page says before; undoing brings it back."""
    rosa, other = register("Rosa Reed", cast.panel), register("Omar Oak", cast.panel)
    cora, walked = standing(cast.coordinator), set()
    details = {verb: details_for(verb, cast, other) for verb in LIFE.transitions}
    for first in FIRST:
        sources = LIFE.transitions[first].sources
        put(rosa, Status.IN_REVIEW if Status.IN_REVIEW in sources else min(sources), other)
        with writing():
            everything = db.session.begin_nested()
            acts.perform(first, rosa, by=cora, letter=WORDS, **details[first])
            for second in LIFE.verbs_from(rosa.status, acts.who_is(cora, rosa)):
                if pair(first, second.verb, rosa, cora, details[second.verb]):
                    walked.add((first, second.verb))
            everything.rollback()
    assert len(walked) > 120
    assert {("ask", "propose"), ("offer", "accept"), ("wait", "promise")} <= walked


def pair(first: str, second: str, rosa: Expression, by: Standing, details: dict[str, Any]) -> bool:
    """The second act after the first, looked at, and taken back; False when it is not open."""
    note = f"{first}, then {second}"
    (letter,) = of_staff(rosa)
    (fate,) = replacing.fates(second, rosa)
    assert fate.is_replaced != may_go_too(first, second), note
    try:
        with db.session.begin_nested() as point:
            done = acts.perform(second, rosa, by=by, letter=WORDS, **details)
            theirs = [each for each in done.replaced if not each.is_to_staff]
            assert theirs == ([letter] if fate.is_replaced else []), note
            assert (letter.state is LetterState.QUEUED) != fate.is_replaced, note
            later = [each.due_at for each in done.letters]
            assert fate.is_replaced or all(due_at >= letter.due_at for due_at in later), note
            if undoing.held(rosa) and undoing.held(rosa)[0]["verb"] == second:
                back = acts.undo(rosa, by=by)
                assert {each.id for each in back} == {each.id for each in done.replaced}, note
                assert letter.state is LetterState.QUEUED, note
            point.rollback()
    except (NotNow, NotComplete):
        return False
    finally:
        db.session.expire_all()
    return True


# --- stories --------------------------------------------------------------------------------------


def test_a_question_and_then_times_both_go(cast: Cast, register: Register) -> None:
    """A question was lost here when times were proposed two minutes later."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    with writing():
        acts.perform("ask", rosa, by=farah, body="Do you need a lift?")
        times = details_for("propose", cast, rosa)
        done = acts.perform("propose", rosa, by=farah, **times)
    (question,) = letters(rosa, "expression-question")
    (proposal,) = letters(rosa, "expression-times")
    assert done.replaced == []
    assert (question.state, proposal.state) == (LetterState.QUEUED, LetterState.QUEUED)
    assert question.due_at < proposal.due_at


def test_a_message_does_not_overtake_the_offer_it_is_about(cast: Cast, register: Register) -> None:
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    with writing():
        acts.perform("offer", rosa, by=farah, accept_by=clock.today() + timedelta(days=10))
        acts.perform("message", rosa, by=farah, body="Papers come by post.")
    (offer,), (message,) = letters(rosa, "expression-offered"), letters(rosa, "expression-message")
    assert message.due_at >= offer.due_at


def test_decisions_are_taken_back_one_after_the_other(cast: Cast, register: Register) -> None:
    """A message after an offer left no way to take the offer back."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    with writing():
        acts.perform("start", rosa, by=farah)
        acts.perform("offer", rosa, by=farah, accept_by=clock.today() + timedelta(days=10))
        acts.perform("message", rosa, by=farah, body="Papers come by post.")
    assert [kept["verb"] for kept in undoing.held(rosa)] == ["message", "offer"]
    with writing():
        acts.undo(rosa, by=farah)
    assert (rosa.status, rosa.messages) == (Status.OFFERED, [])
    with writing():
        acts.undo(rosa, by=farah)
    assert (rosa.status, rosa.accept_by) == (Status.IN_REVIEW, None)
    states = [each.state for each in letters(rosa, "expression-offered")]
    assert states == [LetterState.CANCELLED]


def test_what_was_replaced_goes_after_all(cast: Cast, register: Register) -> None:
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    with writing():
        acts.perform("ask", rosa, by=farah, body="Do you need a lift?")
        done = acts.perform("not_this_time", rosa, by=farah, reason="full")
    (question,) = done.replaced
    assert (question.state, question.trouble) == (
        LetterState.CANCELLED,
        "“Not this time” took its place.",
    )
    with writing():
        (back,) = acts.undo(rosa, by=farah)
    assert (back.id, back.state, rosa.status) == (
        question.id,
        LetterState.QUEUED,
        Status.NEEDS_INFO,
    )


def test_their_own_words_stay_when_ours_are_taken_back(cast: Cast, register: Register) -> None:
    """Words beside proposed times were tied to what stood last: undoing deleted their message."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    with writing():
        acts.perform("write", rosa, by=events.APPLICANT, body="Is there parking?")
        times = details_for("propose", cast, rosa)
        acts.perform("propose", rosa, by=farah, body="There is parking.", **times)
    assert [each.letter_id for each in rosa.messages] == [None]
    with writing():
        acts.undo(rosa, by=farah)
    assert [each.body for each in rosa.messages] == ["Is there parking?"]


def test_a_message_goes_though_they_act_meanwhile(cast: Cast, register: Register) -> None:
    """A message that was held vanished when the person withdrew in those two minutes."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    with writing():
        acts.perform("message", rosa, by=farah, body="Thank you, we look at it now.")
        acts.perform("withdraw", rosa, by=events.APPLICANT)
    (message,) = letters(rosa, "expression-message")
    assert message.state is LetterState.QUEUED
    assert [each.body for each in rosa.messages] == ["Thank you, we look at it now."]


def test_they_act_while_two_decisions_are_held(cast: Cast, register: Register) -> None:
    """Both give way, and staff can still read what they had written."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    with writing():
        acts.perform("ask", rosa, by=farah, body="Do you need a lift?")
        acts.perform("not_this_time", rosa, by=farah, reason="full", body="We are full.")
        acts.perform("withdraw", rosa, by=events.APPLICANT)
    assert rosa.status is Status.WITHDRAWN
    assert verbs(rosa)[-3:] == ["undo", "undo", "withdraw"]
    assert [each.body for each in rosa.messages] == ["Do you need a lift?", "We are full."]
    for name in ("expression-question", "expression-not-this-time"):
        (letter,) = letters(rosa, name)
        assert letter.state is LetterState.CANCELLED


def test_they_write_while_two_decisions_are_held(cast: Cast, register: Register) -> None:
    """Whatever is taken back, what they wrote still waits for an answer."""
    rosa, farah = register("Rosa Reed", cast.panel), standing(cast.facilitator)
    with writing():
        acts.perform("wait", rosa, by=farah, next_reply_by=clock.today() + timedelta(days=6))
        acts.perform("message", rosa, by=farah, body="You are third.")
        acts.perform("write", rosa, by=events.APPLICANT, body="Is there parking?")
    for status in (Status.WAITING_LIST, Status.RECEIVED):
        with writing():
            acts.undo(rosa, by=farah)
        assert (rosa.status, rosa.has_answered) == (status, True)
