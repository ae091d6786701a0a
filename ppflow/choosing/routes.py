"""Pages behind the private link where the person chooses: a time, a place, something else."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Flask, Response, abort, request, url_for
from sqlalchemy import select

from ppflow import access, config, events, web
from ppflow.applicants.models import StatusLink
from ppflow.choosing.forms import CALL, OtherForm, PlaceForm, TimeForm
from ppflow.db import db
from ppflow.errors import NotNow
from ppflow.expressions import acts as expression_acts
from ppflow.expressions import calendar
from ppflow.expressions import mail as letters
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import Status
from ppflow.opportunities import words
from ppflow.opportunities.models import Opportunity
from ppflow.places import acts as places
from ppflow.places.queries import next_waiting
from ppflow.talks import acts as talks
from ppflow.talks.routes import as_file
from ppflow.visiting import acts
from ppflow.visiting.own import asked, fresh, own
from ppflow.visiting.queries import seen

pages = Blueprint("choosing", __name__)


def _back(link: StatusLink) -> Response:
    return acts.remember(web.see_other(url_for("status.show")), link)


@pages.route("/status/time", methods=["GET", "POST"])
@access.public
@own
def time(expression: Expression, link: StatusLink) -> Response:
    """Choose one of the times we proposed, or ask us to ring."""
    now = seen(expression)
    if not now.is_to_choose_time:
        raise NotNow("There is no time to choose at the moment.")
    form = TimeForm.of(talks.in_words(now.times))
    question = asked(expression, link, form, "choosing/time.html")
    if question is not None:
        return question
    said = form.body.data or ""
    if form.slot.data == CALL:
        talks.ask_for_call(expression, said)
        web.say("Thank you. We will ring you.")
    else:
        talks.choose(expression, datetime.fromisoformat(form.slot.data))
        if said:
            expression_acts.perform("write", expression, by=events.APPLICANT, body=said)
        web.say("Thank you. The time is fixed.")
    db.session.commit()
    return _back(link)


@pages.get("/status/calendar.ics")
@access.public
@own
def own_calendar(expression: Expression, link: StatusLink) -> Response:
    """The time of the talk, to put into a calendar of one's own."""
    now = seen(expression)
    if now.status is not Status.CONVERSATION:
        abort(404)
    fixed = calendar.Fixed(now.talk_at, now.talk_how, now.talk_sequence)
    text = calendar.for_applicant(expression, fixed)
    return acts.remember(as_file(text or ""), link)


@pages.route("/status/place", methods=["GET", "POST"])
@access.public
@own
def place(expression: Expression, link: StatusLink) -> Response:
    """Take the place that was offered, or not."""
    now = seen(expression)
    if now.status is not Status.OFFERED:
        if request.method == "POST":  # pressed twice, or closed meanwhile: the page tells which
            web.say("We have your answer already, or this has changed. Your page shows it.")
            return _back(link)
        raise NotNow("No place is offered at the moment.")
    form = PlaceForm()
    question = asked(expression, link, form, "choosing/place.html", now=now)
    if question is not None:
        return question
    expression_acts.perform(form.choice.data, expression, by=events.APPLICANT)
    if form.choice.data == "accept":
        letters.tell_staff("staff-place-taken", expression, talks.answering(expression))
    else:
        _tell_of_free_place(expression)
    db.session.commit()
    return _back(link)


def _tell_of_free_place(expression: Expression) -> None:
    """Whoever answers hears of the no, and whose turn it is now."""
    following, site = next_waiting(expression.opportunity_id), config.current().base_url
    letters.tell_staff(
        "staff-place-free",
        expression,
        talks.answering(expression),
        next_reference=following.reference if following else "",
        next_link=f"{site}/expressions/{following.reference}?act=offer" if following else "",
    )


@pages.route("/status/others/<slug>", methods=["GET", "POST"])
@access.public
@own
def other(expression: Expression, link: StatusLink, slug: str) -> Response:
    """Send the same form to another opportunity that we named."""
    now = seen(expression)
    opportunity = db.session.scalars(select(Opportunity).where(Opportunity.slug == slug)).first()
    if opportunity is None or slug not in now.alternatives:
        abort(404)
    if not opportunity.is_open:
        return fresh(expression, link, "choosing/closed.html", opportunity=opportunity)
    if expression.kind == "research_participation":
        return web.see_other(f"/opportunities/{slug}")
    question = asked(
        expression,
        link,
        OtherForm(),
        "choosing/other.html",
        opportunity=opportunity,
        pay=words.pay(opportunity),
        where=words.where(opportunity),
    )
    if question is not None:
        return question
    places.carry_over(expression, opportunity, by=events.APPLICANT)
    db.session.commit()
    web.say("Your form is there now. You keep your reference.")
    return _back(link)


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
