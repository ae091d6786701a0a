"""The views of the queue: what each holds, in which order, and how it is called.

A view is one row here; its link, count, page and place in the address are drawn from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute

from ppflow import clock
from ppflow.access import Standing
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.expressions.workflow import WORDS, Status
from ppflow.outbox.models import NOT_SENT, Letter
from ppflow.outbox.workflow import LetterState
from ppflow.workflow import Clock

Where = Callable[[Standing], ColumnElement[bool]]


@dataclass(frozen=True, eq=False)
class Order:
    """In which order a list stands; the id breaks ties. `words` stand beside the count."""

    key: str
    column: InstrumentedAttribute[Any]
    words: str
    is_newest_first: bool = False


# fmt: off
EARLIEST: Final = Order("reply-by", Expression.reply_by, "earliest reply-by first")
OLDEST: Final = Order("oldest", Expression.received_at, "oldest form first")
NEWEST: Final = Order("newest", Expression.received_at, "newest form first", is_newest_first=True)
LONGEST: Final = Order("longest", Expression.last_contact_at, "longest without news first")
NEWEST_CLOSED: Final = Order("closed", Expression.closed_at, "newest closed first",
                             is_newest_first=True)
SET_ASIDE: Final = Order("set-aside", Expression.set_aside_at, "longest waiting first")
# fmt: on
BY_ARRIVAL: Final = (OLDEST, NEWEST)
ANYWHERE: Final = (*BY_ARRIVAL, LONGEST)  # these columns are never empty, in any view


@dataclass(frozen=True, eq=False)
class View:
    """One view of the queue. `quiet` is what an empty one says."""

    key: str
    label: str
    where: Where
    quiet: str
    order: Order = EARLIEST
    is_alarm: bool = False
    is_mine: bool = False
    is_for_coordinators: bool = False
    is_open: bool = True
    holds_both: bool = False  # open and closed ones; few of either

    @property
    def orders(self) -> dict[str, Order]:
        """The orders this view can stand in, by their word in the address, its own first."""
        more = ANYWHERE if self.is_open else BY_ARRIVAL
        return {order.key: order for order in (self.order, *more)}


def _mine(standing: Standing) -> ColumnElement[bool]:
    return and_(in_queue(), Expression.assignee_id == standing.person_id)


def _overdue(_standing: Standing) -> ColumnElement[bool]:
    return and_(in_queue(), Expression.reply_by < clock.today())


def _wrote_back(_standing: Standing) -> ColumnElement[bool]:
    """Closed ones too: somebody who writes after the end is not met with silence either."""
    return and_(Expression.has_answered, Expression.erased_at.is_(None))


def _waiting(_standing: Standing) -> ColumnElement[bool]:
    theirs = [status for status, words in WORDS.items() if words.clock is Clock.THEIRS]
    return and_(in_queue(), Expression.status.in_(theirs))


def _talks_today(_standing: Standing) -> ColumnElement[bool]:
    today = clock.today()
    return and_(
        in_queue(),
        Expression.status == Status.CONVERSATION,
        Expression.talk_at >= clock.start_of(today),
        Expression.talk_at < clock.start_of(today + timedelta(days=1)),
    )


def _to_release(_standing: Standing) -> ColumnElement[bool]:
    """Decided together with others, and not told yet."""
    return and_(in_queue(), Expression.pending_verb.is_not(None))


def _by_hand(_standing: Standing) -> ColumnElement[bool]:
    """Letters to print or ring about; also of closed ones, or nobody would tell them."""
    waiting = select(Letter.expression_id).where(NOT_SENT, Letter.state == LetterState.BY_HAND)
    return and_(Expression.id.in_(waiting), Expression.erased_at.is_(None))


def _email_trouble(_standing: Standing) -> ColumnElement[bool]:
    return and_(Expression.has_email_trouble, Expression.erased_at.is_(None))


def _unassigned(_standing: Standing) -> ColumnElement[bool]:
    return and_(in_queue(), Expression.assignee_id.is_(None))


def _unrouted(standing: Standing) -> ColumnElement[bool]:
    return and_(_unassigned(standing), Expression.is_unrouted)


def _all_open(_standing: Standing) -> ColumnElement[bool]:
    return in_queue()


def _closed(_standing: Standing) -> ColumnElement[bool]:
    return and_(Expression.closed_at.is_not(None), Expression.erased_at.is_(None))


def _spam(standing: Standing) -> ColumnElement[bool]:
    judged = and_(Expression.set_aside_at.is_not(None), Expression.closed_at.is_(None))
    return and_(judged, standing.is_of_theirs(Expression.programme_id))


# fmt: off
WORK: Final = (
    View("mine", "Mine", _mine, "Nothing waits for you.", is_mine=True),
    View("overdue", "Overdue", _overdue, "Nobody waits longer than we promised.", is_alarm=True),
    View("wrote-back", "They wrote back", _wrote_back, "Every message has its answer.", LONGEST,
         holds_both=True),
    View("waiting", "Waiting for applicant", _waiting, "Nobody owes us an answer."),
    View("talks-today", "Conversation today", _talks_today, "No conversation today."),
    View("by-hand", "Ring or post", _by_hand, "Nobody waits for a call or a letter.", OLDEST,
         holds_both=True),
    View("email-failed", "Emails that failed", _email_trouble, "Every email went.", OLDEST,
         is_alarm=True, holds_both=True),
    View("to-release", "Decisions to release", _to_release, "No decision waits to be told."),
)
ALL: Final = (
    View("unassigned", "Unassigned", _unassigned, "Everybody has somebody who answers."),
    View("unrouted", "Unrouted", _unrouted, "Every form found its person.", is_alarm=True),
    View("open", "All open", _all_open, "No form is open."),
    View("closed", "Closed", _closed, "No form is closed yet.", NEWEST_CLOSED, is_open=False),
    View("spam", "Spam to judge", _spam, "Nothing to judge.", SET_ASIDE, is_for_coordinators=True),
)
# fmt: on
VIEWS: Final = {view.key: view for view in (*WORK, *ALL)}
