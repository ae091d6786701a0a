"""The open act and what went wrong with it: missing, too late, or somebody else was first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select

from ppflow.access import Standing
from ppflow.db import db
from ppflow.deciding import acts, mail
from ppflow.deciding.drafts import Kept
from ppflow.deciding.forms import EDIT, FIELD_OF, ActForm, NoteForm
from ppflow.deciding.workflow import Panel, panels_for
from ppflow.errors import NotComplete
from ppflow.expressions import since
from ppflow.expressions.models import Expression, Message, Note
from ppflow.expressions.timeline import Item
from ppflow.expressions.workflow import WORDS
from ppflow.letters import Rendered
from ppflow.web import plain_day

NOT_KEPT: Final = {
    "csrf_token", "version", "seen", "shown", "letter", "letter_subject", "sure",
}  # fmt: skip
BESIDE: Final = {"note", "read_note", "call_notes", "look"}  # they come with an act, or beside it


@dataclass
class Refused:
    """Why nothing happened: somebody was first (what they did, both values), or it is not open.

    `is_mine`: it was this person themselves, in another window.
    """

    words: str
    news: list[Item] = field(default_factory=list)
    before: str = ""
    now: str = ""
    is_mine: bool = False


@dataclass
class Acting:
    """What stands on the page to be filled in: the open act, the note, the questions for the call.

    `kept` are words of an act that is closed now; `drafts` those kept earlier under other panels.
    """

    panel: Panel | None = None
    form: ActForm | None = None
    letter: Rendered | None = None
    is_editing: bool = False
    is_to_read: bool = False  # the button was pressed, but its email had not stood there like this
    refused: Refused | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    note_form: NoteForm | None = None
    call: Mapping[str, str] | None = None
    tag: str = ""
    drafts: Sequence[Kept] = ()
    drafted_at: datetime | None = None
    news: Sequence[Item] = ()

    words: str = ""  # of an act that is closed now, for another one
    seen: str = ""
    other_acts: Sequence[Panel] = ()  # open now, and able to take those words


def _stands(expression: Expression) -> str:
    status = WORDS[expression.status].staff_label
    promised = expression.reply_by if expression.is_open else None
    by = f", to hear by {plain_day(promised)}" if promised else ""
    who = expression.assignee.name if expression.assignee else "nobody yet"
    return f"{status}{by}, with {who}"


def seen(expression: Expression) -> str:
    """What the page shows now: the newest event, and where it stands in words."""
    return f"{since.last_event_id(expression)}|{_stands(expression)}"


def event_of(was_seen: str) -> int:
    """The newest event on a page that was opened earlier; 0 for none that we could mean."""
    number = was_seen.partition("|")[0]
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def mark_error(acting: Acting, missing: NotComplete) -> None:
    """Put the words beside the field, and into the list on top."""
    form = acting.form
    name = FIELD_OF.get(missing.field, missing.field)
    if form is not None and name in form:
        form[name].errors = [str(missing)]
    if form is not None:
        acting.errors = form.error_list()


def mark_note(form: NoteForm, missing: NotComplete) -> None:
    """Put the words beside the note, or beside the colleague to tell."""
    name = missing.field if missing.field in form else "note_body"
    form[name].errors = [str(missing)]


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
    acting.is_editing = "letter" in form and form.letter.data == EDIT


def is_repeat(acting: Acting, expression: Expression, standing: Standing) -> bool:
    """Was the same button pressed twice? Only this person acted since, and said the same."""
    form, panel = acting.form, acting.panel
    if form is None or panel is None:
        return False
    done = since.verbs(expression, event_of(form.seen.data or ""))
    verb = (form.how.data or "") if "how" in form else panel.act
    if not done or done[0] != (verb, standing.person_id):
        return False
    if any(verb not in BESIDE or actor != standing.person_id for verb, actor in done[1:]):
        return False
    body = form.body.data if "body" in form else ""
    note = form.note.data if "note" in form else ""
    return (not body or _is_kept(Message, expression, body)) and (
        not note or _is_kept(Note, expression, note)
    )


def _is_kept(kind: type[Message | Note], expression: Expression, text: str) -> bool:
    newest = select(kind.body).where(kind.expression_id == expression.id).order_by(kind.id.desc())
    return db.session.scalars(newest.limit(1)).first() == text


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
    if is_conflict:
        opened_at = event_of(form.seen.data or "")
        news = since.news(expression, opened_at, standing.person_id)
        before = (form.seen.data or "").partition("|")[2]
        is_mine = not since.others_acted(expression, opened_at, standing.person_id)
        acting.refused = Refused(words, news, before, _stands(expression), is_mine)
    acting.kept = _typed(form)
    if panel not in panels_for(expression, standing):
        _offer_others(acting, form, panels_for(expression, standing))
        acting.seen = seen(expression)
        acting.panel = acting.form = None
        return
    form.version.data, form.seen.data = str(expression.version), seen(expression)
    show_letter(acting, expression, standing)


def _offer_others(acting: Acting, form: ActForm, panels: Sequence[Panel]) -> None:
    """Words for the person fit into any act that takes words for them."""
    acting.words = form.body.data or "" if "body" in form else ""
    if acting.words:
        acting.other_acts = [panel for panel in panels if "body" in panel.fields]


def _typed(form: ActForm) -> list[tuple[str, str]]:
    return [
        (str(typed.label.text), typed.data)
        for typed in form
        if typed.name not in NOT_KEPT and isinstance(typed.data, str) and typed.data
        if not hasattr(typed, "iter_choices")
    ]
