"""Letters about one expression: to the applicant, and to the staff who answer it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import select

from ppflow import clock, config, letters
from ppflow.applicants import acts as applicant_acts
from ppflow.applicants.models import Applicant, ContactBy, StatusLink
from ppflow.db import db
from ppflow.expressions import waiting
from ppflow.expressions.models import Expression
from ppflow.expressions.reasons import REASONS
from ppflow.expressions.workflow import LIFE, talk_off
from ppflow.kinds import KINDS
from ppflow.letters import About, Recipient, Rendered
from ppflow.opportunities.models import Opportunity
from ppflow.outbox.models import PRIVATE_LINK, Letter
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person

VERBS: Final = {row.letter: row.verb for row in LIFE.transitions.values() if row.letter}
TYPED: Final = ("body", "talk_at", "accept_by", "to", "opportunity", "project")


def contact_phone(expression: Expression) -> str:
    """Whom to ring about this one."""
    opportunity = expression.opportunity
    return (opportunity.contact_phone if opportunity else "") or expression.programme.contact_phone


def reply_address(expression: Expression) -> str:
    """A mailbox that people read: the opportunity's, or the programme's."""
    opportunity = expression.opportunity
    return (opportunity.contact_email if opportunity else "") or expression.programme.contact_email


def applicant_context(
    expression: Expression, by: Person | None = None, **details: Any
) -> dict[str, Any]:
    """Every name that a letter to an applicant may use."""
    reason = REASONS.get(details.get("reason") or expression.reason or "")
    return {
        "expression": expression,
        "applicant": expression.applicant,
        "programme": expression.programme,
        "kind": KINDS.get(expression.kind),
        "title": expression.title,
        "reference": expression.reference,
        "phone": contact_phone(expression),
        "link": PRIVATE_LINK if expression.applicant.has_email else "",
        "sender": by,
        "reason_words": reason.words if reason else "",
        "reply_by": details.get("next_reply_by") or expression.reply_by,
        "talk_times": _moments(details.get("talk_times") or expression.talk_times),
        "talk_how": details.get("talk_how") or expression.talk_how,
        "alternatives": [
            (title, f"{config.current().base_url}/opportunities/{slug}")
            for slug, title in named(details.get("alternatives") or ())
        ],
        "position": partial(waiting.position, expression),  # asked only where it is told
        "today": clock.today(),
        **{key: details.get(key) for key in TYPED},
    }


def _moments(times: Iterable[Any] | None) -> list[datetime]:
    return [
        at if isinstance(at, datetime) else datetime.fromisoformat(at) for at in sorted(times or [])
    ]


def named(slugs: Sequence[str]) -> list[tuple[str, str]]:
    """(slug, title) of opportunities, in the order in which staff chose them."""
    if not slugs:
        return []
    chosen = select(Opportunity.slug, Opportunity.title).where(Opportunity.slug.in_(slugs))
    titles = {row.slug: row.title for row in db.session.execute(chosen)}
    return [(slug, titles[slug]) for slug in slugs if slug in titles]


def for_applicant(
    name: str, expression: Expression, by: Person | None = None, **details: Any
) -> Rendered:
    """The letter as it would go: the preview and the sending both use this."""
    context = applicant_context(expression, by, **details)
    context["link"] = PRIVATE_LINK if address_for(name, expression.applicant) else ""
    verb = VERBS.get(name)  # before the act it is asked here; while it is done, it is told
    is_off = talk_off(verb, expression) if verb else None
    context["talk_off"] = details.get("talk_off") or is_off
    return letters.render(name, **context)


WITH_THE_LINK = {"expression-received", "status-new-link"}


def address_for(name: str, applicant: Applicant) -> str:
    """Where a letter goes by email; empty: by hand.

    Someone who likes a call better, and gave an email too, gets the link there.
    """
    is_by_email = applicant.contact_by is ContactBy.EMAIL or name in WITH_THE_LINK
    return applicant.email if is_by_email else ""


def about(expression: Expression, link: StatusLink | None = None) -> About:
    """What ties a letter to its expression."""
    return About(
        reply_to=reply_address(expression),
        programme_id=expression.programme_id,
        expression_id=expression.id,
        thread=letters.thread_id(expression.reference),
        link_id=link.id if link else None,
        link_generation=link.generation if link else None,
    )


def to_applicant(name: str, expression: Expression, rendered: Rendered, **how: Any) -> Letter:
    """Put a letter to the applicant in the outbox; `how` is what `letters.compose` takes."""
    has_address = bool(address_for(name, expression.applicant))
    link = applicant_acts.current_link(expression.id) if has_address else None
    letter = compose_to_applicant(name, expression, rendered, link, **how)
    db.session.add(letter)
    return letter


def compose_to_applicant(
    name: str, expression: Expression, rendered: Rendered, link: StatusLink | None, **how: Any
) -> Letter:
    """A letter to the applicant (or their helper), not yet in the outbox; by hand without email."""
    applicant = expression.applicant
    to = Recipient(address_for(name, applicant), applicant.greeting_name or applicant.name)
    letter = letters.compose(name, rendered, to, about(expression, link), **how)
    if applicant.is_anonymous:  # nobody to print it for or to ring
        letter.state, letter.ended_at = LetterState.SUPPRESSED, clock.now()
        letter.trouble = "They gave no name and no way to reach them."
    return letter


def hold_for(name: str) -> timedelta:
    """How long a letter can be undone: messages 2 minutes, decisions 10 (settings)."""
    settings = config.current()
    is_message = name in {"expression-message", "expression-question"}
    minutes = settings.hold_messages_minutes if is_message else settings.hold_decisions_minutes
    return timedelta(minutes=minutes)


def tell_staff(
    name: str,
    expression: Expression,
    people: Iterable[Person],
    calendar: str | None = None,
    **details: Any,
) -> list[Letter]:
    """Put one letter to each person in the outbox."""
    written = compose_to_staff(name, expression, people, calendar, **details)
    db.session.add_all(written)
    return written


def compose_to_staff(
    name: str,
    expression: Expression,
    people: Iterable[Person],
    calendar: str | None = None,
    **details: Any,
) -> list[Letter]:
    """One letter to each person: kind, project, reply-by and link; no personal details, ever."""
    composed = []
    for person in {p.id: p for p in people if p.active}.values():
        rendered = letters.render(name, **staff_context(expression, person, **details))
        to = Recipient(person.email, person.name, person.id)
        composed.append(letters.compose(name, rendered, to, about(expression), calendar=calendar))
    return composed


def staff_context(expression: Expression, person: Person | None, **details: Any) -> dict[str, Any]:
    """Every name that a letter to staff may use."""
    return {
        "expression": expression,
        "programme": expression.programme,
        "project": expression.project,
        "kind": KINDS.get(expression.kind),
        "reference": expression.reference,
        "reply_by": expression.reply_by,
        "staff_link": f"{config.current().base_url}/expressions/{expression.reference}",
        "person": person,
        **details,
    }
