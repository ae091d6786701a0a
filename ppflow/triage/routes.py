"""The queue: who waits for an answer, by view, with search and filters."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, request

from ppflow import access, clock, web
from ppflow.access import Role, Standing
from ppflow.applicants.models import ContactBy
from ppflow.expressions.models import LAST_CONTACT_LABELS
from ppflow.expressions.workflow import OPEN, WORDS
from ppflow.kinds import KINDS
from ppflow.triage import forms, queries
from ppflow.triage.forms import DUE, Asked, Options
from ppflow.triage.workflow import ALL, WORK, View

pages = Blueprint("triage", __name__)

ONLY_COUNTS: Final = (Role.BOARD, Role.ADMINISTRATOR)  # they never see an applicant's details


def refuse_onlookers(standing: Standing) -> None:
    """403 for those whose role never sees an applicant; others see what is theirs, or nothing."""
    answers = standing.has(Role.COORDINATOR, Role.FACILITATOR)
    if standing.has(*ONLY_COUNTS) and not answers:
        abort(403)


@pages.get("/triage")
@access.staff()
def queue() -> Response:
    """One page of the queue of what this person may see."""
    standing = access.standing()
    refuse_onlookers(standing)
    asked = forms.read(request.args, standing)
    is_list = request.headers.get("HX-Target") == "queue"  # the rest of the page does not change
    groups = [] if is_list else [forms.views_for(standing, group) for group in (WORK, ALL)]
    page = queries.page(asked, standing, [view for group in groups for view in group])
    from_here, today = f"?{asked.query()}", clock.today()
    context: dict[str, Any] = {
        "asked": asked,
        "page": page,
        "rows": [_row(row, from_here, today) for row in page.rows],
        "count_to": queries.COUNT_TO,
        "views": [[_link(view, asked, page.counted.views) for view in group] for group in groups],
        "filters": [] if is_list else _filters(asked, forms.options(standing)),
    }
    answer = web.page("triage/queue.html", fragments={"queue": "queue"}, **context)
    return web.personal(answer)


def _row(row: Any, from_here: str, today: date) -> tuple[Any, ...]:
    """The words of one row, in the order its template names them."""
    edge = "" if row.closed_at or row.reply_by is None else _edge(row.reply_by, today)
    status = WORDS[row.status]
    return (
        edge,
        *_date_words(row, edge, today),
        f"/expressions/{row.reference}{from_here}",
        f"{row.first_name} {row.last_name}".strip() or "No name given",
        f"{row.reference} · {KINDS[row.kind].short_label}",
        row.opportunity or row.project or row.programme,
        status.colour,
        status.staff_label,
        row.assignee or "Nobody yet",
        _contact_words(clock.local(row.last_contact_at).date(), today),
        LAST_CONTACT_LABELS[row.last_contact],
        _flags(row),
    )


def _edge(by: date, today: date) -> str:
    return "late" if by < today else "today" if by == today else ""


def _date_words(row: Any, edge: str, today: date) -> tuple[str, str]:
    """The first cell: until when an answer is owed, or when it ended; a second line below."""
    if row.closed_at:
        return web.plain_day(row.closed_at), ""
    if row.reply_by is None:
        return "", ""
    is_decision = row.decision_by == row.reply_by and not edge
    words = "By decision date" if is_decision else _due_words(row.reply_by, today)
    return words, web.short_day(row.reply_by)


@lru_cache(maxsize=128)
def _due_words(by: date, _today: date) -> str:
    return web.due_words(by)


def _contact_words(on: date, today: date) -> str:
    return "Today" if on == today else web.short_day(on).partition(" ")[2]


def _flags(row: Any) -> list[str]:
    """What to look out for, as kinds of the flag that is drawn."""
    flags = ["needs"] if row.has_needs else []
    flags += ["email_failed"] if row.has_email_trouble else []
    if row.contact_by == ContactBy.POST:
        flags.append("No email: write")
    elif row.contact_by == ContactBy.PHONE or not row.email:
        flags.append("no_email")
    elif not row.confirmed_at:
        flags.append("unconfirmed")
    return [*flags, "same_address"] if row.shares_address else flags


def _link(view: View, asked: Asked, counts: dict[str, int]) -> tuple[Any, ...]:
    many = counts[view.key]
    shown = f"{queries.COUNT_TO:,}+" if many > queries.COUNT_TO else f"{many}"
    is_alarm = view.is_alarm and many > 0
    return view.label, Asked(view).address(), shown, view is asked.view, is_alarm


def _filters(asked: Asked, options: Options) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """(name, label, options, chosen) of each filter, its "any" first."""
    statuses = [
        (s.value, w.staff_label) for s, w in WORDS.items() if (s in OPEN) or not _open(asked)
    ]
    found = [
        ("about", "Project or opportunity", [("", "All"), *options.about], asked.about),
        (
            "kind",
            "Kind",
            [("", "All kinds"), *((k, v.label) for k, v in KINDS.items())],
            asked.kind,
        ),
        (
            "status",
            "Status",
            [("", "All open" if _open(asked) else "All"), *statuses],
            asked.status,
        ),
        ("due", "Reply by", [("", "Any date"), *DUE.items()], asked.due),
    ]
    if not asked.view.is_mine:
        people = [("", "Anybody"), (forms.NOBODY, "Nobody yet"), *options.assignees]
        found.append(("assignee", "Assigned to", people, asked.assignee))
    return found


def _open(asked: Asked) -> bool:
    return asked.view.is_open


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
