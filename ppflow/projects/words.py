"""The words of projects: of their cards and plans, and of the progress report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from ppflow.projects.models import (
    ACTIVITY_LABELS,
    PROGRESS_LABELS,
    RAG_LABELS,
    STAGE_LABELS,
    MemberRole,
    Rag,
)
from ppflow.web import plain_day

NO_THEME: Final = "Other projects"
MEMBER_LABELS: Final = {
    MemberRole.FACILITATOR: "Runs this project",
    MemberRole.DEPUTY: "Stands in when they are away",
}
RAG_ORDER: Final = (Rag.RED, Rag.AMBER, Rag.GREEN, Rag.BLUE, Rag.GREY)
HELPS: Final = (  # what each word means, told below the report
    (RAG_LABELS[Rag.GREEN], "no help needed"),
    (RAG_LABELS[Rag.AMBER], "slipping or at risk, with a plan to recover"),
    (RAG_LABELS[Rag.RED], "cannot recover without a decision from the Board"),
    (RAG_LABELS[Rag.BLUE], "complete; no further reports"),
    (RAG_LABELS[Rag.GREY], "not started or paused"),
)


def card(row: Any) -> dict[str, Any]:
    """What a card of the list shows."""
    return {
        "slug": row.slug,
        "number": row.number,
        "title": row.title,
        "is_draft": not row.is_published,
        "text": row.lay_summary,
        "stage": STAGE_LABELS[row.stage],
        "progress": PROGRESS_LABELS[row.progress],
        "place": row.place or "Across the region",
        "time": row.time_ask or "Agreed with you",
        "looking": looking(row),
    }


def looking(row: Any) -> str:
    """Whom a project looks for; empty when nobody."""
    if row.is_recruiting_staff and row.is_recruiting_public:
        return "Staff and the public"
    if row.is_recruiting_staff:
        return "Staff"
    return "Patients, carers and the public" if row.is_recruiting_public else ""


def activity(row: dict[str, Any]) -> dict[str, Any]:
    """One activity of a plan; a web address only where it really is one."""
    due_on, url = row.get("due_on"), row.get("output_url") or ""
    return {
        **row,
        "output_url": url if url.startswith(("https://", "http://")) else "",
        "due": plain_day(date.fromisoformat(due_on)) if due_on else "No date yet",
        "words": ACTIVITY_LABELS.get(row.get("status", ""), "Not started"),
    }


# --- the progress report ------------------------------------------------------------------------


def table(rows: Iterable[Any]) -> dict[str, Any]:
    """Every project's line, counted by how it goes and grouped by theme."""
    lines = _lines(rows)
    counts = Counter(line["rag"] for line in lines)
    return {
        "lines": lines,
        "counts": [(rag.value, RAG_LABELS[rag], counts[rag.value]) for rag in RAG_ORDER],
        "updated_on": max((line["on"] for line in lines if line["on"]), default=None),
        "themes": [(theme, list(group)) for theme, group in groupby(lines, itemgetter("theme"))],
    }


def _lines(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """One line a project; two facilitators of one project share its line."""
    lines: dict[int, dict[str, Any]] = {}
    for row in rows:
        if row.id in lines:
            lines[row.id]["facilitator"] += f" and {row.facilitator}"
            continue
        rag = row.rag or Rag.GREY
        lines[row.id] = {
            "slug": row.slug,
            "title": f"{row.number}. {row.title}",
            "theme": f"Theme {row.theme_number}: {row.theme}" if row.theme else NO_THEME,
            "facilitator": row.facilitator or "No facilitator yet",
            "stage": STAGE_LABELS[row.stage],
            "rag": rag.value,
            "word": RAG_LABELS[rag],
            "progress": row.progress or "No report yet.",
            "next": row.next_steps,
            "steer": row.steer_needed,
            "on": row.reported_on,
        }
    return list(lines.values())
