"""The life of an expression of interest: its statuses, and one table of what may happen when.

Buttons, filters, exports, permissions and README's diagram come from here. To add a status: its
word in `Status`, its row in `WORDS`, its transitions below, its letter, and a story that walks it.
`acts.perform` is the one door through which an expression changes.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from ppflow import clock
from ppflow.expressions import guards
from ppflow.workflow import Clock, StatusWords, Transition, Who, Workflow

ACCEPT_WITHIN_DAYS: Final = 10


class Status(StrEnum):
    """Where an expression stands."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    NEEDS_INFO = "needs_info"
    CONVERSATION = "conversation"
    WAITING_LIST = "waiting_list"
    OFFERED = "offered"
    JOINED = "joined"
    PASSED_TO_STUDY = "passed_to_study"
    COMPLETED = "completed"
    NOT_THIS_TIME = "not_this_time"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    DUPLICATE = "duplicate"
    SPAM = "spam"


WORDS: Final[dict[Status, StatusWords]] = {
    Status.RECEIVED: StatusWords("New", "We have your form", "blue", Clock.OURS),
    Status.IN_REVIEW: StatusWords("In review", "Being looked at", "aqua-green", Clock.OURS),
    Status.NEEDS_INFO: StatusWords(
        "Waiting for applicant", "We have a question for you", "yellow", Clock.THEIRS
    ),
    Status.CONVERSATION: StatusWords(
        "Conversation arranged", "Conversation arranged", "purple", Clock.UNTIL_DATE
    ),
    Status.WAITING_LIST: StatusWords(
        "Waiting list", "On the waiting list", "grey", Clock.UNTIL_DATE
    ),
    Status.OFFERED: StatusWords("Place offered", "Place offered", "green", Clock.THEIRS),
    Status.JOINED: StatusWords("Joined", "You have a place", "green", Clock.STOPPED),
    Status.PASSED_TO_STUDY: StatusWords(
        "Passed to study team",
        "Passed to the study team; you can still say no",
        "green",
        Clock.STOPPED,
    ),
    Status.COMPLETED: StatusWords("Completed", "Finished, thank you", "white", Clock.STOPPED),
    Status.NOT_THIS_TIME: StatusWords("Not this time", "Not this time", "grey", Clock.STOPPED),
    Status.WITHDRAWN: StatusWords("Withdrawn", "Withdrawn by you", "grey", Clock.STOPPED),
    Status.LAPSED: StatusWords(
        "Closed, no reply",
        "Closed for now; tell us if you are still interested",
        "grey",
        Clock.STOPPED,
    ),
    Status.DUPLICATE: StatusWords(
        "Same as another", "Same as your other form", "grey", Clock.STOPPED
    ),
    Status.SPAM: StatusWords("Spam", "This form is closed", "grey", Clock.STOPPED),
}

OPEN: Final = frozenset(status for status, words in WORDS.items() if words.is_open)
# These people count as interested on the public page ("9 people interested").
COUNTED: Final = frozenset(Status) - {Status.SPAM, Status.DUPLICATE, Status.WITHDRAWN}


# --- the table ----------------------------------------------------------------------------------

S = Status
STAFF, APPLICANT, SYSTEM, COORDINATOR = Who.STAFF, Who.APPLICANT, Who.SYSTEM, Who.COORDINATOR
AT_WORK: Final = frozenset({S.RECEIVED, S.IN_REVIEW, S.NEEDS_INFO, S.CONVERSATION, S.WAITING_LIST})


def _row(
    verb: str,
    label: str,
    sources: frozenset[Status] | set[Status],
    target: Status | None,
    who: set[Who],
    **more: Any,
) -> Transition:
    return Transition(verb, label, frozenset(sources), target, frozenset(who), **more)


# fmt: off
_TABLE: Final = (
    _row("start", "Start the review", {S.RECEIVED}, S.IN_REVIEW, {STAFF},
         told="{who} started to look at it."),
    _row("message", "Message", OPEN | {S.JOINED, S.PASSED_TO_STUDY}, None, {STAFF},
         letter="expression-message", needs=("body",),
         told="{who} wrote to you."),
    _row("ask", "Ask a question", AT_WORK, S.NEEDS_INFO, {STAFF},
         letter="expression-question", needs=("body",),
         told="{who} asked you a question."),
    _row("answer", "Answer the question", {S.NEEDS_INFO}, S.IN_REVIEW, {APPLICANT, STAFF},
         needs=("body",),
         told="You answered our question."),
    _row("write", "Write to us", frozenset(Status) - {S.SPAM, S.DUPLICATE}, None, {APPLICANT},
         needs=("body",),
         told="You wrote to us."),
    _row("propose", "Propose times", AT_WORK, S.NEEDS_INFO, {STAFF},
         letter="expression-times", needs=("talk_times", "talk_how"), guard=guards.times_ahead,
         told="{who} asked you to choose a time for a talk."),
    _row("pick", "Choose a time", {S.NEEDS_INFO}, S.CONVERSATION, {APPLICANT, STAFF},
         letter="expression-time-chosen", needs=("talk_at",), guard=guards.one_of_the_times,
         told="The time for our talk was chosen."),
    _row("arrange", "Arrange a conversation", AT_WORK - {S.CONVERSATION}, S.CONVERSATION, {STAFF},
         letter="expression-conversation", needs=("talk_at", "talk_how"), guard=guards.talk_ahead,
         told="{who} arranged a conversation."),
    _row("move", "Move the conversation", {S.CONVERSATION}, S.CONVERSATION, {STAFF},
         letter="expression-talk-moved", needs=("talk_at", "talk_how"), guard=guards.talk_ahead,
         told="{who} moved our talk to another time."),
    _row("talked", "It took place", {S.CONVERSATION}, S.IN_REVIEW, {STAFF},
         needs=("next_reply_by",), guard=guards.talk_has_begun,
         told="We talked with you."),
    _row("talked_sooner", "You talked sooner", {S.CONVERSATION}, S.IN_REVIEW, {STAFF},
         letter="expression-talked-sooner", needs=("next_reply_by",), guard=guards.talk_is_to_come,
         told="We talked with you before the time we had agreed."),
    _row("missed", "They did not come", {S.CONVERSATION}, S.IN_REVIEW, {STAFF},
         letter="expression-missed-talk", needs=("next_reply_by",), guard=guards.talk_has_begun,
         told="We missed you at the time of our talk."),
    _row("offer", "Offer a place", AT_WORK, S.OFFERED, {STAFF},
         letter="expression-offered", needs=("accept_by",), guard=guards.may_be_offered,
         told="{who} offered you a place."),
    _row("extend", "Give more time to answer", {S.OFFERED}, None, {STAFF},
         letter="expression-more-time", needs=("accept_by",), guard=guards.later_than_before,
         told="{who} gave you more time to answer."),
    _row("accept", "Accept the place", {S.OFFERED}, S.JOINED, {APPLICANT, STAFF},
         letter="expression-joined",
         told="You took the place."),
    _row("decline", "Decline the place", {S.OFFERED}, S.WITHDRAWN, {APPLICANT, STAFF},
         letter="expression-declined",
         told="You said no to the place."),
    _row("wait", "Waiting list", AT_WORK - {S.WAITING_LIST}, S.WAITING_LIST, {STAFF},
         letter="expression-waiting-list", needs=("next_reply_by",), guard=guards.next_news_ahead,
         told="{who} put you on the waiting list."),
    _row("pass_to_study", "Pass to the study team", AT_WORK - {S.WAITING_LIST}, S.PASSED_TO_STUDY,
         {STAFF}, letter="expression-passed-to-study", guard=guards.is_a_study,
         told="{who} passed your details to the study team."),
    _row("not_this_time", "Not this time", OPEN, S.NOT_THIS_TIME, {STAFF},
         letter="expression-not-this-time", needs=("reason",), guard=guards.known_reason,
         told="{who} told you: not this time."),
    _row("carry_over", "Put forward for another", {S.NOT_THIS_TIME}, S.RECEIVED,
         {APPLICANT, STAFF}, letter="expression-carried-over", needs=("opportunity",),
         guard=guards.may_be_carried_over,
         told="Your form went to another opportunity."),
    _row("promise", "Name a new date", {S.RECEIVED, S.IN_REVIEW, S.WAITING_LIST}, None, {STAFF},
         letter="expression-new-date", needs=("next_reply_by", "body"),
         guard=guards.next_news_ahead,
         told="{who} named a new date."),
    _row("pass_on", "Pass on", OPEN, None, {STAFF},
         letter="expression-passed-on", needs=("to",), guard=guards.stays_in_sight,
         told="{who} passed your form to a colleague."),
    _row("complete", "Complete", {S.JOINED, S.PASSED_TO_STUDY}, S.COMPLETED, {STAFF},
         letter="expression-completed", needs=("body",),
         told="{who} told you what came of it."),
    _row("withdraw", "Withdraw", OPEN | {S.JOINED, S.PASSED_TO_STUDY}, S.WITHDRAWN,
         {APPLICANT, STAFF}, letter="expression-withdrawn",
         told="Your form was withdrawn."),
    _row("lapse", "Close, no reply", {S.NEEDS_INFO, S.OFFERED}, S.LAPSED, {STAFF},
         letter="expression-lapsed", guard=guards.was_asked,
         told="We closed it, as we did not hear from you."),
    _row("duplicate", "Same as another form", OPEN, S.DUPLICATE, {STAFF},
         letter="expression-duplicate", needs=("duplicate_of",), guard=guards.another,
         told="We joined it with your other form."),
    _row("spam", "Mark as spam", OPEN, S.SPAM, {STAFF}),
    _row("not_spam", "Not spam", {S.SPAM, S.RECEIVED}, S.RECEIVED, {COORDINATOR}),
    _row("reopen", "Open again", {S.NOT_THIS_TIME, S.LAPSED, S.WITHDRAWN, S.COMPLETED},
         S.IN_REVIEW, {STAFF}, letter="expression-reopened", guard=guards.reopened_in_time,
         told="{who} opened it again."),
)
# fmt: on

TALKS: Final = frozenset({"arrange", "move", "pick", "talked", "missed"})  # they keep its time
LIFE: Final = Workflow(WORDS, {row.verb: row for row in _TABLE})


def talk_off(verb: str, expression: Any) -> datetime | None:
    """The time of the conversation that does not take place any more, once this verb is done."""
    is_ahead = expression.talk_at is not None and expression.talk_at > clock.now()
    ends = LIFE.transitions[verb].target is not None and verb not in TALKS
    is_on = expression.status is Status.CONVERSATION and is_ahead
    return expression.talk_at if is_on and ends else None
