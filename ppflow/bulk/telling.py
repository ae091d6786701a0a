"""The one letter by which a colleague hears of the forms that a run gave them.

It is held as long as the run can be undone, and names nobody: numbers, a date and a link.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, select, update

from ppflow import clock, config, letters
from ppflow.bulk.doing import Asked
from ppflow.bulk.models import BulkItem, BulkRun, ItemState
from ppflow.bulk.words import held_for
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.letters import About, Recipient
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.programmes.models import Programme
from ppflow.statements import rows_changed
from ppflow.web import plural

NAME: Final = "staff-handed-over-many"
NOW: Final = timedelta(0)


def tell(run: Row[Any], asked: Asked) -> None:
    """Tell the colleague what they have now, once for the whole run; in the caller's transaction.

    What is left to them after an undo is told at once. Nobody is told of what they took themselves.
    """
    colleague = db.session.get(Person, asked.to.person_id) if asked.to else None
    if colleague is None or not colleague.active or colleague.id == asked.by.person_id:
        return
    states = (ItemState.DONE, ItemState.STAYS)
    many, first = _given(run.id, colleague.id, *states)
    if not many:
        return
    is_undone = run.state == "undoing"
    letter = _written(asked, colleague, many, first, NOW if is_undone else held_for(asked.act))
    db.session.flush()
    db.session.execute(update(BulkRun).where(BulkRun.id == run.id).values(letter_id=letter.id))


def _given(run_id: int, person_id: int, *states: ItemState) -> tuple[int, date | None]:
    """How many forms of a run they answer now, and the first date by which somebody will hear."""
    chosen = (
        select(func.count(), func.min(Expression.reply_by))
        .join(BulkItem, BulkItem.expression_id == Expression.id)
        .where(BulkItem.run_id == run_id, BulkItem.state.in_(states))
        .where(Expression.assignee_id == person_id, Expression.closed_at.is_(None))
    )
    row = db.session.execute(chosen).one()
    return row[0], row[1]


def _written(
    asked: Asked, colleague: Person, many: int, first: date | None, hold: timedelta
) -> Letter:
    rendered = letters.render(
        NAME,
        person=colleague,
        giver=db.session.get(Person, asked.by.person_id),
        many=plural(many, "form"),
        is_one=many == 1,
        first=first,
        has_note=bool(asked.details.get("note")),
        link=f"{config.current().base_url}/triage?view=mine",
    )
    to = Recipient(colleague.email, colleague.name, colleague.id)
    replies_to = select(Programme.contact_email).order_by(Programme.position, Programme.id).limit(1)
    about = About(reply_to=db.session.scalar(replies_to) or "")
    return letters.write(NAME, rendered, to, about, hold=hold, is_automatic=False)


def stop(run: BulkRun) -> None:
    """The run is taken back: what the colleague has not read yet does not go."""
    if run.letter_id is None:
        return
    waiting = update(Letter).where(Letter.id == run.letter_id, Letter.state == LetterState.QUEUED)
    trouble = "Undone before it went."
    rows_changed(waiting.values(state=LetterState.CANCELLED, ended_at=clock.now(), trouble=trouble))
