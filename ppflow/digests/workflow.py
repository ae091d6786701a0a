"""How often a digest comes, to whom, and which period a day belongs to."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

FROM_HOUR, TO_HOUR = 8, 18  # on working days, as the clock on an English wall shows it


class Often(StrEnum):
    """What a person chose."""

    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


OFTEN_LABELS: Final = {
    Often.DAILY: "Every working day at 8am",
    Often.WEEKLY: "Once a week, on the first working day",
    Often.OFF: "Not by email; I look at the list",
}


class Part(StrEnum):
    """Whose digest it is. Somebody who is both gets both."""

    FACILITATOR = "facilitator"
    COORDINATOR = "coordinator"


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


def period_of(often: Often, day: date) -> date | None:
    """The day by which the period of this day is named; None: no digest at all.

    A week whose Monday is a bank holiday, or on whose Monday no worker ran, is caught up later.
    """
    return {Often.DAILY: day, Often.WEEKLY: week_of(day), Often.OFF: None}[often]
