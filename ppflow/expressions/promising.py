"""The next promise that a verb makes: the date by which the person hears again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ppflow import clock
from ppflow.expressions.guards import LAPSE_AFTER
from ppflow.expressions.models import Expression
from ppflow.kinds import KINDS

Details = Mapping[str, Any]


def next_promise(verb: str, expression: Expression, details: Details) -> date | None:
    """The date by which the person hears from us next, after this verb (design.md 5).

    A date chosen by staff wins; then the opportunity's decision date; then the kind's promise.
    """
    today = clock.today()
    if verb in {"arrange", "move", "pick"}:
        return clock.working_days_after(clock.local(details["talk_at"]).date(), 1)
    if verb in {"offer", "extend"}:
        return clock.working_days_after(details["accept_by"], 1)
    if details.get("next_reply_by"):
        chosen: date = details["next_reply_by"]
        return chosen
    if verb == "ask":
        return today + LAPSE_AFTER
    if verb == "propose" and details.get("talk_times"):
        last = clock.local(max(details["talk_times"])).date()
        return clock.working_days_after(last, 1)
    if verb in {"start", "pass_on", "write"}:
        return expression.reply_by  # never moved in silence
    if verb == "message" and expression.opportunity is not None:
        decision = expression.opportunity.decision_by
        if decision is not None and decision >= today:
            return decision
    return clock.working_days_after(today, KINDS[expression.kind].promise_days)
