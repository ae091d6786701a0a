"""`/outbox`: every email from written to sent; `/outbox/<id>`: one of them, and the ways out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, clock, web
from ppflow.access import Role, Standing
from ppflow.applicants.models import Applicant
from ppflow.db import db, end_writing
from ppflow.errors import NotComplete
from ppflow.expressions.models import Expression
from ppflow.forms import drawn
from ppflow.listing import COUNT_TO
from ppflow.mailing import acts, forms, queries
from ppflow.mailing.forms import AddressForm, Asked
from ppflow.mailing.workflow import (
    ALL,
    BY_KEY,
    TITLES,
    VIEWS,
    acts_open,
    story_of,
    tag_of,
    title_of,
)
from ppflow.outbox import connection, holding
from ppflow.outbox.models import Letter

pages = Blueprint("mailing", __name__)
READERS: Final = (Role.COORDINATOR, Role.FACILITATOR, Role.ADMINISTRATOR)


@pages.get("/outbox")
@access.staff(*READERS)
def outbox() -> Response:
    """One page of letters, their health, and the story of the one longest in trouble."""
    standing, asked = access.standing(), forms.read(request.args)
    context: dict[str, Any] = {
        "asked": asked,
        "page": queries.page(asked, standing),
        "count_to": COUNT_TO,
        "tag_of": tag_of,
        "acts_open": acts_open,
        "title_of": title_of,
    }
    if request.headers.get("HX-Target") != "letters":
        context |= _around(asked, standing)
    answer = web.page("mailing/outbox.html", fragments={"letters": "letters"}, **context)
    return web.personal(answer)


def _around(asked: Asked, standing: Standing) -> dict[str, Any]:
    worst = queries.first_in_trouble(standing, BY_KEY["needs-you"])
    name = (worst.to_name or worst.to_address) if worst else ""
    return {
        "views": _views(asked, standing),
        "everything": ALL,
        "worst": worst,
        "story": story_of(worst, name, _phone(worst)) if worst else None,
        "health": queries.health(),
        "held": holding.held() if standing.has(Role.COORDINATOR) else 0,
        "to": forms.TO,
        "days": forms.DAYS,
        "now": clock.now(),
        "reads_letters": standing.has(Role.COORDINATOR, Role.FACILITATOR),
    }


def _views(asked: Asked, standing: Standing) -> list[tuple[Any, ...]]:
    counted = queries.counts(standing, VIEWS)
    shown = {
        key: f"{COUNT_TO:,}+" if many > COUNT_TO else f"{many}" for key, many in counted.items()
    }
    return [
        (view.label, Asked(view).address(), shown[view.key], view is asked.view,
         view.is_alarm and counted[view.key] > 0)
        for view in VIEWS
    ]  # fmt: skip


def _phone(line: queries.Line) -> str:
    return "" if line.name.startswith("staff-") else str(line.phone)


def _letter(letter_id: int) -> Letter:
    found = db.session.scalars(queries.letter(letter_id, access.standing())).one_or_none()
    if found is None:
        abort(404)
    return found


def _context(letter: Letter, form: AddressForm) -> dict[str, Any]:
    """`expression` is None for a letter to staff about no form; only its reader reads that."""
    expression = db.session.get(Expression, letter.expression_id or 0)
    phone = ""
    if expression is not None and not letter.is_to_staff:
        phone = db.session.get_one(Applicant, expression.applicant_id).phone
    name = letter.to_name or letter.to_address
    is_mine = letter.person_id == access.standing().person_id
    return {
        "letter": letter,
        "expression": expression,
        "title": letter.subject if expression or is_mine else TITLES.get(letter.name, ""),
        "may_read": expression is not None or is_mine,
        "name": name,
        "phone": phone,
        "tag": tag_of(letter),
        "story": story_of(letter, name, phone),
        "open": acts_open(letter),
        "is_undone_instead": acts.is_undone_instead(letter),
        "form": form,
        "drawn": drawn,
    }


@pages.get("/outbox/<int:letter_id>")
@access.staff(*READERS)
def letter(letter_id: int) -> Response:
    """One letter as it reads, with the private link as `[private link]`."""
    context = _context(_letter(letter_id), AddressForm())
    return web.personal(web.page("mailing/letter.html", **context, errors=[]))


@pages.post("/outbox/<int:letter_id>/address")
@access.staff(Role.COORDINATOR, Role.FACILITATOR)
def to_another_address(letter_id: int) -> Response:
    """Correct the address and send the letter there."""
    found, form = _letter(letter_id), AddressForm()
    try:
        if form.validate():
            acts.send_to(found, str(form.email.data).lower(), by=access.standing())
            db.session.commit()
            web.say("The address is corrected. The email goes there now.")
            return web.see_other(f"/outbox/{letter_id}")
    except NotComplete as wrong:
        form.email.errors = [str(wrong)]
    end_writing()
    context = _context(_letter(letter_id), form)
    errors = form.error_list()
    return web.personal(web.invalid("mailing/letter.html", **context, errors=errors))


def _do(letter_id: int, act: Callable[..., None], words: str) -> Response:
    act(_letter(letter_id), by=access.standing())
    db.session.commit()
    web.say(words)
    return web.see_other(f"/outbox/{letter_id}")


@pages.post("/outbox/<int:letter_id>/again")
@access.staff(*READERS)
def again(letter_id: int) -> Response:
    """Send the same letter to the same address once more."""
    return _do(letter_id, acts.send_again, "The email is tried again now.")


@pages.post("/outbox/<int:letter_id>/now")
@access.staff(*READERS)
def now(letter_id: int) -> Response:
    """Do not wait any longer."""
    return _do(letter_id, acts.send_now, "The email goes now.")


@pages.post("/outbox/<int:letter_id>/cancel")
@access.staff(*READERS)
def cancel(letter_id: int) -> Response:
    """It does not go."""
    return _do(letter_id, acts.cancel, "The email does not go.")


@pages.post("/outbox/<int:letter_id>/by-hand")
@access.staff(Role.COORDINATOR, Role.FACILITATOR)
def by_hand(letter_id: int) -> Response:
    """Print it, or ring."""
    return _do(letter_id, acts.do_by_hand, "Print the letter, or ring and read it out.")


@pages.post("/outbox/release")
@access.staff(Role.COORDINATOR)
def release() -> Response:
    """Let the letters go that were held after a backup was restored."""
    if not access.standing().all_programmes:
        abort(403)
    released = holding.release_all()
    db.session.commit()
    web.say(f"{web.plural(released, 'email')} may go now.")
    return web.see_other("/outbox")


def init_app(app: Flask) -> None:
    """Add these pages, and give Flask-Mail the mail server."""
    connection.init_app(app)
    app.register_blueprint(pages)
