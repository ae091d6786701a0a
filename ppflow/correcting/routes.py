"""The pages where answers are put right: the person's own, and the same for staff who help."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, abort, request, url_for

from ppflow import access, events, web
from ppflow.access import Role
from ppflow.applicants.models import StatusLink
from ppflow.correcting import acts, queries
from ppflow.correcting.queries import Sent
from ppflow.db import db, end_writing
from ppflow.events import Actor
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import by_reference
from ppflow.kinds import Page
from ppflow.kinds.checking import check, read
from ppflow.registering import forms as drawing
from ppflow.rights.acts import prefer
from ppflow.rights.workflow import contact_of, contact_values
from ppflow.sending.forms import NO_CONSENT
from ppflow.visiting import acts as visiting
from ppflow.visiting.own import fresh, own

pages = Blueprint("correcting", __name__)

NOTHING = "Nothing was changed."


@pages.get("/status/answers")
@access.public
@own
def answers(expression: Expression, link: StatusLink) -> Response:
    """What they told us, each with a way to put it right. Locked answers are not shown."""
    groups = queries.rows(queries.sent(expression), "/status/answers")
    return fresh(expression, link, "correcting/answers.html", groups=groups)


@pages.route("/status/answers/<slug>", methods=["GET", "POST"])
@access.public
@own
def page(expression: Expression, link: StatusLink, slug: str) -> Response:
    """One page of the form again."""
    form = queries.sent(expression)
    shown = form.page(slug) or abort(404)
    if request.method == "GET":
        return fresh(expression, link, "correcting/page.html", **_drawn(form, shown))
    context = _posted(form, shown, by=events.APPLICANT)
    if context is not None:
        response = fresh(expression, link, "correcting/page.html", **context)
        response.status_code = 422
        return response
    return visiting.remember(web.see_other(url_for("correcting.answers")), link)


# --- by staff, for somebody who rang --------------------------------------------------------------


def _open(reference: str) -> Expression:
    found: Expression | None = db.session.scalars(
        by_reference(reference, access.standing())
    ).one_or_none()
    return found or abort(404)


@pages.get("/expressions/<reference>/answers")
@access.staff(Role.COORDINATOR, Role.FACILITATOR)
def answers_for_them(reference: str) -> Response:
    """The same list for staff, with the way to reach the person."""
    found = _open(reference)
    path = f"/expressions/{found.reference}/answers"
    groups = queries.rows(queries.sent(found), path)
    context: dict[str, Any] = {"expression": found, "applicant": found.applicant, "path": path}
    template = "correcting/answers-for-them.html"
    return web.personal(web.page(template, groups=groups, **context))


@pages.route("/expressions/<reference>/answers/<slug>", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR, Role.FACILITATOR)
def page_for_them(reference: str, slug: str) -> Response:
    """One page of the form, put right for somebody who rang; it is recorded who did it."""
    found = _open(reference)
    actor, back = access.standing().actor, f"/expressions/{found.reference}/answers"
    if slug == "contact":
        context = _contact(found, actor)
    else:
        form = queries.sent(found)
        shown = form.page(slug) or abort(404)
        is_asked = request.method == "GET"
        context = _drawn(form, shown) if is_asked else _posted(form, shown, by=actor)
    if context is None:
        return web.see_other(back)
    status = 200 if request.method == "GET" else 422
    context |= {"expression": found, "applicant": found.applicant, "back": back}
    return web.personal(web.page("correcting/page-for-them.html", status, **context))


def _contact(expression: Expression, actor: Actor) -> dict[str, Any] | None:
    """How we reach them, put right by staff; None when it is done."""
    shown, about = contact_of(expression)
    values: dict[str, Any] = contact_values(expression.applicant)
    errors: dict[str, str] = {}
    if request.method == "POST":
        values |= read(shown.fields, request.form)
        errors = check(shown, values, about)
        if not errors:
            changed = prefer(expression, values, by=actor)
            db.session.commit()
            web.say("Changed." if changed else NOTHING)
            return None
        end_writing()
    fields = drawing.drawn_fields(shown, values, errors, about)
    return _context(shown, fields, errors)


# --- drawing and taking what was typed ------------------------------------------------------------


def _drawn(form: Sent, shown: Page) -> dict[str, Any]:
    fields = drawing.drawn_fields(form.drawn(shown), form.shown, {}, form.about)
    return _context(shown, fields, {}, form)


def _context(
    shown: Page, fields: list[Any], errors: dict[str, str], form: Sent | None = None
) -> dict[str, Any]:
    listed = drawing.error_list(shown, errors)
    return {
        "shown": shown,
        "fields": fields,
        "errors": listed,
        "no_consent": errors.get("consent_special", ""),
        "forgettable": form.forgettable(shown) if form else [],
        "special": form.consent_wording(shown) if form else "",
        "typed_forget": request.form.getlist("forget"),
        "typed_special": request.form.getlist("consent_special"),
    }


def _posted(form: Sent, shown: Page, *, by: Actor) -> dict[str, Any] | None:
    """Keep what was typed; None when it is kept, else the page again with what to do."""
    typed = read(shown.fields, request.form)
    known = {key for key, _label in form.forgettable(shown)}
    forget = [key for key in request.form.getlist("forget") if key in known]
    errors = form.errors(shown, typed, forget)
    consent = form.consent_wording(shown)
    is_agreed = request.form.get("consent_special") == "yes"
    if consent and form.adds_special(shown, typed) and not is_agreed:
        errors["consent_special"] = NO_CONSENT
    if errors:
        end_writing()
        fields = drawing.drawn_fields(form.drawn(shown), typed, errors, form.about)
        return _context(shown, fields, errors, form)
    changed = acts.correct(form, shown, typed, by=by, forget=forget, consent=consent)
    db.session.commit()
    web.say("Your answers are corrected." if changed else NOTHING)
    return None


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
