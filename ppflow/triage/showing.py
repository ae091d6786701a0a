"""The words of the queue's page: of each row, each filter with its numbers, each view."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from ppflow import clock, web
from ppflow.applicants.models import ContactBy
from ppflow.expressions.models import LAST_CONTACT_LABELS
from ppflow.expressions.workflow import OPEN, WORDS
from ppflow.kinds import KINDS
from ppflow.tagging.queries import words_in
from ppflow.triage.counting import COUNT_TO, Counted
from ppflow.triage.forms import DUE, NEEDS, NOBODY, Asked, place
from ppflow.triage.options import Options, Pairs
from ppflow.triage.workflow import View

ANY: Final = {  # what each filter says when nothing is chosen in it
    "status": ("Status", "All"),
    "kind": ("Kind", "All kinds"),
    "programme": ("Programme", "All programmes"),
    "project": ("Project", "All projects"),
    "opportunity": ("Opportunity", "All opportunities"),
    "assignee": ("Assigned to", "Anybody"),
    "due": ("Reply by", "Any date"),
    "needs": ("Access needs", "With or without"),
    "tag": ("Tag", "With any or none"),
}
KEPT: Final = 256
WITHOUT_EMAIL: Final = {ContactBy.POST: "No email: write"}
WITH_EMAIL: Final = {ContactBy.POST: "Prefers letters", ContactBy.PHONE: "Prefers a call"}


def rows(found: list[Any], asked: Asked) -> list[tuple[Any, ...]]:
    """The words of each row, in the order its template names them."""
    today, query = clock.today(), asked.query()
    return [_row(row, f"{query}&at={quote(place(row.place, row.id))}", today) for row in found]


def _row(row: Any, query: str, today: date) -> tuple[Any, ...]:
    status, reference = WORDS[row.status], row.reference
    return (
        *_date_words(row, today),
        reference,
        f"/expressions/{reference}?{query}",
        f"{row.first_name} {row.last_name}".strip() or "No name given",
        f"{reference} · {KINDS[row.kind].short_label}",
        row.opportunity or row.project or row.programme,
        status.colour,
        status.staff_label,
        row.assignee or "Nobody yet",
        _contact_words(clock.local(row.last_contact_at).date(), today),
        LAST_CONTACT_LABELS[row.last_contact],
        _flags(row),
        words_in(row.tags),
    )


def _date_words(row: Any, today: date) -> tuple[str, str, str]:
    """Edge, and the first cell: until when an answer is owed, or when it ended; a second line."""
    if row.closed_at:
        return "", _closed_words(clock.local(row.closed_at).date()), ""
    if row.reply_by is None:
        return "", "", ""
    return _due(row.reply_by, today, is_decision=row.decision_by == row.reply_by)


# Few days stand in a queue, and each in many rows: their words are made once.


@lru_cache(maxsize=KEPT)
def _due(by: date, today: date, *, is_decision: bool) -> tuple[str, str, str]:
    edge = "late" if by < today else "today" if by == today else ""
    words = "By decision date" if is_decision and not edge else web.due_words(by)
    return edge, words, web.short_day(by)


@lru_cache(maxsize=KEPT)
def _closed_words(on: date) -> str:
    return web.plain_day(on)


@lru_cache(maxsize=KEPT)
def _contact_words(on: date, today: date) -> str:
    return "Today" if on == today else web.short_day(on).partition(" ")[2]


def _flags(row: Any) -> tuple[str, ...]:
    """What to look out for, as kinds of the flag that is drawn."""
    flags = ["needs"] if row.has_needs else []
    flags += ["email_failed"] if row.has_email_trouble else []
    if not row.email:
        flags.append(WITHOUT_EMAIL.get(row.contact_by, "no_email"))
    else:
        flags += [WITH_EMAIL[row.contact_by]] if row.contact_by in WITH_EMAIL else []
        flags += [] if row.is_confirmed else ["unconfirmed"]
    flags += ["same_address"] if row.shares_address else []
    return tuple(flags)


# --- filters and views ----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Beside:
    """What stands beside the rows; the same object while all of it says the same.

    `views` holds two groups of links, or none where only the list is drawn. See the functions
    below for what each item is.
    """

    view: View
    sort: str
    views: tuple[list[tuple[Any, ...]], ...]
    saved: list[tuple[Any, ...]]
    orders: Pairs
    filters: list[tuple[str, str, Pairs, str]]


def beside(
    asked: Asked, options: Options, counted: Counted, groups: tuple[tuple[View, ...], ...]
) -> Beside:
    """All of it, made once for the same list, offers and numbers."""
    return _beside(replace(asked, mark=None, start=1), options, counted, groups)


@lru_cache(maxsize=KEPT)
def _beside(
    asked: Asked, options: Options, counted: Counted, groups: tuple[tuple[View, ...], ...]
) -> Beside:
    return Beside(
        view=asked.view,
        sort=asked.sort,
        views=tuple(view_links(asked, group, counted) for group in groups),
        saved=saved_links(asked, options.saved, counted),
        orders=orders(asked),
        filters=filters(asked, options, counted),
    )


def filters(
    asked: Asked, options: Options, counted: Counted
) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """(name, label, options, chosen) of each filter, "any" first, each with its number."""
    open_now = [(s.value, words.staff_label) for s, words in WORDS.items() if s in OPEN]
    every = [(s.value, words.staff_label) for s, words in WORDS.items()]
    found: dict[str, Pairs] = {
        "status": open_now if asked.view.is_open else every,
        "project": options.project,
        "opportunity": options.opportunity,
        "kind": [(key, kind.label) for key, kind in KINDS.items()],
        "due": list(DUE.items()),
        "needs": [(NEEDS, "With access needs")],
    }
    if not asked.view.is_mine:
        found["assignee"] = [(NOBODY, "Nobody yet"), *options.assignee]
    if options.tag or asked.tag:
        found["tag"] = options.tag
    if len(options.programme) > 1 or asked.programme:
        found["programme"] = options.programme
    return [
        (name, ANY[name][0], [("", ANY[name][1]), *_numbered(name, pairs, counted)],
         getattr(asked, name))
        for name, pairs in found.items()
    ]  # fmt: skip


def _numbered(name: str, pairs: Pairs, counted: Counted) -> Pairs:
    if name in {"due", "tag"}:
        return pairs
    return [(value, f"{label}{_number(name, value, counted)}") for value, label in pairs]


def _number(name: str, value: str, counted: Counted) -> str:
    """(12), or (12+) when not every row was looked at; then nothing for what was not met."""
    key = (name, "" if value == NOBODY else value)
    many = counted.needs if name == "needs" else counted.facets.get(key, 0)
    if name in counted.cut:
        return f" ({many:,}+)" if many else ""
    return f" ({many:,})"


def orders(asked: Asked) -> Pairs:
    """(value, label) of the orders this view can stand in, its own first."""
    own = asked.view.order
    return [
        ("" if order is own else key, f"{order.words[0].upper()}{order.words[1:]}")
        for key, order in asked.view.orders.items()
    ]


def chips(asked: Asked, filters: list[tuple[str, str, Pairs, str]]) -> list[tuple[str, str]]:
    """(words, address without it) of all that narrows the list."""
    found = [(f"“{asked.q}”", asked.without("q").address())] if asked.q else []
    for name, _, pairs, chosen in filters:
        if chosen:
            label = dict(pairs).get(chosen, "No longer offered").rpartition(" (")
            words = label[0] or label[2]
            found.append((words, asked.without(name).address()))
    return found


def view_links(asked: Asked, views: tuple[View, ...], counted: Counted) -> list[tuple[Any, ...]]:
    """(label, address, number, is current, is alarm) of each view."""
    found = []
    for view in views:
        many = counted.views[view.key]
        is_here = view is asked.view
        most = COUNT_TO if is_here and not asked.is_narrowed else counted.beside_to
        is_alarm = view.is_alarm and many > 0
        address = Asked(view).address()
        found.append((view.label, address, _bounded(many, most), is_here, is_alarm))
    return found


def saved_links(asked: Asked, saved: Pairs, counted: Counted) -> list[tuple[Any, ...]]:
    """The same of the saved views; a number only where it was counted."""
    here, numbers, most = asked.query(), counted.saved, counted.beside_to
    return [
        (name, f"/triage?{query}",
         _bounded(numbers[query], most) if query in numbers else None, query == here, False)
        for query, name in saved
    ]  # fmt: skip


def _bounded(many: int, most: int) -> str:
    return f"{most:,}+" if many > most else f"{many}"
