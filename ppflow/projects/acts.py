"""Acts on projects that keep what others read in step."""

from __future__ import annotations

from ppflow import search
from ppflow.projects.models import STAGE_LABELS, Project

ROOM = "project"


def searchable(project: Project) -> list[str]:
    """The words a project is found by: what stands on its page, and never a person's name.

    Uses the project's theme, organisations and newest brief, so flush new ones first.
    """
    words = [
        f"{project.number}. {project.title}",
        project.lay_summary,
        project.place,
        project.looking_for,
        STAGE_LABELS[project.stage],
        project.theme.title if project.theme else "",
        *(organisation.name for organisation in project.organisations),
    ]
    if project.briefs:
        brief = max(project.briefs, key=lambda brief: brief.number)
        words += [brief.background, brief.aim, *brief.in_scope, *brief.expected_outputs]
    return [text for text in words if text]


def reindex(project: Project) -> None:
    """Put a project's words into the index, in the present transaction. Call after every edit."""
    search.index(ROOM, project.id, *searchable(project))
