"""Keep a list of the queue under a name, rename it, share it, take it away."""

from __future__ import annotations

from typing import Final

from sqlalchemy import func, select

from ppflow import events
from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import NotComplete
from ppflow.saved.models import SavedView

MOST: Final = 20  # of one person; a list of lists is looked through too


def save(name: str, query: str, programme_id: int | None, *, by: Standing) -> SavedView:
    """Keep a list under a name. Raises `NotComplete` for a taken name, or when there are `MOST`."""
    if _how_many(by.person_id) >= MOST:
        raise NotComplete("name", f"You have {MOST} saved views. Take one away first.")
    _refuse_taken(name, by.person_id)
    view = SavedView(name=name, query=query, owner_id=by.person_id, programme_id=programme_id)
    db.session.add(view)
    db.session.flush()
    events.record("save_view", view, by.actor)
    return view


def change(view: SavedView, name: str, programme_id: int | None, *, by: Standing) -> None:
    """Give it another name, or share it with others. Raises `NotComplete` for a taken name."""
    _refuse_taken(name, view.owner_id, but=view.id)
    changed = events.changed_fields(view, {"name": name, "programme_id": programme_id})
    if changed:
        events.record("change_view", view, by.actor, fields=changed)


def take_away(view: SavedView, *, by: Standing) -> None:
    """Nobody has it any more; the forms in it stay where they are."""
    events.record("delete_view", view, by.actor)
    db.session.delete(view)


def _how_many(person_id: int) -> int:
    chosen = select(func.count(SavedView.id)).where(SavedView.owner_id == person_id)
    return db.session.scalar(chosen) or 0


def _refuse_taken(name: str, owner_id: int, *, but: int = 0) -> None:
    taken = select(SavedView.id).where(
        SavedView.owner_id == owner_id,
        func.lower(SavedView.name) == name.lower(),
        SavedView.id != but,
    )
    if db.session.scalar(taken) is not None:
        raise NotComplete("name", "You have a saved view with this name. Choose another name.")
