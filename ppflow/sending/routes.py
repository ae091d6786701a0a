"""The check page with its sending, and the receipt with its correction of the address."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, g, request

from ppflow import access, web
from ppflow.applicants.models import Draft
from ppflow.checks import EMAIL
from ppflow.db import db
from ppflow.errors import NotNow
from ppflow.expressions.mail import contact_phone
from ppflow.expressions.models import Source
from ppflow.forms import tidy
from ppflow.kinds import KINDS, words
from ppflow.monitoring import acts as monitoring
from ppflow.registering import acts as drafts
from ppflow.registering.routes import (
    PRESS_AGAIN,
    at,
    closed,
    held_keys,
    is_genuine,
    person_id,
    the_draft,
    the_target,
)
from ppflow.registering.workflow import CHECK, Journey
from ppflow.sending import acts, forms, queries

pages = Blueprint("sending", __name__)
WRONG_ADDRESS = "Enter an email address like name@example.com."


@at(pages, "/" + CHECK, "GET", "POST")
@access.public
def check_page(**place: str) -> Response:
    """Everything once more, before it is sent; and the sending."""
    target = the_target(place)
    draft = the_draft(target)
    if draft is not None and draft.sent_at:
        return web.see_other(f"/receipt/{draft.submission_key}")
    journey = drafts.journey_of(target, draft)
    if target.closed:
        return closed(target, journey)
    missing = journey.unfinished()
    if draft is None or missing is not None:
        return web.see_other(target.page(missing.slug) if draft and missing else target.path)
    if request.method == "POST":
        return _sent(journey, draft)
    return web.personal(web.page("sending/check.html", **_context(journey, draft)))


def _context(journey: Journey, draft: Draft, **more: Any) -> dict[str, Any]:
    choice, reply_by = acts.foreseen(journey)
    return {
        "target": journey.target,
        "journey": journey,
        "draft": draft,
        "groups": journey.rows(),
        "who_sees": words.WHO_SEES,
        "special": journey.special_wording(),
        "privacy": words.PRIVACY,
        "who": queries.who_answers(choice.person),
        "is_many": choice.person is None,
        "is_anonymous": journey.page("contact") is None,
        "reply_by": reply_by,
        "honeypot_name": forms.HONEYPOT,
        "sources": forms.SOURCES,
        "typed": {},
        "errors": {},
        "notice": "",
        **more,
    }


def _sent(journey: Journey, draft: Draft) -> Response:
    is_helping = draft.entered_by_id is not None
    typed, errors = forms.read_helping(request.form) if is_helping else ({}, {})
    special = journey.special_wording()
    typed["consent_special"] = request.form.get("consent_special", "")
    if special and typed["consent_special"] != "yes":
        errors["consent_special"] = forms.NO_CONSENT
    notice = "" if is_genuine() else PRESS_AGAIN
    if errors or notice:
        context = _context(journey, draft, errors=errors, typed=typed, notice=notice)
        return web.personal(web.invalid("sending/check.html", **context))
    helped = None
    if draft.entered_by_id is not None:
        helped = acts.Helped(draft.entered_by_id, Source(typed["source"]), typed["day"])
    is_trapped = bool(request.form.get(forms.HONEYPOT))
    sent = acts.send(draft, journey, special=special, is_trapped=is_trapped, helped=helped)
    asks_equality = journey.target.context.programme.asks_equality
    db.session.commit()
    if asks_equality and helped is None and sent.set_aside_at is None:
        monitoring.grant(sent.programme_id)
    return web.see_other(f"/receipt/{draft.submission_key}")


@pages.route("/receipt/<key>", methods=["GET", "POST"])
@access.public
def receipt(key: str) -> Response:
    """What was sent, what happens next, and the address put right in the same visit."""
    found = queries.receipt(key, held_keys(), person_id())
    if found is None:
        return web.personal(web.invalid("sending/receipt-elsewhere.html", status=404))
    g.programme = found.expression.programme
    if request.method == "POST":
        return _corrected(found)
    return web.personal(web.page("sending/receipt.html", **_receipt_context(found)))


def _receipt_context(found: queries.Receipt, **more: Any) -> dict[str, Any]:
    expression = found.expression
    opportunity = expression.opportunity
    return {
        "receipt": found,
        "expression": expression,
        "applicant": expression.applicant,
        "kind": KINDS[expression.kind],
        "steps": queries.what_next(expression),
        "first_name": queries.first_name(expression.assignee),
        "call_phone": contact_phone(expression),
        "help_phone": opportunity.contact_phone if opportunity else "",
        "may_answer": expression.programme.asks_equality
        and monitoring.programme_to_answer() == expression.programme_id,
        "typed": expression.applicant.email,
        "error": "",
        "notice": "",
        **more,
    }


def _corrected(found: queries.Receipt) -> Response:
    typed = tidy(request.form.get("email")).lower()
    error, notice = "", "" if is_genuine() else PRESS_AGAIN
    if not found.may_correct:
        notice = "The address can no longer be changed here. Please use your link, or ring us."
    elif not EMAIL.fullmatch(typed) or len(typed) > 254 or not typed.isascii():
        error = WRONG_ADDRESS
    if not (error or notice):
        try:
            acts.correct_address(found.expression, typed)
        except NotNow as refusal:
            notice = str(refusal)
    if error or notice:
        context = _receipt_context(found, typed=typed, error=error, notice=notice)
        return web.personal(web.invalid("sending/receipt.html", **context))
    db.session.commit()
    web.say("We are sending it to the new address. The link we sent before no longer works.")
    return web.see_other(f"/receipt/{found.draft.submission_key}")


def init_app(app: Flask) -> None:
    """Add these pages."""
    web.csrf.exempt(pages)
    app.register_blueprint(pages)
