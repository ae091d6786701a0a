"""What happens to expressions by itself: letters checked before they go, and reminders.

Nothing here decides about anybody: only a human accepts, declines or closes.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.engine import Connection

from ppflow import clock
from ppflow.access import Role
from ppflow.applicants.models import Applicant, ContactBy, MailedCheck, StatusLink
from ppflow.db import db
from ppflow.expressions import mail
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.outbox.checks import (
    GO,
    Claimed,
    Verdict,
    ask,
    cancelled,
    tell_of_failed_address,
)
from ppflow.outbox.models import Letter
from ppflow.outbox.periodic import Period, every
from ppflow.people.models import Grant, Person, RoleName
from ppflow.projects.models import Member

CONFIRM_AFTER: Final = timedelta(days=2)  # design.md 6: once more, then never again
CONFIRM_UNTIL: Final = timedelta(days=9)  # older ones are left alone after a long pause
QUESTION_DAYS: Final = (21, 7)  # service_standards of the sample programme, latest first
OFFER_DAYS: Final = (2, 7)  # before the day to accept by, latest first
AT_ONCE: Final = 200
TO_THE_OLD_ADDRESS: Final = "status-address-changed"  # so that a thief cannot change it unseen
MORNING: Final = 8

# --- may this letter still go? ------------------------------------------------------------------

_STANDS = (
    select(
        Expression.erased_at,
        Expression.confirmed_at,
        Applicant.email,
        StatusLink.generation,
        StatusLink.token_hash,
    )
    .join(Applicant, Applicant.id == Expression.applicant_id)
    .outerjoin(StatusLink, StatusLink.expression_id == Expression.id)
    .where(Expression.id == bindparam("expression"))
)
_IS_MEMBER = exists().where(
    Member.project_id == Expression.project_id,
    Member.person_id == Person.id,
    Member.until_on.is_(None),
)
_IS_COORDINATOR = exists().where(
    Grant.person_id == Person.id,
    Grant.role_id == RoleName.id,
    RoleName.name == Role.COORDINATOR,
    or_(Grant.programme_id.is_(None), Grant.programme_id == Expression.programme_id),
)
_CHECK = select(MailedCheck.expires_at, MailedCheck.new_address).where(
    MailedCheck.id == bindparam("check")
)
_READER = (
    select(
        Person.active,
        Expression.erased_at,
        or_(Expression.assignee_id == Person.id, _IS_MEMBER, _IS_COORDINATOR).label("may_see"),
    )
    .select_from(Person)
    .join(Expression, Expression.id == bindparam("expression"))
    .where(Person.id == bindparam("person"))
)


@ask
def may_still_go(connection: Connection, letter: Claimed) -> Verdict:
    """Not erased; staff still here and still allowed to see it; still the applicant's address."""
    is_to_staff = letter.name.startswith("staff-")
    if letter.expression_id is None:
        return GO if is_to_staff else Verdict(is_unconfirmed=True)
    if letter.person_id is not None:
        return _may_reach_staff(connection, letter)
    row = connection.execute(_STANDS, {"expression": letter.expression_id}).one()
    if row.erased_at is not None:
        return cancelled("The form has been erased.")
    if is_to_staff:  # a programme's role mailbox
        return GO
    if letter.link_check_id is not None:
        return _may_still_be_confirmed(connection, letter)
    if row.email != letter.to_address and letter.name != TO_THE_OLD_ADDRESS:
        return cancelled("The address has been corrected since.")
    if letter.link_id is not None and row.token_hash is None:
        return cancelled("The private link has ended.")
    is_unconfirmed = row.confirmed_at is None
    return Verdict(link_generation=row.generation, is_unconfirmed=is_unconfirmed)


def _may_still_be_confirmed(connection: Connection, letter: Claimed) -> Verdict:
    """A mailed check goes to the address it is about, known or new, while its link still works."""
    asked = connection.execute(_CHECK, {"check": letter.link_check_id}).first()
    if asked is None or asked.expires_at <= clock.now():
        return cancelled("The time to confirm this is over.")
    return Verdict(is_unconfirmed=bool(asked.new_address))


def _may_reach_staff(connection: Connection, letter: Claimed) -> Verdict:
    values = {"expression": letter.expression_id, "person": letter.person_id}
    row = connection.execute(_READER, values).one()
    if row.erased_at is not None:
        return cancelled("The form has been erased.")
    if not row.active:
        return cancelled("This person has left.")
    return GO if row.may_see else cancelled("This person no longer answers this form.")


@tell_of_failed_address
def mark_email_trouble(connection: Connection, letter: Claimed) -> None:
    """An applicant's address failed: the queue shows it, and somebody rings."""
    if letter.expression_id is not None and not letter.name.startswith("staff-"):
        theirs = update(Expression).where(Expression.id == letter.expression_id)
        connection.execute(theirs.values(has_email_trouble=True))


# --- reminders ------------------------------------------------------------------------------------


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


def _is_due(moments: list[datetime], last: datetime | None, now: datetime) -> bool:
    """Has one of these moments come since the last letter? `moments` are latest first."""
    past = [moment for moment in moments if moment <= now]
    return bool(past) and (last is None or last < past[0])
