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
from ppflow.deciding import calling, forms, mail, planning, queries
from ppflow.deciding.drafts import CALL, NOTE
from ppflow.deciding.forms import ActForm, ByHandForm
from ppflow.deciding.refusing import Acting
from ppflow.deciding.related import related
from ppflow.deciding.workflow import PANELS, RARE, Panel, panels_for
from ppflow.errors import NotComplete
from ppflow.expressions import timeline, undoing
from ppflow.expressions.mail import reply_address
from ppflow.expressions.models import Expression
from ppflow.expressions.timeline import SHOW_LABELS, Show
from ppflow.expressions.workflow import LIFE, WORDS
from ppflow.forms import drawn
from ppflow.handling.queries import unread_mentions
from ppflow.kinds import KINDS
from ppflow.replies import queries as replies
from ppflow.tagging.queries import tags_of
from ppflow.triage import forms as queue
from ppflow.triage import queries as queue_queries

OF_THE_QUEUE: Final = set(queue.ADDRESS)
TITLES: Final = {
    **{act: panel.title for act, panel in PANELS.items()},
    NOTE: "A note", CALL: "What was said on the call",
}  # fmt: skip
WITH_REPLIES: Final = {"message", "ask"}


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
        "by_hand_forms": {
            letter.id: by_hand_form(letter.id) for letter in queries.by_hand(letters)
        },
        "items": timeline.of(expression, standing.person_id, show or Show.ALL),
        "show": (show or Show.ALL).value,
        "show_labels": SHOW_LABELS,
        "related": related(expression, standing),
        "mentions": unread_mentions(expression, standing),
        "manager": calling.manager_words(expression, letters),
        "asked": calling.questions(expression, standing.person_id, acting.call),
        "ringing": queries.ringing(expression.applicant),
        "note_form": acting.note_form,
        "tags": tags_of(expression),
        "undo": _undo(expression),
        "drawn": drawn,
        "link": partial(_link, expression.reference),
        "address": partial(_address, expression.reference, acting),
        "titles": TITLES,
        "query": kept_query(),
        **_answers(expression, standing),
        **_around(expression, standing),
        "plans": planning.around(expression),
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


def replies_for(panel: Panel, expression: Expression) -> list[tuple[str, str]]:
    """Ready-made words for a message or a question."""
    return replies.choices(expression) if panel.act in WITH_REPLIES else []


def by_hand_form(letter_id: int, **given: Any) -> ByHandForm:
    """How one of several letters reached the person."""
    return ByHandForm(prefix=f"letter-{letter_id}-", **given)


def _act(expression: Expression, standing: Standing, acting: Acting) -> dict[str, Any]:
    panel, form = acting.panel, acting.form
    found: dict[str, Any] = {
        "acting": acting,
        "tabs": [(p.tab, p.act, p is panel) for p in panels_for(expression, standing)],
        "rare": RARE,
    }
    if panel is None or form is None:
        return found
    if acting.letter is not None and "letter" in form:
        form.shown.data = forms.digest(acting.letter, form.letter.data)
        if acting.is_editing and not form.letter_body.data:
            form.letter_subject.data = acting.letter.subject
            form.letter_body.data = acting.letter.body.strip()
    next_by = mail.promise(panel, expression, _known(form))
    return found | {
        "to": mail.address_line(expression),
        "reply_to": reply_address(expression),
        "beside": planning.beside(panel.act, expression),
        "button_words": mail.button_words(panel, expression, form),
        "undo_minutes": mail.undo_minutes(panel, expression),
        "on_the_way": mail.on_the_way(panel, expression),
        "also_told": mail.also_told(panel),
        "date_words": mail.date_words(panel, expression, next_by),
        "replies": replies_for(panel, expression),
        "is_written": panel.letter is None or acting.letter is not None,
    }


def _known(form: ActForm) -> dict[str, Any]:
    try:
        return forms.details(form)
    except NotComplete:
        return {}


def _undo(expression: Expression) -> dict[str, Any] | None:
    """The last decision, while it can still be taken back."""
    kept = next(iter(undoing.held(expression)), None)
    if kept is None:
        return None
    left = (datetime.fromisoformat(kept["until"]) - clock.now()).total_seconds()
    return {
        "title": PANELS[kept["verb"]].title,
        "minutes": max(1, round(left / 60)),
        "has_earlier": bool(kept["cancelled"]),
        "is_status": LIFE.transitions[kept["verb"]].target is not None,
        "is_quiet": not kept["letters"],
    }


def kept_query() -> str:
    """The part of the address that says from which view the page was opened, with its "?"."""
    kept = {key: value for key, value in request.args.items() if key in OF_THE_QUEUE}
    return f"?{urlencode(kept)}" if kept else ""


def _address(reference: str, acting: Acting, path: str) -> str:
    """Where a button of the page goes: it brings the view, and the act that stands open."""
    kept = {key: value for key, value in request.args.items() if key in OF_THE_QUEUE | {"show"}}
    query = urlencode({**kept, "act": acting.panel.act} if acting.panel else kept)
    return f"/expressions/{reference}{path}" + (f"?{query}" if query else "")


def _link(reference: str, **changes: str) -> str:
    """This page with something changed in its address; empty values are taken out."""
    kept = {key: value for key, value in request.args.items() if key in OF_THE_QUEUE | {"show"}}
    query = urlencode({key: value for key, value in {**kept, **changes}.items() if value})
    return f"/expressions/{reference}" + (f"?{query}" if query else "")
