"""Changing how a project shares its new forms, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping

from ppflow.access import Standing
from ppflow.db import db
from ppflow.errors import Conflict, NotAllowed
from ppflow.programmes.acts import edit
from ppflow.projects.models import Project, Strategy
from ppflow.teams.queries import members_of


def share(
    project: Project,
    strategy: Strategy,
    limits: Mapping[int, int | None],
    *,
    by: Standing,
    expected_version: int,
) -> None:
    """How new forms are shared from now on, and the most each member may hold, by member id.

    What is with somebody stays with them. Raises `Conflict` when the project was changed since.
    """
    if not by.coordinates(project.programme_id):
        raise NotAllowed("You may not change how this project shares its forms.")
    db.session.refresh(project, with_for_update=True)
    if project.version != expected_version:
        raise Conflict("Somebody else changed this project first.")
    changed = False
    for member in members_of(project.id):
        wanted = limits.get(member.id, member.most_open)
        changed |= wanted != member.most_open
        member.most_open = wanted
    edit(project, {"strategy": strategy}, by=by.actor, more=["limits"] if changed else [])
