"""The acts that can be done to many at once: what each asks, and what its button says.

Which are open for one form stands in `expressions/workflow.py`, as for every act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ppflow.expressions.undoing import says
from ppflow.expressions.workflow import LIFE

MOST: Final = 5000  # forms of one run
IN_BACKGROUND: Final = 200  # more are done by the worker
TYPED_ABOVE: Final = 25  # more need their number typed


EXPORT: Final = "export"  # it changes nothing, and has pages of its own


@dataclass(frozen=True)
class BulkAct:
    """One act. `does` is the button, with {many}; `needs` are fields beyond the table's own.

    `is_listed`: it can be chosen below a list. `stays` says what undoing leaves as it is.
    """

    key: str
    label: str
    intro: str
    does: str
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    many: tuple[str, str] = ("person", "people")
    body_label: str = ""
    is_listed: bool = True
    stays: str = ""

    @property
    def letter(self) -> str | None:
        transition = LIFE.transitions.get(self.key)
        return transition.letter if transition else None

    def is_undone_quietly(self, details: Mapping[str, Any]) -> bool:
        """Can it be taken back where no email goes? Not words that stand on their page at once."""
        transition = LIFE.transitions.get(self.key)
        return transition is None or (transition.target is not None and not says(self.key, details))

    @property
    def needed(self) -> tuple[str, ...]:
        """Everything that must be given, in the order of the page."""
        transition = LIFE.transitions.get(self.key)
        found = {*self.needs, *(transition.needs if transition else ())}
        return tuple(name for name in self.fields if name in found)


_FORMS: Final = ("form", "forms")
_OWN: Final = "Add words of your own (optional)"
# fmt: off
_ACTS: Final = (
    BulkAct("assign", "Give to a colleague",
            "The colleague gets one email in all. The people get none, and their dates stay.",
            "Give {many} to them", ("colleague", "note"), ("colleague",), _FORMS),
    BulkAct("message", "Write a message",
            "Everybody gets the same words, in an email of their own.",
            "Send the message to {many}", ("body", "next_reply_by"), body_label="Your message"),
    BulkAct("ask", "Ask a question",
            "Each form then waits for an answer. We remind them after 7 and 21 days.",
            "Ask {many}", ("body", "next_reply_by"), body_label="Your question"),
    BulkAct("wait", "Put on the waiting list",
            "They keep their place in the line and hear from us by the date you name.",
            "Put {many} on the waiting list", ("next_reply_by", "body"), body_label=_OWN),
    BulkAct("offer", "Offer a place",
            "They answer yes or no. We remind them 7 and 2 days before the last day.",
            "Offer a place to {many}", ("accept_by", "over_places", "body"), body_label=_OWN),
    BulkAct("not_this_time", "Not this time",
            "Choose the reason they will read. They are welcome to another form at any time.",
            "Tell {many}: not this time", ("reason", "alternatives", "body"), body_label=_OWN),
    BulkAct("promise", "Name a new date",
            "Everybody who waits for a decision gets the same date, and reads why.",
            "Tell {many}", ("next_reply_by", "body"), body_label="Why, in words for them",
            is_listed=False, stays="The opportunity keeps its new date."),
    BulkAct("spam", "Mark as spam",
            "The forms are closed and hidden. Nobody gets an email.",
            "Mark {many} as spam", ("sure",), ("sure",), _FORMS),
    BulkAct("tag", "Put a tag on",
            "A word by which you find these forms again. The people never see it.",
            "Tag {many}", ("tag",), ("tag",), _FORMS),
    BulkAct("untag", "Take a tag off", "The forms stay as they are.",
            "Take the tag off {many}", ("tag",), ("tag",), _FORMS),
    BulkAct(EXPORT, "Download as a file", "One line for each form, without notes.",
            "Download {many}", many=_FORMS),
)
# fmt: on
ACTS: Final = {act.key: act for act in _ACTS}
LISTED: Final = {act.key: act for act in _ACTS if act.is_listed}
