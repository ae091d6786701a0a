"""What somebody typed and has not sent: kept for them by panel, encrypted, until it is sent.

It survives a reload, a lost session and a conflict. It is theirs alone, and goes after 30 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from werkzeug.datastructures import MultiDict

from ppflow import clock, keys
from ppflow.access import Standing
from ppflow.db import db
from ppflow.deciding import calling
from ppflow.deciding.forms import ActForm
from ppflow.deciding.models import StaffDraft
from ppflow.expressions.models import Expression
from ppflow.forms import Day, tidy
from ppflow.statements import insert

NOTE, CALL, TAG = "note", "call", "tag"  # panels that are no act
LASTS: Final = timedelta(days=30)
NEVER_KEPT: Final = {"csrf_token", "version", "shown", "sure"}
NOTE_FIELDS: Final = ("note_body", "mention")
TAG_FIELD: Final = "tag_word"

Posted = MultiDict[str, str]
Values = dict[str, list[str]]


@dataclass(frozen=True)
class Kept:
    """A draft as it is opened again."""

    panel: str
    values: Posted
    at: datetime

    @property
    def words(self) -> list[str]:
        """What was typed, to be read where its panel is closed now."""
        texts = ("body", "note", "letter_body", "note_body")
        return [self.values[name] for name in texts if self.values.get(name, "").strip()]

    @property
    def seen(self) -> str:
        return self.values.get("seen", "")


def keep(expression: Expression, by: Standing, panel: str, values: Values) -> None:
    """Keep these words for a panel, in the place of what was kept before."""
    now = clock.now()
    changing = {
        "sealed": keys.seal(values), "updated_at": now, "expires_at": now + LASTS,
    }  # fmt: skip
    row = {"expression_id": expression.id, "person_id": by.person_id, "panel": panel}
    statement = insert(StaffDraft).values(**row, **changing)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(row), set_=changing))


def forget(expression: Expression, by: Standing, *panels: str) -> None:
    """It was sent, or is not wanted any more."""
    db.session.execute(
        delete(StaffDraft).where(
            StaffDraft.expression_id == expression.id,
            StaffDraft.person_id == by.person_id,
            StaffDraft.panel.in_(panels),
        )
    )


def kept(expression: Expression, by: Standing) -> dict[str, Kept]:
    """This person's drafts on this form, by panel."""
    rows = db.session.scalars(
        select(StaffDraft).where(
            StaffDraft.expression_id == expression.id,
            StaffDraft.person_id == by.person_id,
            StaffDraft.expires_at > clock.now(),
        )
    )
    return {row.panel: Kept(row.panel, _posted(row.sealed), row.updated_at) for row in rows}


def _posted(sealed: bytes) -> Posted:
    pairs = [(name, value) for name, many in keys.unseal(sealed).items() for value in many]
    return MultiDict(pairs)


# --- what is worth keeping -----------------------------------------------------------------------


def typed_in(form: ActForm, blank: ActForm, posted: Posted) -> Values:
    """The fields of a panel as typed; nothing where all stands as it was opened."""
    touched = [field for field in form if field.name not in NEVER_KEPT | {"seen"}]
    if not any(_said(field) != _said(blank[field.name]) for field in touched):
        return {}
    names = tuple(field.name for field in form if field.name not in NEVER_KEPT)
    return {
        name: values
        for name, values in posted.lists()
        if name in names or name.startswith(tuple(f"{each}-" for each in names))
    }


def _said(field: Any) -> Any:
    if isinstance(field, Day):
        return {part: text for part, text in field.typed.items() if text}
    return field.data or ""


def note_in(posted: Posted) -> Values:
    """The note as typed; nothing where it is empty."""
    if not posted.get("note_body", "").strip():
        return {}
    return {name: [posted.get(name, "")] for name in NOTE_FIELDS}


def tag_in(posted: Posted) -> Values:
    """The tag as typed; nothing where it is empty."""
    word = tidy(posted.get(TAG_FIELD))
    return {TAG_FIELD: [word]} if word else {}


def call_in(posted: Mapping[str, str]) -> Values:
    """The checklist as typed; nothing where it stands as it was opened."""
    if not calling.is_touched(posted):
        return {}
    return {name: [value] for name, value in posted.items() if name.startswith("call-")}


def keep_or_forget(expression: Expression, by: Standing, found: Mapping[str, Values]) -> bool:
    """Bring what is kept in line with what stands on the page; says whether anything is kept."""
    for panel, values in found.items():
        if values:
            keep(expression, by, panel, values)
    forget(expression, by, *(panel for panel, values in found.items() if not values))
    return any(found.values())
