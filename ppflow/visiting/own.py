"""Pages of the applicant's own form, for any room: who may open them, and how they are drawn.

A view under `@own` gets the expression and the private link it was opened by::

    @pages.route("/status/place", methods=["GET", "POST"])
    @access.public
    @own
    def place(expression: Expression, link: StatusLink) -> Response:
        form = PlaceForm()
        question = asked(expression, link, form, "status/place.html")
        if question is not None:
            return question
        ...
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, abort, request, url_for

from ppflow import web
from ppflow.applicants.models import StatusLink
from ppflow.db import db, end_writing
from ppflow.expressions.mail import contact_phone
from ppflow.expressions.models import Expression
from ppflow.forms import PageForm, drawn
from ppflow.visiting import acts
from ppflow.visiting.queries import seen

View = Callable[..., Response]


def own(view: View) -> View:
    """Only for the browser that opened the private link within the last 30 minutes."""

    @wraps(view)
    def checked(*args: Any, **kwargs: Any) -> Response:
        link, is_fresh = acts.link_of_cookie()
        if link is None:
            return web.see_other(url_for("visiting.find"))
        if not is_fresh:
            return _too_late(link)
        expression = db.session.get(Expression, link.expression_id)
        if expression is None or expression.erased_at is not None:
            abort(404)
        return view(expression, link, *args, **kwargs)

    return checked


def fresh(expression: Expression, link: StatusLink, template: str, **more: Any) -> Response:
    """A page of theirs, not to be stored by anybody; the 30 minutes begin anew."""
    phone = contact_phone(expression)
    context = {
        "expression": expression,
        "now": seen(expression),
        "phone": phone,
        "drawn": drawn,
        "help_phone": phone,
        **more,
    }
    return acts.remember(web.personal(web.page(template, **context)), link)


def asked(
    expression: Expression, link: StatusLink, form: PageForm, template: str, **more: Any
) -> Response | None:
    """The page with its question, until it has been answered; then nothing."""
    if request.method == "POST" and form.validate():
        return None
    errors = form.error_list() if request.method == "POST" else []
    if errors:
        end_writing()  # others may write while this is drawn
    response = fresh(expression, link, template, form=form, errors=errors, **more)
    response.status_code = 422 if errors else 200
    return response


def _too_late(link: StatusLink) -> Response:
    typed = request.form.get("body", "").strip()
    if request.method == "POST" and typed:
        acts.keep_text(link, typed[:5000])
        db.session.commit()
    return web.personal(web.invalid("status/closed.html", status=410, has_kept=bool(typed)))
