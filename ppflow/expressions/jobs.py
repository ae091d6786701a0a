"""What happens to expressions by itself: reminders, and the checks of `going`.

Nothing here decides about anybody: only a human accepts, declines or closes.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    select,
)

from ppflow import clock
from ppflow.answers.models import Answers
from ppflow.applicants.models import Applicant, ContactBy
from ppflow.db import db
from ppflow.expressions import going, mail
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.kinds.working import MANAGER, WILL_ASK
from ppflow.outbox.checks import ask, tell_of_failed_address
from ppflow.outbox.models import Letter
from ppflow.outbox.periodic import Period, every

CONFIRM_AFTER: Final = timedelta(days=2)  # design.md 6: once more, then never again
CONFIRM_UNTIL: Final = timedelta(days=9)  # older ones are left alone after a long pause
QUESTION_DAYS: Final = (21, 7)  # service_standards of the sample programme, latest first
OFFER_DAYS: Final = (2, 7)  # before the day to accept by, latest first
MANAGER_REMINDER: Final = "expression-manager-reminder"
MANAGER_AFTER: Final = timedelta(days=7)  # domain.md 3: "will ask" is reminded and blocks nothing
MANAGER_UNTIL: Final = timedelta(days=21)
AT_ONCE: Final = 200
MORNING: Final = 8

ask(going.may_still_go)
tell_of_failed_address(going.mark_email_trouble)


def _last(name: str) -> ColumnElement[Any]:
    """When this letter was last written for the expression of the row."""
    return (
        select(func.max(Letter.created_at))
        .where(Letter.expression_id == Expression.id, Letter.name == name)
        .scalar_subquery()
    )


def _reachable(*conditions: ColumnElement[bool]) -> Select[Expression]:
    return (
        select(Expression)
        .join(Applicant, Applicant.id == Expression.applicant_id)
        .where(
            Applicant.email != "",
            Applicant.contact_by == ContactBy.EMAIL,
            Expression.closed_at.is_(None),
            Expression.set_aside_at.is_(None),
            Expression.erased_at.is_(None),
            *conditions,
        )
        .limit(AT_ONCE)
    )


def _remind(name: str, expression: Expression) -> None:
    rendered = mail.for_applicant(name, expression, accept_by=expression.accept_by)
    mail.to_applicant(name, expression, rendered, is_about_status=True)


@every("confirm-reminder", Period.HOUR)
def remind_to_confirm() -> None:
    """Once, two days after the form, to addresses that nobody has confirmed."""
    name, now = "expression-confirm-reminder", clock.now()
    waiting = _reachable(
        Expression.confirmed_at.is_(None),
        Expression.received_at <= now - CONFIRM_AFTER,
        Expression.received_at > now - CONFIRM_UNTIL,
        _last(name).is_(None),
    )
    for expression in db.session.scalars(waiting).all():
        _remind(name, expression)


@every("question-reminder", Period.HOUR)
def remind_of_questions() -> None:
    """On days 7 and 21 after our question; a day missed while no worker ran is not doubled."""
    name, now = "expression-question-reminder", clock.now()
    first = now - timedelta(days=min(QUESTION_DAYS))
    asked = _reachable(Expression.status == Status.NEEDS_INFO, Expression.asked_at <= first)
    for expression, last in db.session.execute(asked.add_columns(_last(name))).all():
        due = [expression.asked_at + timedelta(days=days) for days in QUESTION_DAYS]
        if _is_due(due, last, now):
            _remind(name, expression)


@every("offer-reminder", Period.HOUR)
def remind_of_offers() -> None:
    """7 and 2 days before the day to accept by, from the morning on."""
    name, now, today = "expression-offer-reminder", clock.now(), clock.today()
    latest = today + timedelta(days=max(OFFER_DAYS))
    offered = _reachable(
        Expression.status == Status.OFFERED,
        Expression.accept_by >= today,
        Expression.accept_by <= latest,
    )
    for expression, last in db.session.execute(offered.add_columns(_last(name))).all():
        days = [expression.accept_by - timedelta(days=before) for before in OFFER_DAYS]
        due = [clock.start_of(day, at=time(MORNING)) for day in days]
        if _is_due([moment for moment in due if moment > expression.asked_at], last, now):
            _remind(name, expression)


@every("manager-reminder", Period.HOUR)
def remind_of_manager() -> None:
    """Once, a week after the form, in daytime: to who wrote that they will ask their manager."""
    name, now = MANAGER_REMINDER, clock.now()
    if clock.local(now).hour < MORNING:
        return
    newest = select(func.max(Answers.number)).where(Answers.expression_id == Expression.id)
    waiting = _reachable(
        Expression.received_at <= now - MANAGER_AFTER,
        Expression.received_at > now - MANAGER_UNTIL,
        Expression.confirmed_at.is_not(None),
        _last(name).is_(None),
    ).join(Answers, Answers.expression_id == Expression.id)
    said = Answers.plain[MANAGER.key].as_string() == WILL_ASK
    is_newest = Answers.number == newest.correlate(Expression).scalar_subquery()
    for expression in db.session.scalars(waiting.where(is_newest, said)).all():
        mail.to_applicant(name, expression, mail.for_applicant(name, expression))


def _is_due(moments: list[datetime], last: datetime | None, now: datetime) -> bool:
    """Has one of these moments come since the last letter? `moments` are latest first."""
    past = [moment for moment in moments if moment <= now]
    return bool(past) and (last is None or last < past[0])
