"""A fresh email shows that the mailbox is theirs; after that they may download, erase or move.

The email's link opens a page with one harmless button. Pressing it lets this browser do the one
thing it was asked for, for 10 minutes. All in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select, update

from ppflow import clock, events, keys, letters, limits
from ppflow.answers import acts as answers
from ppflow.applicants import acts as links
from ppflow.applicants.models import ContactBy, MailedCheck, StatusLink
from ppflow.db import db
from ppflow.errors import NotNow
from ppflow.events import Actor, ActorKind
from ppflow.expressions import mail
from ppflow.expressions.going import TO_THE_OLD_ADDRESS
from ppflow.expressions.models import Expression
from ppflow.letters import About, Recipient
from ppflow.outbox.models import PRIVATE_LINK, Letter
from ppflow.outbox.workflow import WAITING
from ppflow.sending.acts import mark_shared
from ppflow.visiting.acts import tell_of_change

LASTS: Final = timedelta(minutes=10)  # design.md 7: a fresh confirmation
AN_HOUR: Final = timedelta(hours=1)
CHECKS_AN_HOUR: Final = 5
LETTER: Final = "status-sure"


class Purpose(StrEnum):
    """What a mailed check allows."""

    DOWNLOAD = "download"
    ERASE = "erase"
    ADDRESS = "address"


def ask(expression: Expression, purpose: Purpose, new_address: str = "") -> None:
    """Mail a link that lasts 10 minutes: to the address we hold, or to the new one.

    Raises `NotNow` after five in an hour, for one form or one address.
    """
    address = new_address or expression.applicant.email
    for what in (f"expression {expression.id}", address):
        if limits.count("sure", what, AN_HOUR) > CHECKS_AN_HOUR:
            raise NotNow("We sent you this email five times. Look in your junk mail, or ring us.")
    check = MailedCheck(
        expression_id=expression.id,
        purpose=purpose.value,
        new_address=new_address,
        expires_at=clock.now() + LASTS,
    )
    db.session.add(check)
    db.session.flush()
    check.token_hash = keys.token_hash(keys.check_token(check.id))
    context = mail.applicant_context(expression) | {"link": PRIVATE_LINK, "purpose": purpose.value}
    if new_address:  # nobody has shown yet that it is theirs: nothing of the form goes there
        context["applicant"] = None
    about = About(
        mail.reply_address(expression),
        programme_id=expression.programme_id,
        expression_id=expression.id,
        link_check_id=check.id,
    )
    rendered = letters.render(LETTER, **context)
    letters.write(LETTER, rendered, Recipient(address, ""), about, is_automatic=bool(new_address))


def by_token(token: str) -> MailedCheck | None:
    """The check that this token opens now, or None: unknown, used up or too late."""
    return db.session.scalars(
        select(MailedCheck).where(
            MailedCheck.token_hash == keys.token_hash(token),
            MailedCheck.expires_at > clock.now(),
        )
    ).one_or_none()


def confirm(check: MailedCheck) -> StatusLink:
    """The button was pressed: what was asked for is allowed from now on, for 10 minutes."""
    check.opened_at = clock.now()
    check.expires_at = clock.now() + LASTS
    expression = db.session.get_one(Expression, check.expression_id)
    events.record(f"confirm_{check.purpose}_by_email", expression, events.APPLICANT)
    return links.current_link(check.expression_id)


def is_allowed(check_id: int, expression: Expression, purpose: Purpose) -> bool:
    """May this be done now with this form? Only after the button, and within its 10 minutes."""
    check = db.session.get(MailedCheck, check_id)
    return (
        check is not None
        and check.expression_id == expression.id
        and check.purpose == purpose
        and check.opened_at is not None
        and check.expires_at > clock.now()
    )


def move(check: MailedCheck) -> StatusLink:
    """The new address is theirs: all that follows goes there, and only its links work.

    Emails that wait go to the new address; the old one hears once that it was changed.
    """
    expression = db.session.get_one(Expression, check.expression_id, with_for_update=True)
    applicant, old, new = expression.applicant, expression.applicant.email, check.new_address
    waiting = update(Letter).where(
        Letter.expression_id == expression.id,
        Letter.to_address == old,
        Letter.person_id.is_(None),
        Letter.link_check_id.is_(None),
        Letter.state.in_(WAITING),
    )
    if old:
        db.session.execute(waiting.values(to_address=new))
        rendered = mail.for_applicant(TO_THE_OLD_ADDRESS, expression)
        told = Recipient(old, "")
        letters.write(TO_THE_OLD_ADDRESS, rendered, told, mail.about(expression))
    applicant.email = new
    expression.has_email_trouble, expression.confirmed_at = False, clock.now()
    expression.shares_address = mark_shared(new, except_id=expression.id)
    expression.version += 1
    link = links.replace_link(expression.id)
    db.session.delete(check)
    events.record("correct_address", expression, events.APPLICANT, fields=["email"])
    db.session.flush()
    answers.index(expression)
    return link


def prefer(
    expression: Expression, typed: Mapping[str, Any], *, by: Actor = events.APPLICANT
) -> list[str]:
    """How we reach them from now on; gives the names of what changed. The assignee is told."""
    db.session.refresh(expression, with_for_update=True)
    times = typed.get("best_time") or []
    values = {
        "contact_by": ContactBy(typed["contact_by"]),
        "phone": typed.get("phone") or "",
        "post_address": typed.get("post_address") or "",
        "best_time": [each for each in times if each != "message"],
        "may_leave_message": "message" in times,
    }
    changed = events.changed_fields(expression.applicant, values)
    if changed:
        expression.version += 1
        events.record("prefer", expression, by, fields=changed)
        db.session.flush()
        answers.index(expression)
        if by.kind is ActorKind.APPLICANT:
            tell_of_change(expression)
    return changed
