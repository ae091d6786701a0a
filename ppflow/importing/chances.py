"""What made-up expressions are drawn from: names, words, and how often each status comes."""

from __future__ import annotations

from typing import Final

from ppflow import keys
from ppflow.expressions.workflow import Status

OPEN_SHARE: Final = 0.03  # as in life: the rest has been answered
OPEN_WEIGHTS: Final = {
    Status.RECEIVED: 30,
    Status.IN_REVIEW: 35,
    Status.NEEDS_INFO: 15,
    Status.CONVERSATION: 10,
    Status.WAITING_LIST: 10,
}
CLOSED_WEIGHTS: Final = {
    Status.JOINED: 26,
    Status.COMPLETED: 28,
    Status.NOT_THIS_TIME: 22,
    Status.WITHDRAWN: 10,
    Status.LAPSED: 10,
    Status.SPAM: 4,
}
VERBS: Final = {
    Status.IN_REVIEW: "start",
    Status.NEEDS_INFO: "ask",
    Status.CONVERSATION: "arrange",
    Status.WAITING_LIST: "wait",
    Status.JOINED: "accept",
    Status.COMPLETED: "complete",
    Status.NOT_THIS_TIME: "not_this_time",
    Status.WITHDRAWN: "withdraw",
    Status.LAPSED: "lapse",
    Status.SPAM: "spam",
    Status.PASSED_TO_STUDY: "pass_to_study",
}
FIRST: Final = (
    "Amina", "Bola", "Chidi", "Dilys", "Ewa", "Farah", "Gareth", "Hana", "Idris", "Jo", "Kiran",
    "Lena", "Manjit", "Nia", "Omar", "Priya", "Rowan", "Sunita", "Tomasz", "Uma", "Vera", "Wei",
    "Yusuf", "Zofia",
)  # fmt: skip
LAST: Final = (
    "Sample", "Example", "Placeholder", "Specimen", "Demo", "Fictional", "Invented", "Pretend",
    "Imagined", "Testcase",
)  # fmt: skip
WORDS: Final = (
    "I look after my mother and would like others to have it easier",
    "I have lived with this for ten years and want to help",
    "My neighbours never hear about research, and I can tell them",
    "I work nights, so evenings and weekends do not suit me",
    "A study helped my brother, and I want to give something back",
    "I would like to know what happens after people take part",
)
REASONS: Final = ("full", "balance", "fit", "area", "time")
NUMBERS: Final = len(keys.REFERENCE_ALPHABET) ** 7
STRIDE: Final = 7_919_000_041  # no common factor with NUMBERS, so that no reference comes twice


def reference(number: int) -> str:
    """The reference of the made-up expression with this id; no two ids share one."""
    left, letters = number * STRIDE % NUMBERS, ""
    for _ in range(7):
        left, place = divmod(left, len(keys.REFERENCE_ALPHABET))
        letters += keys.REFERENCE_ALPHABET[place]
    return f"PP-{letters}"
