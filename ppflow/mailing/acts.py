"""What people do with a letter: send it again, to another address, by hand, now, or not at all.

Each act locks the letter and checks its state: a worker or a colleague may have been first.
"""

from __future__ import annotations

from ppflow import clock, events
from ppflow.access import Standing
from ppflow.applicants import acts as links
from ppflow.db import db
from ppflow.errors import NotComplete, NotNow
from ppflow.expressions import undoing
from ppflow.expressions.models import Expression
from ppflow.mailing.workflow import acts_open
from ppflow.outbox import checks
from ppflow.outbox.message import CannotBeSent, checked_address
from ppflow.outbox.models import PRIVATE_LINK, Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.sending.acts import mark_shared

TOO_LATE = "This email has changed meanwhile. Look at it again."
UNDO_INSTEAD = "This email belongs to a decision that can still be undone. Undo the decision."


def _hold(letter: Letter, act: str, by: Standing) -> None:
    db.session.refresh(letter, with_for_update=True)
    if act not in acts_open(letter):
        raise NotNow(TOO_LATE)
    events.record(f"email_{act}", letter, by.actor, from_status=letter.state)
    letter.version += 1


def _queue(letter: Letter) -> None:
    """From the beginning: as if it had never been tried."""
    letter.state, letter.due_at, letter.lease = LetterState.QUEUED, clock.now(), None
    letter.tries = letter.ambiguous_tries = 0
    letter.first_tried_at = letter.ended_at = letter.trouble = letter.server_said = None
    letter.is_automatic = False


def send_again(letter: Letter, *, by: Standing) -> None:
    """The same letter again; to one of us at the address that stands now.

    A refused address is trusted once more.
    """
    _hold(letter, "again", by)
    if letter.person_id is not None:
        letter.to_address = db.session.get_one(Person, letter.person_id).email
    checks.release(db.session.connection(), letter.to_address)
    _queue(letter)


def send_now(letter: Letter, *, by: Standing) -> None:
    """Do not wait for the end of the hold, or for the next try."""
    _hold(letter, "now", by)
    letter.due_at = clock.now()
    if letter.expression_id is not None:
        expression = db.session.get_one(Expression, letter.expression_id, with_for_update=True)
        if undoing.holds(expression, letter):  # it goes, so their own page tells of it at once
            undoing.let_go(expression, letter)


def cancel(letter: Letter, *, by: Standing) -> None:
    """It does not go. A held decision is undone instead, so that nobody is met with silence."""
    if is_undone_instead(letter):
        raise NotNow(UNDO_INSTEAD)
    _hold(letter, "cancel", by)
    letter.state, letter.ended_at, letter.lease = LetterState.CANCELLED, clock.now(), None
    letter.trouble = f"{by.name} decided that it does not go."


def is_undone_instead(letter: Letter) -> bool:
    """Is this the held letter of a decision that can be taken back as a whole?"""
    expression = db.session.get(Expression, letter.expression_id) if letter.expression_id else None
    return expression is not None and letter.is_held and undoing.holds(expression, letter)


def send_to(letter: Letter, address: str, *, by: Standing) -> None:
    """The right address: the applicant's is corrected, the old link ends, the letter goes there.

    Raises `NotComplete` for an address that mail cannot reach.
    """
    try:
        checked_address(address)
    except CannotBeSent as problem:
        raise NotComplete("email", str(problem)) from None
    _hold(letter, "address", by)
    expression = db.session.get_one(Expression, letter.expression_id)
    _correct(expression, address, by)
    letter.to_address = address
    _queue(letter)
    link = links.current_link(expression.id)
    letter.link_id, letter.link_generation = link.id, link.generation


def _correct(expression: Expression, address: str, by: Standing) -> None:
    if expression.applicant.email == address:
        return
    db.session.refresh(expression, with_for_update=True)
    expression.applicant.email = address
    expression.confirmed_at = None  # whoever reads the new mailbox has not shown it yet
    expression.has_email_trouble = False
    expression.shares_address = mark_shared(address, except_id=expression.id)
    links.replace_link(expression.id)
    expression.version += 1
    events.record("correct_address", expression, by.actor, fields=["email"])


def do_by_hand(letter: Letter, *, by: Standing) -> None:
    """Print it, or ring: it stands in "Ring or post" until somebody says that it is done."""
    _hold(letter, "by_hand", by)
    letter.state, letter.to_address, letter.lease = LetterState.BY_HAND, "", None
    letter.ended_at = None
    parts = letter.body.split("\n\n")
    letter.body = "\n\n".join(part for part in parts if PRIVATE_LINK not in part)
