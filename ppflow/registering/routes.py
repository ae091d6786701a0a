"""The pages of a form: start, one page for each topic, advice.

CSRF is checked here rather than before the view, so that a form opened long ago is shown again
with what was typed in it. No page writes before the first answer is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, g, request
from flask_wtf.csrf import CSRFError

from ppflow import access, config, web
from ppflow.applicants.models import Draft
from ppflow.applicants.queries import draft_by_submission
from ppflow.db import db, end_writing
from ppflow.forms import tidy
from ppflow.kinds import Page, words
from ppflow.kinds.checking import check, read, stop_of
from ppflow.registering import acts, forms, queries
from ppflow.registering.queries import Target
from ppflow.registering.workflow import ADVICE, CHECK, Journey

pages = Blueprint("registering", __name__)

# Where forms are: each has the same pages below its address.
PLACES: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("/opportunities/<opportunity>/register", {}),
    ("/projects/<project>/register/<any(staff, public):door>", {}),
    ("/register", {"form": "general"}),
    ("/register/need", {"form": "research_need"}),
)
CLOSED_STATUS: Final = {"closed": 410, "paused": 409, "scheduled": 409}
PRESS_AGAIN: Final = (
    "You had this page open for a long time, or your browser did not keep our cookie. "
    "What you typed is kept. Please press the button again."
)
LOST: Final = "We could not find your earlier answers. This page is kept; please fill in the rest."
HELD_FORMS: Final = 6  # as many forms as one browser may have at once

View = Callable[..., Response]


def at(blueprint: Blueprint, ending: str, *methods: str) -> Callable[[View], View]:
    """The same page below each place where a form is."""

    def add(view: View) -> View:
        for place, facts in PLACES:
            blueprint.add_url_rule(
                place + ending, view_func=view, defaults=facts, methods=methods or ("GET",)
            )
        return view

    return add


# --- what the browser holds ---------------------------------------------------------------------


def cookie_name() -> str:
    return "__Host-draft" if config.current().is_https else "draft"


def held_keys() -> list[str]:
    """The keys of the forms that this browser holds, newest last."""
    value = request.cookies.get(cookie_name(), "")
    return [key for key in value.split(".") if key][-HELD_FORMS:]


def hold(response: Response, key: str) -> Response:
    """Let the browser keep the key of a form as long as the form is kept."""
    kept = [*(k for k in held_keys() if k != key), key] if key else held_keys()
    response.set_cookie(
        cookie_name(),
        ".".join(kept[-HELD_FORMS:]),
        max_age=acts.kept(),
        httponly=True,
        secure=config.current().is_https,
        samesite="Lax",
        path="/",
    )
    return response


def person_id() -> int | None:
    standing = access.standing_or_none()
    return standing.person_id if standing else None


def is_genuine() -> bool:
    """Was this form drawn by us for this browser?"""
    try:
        web.csrf.protect()
    except CSRFError:
        return False
    return True


def the_target(place: dict[str, str]) -> Target:
    """What the form at this address is about, or 404."""
    if "opportunity" in place:
        found = queries.for_opportunity(place["opportunity"])
    elif "project" in place:
        found = queries.for_project(place["project"], place["door"])
    else:
        path = {facts["form"]: path for path, facts in PLACES if facts}[place["form"]]
        found = queries.for_programme(place["form"], path)
    if found is None:
        abort(404)
    g.programme = found.context.programme
    return found


def the_draft(target: Target) -> Draft | None:
    """The form being filled in: the one this page was drawn for, else the newest about this."""
    if request.method != "POST":
        return queries.draft_of(target, held_keys(), person_id())
    named = tidy(request.form.get("form"))
    found = None
    if named:
        found = draft_by_submission(named, held_keys(), person_id(), is_locked=True)
    if found is not None and not target.is_about(found):
        found = None  # of another form: its answers belong there
    return found or queries.draft_of(target, held_keys(), person_id())


# --- the pages ----------------------------------------------------------------------------------


@at(pages, "")
@access.public
def start(**place: str) -> Response:
    """What this form is, how long it takes, and where to go on."""
    target = the_target(place)
    if target.closed:
        return closed(target)
    draft = the_draft(target)
    journey = acts.journey_of(target, draft)
    last = queries.last_sent(target, held_keys(), person_id()) if held_keys() else None
    next_page = journey.unfinished() if draft else journey.pages[0]
    context: dict[str, Any] = {"target": target, "journey": journey, "draft": draft}
    context |= {"last": last, "next_href": target.page(next_page.slug if next_page else CHECK)}
    return web.personal(web.page("registering/start.html", **context))


@at(pages, "/<page>", "GET", "POST")
@access.public
def form_page(page: str, **place: str) -> Response:
    """One topic of a form."""
    target = the_target(place)
    draft = the_draft(target)
    if draft is not None and draft.sent_at:
        return web.see_other(f"/receipt/{draft.submission_key}")
    journey = acts.journey_of(target, draft)
    shown = journey.page(page)
    if target.closed:
        return closed(target, journey, shown)
    if shown is None:
        abort(404)
    if request.method == "POST":
        return _posted(journey, draft, shown)
    if draft is None and shown is not journey.pages[0]:
        return web.see_other(target.path)
    return web.personal(
        web.page("registering/page.html", **forms.page_context(journey, draft, shown))
    )


def _posted(journey: Journey, draft: Draft | None, shown: Page) -> Response:
    typed = read(shown.fields, request.form)
    if not is_genuine():
        again = forms.page_context(journey, draft, shown, typed) | {"notice": PRESS_AGAIN}
        return web.personal(web.invalid("registering/page.html", **again))
    target, about = journey.target, journey.target.context
    if "later" in request.form:
        unchecked = Journey(target, {**journey.answers, **typed}, journey.without(shown))
        return _keep(unchecked, draft, target.page("later"))
    stop = stop_of(shown, typed, about)
    if stop is not None:
        return _stopped(target, draft, stop)
    errors = check(shown, {**journey.answers, **typed}, about)
    if errors:
        again = forms.page_context(journey, draft, shown, typed, errors)
        return web.personal(web.invalid("registering/page.html", **again))
    return _keep(journey.with_answers(shown, typed), draft, _next(journey, draft, shown, typed))


def _next(journey: Journey, draft: Draft | None, shown: Page, typed: dict[str, Any]) -> str:
    """Where to go after a page that was answered well."""
    target, kind = journey.target, journey.target.kind
    now = journey.with_answers(shown, typed)
    if draft is None and shown.slug != journey.pages[0].slug:
        web.say(LOST)
        return target.path
    if kind.advice and kind.advice_after == shown.slug and kind.advice(typed, target.context):
        return target.page(ADVICE)
    return target.page(CHECK) if "change" in request.args else now.after(shown.slug)


def _keep(journey: Journey, draft: Draft | None, location: str) -> Response:
    key = ""
    if draft is None:
        key = acts.begin(journey)
    else:
        acts.save(draft, journey)
    db.session.commit()
    return hold(web.see_other(location), key)


def _stopped(target: Target, draft: Draft | None, stop: str) -> Response:
    """The form ends kindly; nothing of it is kept."""
    if draft is not None:
        acts.forget(draft)
        db.session.commit()
    end_writing()  # a page is never drawn while others wait to write
    return web.personal(web.page("registering/stop.html", target=target, stop=words.STOPS[stop]))


@at(pages, "/" + ADVICE)
@access.public
def advice(**place: str) -> Response:
    """Something to know before going on. The person may still go on."""
    target = the_target(place)
    journey = acts.journey_of(target, the_draft(target))
    kind = target.kind
    found = kind.advice(journey.answers, target.context) if kind.advice else None
    if found is None or journey.page(kind.advice_after) is None:
        return web.see_other(target.path)
    answer = web.page("registering/advice.html", target=target, journey=journey, advice=found)
    return web.personal(answer)


def closed(target: Target, journey: Journey | None = None, shown: Page | None = None) -> Response:
    """Nobody can register for this now: why, what to do, and what they had written."""
    if journey is not None and shown is not None and request.method == "POST":
        journey = journey.with_answers(shown, read(shown.fields, request.form))
    kept = journey.written() if journey else []
    status = CLOSED_STATUS[target.closed]
    answer = web.invalid("registering/closed.html", status=status, target=target, kept=kept)
    return web.personal(answer)


def init_app(app: Flask) -> None:
    """Add these pages."""
    web.csrf.exempt(pages)
    app.register_blueprint(pages)
