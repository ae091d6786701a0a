"""The last letters about a form: to the person, and to everybody on our side who was told of it."""

from __future__ import annotations

from typing import Final

from ppflow import letters
from ppflow.db import db
from ppflow.erasing import queries
from ppflow.expressions import mail
from ppflow.expressions.models import Expression
from ppflow.letters import About, Recipient
from ppflow.people.models import Person

LAST: Final = "erased-receipt"
TO_STAFF: Final = "staff-erased"
BACKUPS_DAYS: Final = 35  # reliability.md 4.1: backups lapse


def tell(expression: Expression) -> None:
    """Before the details go. The letters belong to no form any more and hold no personal details.

    Somebody without an email gets none: nothing to print them with may stay.
    """
    about = About(mail.reply_address(expression), programme_id=expression.programme_id)
    context = mail.staff_context(expression, None) | {
        "phone": mail.contact_phone(expression),
        "backups_days": BACKUPS_DAYS,
    }
    address = expression.applicant.email
    if address:
        last = letters.render(LAST, **context)
        letters.write(LAST, last, Recipient(address, ""), about, is_automatic=False)
    for to_address, person_id in queries.told(expression):
        person = db.session.get(Person, person_id) if person_id else None
        if person is not None and not person.active:
            continue
        rendered = letters.render(TO_STAFF, **{**context, "person": person})
        name = person.name if person else ""
        to = Recipient(person.email if person else to_address, name, person_id)
        letters.write(TO_STAFF, rendered, to, about)
