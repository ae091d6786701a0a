"""The day before a conversation both sides are reminded, once for each time that was fixed."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Final

from sqlalchemy import String, cast, func, literal, select

from ppflow import clock
from ppflow.applicants.models import ContactBy
from ppflow.db import db
from ppflow.expressions import mail
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import in_queue
from ppflow.expressions.workflow import Status
from ppflow.outbox.models import PeriodicRun
from ppflow.outbox.periodic import LADDER, Period, every, firsts
from ppflow.talks.acts import tell_of_time

MORNING: Final = time(8)
AT_ONCE: Final = 100
NAME: Final = "expression-talk-reminder"


@every("talk-reminders", Period.HOUR)
def remind_of_talks() -> None:
    """From 8am on the day before. A time fixed after that needs no reminder, nor one cancelled."""
    tomorrow = clock.today() + timedelta(days=1)
    due_at = clock.start_of(clock.today(), MORNING)
    if clock.now() < due_at:
        return
    key = literal(f"{LADDER}{NAME}:") + cast(Expression.id, String) + ":"
    key += cast(func.coalesce(Expression.talk_sequence, 0), String)
    done = select(PeriodicRun.key).where(PeriodicRun.key == key).exists()
    chosen = select(Expression).where(
        in_queue(),
        Expression.status == Status.CONVERSATION,
        Expression.talk_at >= clock.start_of(tomorrow),
        Expression.talk_at < clock.start_of(tomorrow + timedelta(days=1)),
        func.coalesce(Expression.talk_set_at, Expression.received_at) < due_at,
        ~done,
    )
    for expression in db.session.scalars(chosen.order_by(Expression.id).limit(AT_ONCE)).all():
        if firsts([f"{LADDER}{NAME}:{expression.id}:{expression.talk_sequence or 0}"]):
            _remind(expression)


def _remind(expression: Expression) -> None:
    applicant = expression.applicant
    is_told = bool(applicant.email) and applicant.contact_by is ContactBy.EMAIL
    if is_told:
        rendered = mail.for_applicant(NAME, expression, talk_at=expression.talk_at)
        mail.to_applicant(NAME, expression, rendered, is_about_status=True)
    tell_of_time(expression, "staff-talk-reminder", is_told=is_told)
