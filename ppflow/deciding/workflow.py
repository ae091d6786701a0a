"""The panels of the decision page: what each act asks, and what its button says it will do.

Which acts are open stands in `expressions/workflow.py`; here is only how they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ppflow import clock
from ppflow.access import Standing
from ppflow.deciding.planning import PROPOSE, TALK
from ppflow.errors import NotNow
from ppflow.expressions import acts, guards
from ppflow.expressions.workflow import LIFE
from ppflow.kinds import KINDS


class NextDate(StrEnum):
    """How the next promise comes about."""

    CHOSEN = "chosen"  # staff name it
    FOLLOWS = "follows"  # from the date of the talk, or the day by which they answer
    KEPT = "kept"  # it does not move
    ENDS = "ends"  # the form is closed: there is none


@dataclass(frozen=True)
class Panel:
    """One act as a panel. `does` begins the words of its button: "Offer" (and send 1 email)."""

    act: str
    tab: str
    title: str
    intro: str
    does: str
    fields: tuple[str, ...] = ()
    next_date: NextDate = NextDate.KEPT
    body_label: str = ""
    body_hint: str = ""
    fits: Callable[[Any], bool] = lambda _expression: True

    @property
    def letter(self) -> str | None:
        transition = LIFE.transitions.get(self.act)
        return transition.letter if transition else None


def _may_be_offered(expression: Any) -> bool:
    return KINDS[expression.kind].may_be_offered


def _is_a_study(expression: Any) -> bool:
    return bool(expression.kind == "research_participation")


def _has_waited(expression: Any) -> bool:
    try:
        guards.was_asked(expression, {})
    except NotNow:
        return False
    return True


def _has_times(expression: Any) -> bool:
    return bool(expression.talk_times)


def _talk_has_begun(expression: Any) -> bool:
    return expression.talk_at is not None and expression.talk_at <= clock.now()


def _talk_is_to_come(expression: Any) -> bool:
    return not _talk_has_begun(expression)


def _may_go_on(expression: Any) -> bool:
    is_study = expression.kind == "research_participation"
    return not is_study and bool(expression.alternatives) and guards.may_hear_of_others(expression)


OWN_WORDS: Final = "Add words of your own (optional)"
CHOSEN, FOLLOWS, ENDS = NextDate.CHOSEN, NextDate.FOLLOWS, NextDate.ENDS

# fmt: off
_PANELS: Final = (
    Panel("start", "Start", "Start the review",
          "The person then sees that somebody is looking at their form. No email goes.",
          "Start the review"),
    Panel("not_spam", "Not spam", "This is not spam",
          "It goes the normal way: a receipt to the person, and to whoever answers.",
          "Let it in"),
    Panel("message", "Message", "Write a message",
          "They read it by email or as a letter, and on their own page.", "Send",
          ("body",), CHOSEN, "Your message"),
    Panel("ask", "Ask a question", "Ask a question",
          "The form then waits for their answer. We remind them after 7 and 21 days.", "Ask",
          ("body",), CHOSEN, "Your question"),
    Panel("answer", "Write down their answer", "Write down their answer",
          "For an answer by phone or on paper. No email goes.", "Keep the answer",
          ("body",), CHOSEN, "What they said"),
    Panel("propose", "Propose times", "Propose times for a conversation",
          "They choose one on their page, or ask you to ring. Then it is their turn.", "Propose",
          PROPOSE, FOLLOWS, OWN_WORDS),
    Panel("pick", "They chose a time", "They chose a time",
          "For a choice by phone or on paper.", "Fix the time", ("slot", "body"), FOLLOWS,
          OWN_WORDS, fits=_has_times),
    Panel("arrange", "Arrange a conversation", "Arrange a conversation",
          "For a time you have agreed. Nothing is sent until you choose below.", "Arrange",
          TALK, FOLLOWS, OWN_WORDS),
    Panel("talked", "It took place", "The conversation took place",
          "No email goes. Say by when they hear what comes of it. Keep what was said as a note.",
          "Keep it", (), CHOSEN, fits=_talk_has_begun),
    Panel("talked_sooner", "You talked sooner", "You talked before the agreed time",
          "The agreed time is taken back, and they are told so. Keep what was said as a note.",
          "Keep it", ("body",), CHOSEN, OWN_WORDS, fits=_talk_is_to_come),
    Panel("missed", "They did not come", "They did not come",
          "They get a friendly letter and can choose another time.", "Keep it",
          ("body",), CHOSEN, OWN_WORDS, fits=_talk_has_begun),
    Panel("move", "Move the conversation", "Move the conversation",
          "They get the new time, and a file that changes it in their calendar.", "Move it",
          TALK, FOLLOWS, OWN_WORDS),
    Panel("offer", "Offer a place", "Offer a place",
          "They answer yes or no. We remind them 7 and 2 days before the last day.", "Offer",
          ("accept_by", "over_places", "body"), FOLLOWS, OWN_WORDS, fits=_may_be_offered),
    Panel("extend", "Give more time", "Give more time to answer",
          "Their offer stays open until the day you name. We remind them before it.",
          "Give more time", ("accept_by", "body"), FOLLOWS, OWN_WORDS),
    Panel("accept", "They accept", "They accept the place",
          "For a yes by phone or on paper.", "Give the place", ("sure", "body"), ENDS, OWN_WORDS),
    Panel("decline", "They decline", "They decline the place",
          "For a no by phone or on paper. It cannot be undone.", "Close", ("sure",), ENDS),
    Panel("wait", "Waiting list", "Put on the waiting list",
          "They keep their place in the line and hear from us by the date you name.",
          "Put on the list", ("body",), CHOSEN, OWN_WORDS),
    Panel("pass_to_study", "Pass to study team", "Pass to the study team",
          "The study team then talks with them. Interest is not consent: they can still say no.",
          "Pass on", ("body",), ENDS, OWN_WORDS, fits=_is_a_study),
    Panel("not_this_time", "Not this time", "Not this time",
          "Choose the reason they will read. They are welcome to another form at any time.",
          "Close", ("reason", "alternatives", "body"), ENDS, OWN_WORDS),
    Panel("carry_over", "Put forward for another", "Put them forward for another opportunity",
          "They agreed to hear of others. Their form goes there with its reference and answers.",
          "Put forward", ("alternative", "body"), NextDate.KEPT, OWN_WORDS, fits=_may_go_on),
    Panel("complete", "Complete", "Complete",
          "Tell them what came of it: nobody leaves without hearing.", "Complete",
          ("body",), ENDS, "What came of it, in words for them"),
    Panel("pass_on", "Pass on", "Pass on to somebody else",
          "They keep their reference, and the date by which they hear does not move.", "Pass on",
          ("to", "body", "note"), body_label=OWN_WORDS),
    Panel("promise", "Name a new date", "Name a new date",
          "They read the new date and why, by email and on their page.", "Name the date",
          ("body",), CHOSEN, "Why the date changes, in words for them"),
    Panel("ring", "Log a call", "Log a call",
          "For a call you have made. No email goes.", "Keep the call",
          ("how", "note"), CHOSEN),
    Panel("assign", "Give to a colleague", "Give to a colleague",
          "The colleague is told by email. The person is not, and their date does not move.",
          "Give", ("colleague", "note")),
    Panel("withdraw", "Withdraw", "Withdraw for them",
          "Only when they told us so. Sensitive answers are deleted at once. "
          "It cannot be undone.", "Withdraw", ("sure",), ENDS),
    Panel("lapse", "Close, no reply", "Close, no reply",
          "They were asked, and their time to answer is over. They can come back at any time.",
          "Close", ("body",), ENDS, OWN_WORDS, fits=_has_waited),
    Panel("duplicate", "Same as another", "Same as another form",
          "This form is closed and the other one stays.", "Close", ("duplicate_of",), ENDS),
    Panel("reopen", "Open again", "Open again",
          "They hear that we are looking at it again.", "Open", ("body",), CHOSEN, OWN_WORDS),
    Panel("spam", "Spam", "Mark as spam",
          "It is closed and hidden. Nobody gets an email.", "Mark as spam", ("sure",), ENDS),
)
# fmt: on
PANELS: Final = {panel.act: panel for panel in _PANELS}
OF_STAFF: Final = frozenset({"ring", "assign"})  # acts among us, beside the table of the life
# Behind "More": seldom wanted, and never what somebody should press by mistake.
RARE: Final = frozenset({"pass_on", "promise", "ring", "assign", "withdraw", "duplicate", "spam"})
SURE: Final = {
    "accept": "They told us that they want the place",
    "decline": "They told us that they do not want the place",
    "withdraw": "They told us that they want to withdraw",
    "spam": "I have read it, and no person needs an answer",
}


def panels_for(expression: Any, standing: Standing) -> list[Panel]:
    """The panels of the acts open to this person now, in the order of the page."""
    verbs = {transition.verb for transition in acts.open_to(standing, expression)}
    if expression.set_aside_at is None:
        verbs |= {"ring"} | ({"assign"} if expression.is_open else set())
    return [panel for panel in _PANELS if panel.act in verbs and panel.fits(expression)]
