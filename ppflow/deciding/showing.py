"""Putting the decision page together: what was asked of it, what it shows, what is wrong."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from flask import request

from ppflow import clock
from ppflow.access import Standing
from ppflow.answers.queries import answers_for_staff, may_open, opened_today
from ppflow.deciding import forms, mail, queries
from ppflow.deciding.forms import ActForm, ByHandForm, NoteForm
from ppflow.deciding.refusing import Acting, seen
from ppflow.deciding.workflow import PANELS, NextDate, Panel, panels_for
from ppflow.errors import NotComplete
from ppflow.expressions import timeline
from ppflow.expressions.mail import reply_address
from ppflow.expressions.models import Expression
from ppflow.expressions.timeline import Show
from ppflow.expressions.workflow import WORDS
from ppflow.forms import drawn
from ppflow.kinds import KINDS
from ppflow.triage import forms as queue
from ppflow.triage import queries as queue_queries

OF_THE_QUEUE: Final = set(queue.ADDRESS)


def opened(expression: Expression, standing: Standing, act: str) -> Acting:
    """The page as it is opened: the act of the address if it is open now, and its email."""
    panel = PANELS.get(act)
    if panel is None or panel not in panels_for(expression, standing):
        return Acting()
    people = queries.people_for(panel.act, expression, standing.person_id)
    form = forms.for_panel(panel, expression, people)
    forms.fill(form, expression, _first_date(panel, expression))
    form.version.data, form.seen.data = str(expression.version), seen(expression)
    acting = Acting(panel=panel, form=form)
    try:
        details = forms.details(form)
        acting.letter = mail.preview(panel, expression, standing, details)
    except NotComplete:
        acting.letter = None
    return acting


def _first_date(panel: Panel, expression: Expression) -> Any:
    """What the date field holds at first. A call moves nothing unless somebody says so."""
    if panel.next_date is not NextDate.CHOSEN or panel.act == "wait":
        return None
    if panel.act == "ring":
        return expression.reply_by if expression.is_open and not _is_late(expression) else None
    return mail.promise(panel, expression, {})


def _is_late(expression: Expression) -> bool:
    return expression.reply_by is not None and expression.reply_by < clock.today()


def context(expression: Expression, standing: Standing, acting: Acting) -> dict[str, Any]:
    """Everything the template asks for."""
    letters = timeline.letters_of(expression)
    show = Show(request.args.get("show", "all")) if request.args.get("show") in list(Show) else None
    return {
        "expression": expression,
        "applicant": expression.applicant,
        "kind": KINDS[expression.kind],
        "words": WORDS,
        "me": standing.person_id,
        "why": queries.why_assigned(expression),
        "deputies": queries.deputies(expression) if expression.project_id else [],
        "by_hand": queries.by_hand(letters),
        "by_hand_form": ByHandForm(),
        "items": timeline.of(expression, standing.person_id, show or Show.ALL),
        "show": (show or Show.ALL).value,
        "others": queries.same_address(expression, standing),
        "ringing": queries.ringing(expression.applicant),
        "note_form": acting.note_form or NoteForm(formdata=None),
        "undo": _undo(expression),
        "drawn": drawn,
        "link": partial(_link, expression.reference),
        "query": kept_query(),
        **_answers(expression, standing),
        **_around(expression, standing),
        **_act(expression, standing, acting),
    }


def _answers(expression: Expression, standing: Standing) -> dict[str, Any]:
    is_open = request.args.get("sensitive") == "open" and opened_today(expression, standing)
    groups = answers_for_staff(expression, is_open)
    return {
        "needs": queries.needs_of(expression, groups),
        "groups": queries.without_needs(groups),
        "is_locked": queries.has_locked(groups),
        "may_open": may_open(expression, standing),
    }


def _around(expression: Expression, standing: Standing) -> dict[str, Any]:
    """The view it was opened from, with the people before and after."""
    place = queue_queries.neighbours(standing, request.args, expression)
    return {
        "place": place,
        "view_href": place.view_href if place else "/triage",
        "view_label": place.view_label if place else "Triage",
    }


def _act(expression: Expression, standing: Standing, acting: Acting) -> dict[str, Any]:
    panel, form = acting.panel, acting.form
    found: dict[str, Any] = {
        "acting": acting,
        "tabs": [(p.tab, p.act, p is panel) for p in panels_for(expression, standing)],
    }
    if panel is None or form is None:
        return found
    if acting.letter is not None and "letter" in form:
        form.shown.data = forms.digest(acting.letter)
        if acting.is_editing and not form.letter_body.data:
            form.letter_subject.data = acting.letter.subject
            form.letter_body.data = acting.letter.body.strip()
    next_by = mail.promise(panel, expression, _known(form))
    return found | {
        "to": mail.address_line(expression),
        "reply_to": reply_address(expression),
        "button_words": mail.button_words(panel, expression),
        "undo_minutes": mail.undo_minutes(panel, expression),
        "next_by": next_by if panel.next_date is NextDate.FOLLOWS else None,
        "is_written": panel.letter is None or acting.letter is not None,
    }


def _known(form: ActForm) -> dict[str, Any]:
    try:
        return forms.details(form)
    except NotComplete:
        return {}


def _undo(expression: Expression) -> dict[str, Any] | None:
    """The last decision, while it can still be taken back."""
    kept = expression.undo
    if not kept or datetime.fromisoformat(kept["until"]) <= clock.now():
        return None
    left = (datetime.fromisoformat(kept["until"]) - clock.now()).total_seconds()
    return {"title": PANELS[kept["verb"]].title, "minutes": max(1, round(left / 60))}


def kept_query() -> str:
    """The part of the address that says from which view the page was opened, with its "?"."""
    kept = {key: value for key, value in request.args.items() if key in OF_THE_QUEUE}
    return f"?{urlencode(kept)}" if kept else ""


def _link(reference: str, **changes: str) -> str:
    """This page with something changed in its address; empty values are taken out."""
    kept = {key: value for key, value in request.args.items() if key in OF_THE_QUEUE | {"show"}}
    query = urlencode({key: value for key, value in {**kept, **changes}.items() if value})
    return f"/expressions/{reference}" + (f"?{query}" if query else "")
