"""The pages where answers are put right: the person's own, and the same for staff who help."""

from __future__ import annotations

from collections.abc import Mapping
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
    form = _form_of(expression)
    shown = form.page(slug) or abort(404)
    if request.method == "GET":
        context: dict[str, Any] | None = _drawn(form, shown)
    else:
        context = _posted(form, shown, by=events.APPLICANT)
    if context is not None:
        status = context.pop("status")
        response = fresh(expression, link, "correcting/page.html", **context)
        response.status_code = status
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
        form = _form_of(found)
        shown = form.page(slug) or abort(404)
        is_asked = request.method == "GET"
        context = _drawn(form, shown) if is_asked else _posted(form, shown, by=actor)
    if context is None:
        return web.see_other(back)
    status = context.pop("status")
    context |= {"expression": found, "applicant": found.applicant, "back": back}
    return web.personal(web.page("correcting/page-for-them.html", status, **context))


def _contact(expression: Expression, actor: Actor) -> dict[str, Any] | None:
    """How we reach them, put right by staff; None when it is done."""
    _hold(expression)
    shown, about = contact_of(expression)
    values: dict[str, Any] = contact_values(expression.applicant)
    now = Sent(expression, about, (shown,), {**values}, {})
    errors: dict[str, str] = {}
    is_late = False
    if request.method == "POST":
        values |= read(shown.fields, request.form)
        is_late = _is_late(now, shown, values)
        errors = check(shown, values, about)
        if not errors and not is_late:
            changed = prefer(expression, values, by=actor)
            db.session.commit()
            web.say("Changed." if changed else NOTHING)
            return None
        end_writing()
    fields = drawing.drawn_fields(shown, values, errors, about)
    return _context(shown, fields, errors, now, is_late=is_late)


# --- drawing and taking what was typed ------------------------------------------------------------


def _hold(expression: Expression) -> None:
    """Who saves locks the form first: of two at once, the second sees what the first wrote."""
    if request.method == "POST":
        db.session.refresh(expression, with_for_update=True)
        db.session.refresh(expression.applicant)


def _form_of(expression: Expression) -> Sent:
    _hold(expression)
    return queries.sent(expression)


def _is_late(form: Sent, shown: Page, values: Mapping[str, Any]) -> bool:
    """Has somebody changed what stood on this page since it was opened, to something else?"""
    return request.form.get("seen") != form.seen(shown) and not form.holds(shown, values)


def _drawn(form: Sent, shown: Page) -> dict[str, Any]:
    fields = drawing.drawn_fields(form.drawn(shown), form.shown, {}, form.about)
    return _context(shown, fields, {}, form)


def _context(
    shown: Page, fields: list[Any], errors: dict[str, str], form: Sent, *, is_late: bool = False
) -> dict[str, Any]:
    wrong = 409 if is_late else 422
    return {
        "shown": shown,
        "fields": fields,
        "errors": drawing.error_list(shown, errors),
        "no_consent": errors.get("consent_special", ""),
        "forgettable": form.forgettable(shown),
        "special": form.consent_wording(shown),
        "typed_forget": request.form.getlist("forget"),
        "typed_special": request.form.getlist("consent_special"),
        "seen": form.seen(shown),
        "stands": form.stands(shown) if is_late else None,
        "status": wrong if request.method == "POST" else 200,
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
    is_late = _is_late(form, shown, form.merged(shown, typed, forget))
    if errors or is_late:
        end_writing()
        fields = drawing.drawn_fields(form.drawn(shown), typed, errors, form.about)
        return _context(shown, fields, errors, form, is_late=is_late)
    changed = acts.correct(form, shown, typed, by=by, forget=forget, consent=consent)
    db.session.commit()
    web.say("Your answers are corrected." if changed else NOTHING)
    return None


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
