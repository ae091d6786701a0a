"""Pages about what we hold: take it along, erase it, change how we reach them; staff for them."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, jsonify, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from ppflow import access, clock, config, events, web
from ppflow.access import Role
from ppflow.applicants.models import MailedCheck, StatusLink
from ppflow.db import db, end_writing
from ppflow.erasing import acts as erasing
from ppflow.erasing.workflow import kept_for
from ppflow.expressions.models import Expression
from ppflow.expressions.queries import by_reference
from ppflow.forms import drawn
from ppflow.kinds.checking import check as check_page
from ppflow.kinds.checking import read
from ppflow.registering import forms as drawing
from ppflow.rights import acts, queries
from ppflow.rights.acts import Purpose
from ppflow.rights.forms import AddressForm, AskForm, EraseForm, EraseForThemForm
from ppflow.rights.words import lasts
from ppflow.rights.workflow import contact_of, contact_values
from ppflow.visiting import acts as visiting
from ppflow.visiting.own import asked, fresh, own
from ppflow.visiting.queries import seen

pages = Blueprint("rights", __name__)
JUNK: Final = "Nothing there? Look in junk mail."


# --- the mailed check: which one this browser has confirmed ---------------------------------------


def cookie_name() -> str:
    return "__Host-sure" if config.current().is_https else "sure"


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(config.current().secret_key, salt="mailed check")


def _remember(response: Response, check: MailedCheck) -> Response:
    response.set_cookie(
        cookie_name(),
        _serializer().dumps(check.id),
        max_age=acts.LASTS,
        httponly=True,
        secure=config.current().is_https,
        samesite="Lax",
        path="/",
    )
    return response


def _is_sure(expression: Expression, purpose: Purpose) -> bool:
    try:
        check_id: int = _serializer().loads(request.cookies.get(cookie_name(), ""))
    except BadSignature:
        return False
    return acts.is_allowed(check_id, expression, purpose)


def _mail(expression: Expression, link: StatusLink, purpose: Purpose, page: str) -> Response:
    acts.ask(expression, purpose)
    db.session.commit()
    web.say(f"We have sent you an email. Open its link within {lasts('check')}. {JUNK}")
    return visiting.remember(web.see_other(url_for(page)), link)


@pages.get("/status/sure/<token>")
@access.public
def sure(token: str) -> Response:
    """One harmless button: opening changes nothing, so that mail scanners may look."""
    check = acts.by_token(token)
    purpose = check.purpose if check else ""
    return web.personal(web.page("rights/sure.html", 200 if check else 404, purpose=purpose))


@pages.post("/status/sure/<token>")
@access.public
def confirmed(token: str) -> Response:
    """The mailbox is theirs: on to what they asked for."""
    check = acts.by_token(token)
    if check is None:
        return web.personal(web.invalid("rights/sure.html", status=404, purpose=""))
    if check.purpose == Purpose.ADDRESS:
        link, page = acts.move(check), "status.show"
        web.say("Your address is changed. Links in older emails no longer work.")
    else:
        link, page = acts.confirm(check), f"rights.{check.purpose}"
    db.session.commit()
    return _remember(visiting.remember(web.see_other(url_for(page)), link), check)


# --- download -------------------------------------------------------------------------------------


@pages.route("/status/download", methods=["GET", "POST"])
@access.public
@own
def download(expression: Expression, link: StatusLink) -> Response:
    """What there is to take along; first an email shows that it is them."""
    if request.method == "POST" and AskForm().validate():
        return _mail(expression, link, Purpose.DOWNLOAD, "rights.download")
    is_sure = _is_sure(expression, Purpose.DOWNLOAD)
    return fresh(expression, link, "rights/download.html", form=AskForm(), is_sure=is_sure)


@pages.get("/status/download/everything")
@access.public
@own
def everything(expression: Expression, link: StatusLink) -> Response:
    """All of it on one plain page, to read or to print."""
    if not _is_sure(expression, Purpose.DOWNLOAD):
        return web.see_other(url_for("rights.download"))
    found = queries.everything(expression, seen(expression))
    return fresh(expression, link, "rights/everything.html", sections=found, at=clock.now())


@pages.get("/status/download/everything.json")
@access.public
@own
def everything_as_json(expression: Expression, link: StatusLink) -> Response:
    """The same for a machine."""
    if not _is_sure(expression, Purpose.DOWNLOAD):
        return web.see_other(url_for("rights.download"))
    sections = queries.everything(expression, seen(expression))
    body = [
        {"section": heading, "rows": [{"what": what, "value": value} for what, value in rows]}
        for heading, rows in sections
    ]
    response = web.personal(jsonify({"made_at": clock.now().isoformat(), "sections": body}))
    name = f"{expression.reference}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return visiting.remember(response, link)


# --- erase ----------------------------------------------------------------------------------------


@pages.route("/status/erase", methods=["GET", "POST"])
@access.public
@own
def erase(expression: Expression, link: StatusLink) -> Response:
    """What goes and what stays; then an email; then an explicit choice."""
    if not _is_sure(expression, Purpose.ERASE):
        if request.method == "POST" and AskForm().validate():
            return _mail(expression, link, Purpose.ERASE, "rights.erase")
        return fresh(
            expression, link, "rights/erase.html", form=AskForm(), errors=[], is_sure=False
        )
    form = EraseForm()
    question = asked(expression, link, form, "rights/erase.html", is_sure=True)
    if question is not None:
        return question
    if form.sure.data != "yes":
        return visiting.remember(web.see_other(url_for("status.show")), link)
    erasing.erase(expression, by=events.APPLICANT)
    db.session.commit()
    return visiting.forget(web.see_other(url_for("rights.erased")))


@pages.get("/status/erased")
@access.public
def erased() -> Response:
    """The last page: it knows nobody any more."""
    return web.personal(web.page("rights/erased.html"))


# --- how we reach them ----------------------------------------------------------------------------


@pages.route("/status/preferences", methods=["GET", "POST"])
@access.public
@own
def preferences(expression: Expression, link: StatusLink) -> Response:
    """Email, phone or post, with numbers and good times; the address has a page of its own."""
    page, about = contact_of(expression)
    values: dict[str, Any] = contact_values(expression.applicant)
    errors: dict[str, str] = {}
    if request.method == "POST":
        values |= read(page.fields, request.form)
        errors = check_page(page, values, about)
        if not errors:
            changed = acts.prefer(expression, values)
            db.session.commit()
            web.say("We have changed how we reach you." if changed else "Nothing was changed.")
            return visiting.remember(web.see_other(url_for("status.show")), link)
        end_writing()
    response = fresh(
        expression,
        link,
        "rights/preferences.html",
        fields=drawing.drawn_fields(page, values, errors, about),
        errors=drawing.error_list(page, errors),
    )
    response.status_code = 422 if errors else 200
    return response


@pages.route("/status/address", methods=["GET", "POST"])
@access.public
@own
def address(expression: Expression, link: StatusLink) -> Response:
    """Another email address: it counts when the link mailed there has been opened."""
    form = AddressForm()
    question = asked(expression, link, form, "rights/address.html")
    if question is not None:
        return question
    new = (form.email.data or "").lower()
    if new != expression.applicant.email:
        acts.ask(expression, Purpose.ADDRESS, new)
        db.session.commit()
    web.say(f"We have sent an email to the new address. Open its link within {lasts('check')}.")
    return visiting.remember(web.see_other(url_for("status.show")), link)


# --- by staff, for somebody who rang or wrote -----------------------------------------------------


@pages.route("/expressions/<reference>/erase", methods=["GET", "POST"])
@access.staff(Role.COORDINATOR, Role.FACILITATOR)
def erase_for_them(reference: str) -> Response:
    """Erase the form of somebody who asked by phone or letter; it is recorded who did it."""
    standing = access.standing()
    found = db.session.scalars(by_reference(reference, standing)).one_or_none() or abort(404)
    form = EraseForThemForm(found.reference)
    if request.method == "POST" and form.validate():
        erasing.erase(found, by=standing)
        db.session.commit()
        web.say(f"{found.reference} is erased. Whoever was told of it is asked to do the same.")
        return web.see_other("/triage")
    errors = form.error_list() if request.method == "POST" else []
    draw = web.invalid if errors else web.page
    return web.personal(draw("rights/erase-for-them.html", expression=found, form=form,
                             errors=errors, drawn=drawn, applicant=found.applicant))  # fmt: skip


def init_app(app: Flask) -> None:
    """Add these pages, and how long things are kept for the words of all pages and letters."""
    app.jinja_env.globals |= {"kept_for": kept_for, "lasts": lasts}
    app.register_blueprint(pages)
