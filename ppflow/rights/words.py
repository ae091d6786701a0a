"""What we hold about a form and its person, as pairs of what it is and how it reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from ppflow import clock
from ppflow.applicants.acts import LINK_LASTS
from ppflow.applicants.models import Applicant, StatusLink
from ppflow.expressions.models import Expression, Source
from ppflow.expressions.reasons import REASONS
from ppflow.expressions.workflow import Status
from ppflow.kinds import KINDS, words
from ppflow.rights.acts import LASTS
from ppflow.visiting.acts import IDLE
from ppflow.visiting.queries import Seen
from ppflow.web import plain_day, plural, time_of_day

SOURCES = {Source.WEB: "on the website", Source.PHONE: "by phone", Source.PAPER: "on paper"}
Pairs = list[tuple[str, Any]]  # what, and a text or a list of texts


# What the pages and letters say of how long something works, by a word for it.
LASTING: Final = {"link": LINK_LASTS, "visit": IDLE, "check": LASTS}


def lasts(key: str) -> str:
    """How long it works: `lasts("link")` is 30 days, `lasts("visit")` 30 minutes."""
    span = LASTING[key]
    return plural(span.days, "day") if span.days else plural(span.seconds // 60, "minute")


def told_at(moment: Any) -> str:
    """22 November 2026, 9.41am"""
    return f"{plain_day(moment)}, {time_of_day(moment)}"


def form(expression: Expression, now: Seen, entered_by: str, link: StatusLink | None) -> Pairs:
    """The form as it stands; `entered_by`: who of us filled it in for them."""
    kind = KINDS.get(expression.kind)
    closed = expression.closed_at if not now.is_open else None
    confirmed = told_at(expression.confirmed_at) if expression.confirmed_at else "no"
    came = SOURCES[expression.source] + (f", entered by {entered_by}" if entered_by else "")
    facts: Pairs = [
        ("Reference", expression.reference),
        ("About", expression.title),
        ("Programme", expression.programme.name),
        ("Kind of form", kind.public_label if kind else expression.kind),
        ("Came to us", came),
        ("Received", told_at(expression.received_at)),
        ("Where it stands", now.words.applicant_label),
        ("Ended", told_at(closed) if closed else ""),
        ("You hear from us by", plain_day(now.reply_by) if now.is_open and now.reply_by else ""),
        ("Address confirmed", confirmed),
        ("Emails to you failed", "yes" if expression.has_email_trouble else ""),
        ("Points in our check for forms sent by machines", str(expression.spam_score or "")),
    ]
    if link is not None:
        opened = f"; last opened {told_at(link.opened_at)}" if link.opened_at else ""
        facts.append(("Your private link", f"works until {plain_day(link.expires_at)}{opened}"))
    return [(what, value) for what, value in facts if value]


def agreed(expression: Expression, now: Seen, others: list[str]) -> Pairs:
    """Times, places and reasons; nothing of a decision that can still be taken back.

    `others` are the titles of what we suggested instead.
    """
    talk = f"{told_at(now.talk_at)}, {now.talk_how or ''}".rstrip(", ") if now.talk_at else ""
    is_past = now.talk_at is not None and now.talk_at < clock.now()
    reason = REASONS.get(expression.reason or "") if now.status is Status.NOT_THIS_TIME else None
    accept_by = now.accept_by if now.status is Status.OFFERED else None
    number = f", number {now.position}" if now.position else ""
    waits = expression.waiting_since if now.position else None
    facts: Pairs = [
        ("Times we proposed for a talk", _times(now)),
        ("Our last talk" if is_past else "Our talk", talk),
        ("A place is offered; answer by", plain_day(accept_by) if accept_by else ""),
        ("On the waiting list", f"since {told_at(waits)}{number}" if waits else ""),
        ("Why not this time", f"because {reason.words}" if reason else ""),
        ("What we suggested instead", others),
    ]
    return [(what, value) for what, value in facts if value]


def _times(now: Seen) -> list[str]:
    how = f", {now.talk_how}" if now.talk_how else ""
    return [told_at(datetime.fromisoformat(each)) + how for each in now.times]


def person(applicant: Applicant, new_address: str) -> Pairs:
    """Who they are and how we reach them; `new_address`: asked for, and not confirmed yet."""
    times = dict(words.TIMES)
    facts: Pairs = [
        ("First name", applicant.first_name),
        ("Last name", applicant.last_name),
        ("Email", applicant.email),
        ("New email, not confirmed yet", new_address),
        ("Phone", applicant.phone),
        ("Postal address", applicant.post_address),
        ("Best way to reach you", applicant.contact_by.value),
        ("Good times to ring", [times.get(each, each) for each in applicant.best_time]),
        ("We may leave a message", "yes" if applicant.may_leave_message else "no"),
    ]
    if applicant.is_for_someone_else:
        facts += [
            ("Filled in by", applicant.helper_name),
            ("How they know you", applicant.helper_relation),
            ("We contact", "the helper" if applicant.contact_is_helper else "the person"),
        ]
    return [(what, value) for what, value in facts if value]
