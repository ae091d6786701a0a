"""What stands on the page to be filled in: fresh, as somebody left it, or as it was posted."""

from __future__ import annotations

from typing import Any

from flask import request

from ppflow import clock
from ppflow.access import Standing
from ppflow.deciding import drafts, forms, mail, planning, queries
from ppflow.deciding.drafts import CALL, NOTE, TAG, TAG_FIELD, Kept, Values
from ppflow.deciding.forms import ActForm, NoteForm
from ppflow.deciding.refusing import Acting, event_of, seen, show_letter
from ppflow.deciding.workflow import PANELS, NextDate, Panel, panels_for
from ppflow.expressions import since
from ppflow.expressions.models import Expression
from ppflow.forms import tidy


def opened(expression: Expression, standing: Standing, act: str) -> Acting:
    """The page as it is opened: the act of the address if it is open now, and its email.

    What this person typed before and did not send stands in its fields again.
    """
    kept = drafts.kept(expression, standing)
    note, call, tag = (kept.pop(panel, None) for panel in (NOTE, CALL, TAG))
    acting = Acting(
        note_form=note_form(expression, formdata=note.values if note else None),
        call=call.values if call else None,
        tag=tag.values[TAG_FIELD] if tag else "",
    )
    panel = PANELS.get(act)
    if panel is not None and panel in panels_for(expression, standing):
        _open_act(acting, panel, expression, standing, kept.pop(act, None))
    acting.drafts = list(kept.values())
    return acting


def _open_act(
    acting: Acting, panel: Panel, expression: Expression, standing: Standing, draft: Kept | None
) -> None:
    form = act_form(panel, expression, standing, formdata=draft.values if draft else None)
    if draft is None:
        forms.fill(form, expression, _first_date(panel, expression))
        _take_from_address(form)
        planning.take_up(form, panel.act, expression)
    else:
        began_at = event_of(draft.seen)
        acting.drafted_at = draft.at
        if since.others_acted(expression, began_at, standing.person_id):
            acting.news = since.news(expression, began_at, standing.person_id)
    form.version.data, form.seen.data = str(expression.version), seen(expression)
    acting.panel, acting.form = panel, form
    show_letter(acting, expression, standing)


def _take_from_address(form: ActForm) -> None:
    """A link from a form that looks the same brings its reference."""
    if "duplicate_of" in form:
        form.duplicate_of.data = tidy(request.args.get("of"))[:20]


def posted(expression: Expression, standing: Standing, panel: Panel | None) -> Acting:
    """The page as it was sent: whichever button was pressed, nothing typed is lost."""
    acting = Acting(
        note_form=note_form(expression),
        call=request.form.to_dict(),
        tag=tidy(request.form.get(TAG_FIELD)),
    )
    if panel is not None and "version" in request.form:
        acting.panel, acting.form = panel, act_form(panel, expression, standing)
    return acting


def act_form(panel: Panel, expression: Expression, standing: Standing, **given: Any) -> ActForm:
    """The form of one panel, with the people it may name."""
    people = queries.people_for(panel.act, expression, standing.person_id)
    return forms.for_panel(panel, expression, people, **given)


def note_form(expression: Expression, **given: Any) -> NoteForm:
    """The note, with the colleagues who may be told of it."""
    form = NoteForm(**given)
    form.mention.choices = queries.may_be_told(expression)
    return form


def typed(expression: Expression, standing: Standing, acting: Acting) -> dict[str, Values]:
    """What was typed on the page that was posted, by panel; empty where nothing was."""
    found: dict[str, Values] = {}
    panel, form = acting.panel, acting.form
    if panel is not None and form is not None:
        blank = act_form(panel, expression, standing, formdata=None)
        forms.fill(blank, expression, _first_date(panel, expression))
        found[panel.act] = drafts.typed_in(form, blank, request.form)
    if "note_body" in request.form:
        found[NOTE] = drafts.note_in(request.form)
    if TAG_FIELD in request.form:
        found[TAG] = drafts.tag_in(request.form)
    if any(name.startswith("call-") for name in request.form):
        found[CALL] = drafts.call_in(request.form)
    return found


def _first_date(panel: Panel, expression: Expression) -> Any:
    """What the date field holds at first. A call moves nothing unless somebody says so."""
    if panel.next_date is not NextDate.CHOSEN or panel.act == "wait":
        return None
    if panel.act == "ring":
        return expression.reply_by if expression.is_open and not _is_late(expression) else None
    return mail.promise(panel, expression, {})


def _is_late(expression: Expression) -> bool:
    return expression.reply_by is not None and expression.reply_by < clock.today()
