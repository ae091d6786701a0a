"""Forms not sent yet, found by the keys that a browser holds or by a mailed link."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, select

from ppflow import clock, keys
from ppflow.applicants.models import Draft
from ppflow.db import db

# Built once: putting a statement together would cost more than asking.
_HELD: Final = select(Draft).where(
    Draft.key_hash.in_(bindparam("keys", expanding=True))
    | Draft.return_hash.in_(bindparam("keys", expanding=True)),
    Draft.expires_at > bindparam("now", type_=Draft.expires_at.type),
)
_LOCKED: Final = _HELD.where(Draft.submission_key == bindparam("submission")).with_for_update()


def held(cookie: list[str], person_id: int | None) -> list[Draft]:
    """The forms whose keys a browser holds, oldest first; those begun by staff only for them."""
    if not cookie:
        return []
    found = db.session.scalars(_HELD, _asked(cookie))
    mine = [draft for draft in found if draft.entered_by_id in {None, person_id}]
    return sorted(mine, key=lambda draft: draft.id)


def _asked(cookie: list[str]) -> dict[str, Any]:
    return {"keys": [keys.token_hash(key) for key in cookie], "now": clock.now()}


def draft_by_submission(
    submission_key: str, cookie: list[str], person_id: int | None, *, is_locked: bool = False
) -> Draft | None:
    """The draft a page was made for, if this browser holds it; locked while it is being sent."""
    if not is_locked:
        found = held(cookie, person_id)
        return next((d for d in found if d.submission_key == submission_key), None)
    draft = db.session.scalars(
        _LOCKED,
        {**_asked(cookie), "submission": submission_key},
        execution_options={"populate_existing": True},
    ).one_or_none()
    return draft if draft and draft.entered_by_id in {None, person_id} else None


def draft_by_return_token(token: str) -> Draft | None:
    """The form that a mailed link leads back to."""
    return db.session.scalars(
        select(Draft).where(
            Draft.return_hash == keys.token_hash(token),
            Draft.expires_at > clock.now(),
            Draft.sent_at.is_(None),
        )
    ).one_or_none()
