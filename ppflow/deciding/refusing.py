"""The open act and what went wrong with it: missing, too late, or somebody else was first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ppflow.access import Standing
from ppflow.deciding import acts, mail
from ppflow.deciding.forms import FIELD_OF, ActForm, NoteForm
from ppflow.deciding.workflow import Panel, panels_for
from ppflow.errors import NotComplete
from ppflow.expressions import timeline
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import WORDS
from ppflow.letters import Rendered
from ppflow.web import plain_day

NOT_KEPT: Final = {"version", "seen", "shown", "letter", "letter_subject", "sure"}


@dataclass
class Refused:
    """Why nothing happened: somebody was first (what they did, both values), or it is not open."""

    words: str
    done: list[str] = field(default_factory=list)
    before: str = ""
    now: str = ""


@dataclass
class Acting:
    """The open act: its panel and form, the email shown, and what went wrong."""

    panel: Panel | None = None
    form: ActForm | None = None
    letter: Rendered | None = None
    is_editing: bool = False
    refused: Refused | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    note_form: NoteForm | None = None


def _stands(expression: Expression) -> str:
    status = WORDS[expression.status].staff_label
    by = f", to hear by {plain_day(expression.reply_by)}" if expression.reply_by else ""
    who = expression.assignee.name if expression.assignee else "nobody yet"
    return f"{status}{by}, with {who}"


def seen(expression: Expression) -> str:
    return f"{timeline.last_event_id(expression)}|{_stands(expression)}"


def mark_error(acting: Acting, missing: NotComplete) -> None:
    """Put the words beside the field, and into the list on top."""
    form = acting.form
    name = FIELD_OF.get(missing.field, missing.field)
    if form is not None and name in form:
        form[name].errors = [str(missing)]
    if form is not None:
        acting.errors = form.error_list()


def show_letter(acting: Acting, expression: Expression, standing: Standing) -> None:
    """Put the email of what is typed on the page, if it can be written already."""
    form, panel = acting.form, acting.panel
    if form is None or panel is None:
        return
    try:
        acting.letter = mail.preview(
            panel, expression, standing, acts.details_of(form, expression, standing)
        )
    except NotComplete:
        acting.letter = None
    acting.is_editing = bool(form.letter_body.data) if "letter_body" in form else False


def mark_refused(
    acting: Acting, expression: Expression, standing: Standing, *, words: str, is_conflict: bool
) -> None:
    """Say what somebody else did, with both values; keep what was typed.

    Where the act is still open its form stands ready for the new version.
    """
    form, panel = acting.form, acting.panel
    acting.refused = Refused(words)
    if form is None or panel is None:
        return
    number, _, before = (form.seen.data or "").partition("|")
    if is_conflict:
        since = int(number) if number.isdecimal() and len(number) < 18 else 0
        done = timeline.since(expression, since, standing.person_id) if since else []
        acting.refused = Refused(words, done, before, _stands(expression))
    if panel not in panels_for(expression, standing):
        acting.kept = [
            (str(typed.label.text), str(typed.data))
            for typed in form
            if typed.name not in NOT_KEPT and isinstance(typed.data, str) and typed.data
        ]
        acting.panel = acting.form = None
        return
    form.version.data, form.seen.data = str(expression.version), seen(expression)
    show_letter(acting, expression, standing)
