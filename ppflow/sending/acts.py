"""Sending a form, and putting its address right: in the caller's one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import bindparam, select, update

from ppflow import clock, config, events, keys, limits
from ppflow.answers import acts as answers
from ppflow.answers.models import Consent
from ppflow.applicants import acts as links
from ppflow.applicants.models import Applicant, ContactBy, Draft
from ppflow.db import db
from ppflow.errors import NotNow
from ppflow.expressions import mail
from ppflow.expressions.models import Expression, Source
from ppflow.kinds import Field, words
from ppflow.kinds.asked import options_of
from ppflow.outbox.models import Letter
from ppflow.outbox.workflow import WAITING, LetterState
from ppflow.registering.workflow import Journey
from ppflow.routing import acts as routing
from ppflow.routing.acts import Choice
from ppflow.sending.queries import things_of
from ppflow.statements import change_now, insert_all

AN_HOUR: Final = timedelta(hours=1)
A_DAY: Final = timedelta(days=1)
CORRECTIONS_A_DAY: Final = 3
SUSPECT: Final = 3  # from this score on a form is set aside until a coordinator has looked


@dataclass(frozen=True)
class Helped:
    """Who entered a form for somebody, how it was taken and on which day."""

    person_id: int
    source: Source
    taken_on: date


def foreseen(journey: Journey) -> tuple[Choice, date]:
    """Who would answer this form, and by when, if it were sent now. Writes nothing."""
    about = things_of(journey.target.context)
    imagined = Expression(
        kind=journey.target.kind.key,
        project_id=about.project.id if about.project else None,
        received_at=clock.now(),
        has_needs=_has_needs(journey),
        **about._asdict(),
    )
    plain = {}
    if about.programme.uses_rules:
        wording = answers.asked(journey.pages, journey.answers, journey.target.context)
        plain = answers.plain_of(journey.answers, wording)
    return routing.choose(imagined, plain=plain), routing.first_promise(imagined)


def send(
    draft: Draft,
    journey: Journey,
    *,
    special: str = "",
    is_trapped: bool = False,
    helped: Helped | None = None,
) -> Expression:
    """Make the expression of a finished form, with all that follows from it.

    `special` is the wording agreed to for sensitive answers, empty where none were given.
    `is_trapped`: the box that no person can see was filled in. The caller holds the draft locked,
    so that a form is sent once, however often it is pressed.
    """
    expression = _expression(draft, journey, helped)
    expression.spam_score = 0 if helped else _spam_score(draft, is_trapped)
    if expression.spam_score >= SUSPECT:
        expression.set_aside_at = clock.now()
    expression.shares_address = mark_shared(expression.applicant.email)
    actor = events.staff(helped.person_id) if helped else events.APPLICANT
    with db.session.no_autoflush:  # nothing that is asked here depends on what is new
        wording = answers.asked(journey.pages, journey.answers, journey.target.context)
        routing.receive(expression, by=actor, plain=answers.plain_of(journey.answers, wording))
        kept = answers.first_version(expression.id, expression.kind, journey.answers, wording)
    permissions = _permissions(expression, journey, special, helped)
    insert_all([kept, *permissions, answers.search_entry(expression, kept, wording)])
    change_now(draft, sealed=None, sent_at=clock.now(), expression_id=expression.id)
    return expression


def _expression(draft: Draft, journey: Journey, helped: Helped | None) -> Expression:
    return Expression(
        reference=keys.new_reference(),
        kind=journey.target.kind.key,
        **things_of(journey.target.context)._asdict(),
        applicant=_applicant(journey),
        received_at=_received_at(helped),
        last_contact_at=clock.now(),
        source=helped.source if helped else Source.WEB,
        entered_by_id=helped.person_id if helped else None,
        submission_key=draft.submission_key,
        has_needs=_has_needs(journey),
    )


def _received_at(helped: Helped | None) -> datetime:
    """A form taken on an earlier day was received on that day: the promise counts from there."""
    if helped is None or helped.taken_on >= clock.today():
        return clock.now()
    return clock.start_of(helped.taken_on, time(12))


def _applicant(journey: Journey) -> Applicant:
    given = journey.answers if journey.page("contact") else {}
    if not given:
        return Applicant(is_anonymous=True, contact_by=ContactBy.POST)
    is_for_other = given.get("on_behalf") == "someone"
    times = given.get("best_time") or []
    return Applicant(
        first_name=given["first_name"],
        last_name=given["last_name"],
        email=given.get("email") or "",
        phone=given.get("phone") or "",
        post_address=given.get("post_address") or "",
        contact_by=ContactBy(given["contact_by"]),
        best_time=[each for each in times if each != "message"],
        may_leave_message="message" in times,
        is_for_someone_else=is_for_other,
        helper_name=given["helper_name"] if is_for_other else "",
        helper_relation=given["helper_relation"] if is_for_other else "",
        contact_is_helper=is_for_other and given.get("who_to_contact") == "helper",
    )


def _has_needs(journey: Journey) -> bool:
    return any(
        one.is_need and journey.answers.get(one.key)
        for page in journey.pages
        for one in page.fields
    )


def _spam_score(draft: Draft, is_trapped: bool) -> int:
    """Points for what only machines do. Nobody is refused: a person looks (design.md 7)."""
    settings = config.current()
    score = SUSPECT if is_trapped else 0
    if (clock.now() - draft.started_at).total_seconds() < settings.minimum_fill_seconds:
        score += SUSPECT
    from_here = limits.count("registrations", limits.network(), AN_HOUR)
    return score + (SUSPECT if from_here > settings.registrations_an_hour else 0)


def mark_shared(address: str, except_id: int = 0) -> bool:
    """Is this address known from another open form? Then those are marked too."""
    if not address:
        return False
    asked = {"address": address, "except_id": except_id}
    return db.session.connection().execute(_OTHERS, asked).rowcount > 0


_OTHERS: Final = (
    update(Expression)
    .where(
        Expression.applicant_id.in_(
            select(Applicant.id).where(Applicant.email == bindparam("address"))
        ),
        Expression.closed_at.is_(None),
        Expression.id != bindparam("except_id"),
    )
    .values(shares_address=True)
)


def _permissions(
    expression: Expression, journey: Journey, special: str, helped: Helped | None
) -> list[Consent]:
    """One row for each permission asked, with its words, what was chosen, and who read it out."""
    given = [("privacy", words.PRIVACY, "yes")]
    if special:
        given.append(("consent_special", special, "yes"))
    for page in journey.pages:
        for one in page.fields:
            chosen = journey.answers.get(one.key)
            if one.is_consent and chosen:
                said = "" if one.input == "tick" else f" {_label(one, chosen, journey)}."
                given.append((one.key, one.label + said, chosen))
    return [
        Consent(
            expression_id=expression.id,
            key=key,
            wording=wording,
            choice=choice,
            read_out_by_id=helped.person_id if helped else None,
        )
        for key, wording, choice in given
    ]


def _label(one: Field, value: str, journey: Journey) -> str:
    options = options_of(one, journey.target.context)
    return next(option[1] for option in options if option[0] == value)


# --- the address put right -----------------------------------------------------------------------


def correct_address(expression: Expression, address: str) -> None:
    """Another address, before the old one was confirmed: the old link is dead at once.

    The receipt is written again, to the new address only; one still waiting for the old address is
    cancelled. Raises `NotNow` after three corrections, as each writes to an address nobody checked.
    """
    if address == expression.applicant.email:
        return
    if limits.count("corrections", f"expression {expression.id}", A_DAY) > CORRECTIONS_A_DAY:
        raise NotNow("You have changed the address three times. Please ring us to put it right.")
    # Its own columns alone: PostgreSQL locks no row together with those it points at.
    db.session.refresh(expression, ["version", "confirmed_at"], with_for_update=True)
    if expression.confirmed_at is not None:
        raise NotNow("The address was confirmed meanwhile. Please use your link, or ring us.")
    expression.applicant.email = address
    expression.has_email_trouble = False
    expression.shares_address = mark_shared(address, except_id=expression.id)
    links.replace_link(expression.id)
    _cancel_receipts(expression)
    expression.version += 1  # a decision being written goes to the new address, or is seen again
    events.record("correct_address", expression, events.APPLICANT, fields=["email"])
    if expression.set_aside_at is None:
        receipt = mail.for_applicant("expression-received", expression)
        mail.to_applicant("expression-received", expression, receipt)
    answers.index(expression)


def _cancel_receipts(expression: Expression) -> None:
    waiting = db.session.scalars(
        select(Letter)
        .where(
            Letter.expression_id == expression.id,
            Letter.person_id.is_(None),
            Letter.link_id.is_not(None),
            Letter.state.in_(WAITING),
        )
        .with_for_update()
    )
    for letter in waiting:
        letter.state, letter.ended_at = LetterState.CANCELLED, clock.now()
        letter.trouble = "They corrected their address."
