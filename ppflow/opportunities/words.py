"""The words an opportunity's facts are told in, the same on every card and page."""

from __future__ import annotations

from datetime import date
from typing import Any

from ppflow import clock
from ppflow.opportunities.models import (
    FORMAT_LABELS,
    KIND_LABELS,
    PAID,
    PAYMENT_LABELS,
    Format,
    Payment,
    Publication,
)
from ppflow.web import day, plain_day, plural, pounds

# --- of any row that has these columns -----------------------------------------------------------


def pay(row: Any) -> str:
    """£27.50 an hour, £15 voucher a month, or the label where no sum is named."""
    if not row.amount_gbp:
        return PAYMENT_LABELS[row.payment]
    sum_paid = pounds(row.amount_gbp) + (" voucher" if row.payment is Payment.VOUCHER else "")
    if not row.payment_unit:
        return sum_paid
    unit = row.payment_unit
    if unit.startswith(("a ", "an ", "each ", "for ", "per ")):
        return f"{sum_paid} {unit}"
    return f"{sum_paid} {'an' if unit.startswith(('a', 'e', 'i', 'o', 'hour')) else 'a'} {unit}"


def where(row: Any) -> str:
    """Walsall; Birmingham, part online; Online; At home, in your own time."""
    if row.format is Format.IN_YOUR_OWN_TIME:
        return "At home, in your own time"
    if not row.place or row.format in {Format.ONLINE, Format.BY_POST}:
        return FORMAT_LABELS[row.format]
    return f"{row.place}, part online" if row.format is Format.HYBRID else row.place


def closes(closes_on: date | None, today: date) -> str:
    """30 November, with the year when it is not this one."""
    if closes_on is None:
        return "No closing date"
    year = "" if closes_on.year == today.year else f" {closes_on.year}"
    return f"{closes_on.day} {closes_on:%B}{year}"


def capacity(row: Any) -> str:
    """12 places, 9 people interested"""
    interest = f"{plural(row.interest_count, 'person', 'people')} interested"
    return interest if row.places is None else f"{plural(row.places, 'place')}, {interest}"


def room(row: Any) -> tuple[str, str]:
    """The tag beside the capacity and its colour; never red, since people are still welcome."""
    if row.places is None:
        return "", ""
    if row.interest_count < row.places:
        return "There is room", "green"
    is_full = row.interest_count > row.places
    return "More people than places" if is_full else "As many people as places", "grey"


# --- of a whole card, a whole advert -------------------------------------------------------------


def card(row: Any, today: date) -> tuple[Any, ...]:
    """The words of a card, in the order its template names them."""
    return (
        row.slug,
        row.title,
        KIND_LABELS[row.kind],
        row.publication is Publication.DRAFT,
        row.lay_summary,
        row.time_summary or "Agreed with you",
        pay(row),
        where(row),
        closes(row.closes_on, today),
        capacity(row),
        *room(row),
    )


def of_advert(advert: Any, kind: Any) -> dict[str, Any]:
    """What an advert's page shows of its row and its kind of form, by the names of its template."""
    days = min(advert.promise_days or kind.promise_days, kind.promise_days)
    state = _state(advert)
    return {
        "advert": advert,
        "kind_label": KIND_LABELS[advert.kind],
        "state": state,
        "decides": advert.decision_by
        if advert.decision_by and advert.decision_by >= clock.today()
        else None,
        "facts": _facts(advert, days, is_open=state == "open"),
        "minutes": kind.minutes,
        "is_paid": advert.payment in PAID,
        "is_on_site": advert.format in {Format.IN_PERSON, Format.HYBRID},
        "help_phone": advert.contact_phone,
    }


def _state(advert: Any) -> str:
    """open, draft, scheduled, paused or closed, as the page tells it."""
    today = clock.today()
    if advert.publication is not Publication.PUBLISHED:
        return str(advert.publication.value)
    if advert.opens_on and advert.opens_on > today:
        return "scheduled"
    return "closed" if advert.closes_on and advert.closes_on < today else "open"


def _facts(advert: Any, days: int, *, is_open: bool) -> list[tuple[str, str, str]]:
    """The eight facts, in the order people ask them: (name, in short, more)."""
    what, _stop, more = advert.activity.partition(". ")
    left = (advert.closes_on - clock.today()).days if advert.closes_on else None
    last = f"Last one: {plain_day(advert.last_on)}" if advert.last_on else ""
    if is_open and advert.first_on and advert.first_on < clock.today():
        last = f"It has begun. You can still join. {last}".strip()
    tag = room(advert)[0] if is_open else ""
    still = "More people than places so far. You are still welcome: see how we choose."
    last_day = day(advert.closes_on) if advert.closes_on else "No closing date"
    costs = f"Costs paid too: {', '.join(advert.expenses).lower()}." if advert.expenses else ""
    decision = f"Our decision: by {day(advert.decision_by)}." if advert.decision_by else ""
    return [
        ("What", what.rstrip(".") or advert.lay_summary, more),
        ("Time", advert.time_summary or "Agreed with you", _time_more(advert)),
        ("Pay", pay(advert), costs),
        ("Where", where(advert), advert.venue),
        ("First date", day(advert.first_on) if advert.first_on else "Agreed with you", last),
        ("Closes", last_day, _days_left(left)),
        ("Places", capacity(advert), still if tag.startswith("More") else tag),
        ("You will hear", f"From a person within {days} working days", decision),
    ]


def _time_more(advert: Any) -> str:
    """Six online meetings of 90 minutes. 12 hours in all, 6 sessions."""
    counts = []
    if advert.total_hours:
        hours = f"{advert.total_hours:g}"
        counts.append(f"{hours} hour{'' if hours == '1' else 's'} in all")
    if advert.sessions:
        counts.append(plural(advert.sessions, "session"))
    return " ".join(filter(None, [advert.involves, f"{', '.join(counts)}." if counts else ""]))


def _days_left(left: int | None) -> str:
    if left is None:
        return "Open until every place is taken"
    words = {0: "Today is the last day", 1: "1 day left"}
    return words.get(left, f"{left} days left") if left >= 0 else "This day has passed"
