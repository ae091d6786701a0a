"""The applicant's own page: see what happened, write, answer, decide, withdraw."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Flask, Response, abort, request, url_for

from ppflow import access, clock, events, keys, web
from ppflow.answers.models import Consent
from ppflow.applicants.models import StatusLink
from ppflow.db import db, end_writing
from ppflow.expressions import acts as expression_acts
from ppflow.expressions.effects import forget_sensitive
from ppflow.expressions.mail import named
from ppflow.expressions.models import Expression
from ppflow.expressions.reasons import REASONS
from ppflow.expressions.workflow import LIFE, Status
from ppflow.status import queries
from ppflow.status.forms import (
    AnswerForm,
    MessageForm,
    PermissionForm,
    SureForm,
)
from ppflow.visiting import acts
from ppflow.visiting.own import asked, fresh, own
from ppflow.visiting.queries import Seen, seen

pages = Blueprint("status", __name__)

SPECIAL: Final = "consent_special"  # the permission to use sensitive answers


@pages.get("/status")
@access.public
@own
def show(expression: Expression, link: StatusLink) -> Response:
    """The page itself, or where to ask for a link."""
    return _status_page(expression, link)


def _status_page(
    expression: Expression, link: StatusLink, form: MessageForm | AnswerForm | None = None
) -> Response:
    now = seen(expression)
    is_asked = now.status is Status.NEEDS_INFO
    if form is None:
        form = AnswerForm() if is_asked and not now.times else MessageForm()
        form.body.data = form.body.data or acts.kept_text(link)
        form.once.data = keys.new_token()
    return fresh(
        expression,
        link,
        "status/show.html",
        form=form,
        errors=form.error_list(),
        question=queries.open_question(expression) if is_asked and not now.times else "",
        moments=queries.line_of_time(expression, now),
        assignee=expression.assignee,
        others=named(now.alternatives),
        reason_words=_reason(expression),
        can_withdraw=_can("withdraw", expression, now),
        can_write=_can("write", expression, now),
    )


def _reason(expression: Expression) -> str:
    reason = REASONS.get(expression.reason or "")
    return reason.words if reason else ""


def _can(verb: str, expression: Expression, now: Seen) -> bool:
    """Is this open to them, as far as they can see?"""
    is_closed = expression.set_aside_at is not None
    return not is_closed and now.status in LIFE.transitions[verb].sources


@pages.post("/status/message")
@access.public
@own
def message(expression: Expression, link: StatusLink) -> Response:
    """A message, or the answer to our question. Pressed twice, it is said once.

    A message beside times we proposed answers none of them: they can still choose.
    """
    db.session.refresh(expression, with_for_update=True)
    now = seen(expression)
    is_answer = now.status is Status.NEEDS_INFO and not now.times
    form: MessageForm | AnswerForm = AnswerForm() if is_answer else MessageForm()
    if not form.validate():
        end_writing()
        response = _status_page(expression, link, form)
        response.status_code = 422
        return response
    body = form.body.data or ""
    once = keys.token_hash(f"{expression.id}|{form.once.data}|{body}") if form.once.data else None
    if not queries.is_said_already(expression, once):
        verb = "answer" if is_answer else "write"
        expression_acts.perform(verb, expression, by=events.APPLICANT, body=body)
        expression.messages[-1].once_key = once
        acts.take_text(link)
        acts.tell_assignee("staff-they-wrote", expression)
    db.session.commit()
    web.say("We have your message.")
    return acts.remember(web.see_other(url_for("status.show")), link)


@pages.route("/status/withdraw", methods=["GET", "POST"])
@access.public
@own
def withdraw(expression: Expression, link: StatusLink) -> Response:
    """Withdraw, by an explicit choice on a page of its own."""
    if request.method == "POST" and seen(expression).status is Status.WITHDRAWN:
        return acts.remember(web.see_other(url_for("status.show")), link)  # pressed twice
    form = SureForm()
    question = asked(expression, link, form, "status/withdraw.html")
    if question is not None:
        return question
    if form.sure.data == "yes":
        expression_acts.perform("withdraw", expression, by=events.APPLICANT)
        acts.tell_assignee("staff-withdrawn", expression)
        web.say("Your form is withdrawn. Your sensitive answers are deleted.")
    db.session.commit()
    return acts.remember(web.see_other(url_for("status.show")), link)


@pages.get("/status/permissions")
@access.public
@own
def permissions(expression: Expression, link: StatusLink) -> Response:
    """The permissions given, each with its wording and day."""
    return fresh(expression, link, "status/permissions.html", consents=expression.consents)


@pages.route("/status/permissions/<int:consent_id>", methods=["GET", "POST"])
@access.public
@own
def permission(expression: Expression, link: StatusLink, consent_id: int) -> Response:
    """Take one permission back."""
    consent = next((c for c in expression.consents if c.id == consent_id), None)
    if consent is None or consent.withdrawn_at is not None or consent.key == "privacy":
        abort(404)
    form = PermissionForm()
    question = asked(expression, link, form, "status/permission.html", consent=consent)
    if question is not None:
        return question
    if form.sure.data == "yes":
        _take_back(expression, consent)
    db.session.commit()
    return acts.remember(web.see_other(url_for("status.permissions")), link)


def _take_back(expression: Expression, consent: Consent) -> None:
    db.session.refresh(expression, with_for_update=True)
    consent.withdrawn_at = clock.now()
    expression.version += 1  # staff may have a decision open that rests on it
    events.record("take_back_consent", expression, events.APPLICANT, fields=[consent.key])
    acts.tell_assignee("staff-they-wrote", expression)
    if consent.key == SPECIAL:
        forget_sensitive(expression)
        web.say("We have deleted your answers about health and support.")
        return
    web.say("We have noted that. The person who answers you has been told.")


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
