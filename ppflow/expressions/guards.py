"""What must hold before a verb is done, said in words for the person who acts.

Each guard takes the expression and the details, and raises `NotComplete` or `NotNow`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ppflow import clock
from ppflow.errors import NotComplete, NotNow
from ppflow.expressions.reasons import REASONS
from ppflow.web import plain_day

REOPEN_WITHIN: Final = timedelta(days=30)  # design.md 4: later only a coordinator
LAPSE_AFTER: Final = timedelta(days=28)  # service_standards of the sample programme
FEWEST_TIMES, MOST_TIMES = 2, 3

Details = Mapping[str, Any]


def _date_ahead(details: Details, key: str, what: str) -> None:
    if details[key] < clock.today():
        raise NotComplete(key, f"Choose a date for {what} that is not in the past.")


def may_be_offered(expression: Any, details: Details) -> None:
    if expression.kind == "research_participation":
        raise NotNow("Interest in a study ends with passing it to the study team, never an offer.")
    if expression.kind == "research_need":
        raise NotNow("A research need has no place to offer. Answer it with a message.")
    _date_ahead(details, "accept_by", "the answer")


def later_than_before(expression: Any, details: Details) -> None:
    _date_ahead(details, "accept_by", "the answer")
    if details["accept_by"] <= expression.accept_by:
        now = plain_day(expression.accept_by)
        raise NotComplete("accept_by", f"They can answer until {now}. Choose a later day.")


def is_a_study(expression: Any, _details: Details) -> None:
    if expression.kind != "research_participation":
        raise NotNow("Only interest in a study is passed to a study team.")
    agreed = {c.key for c in expression.consents if c.withdrawn_at is None and c.choice == "yes"}
    if "share_with" not in agreed:
        raise NotNow("They have not agreed that we pass their details to the study team.")


def talk_ahead(_expression: Any, details: Details) -> None:
    if details["talk_at"] < clock.now():
        raise NotComplete("talk_at", "Choose a time for the conversation that is still to come.")


def times_ahead(_expression: Any, details: Details) -> None:
    times: list[datetime] = details["talk_times"]
    if not FEWEST_TIMES <= len(set(times)) == len(times) <= MOST_TIMES:
        raise NotComplete("talk_times", "Give two or three different times to choose from.")
    if min(times) < clock.now():
        raise NotComplete("talk_times", "Choose times that are still to come.")


def one_of_the_times(expression: Any, details: Details) -> None:
    at: datetime = details["talk_at"]
    if at not in [datetime.fromisoformat(text) for text in expression.talk_times or []]:
        raise NotNow("This time is not open to choose any more.")
    if at < clock.now():
        raise NotNow("This time has passed. Choose another one, or ask us to ring you.")


def talk_has_begun(expression: Any, details: Details) -> None:
    if expression.talk_at > clock.now():
        raise NotNow("The time of this conversation has not come yet.")
    next_news_ahead(expression, details)


def stays_in_sight(expression: Any, details: Details) -> None:
    """Passing on never shows the answers to another programme, nor those of a study to others."""
    project = details.get("project")
    if project is None:
        return
    if project.programme_id != expression.programme_id:
        raise NotComplete("to", "That project is of another programme. They decide if they go.")
    if expression.kind == "research_participation":
        raise NotComplete("to", "A form for a study names one study team. Choose a colleague.")


def talk_is_to_come(expression: Any, details: Details) -> None:
    if expression.talk_at <= clock.now():
        raise NotNow("The time of this conversation has come. Say that it took place.")
    next_news_ahead(expression, details)


def known_reason(_expression: Any, details: Details) -> None:
    if details["reason"] not in REASONS:
        raise NotComplete("reason", "Choose a reason from the list.")


def next_news_ahead(_expression: Any, details: Details) -> None:
    _date_ahead(details, "next_reply_by", "the next news")


def another(expression: Any, details: Details) -> None:
    if details["duplicate_of"].id == expression.id:
        raise NotComplete("duplicate_of", "Give the reference of the other form.")


def reopened_in_time(expression: Any, details: Details) -> None:
    is_recent = expression.closed_at and clock.now() - expression.closed_at < REOPEN_WITHIN
    if not is_recent and not details.get("is_coordinator"):
        days = REOPEN_WITHIN.days
        raise NotNow(f"This was closed more than {days} days ago. A coordinator can open it again.")


def was_asked(expression: Any, _details: Details) -> None:
    """Time enough: 28 days for a question, for an offer until its own last day."""
    if expression.status == "offered":
        if expression.accept_by >= clock.today():
            last = plain_day(expression.accept_by)
            raise NotNow(f"They can answer until {last}. You can close this after that.")
    elif expression.asked_at is None or clock.now() - expression.asked_at < LAPSE_AFTER:
        raise NotNow(f"They have {LAPSE_AFTER.days} days to answer. You can close this after that.")


def may_be_carried_over(expression: Any, details: Details) -> None:
    """To an opportunity we named, of the same kind, still open. Staff need their permission."""
    opportunity = details["opportunity"]
    if expression.kind == "research_participation":
        raise NotNow("A form for a study names one study team. They fill in a new form.")
    if opportunity.slug not in (expression.alternatives or []):
        raise NotNow("This one is not among those we named.")
    if not opportunity.is_open or opportunity.expression_kind != expression.kind:
        raise NotNow("This one is closed now.")
    is_by_staff = "is_coordinator" in details  # only said of somebody signed in
    if is_by_staff and not may_hear_of_others(expression):
        raise NotNow("They have not agreed that we tell them about other opportunities.")


def may_hear_of_others(expression: Any) -> bool:
    """Did they agree to hear of other opportunities, and not take it back?"""
    return any(
        consent.key == "keep_for_future" and consent.choice != "no" and consent.withdrawn_at is None
        for consent in expression.consents
    )
