"""What becomes of letters that have not gone yet when another act follows: they go too, or not.

Nothing that somebody decided to send is lost silently: the page asks here before the act is done,
and the act itself comes here to do it. What still holds goes too, in the order of deciding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, select

from ppflow import clock
from ppflow.db import db
from ppflow.expressions import mail
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import LIFE
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import WAITING, LetterState
from ppflow.workflow import Transition

# Verbs that leave the status, and yet say a day: their letter holds until another one says more.
OF_DAYS: Final = frozenset({"promise", "extend"})
# A talk that is off stays off, whatever comes after it.
ALWAYS_GO: Final = frozenset({"expression-talked-sooner"})
# Letters that still hold after these verbs, though the status changes.
GO_TOO: Final[Mapping[str, frozenset[str]]] = {
    "expression-question": frozenset({"ask", "propose"}),
    "expression-reopened": frozenset({"ask", "propose", "arrange"}),
}
NOUNS: Final[Mapping[str, str]] = {
    "expression-question": "question",
    "expression-times": "email with times to choose from",
    "expression-time-chosen": "email about the time they chose",
    "expression-conversation": "email about the conversation",
    "expression-talk-moved": "email about the new time",
    "expression-missed-talk": "email about the missed conversation",
    "expression-talked-sooner": "email about the time you do not need",
    "expression-offered": "offer",
    "expression-more-time": "email about more time",
    "expression-joined": "email about their place",
    "expression-waiting-list": "email about the waiting list",
    "expression-passed-to-study": "email about the study team",
    "expression-not-this-time": "email “Not this time”",
    "expression-carried-over": "email about the other opportunity",
    "expression-new-date": "email with the new date",
    "expression-reopened": "email that their form is open again",
    "expression-completed": "email with what came of it",
    "expression-withdrawn": "email about their withdrawal",
    "expression-declined": "email about their no",
    "expression-lapsed": "email that their form is closed",
    "expression-duplicate": "email about their two forms",
}


@dataclass(frozen=True)
class Fate:
    """A letter that has not gone yet, and whether an act takes its place."""

    letter: Letter
    is_replaced: bool

    @property
    def noun(self) -> str:
        noun = NOUNS.get(self.letter.name, "email")
        return noun if self.letter.to_address else noun.replace("email", "letter")

    @property
    def words(self) -> str:
        """What becomes of it, said before the act."""
        if self.letter.to_address:
            then = "It will not be sent" if self.is_replaced else "It goes too"
            return f"The {self.noun} has not gone yet. {then}."
        then = "You do not need to" if self.is_replaced else "Please do that too"
        return f"The {self.noun} has not been printed or read out yet. {then}."

    @property
    def words_after(self) -> str:
        """The same, once it is replaced."""
        if self.letter.to_address:
            return f"The {self.noun} that had not gone yet will not be sent."
        return f"You do not need to print or read out the {self.noun} any more."

    @property
    def words_of_return(self) -> str:
        """Once what replaced it is taken back."""
        return f"The {self.noun} goes after all."


def is_about_status(transition: Transition) -> bool:
    """May a later act take the place of this verb's letter? Never of a message."""
    return transition.target is not None or transition.verb in OF_DAYS


def fates(verb: str, expression: Expression) -> list[Fate]:
    """What the verb would do with letters that somebody decided to send, oldest first."""
    waiting = db.session.scalars(_waiting(expression).where(Letter.is_automatic.is_(False)))
    return [Fate(letter, _replaces(verb, letter)) for letter in waiting]


def replace(transition: Transition, expression: Expression) -> list[Letter]:
    """Cancel the letters, reminders too, whose place this verb takes; in the caller's transaction.

    A worker may be about to send one: they are locked first.
    """
    waiting = db.session.scalars(
        _waiting(expression).where(Letter.is_about_status).with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    replaced = [letter for letter in waiting if _replaces(transition.verb, letter)]
    for letter in replaced:
        letter.state, letter.ended_at = LetterState.CANCELLED, clock.now()
        letter.trouble = f"“{transition.label}” took its place."
    return replaced


def hold_for(name: str, expression: Expression, *, but: Sequence[Letter] = ()) -> timedelta:
    """How long a new letter is held: no letter of a form overtakes one decided before it.

    `but`: letters whose place it takes, where that is not done yet.
    """
    waiting = db.session.scalars(_waiting(expression).where(Letter.is_automatic.is_(False)))
    before = [letter.due_at for letter in waiting if letter.is_held and letter not in but]
    return max([mail.hold_for(name), *(due_at - clock.now() for due_at in before)])


def _replaces(verb: str, letter: Letter) -> bool:
    transition = LIFE.transitions.get(verb)
    if transition is None or not letter.is_about_status or letter.name in ALWAYS_GO:
        return False
    if transition.target is None:
        return letter.name == transition.letter
    return verb not in GO_TOO.get(letter.name, frozenset())


def _waiting(expression: Expression) -> Select[Letter]:
    return (
        select(Letter)
        .where(
            Letter.expression_id == expression.id,
            Letter.name.not_like("staff-%"),
            Letter.state.in_([*WAITING, LetterState.BY_HAND]),
        )
        .order_by(Letter.id)
    )


def decided(letters: Sequence[Letter]) -> list[Fate]:
    """Those that somebody decided to send, of letters that an act replaced or that go after all."""
    return [Fate(letter, is_replaced=True) for letter in letters if not letter.is_automatic]
