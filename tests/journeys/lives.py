"""The plan of `test_three_months.py`: who comes, what becomes of them, when the worker looks."""

from __future__ import annotations

from datetime import date
from random import Random

DOWN = range(33, 36)  # working days on which no worker runs
HOURS = ((3, 10), (7, 45), (8, 5), (9, 30), (13, 0), (16, 20), (17, 50), (18, 15), (23, 40))

# What becomes of a form, by working days after it came: verb, and the days until its next date.
LIVES = {
    "silence": (),
    "a new date and silence": ((2, "message", 6),),
    "two episodes": ((3, "message", 4), (10, "promise", 5), (18, "not_this_time", 0)),
    "our question, answered": ((1, "ask", 0), (7, "answer", 0), (16, "message", 12)),
    "our question, never answered": ((2, "ask", 0),),
    "handed on": ((1, "hand_over", 0), (9, "message", 5), (12, "not_this_time", 0)),
    "the waiting list": ((4, "wait", 15), (25, "promise", 3)),
    "closed in time": ((2, "message", 5), (3, "not_this_time", 0)),
    "closed and opened again": ((6, "not_this_time", 0), (11, "reopen", 8), (17, "write", 0)),
    "wrote after the end": ((3, "not_this_time", 0), (5, "write", 0)),
}  # fmt: skip
# Who comes on which working day, about what, at which hour.
ARRIVALS = (
    (0, "silence", "general", 9), (1, "two episodes", "sleep", 14), (3, "handed on", "sleep", 11),
    (6, "our question, answered", "sleep", 16), (8, "the waiting list", "falls", 10),
    (11, "silence", "meals", 12), (13, "a new date and silence", "sleep", 20),
    (15, "our question, never answered", "falls", 7), (20, "closed in time", "sleep", 9),
    (24, "closed and opened again", "sleep", 15), (27, "handed on", "sleep", 13),
    (31, "wrote after the end", "falls", 18), (34, "two episodes", "sleep", 23),
    (39, "a new date and silence", "falls", 10), (44, "our question, answered", "sleep", 9),
    (47, "silence", "sleep", 22), (51, "closed and opened again", "falls", 12),
    (55, "a new date and silence", "sleep", 17), (58, "handed on", "sleep", 11),
)  # fmt: skip
# On which working day who chooses what, or goes away and comes back.
CHOICES = (
    (5, "dev", "weekly"), (12, "cora", "weekly"), (22, "gwen", "off"), (26, "farah", "away"),
    (30, "farah", "here"), (37, "dev", "daily"), (41, "gwen", "weekly"), (46, "cora", "daily"),
    (53, "dev", "away"), (57, "dev", "here"),
)  # fmt: skip
CLOCKS_CHANGED = (date(2026, 10, 26), date(2027, 3, 30))  # the first working day after it
FREE_DAYS = {
    "autumn": (date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)),
    "spring": (date(2027, 3, 26), date(2027, 3, 29), date(2027, 5, 3)),
}


def looks(chance: Random, day: date) -> list[tuple[int, int]]:
    """When the worker happens to look: once or twice a day, on free days seldom."""
    if day in CLOCKS_CHANGED:
        return [(7, 45), (8, 5), (17, 50), (18, 15)]
    if day.weekday() < 5:
        return chance.sample(HOURS, chance.choice((1, 1, 2)))
    return [(10, 0)] if chance.random() < 0.3 else []
