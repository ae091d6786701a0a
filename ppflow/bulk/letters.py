"""The letters of a run one by one: words for one person instead of the common ones, or no letter.

Up to `TYPED_ABOVE` people each letter stands on the page and can be changed. A letter that nobody
changed follows the common words; one that somebody changed stays as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select, update

from ppflow import keys
from ppflow.bulk.forms import LONGEST, NONE, SEND
from ppflow.bulk.models import BulkItem
from ppflow.db import db
from ppflow.deciding.forms import digest, worded
from ppflow.errors import NotComplete
from ppflow.expressions.acts import LetterChoice
from ppflow.forms import tidy
from ppflow.letters import Rendered

SUBJECT, BODY, CHOICE, SHOWN = "subject", "body", "letter", "shown"  # with a reference behind
KEPT_LONGEST: Final = 20_000  # of what is too long to go, so that it can be cut


@dataclass(frozen=True)
class Own:
    """What was typed for one person: a letter in words of its own, or that none goes."""

    is_sent: bool = True
    subject: str = ""
    body: str = ""

    @property
    def has_words(self) -> bool:
        return bool(self.body)

    @property
    def words(self) -> Rendered | None:
        return Rendered(self.subject, self.body) if self.has_words else None


COMMON: Final = Own()


def name_of(part: str, reference: str) -> str:
    """The name of a field of one person's letter."""
    return f"{part}-{reference}"


def shown_as(letter: Rendered) -> str:
    """What stands on the page, to be compared with what comes back from it."""
    return digest(Rendered(tidy(letter.subject), _lines(letter.body)))


def _lines(text: str) -> str:
    """White space as every browser sends it back."""
    return re.sub(r"[ \t]+\n", "\n", text.replace("\r\n", "\n")).strip()


# --- as it was posted -----------------------------------------------------------------------------


def posted(form: Mapping[str, str], reference: str) -> Own | None:
    """One person's letter as it stood on the page; None where it did not stand there."""
    shown = form.get(name_of(SHOWN, reference))
    if shown is None:
        return None
    subject = tidy(form.get(name_of(SUBJECT, reference)))
    body = _lines(form.get(name_of(BODY, reference), ""))[:KEPT_LONGEST]
    is_sent = form.get(name_of(CHOICE, reference)) != NONE
    if not body or shown == digest(Rendered(subject, body)):
        return Own(is_sent)
    return Own(is_sent, subject, body)


def refuse_long(own: Own, reference: str) -> None:
    """Raises `NotComplete` for more words than one email may have."""
    if own.is_sent and len(own.body) > LONGEST:
        message = f"{reference}: use at most {LONGEST:,} characters in this email."
        raise NotComplete(name_of(BODY, reference), message)


def typed(form: Mapping[str, str], references: Iterable[str]) -> list[tuple[str, str]]:
    """(whose, words) of letters that somebody changed, to be shown back."""
    found = [(each, posted(form, each)) for each in references]
    return [(f"Email for {each}", own.body) for each, own in found if own and own.has_words]


# --- as it is kept --------------------------------------------------------------------------------


def opened(sealed: bytes | None) -> Own:
    """What was typed for one person, as it was kept."""
    if sealed is None:
        return COMMON
    kept = keys.unseal(sealed)
    return Own(kept["is_sent"], kept["subject"], kept["body"])


def keep(run_id: int, found: Mapping[int, Own]) -> bool:
    """Keep what was typed for each, by the id of the form; says whether anything changed."""
    chosen = select(BulkItem.expression_id, BulkItem.sealed).where(BulkItem.run_id == run_id)
    rows = db.session.execute(chosen.where(BulkItem.expression_id.in_(found)))
    changed = {row.expression_id: found[row.expression_id] for row in rows
               if opened(row.sealed) != found[row.expression_id]}  # fmt: skip
    for expression_id, own in changed.items():
        mine = BulkItem.run_id == run_id, BulkItem.expression_id == expression_id
        db.session.execute(update(BulkItem).where(*mine).values(sealed=_sealed(own)))
    return bool(changed)


def _sealed(own: Own) -> bytes | None:
    if own == COMMON:
        return None
    kept: dict[str, Any] = {"is_sent": own.is_sent, "subject": own.subject, "body": own.body}
    return keys.seal(kept)


def choice(own: Own, reference: str, *, is_sent: bool, undo_for: timedelta) -> LetterChoice:
    """What happens with one person's letter; without `is_sent` nobody gets one."""
    if not is_sent or not own.is_sent:
        return LetterChoice(is_sent=False, undo_for=undo_for)
    edited = worded(own.subject, own.body, reference) if own.has_words else None
    return LetterChoice(edited=edited, undo_for=undo_for)


def value_of(own: Own) -> str:
    """Which of the two is ticked for it."""
    return SEND if own.is_sent else NONE
