"""May letters about expressions still go? Asked by the outbox just before it sends them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, bindparam, exists, or_, select, update
from sqlalchemy.engine import Connection

from ppflow import clock
from ppflow.access import Role
from ppflow.applicants.models import Applicant, MailedCheck, StatusLink
from ppflow.expressions.models import Expression
from ppflow.outbox.checks import GO, Claimed, Verdict, Verdicts, cancelled
from ppflow.outbox.models import Letter
from ppflow.people.models import Grant, Person, RoleName
from ppflow.projects.models import Member

TO_THE_OLD_ADDRESS: Final = "status-address-changed"  # so that a thief cannot change it unseen

_OF_LETTERS = Letter.id.in_(bindparam("letters", expanding=True))
_STANDS = (
    select(
        Letter.id,
        Expression.erased_at,
        Expression.confirmed_at,
        Applicant.email,
        StatusLink.generation,
        StatusLink.token_hash,
        MailedCheck.expires_at,
        MailedCheck.new_address,
    )
    .join(Expression, Expression.id == Letter.expression_id)
    .join(Applicant, Applicant.id == Expression.applicant_id)
    .outerjoin(StatusLink, StatusLink.expression_id == Expression.id)
    .outerjoin(MailedCheck, MailedCheck.id == Letter.link_check_id)
    .where(_OF_LETTERS)
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
_READERS = (
    select(
        Letter.id,
        Letter.expression_id,
        Person.active,
        Expression.erased_at,
        or_(Expression.assignee_id == Person.id, _IS_MEMBER, _IS_COORDINATOR).label("may_see"),
    )
    .join(Person, Person.id == Letter.person_id)
    .outerjoin(Expression, Expression.id == Letter.expression_id)
    .where(_OF_LETTERS)
)


def may_still_go(connection: Connection, letters: Sequence[Claimed]) -> Verdicts:
    """Not erased; staff still here and still allowed to see it; still the applicant's address."""
    found: Verdicts = {}
    people = [row.id for row in letters if row.person_id is not None]
    if people:
        for reader in connection.execute(_READERS, {"letters": people}):
            found[reader.id] = _may_reach_staff(reader)
    about = {row.id: row for row in letters if row.id not in found and row.expression_id}
    if about:
        for stands in connection.execute(_STANDS, {"letters": list(about)}):
            found[stands.id] = _may_reach_applicant(about[stands.id], stands)
    nobody_known = [row for row in letters if row.id not in found and not _is_to_staff(row)]
    return found | {row.id: Verdict(is_unconfirmed=True) for row in nobody_known}


def _is_to_staff(letter: Claimed) -> bool:
    return bool(letter.name.startswith("staff-"))


def _may_reach_applicant(letter: Claimed, stands: Row[*tuple[Any, ...]]) -> Verdict:
    if stands.erased_at is not None:
        return cancelled("The form has been erased.")
    if _is_to_staff(letter):  # a programme's role mailbox
        return GO
    if letter.link_check_id is not None:
        return _may_still_be_confirmed(stands)
    if stands.email != letter.to_address and letter.name != TO_THE_OLD_ADDRESS:
        return cancelled("The address has been corrected since.")
    if letter.link_id is not None and stands.token_hash is None:
        return cancelled("The private link has ended.")
    is_unconfirmed = stands.confirmed_at is None
    return Verdict(link_generation=stands.generation, is_unconfirmed=is_unconfirmed)


def _may_still_be_confirmed(stands: Row[*tuple[Any, ...]]) -> Verdict:
    """A mailed check goes to the address it is about, known or new, while its link still works."""
    if stands.expires_at is None or stands.expires_at <= clock.now():
        return cancelled("The time to confirm this is over.")
    return Verdict(is_unconfirmed=bool(stands.new_address))


def _may_reach_staff(reader: Row[*tuple[Any, ...]]) -> Verdict:
    if reader.erased_at is not None:
        return cancelled("The form has been erased.")
    if not reader.active:
        return cancelled("This person has left.")
    if reader.expression_id is None or reader.may_see:
        return GO
    return cancelled("This person no longer answers this form.")


def mark_email_trouble(connection: Connection, letter: Claimed) -> None:
    """An applicant's address failed: the queue shows it, and somebody rings."""
    if letter.expression_id is not None and not letter.name.startswith("staff-"):
        theirs = update(Expression).where(Expression.id == letter.expression_id)
        connection.execute(theirs.values(has_email_trouble=True))
