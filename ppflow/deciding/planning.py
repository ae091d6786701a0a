"""What the panels of conversations and places ask: times, ways to talk, other opportunities.

The fields stand in `forms.ActForm`; here is what they offer and what was chosen in them.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any, Final

from wtforms.validators import StopValidation

from ppflow import clock, forms
from ppflow.db import db
from ppflow.errors import NotComplete
from ppflow.expressions.calendar import way_of
from ppflow.expressions.waiting import position
from ppflow.expressions.workflow import LIFE, Status
from ppflow.forms import MaxCharacters
from ppflow.kinds import KINDS
from ppflow.people.models import Person
from ppflow.places.queries import MOST_NAMED, Capacity, capacity, next_waiting, suggestions
from ppflow.releasing.acts import TOGETHER, is_joint, pending_of
from ppflow.web import moment, plural

WAYS: Final = (("By phone", "By phone"), ("By video", "By video"), ("In person", "In person"))
PHONE, IN_PERSON = WAYS[0][0], WAYS[2][0]
NUMBERS: Final = ("first", "second", "third")
TALK: Final = ("talk_on", "talk_time", "talk_way", "talk_where", "body")
PROPOSE: Final = (
    *(f"{number}_{part}" for number in NUMBERS for part in ("on", "time")),
    "talk_way", "talk_where", "body",
)  # fmt: skip
_TIME = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?\s*(am|pm)?", re.IGNORECASE)
_WORDS_OF_TIME = {"midday": time(12), "noon": time(12)}
TIME_HINT: Final = "For example, 6.30pm"


def if_given(_form: Any, field: Any) -> None:
    """Nothing chosen is no error here: the act itself says what it needs."""
    if not field.raw_data or not any(str(value).strip() for value in field.raw_data):
        field.errors = []
        raise StopValidation


class PlanFields(forms.PageForm):
    """Every field that a conversation or a place may ask."""

    talk_on = forms.Day("Day of the conversation", [if_given])
    talk_time = forms.Text("Time", hint=TIME_HINT, width="5")
    first_on = forms.Day("First day to choose from", [if_given])
    first_time = forms.Text("First time", hint=TIME_HINT, width="5")
    second_on = forms.Day("Second day to choose from", [if_given])
    second_time = forms.Text("Second time", hint=TIME_HINT, width="5")
    third_on = forms.Day("Third day (optional)", [if_given])
    third_time = forms.Text("Third time (optional)", hint=TIME_HINT, width="5")
    talk_way = forms.Radios("How you will talk", [if_given], choices=list(WAYS))
    talk_where = forms.Text(
        "Where, or the link (optional by phone)",
        [MaxCharacters(200)],
        hint="For example, the room and the building. A link can follow later.",
    )
    slot = forms.Radios("The time they chose", [if_given], choices=[])
    accept_by = forms.Day("Last day to answer", [if_given])
    over_places = forms.Tick("Offer one more than there are places", [if_given])
    alternatives = forms.Checkboxes("Others that may suit them (optional)", [if_given], choices=[])
    alternative = forms.Radios("Where their form goes", [if_given], choices=[])


def offer_choices(form: Any, expression: Any) -> None:
    """Fill in what can be chosen: the times proposed, and opportunities that fit."""
    if "slot" in form:
        times = [datetime.fromisoformat(at) for at in expression.talk_times or []]
        form.slot.choices = [(at.isoformat(), moment(at)) for at in times]
    if "alternatives" in form:
        found = suggestions(expression)
        form.alternatives.choices = [(each.slug, each.title) for each in found]
        form.alternatives.option_hints = {each.slug: each.why for each in found}
        form.alternatives.hint = f"Tick up to {MOST_NAMED}. They read the names with links."
        if not found:
            del form.alternatives
    if "over_places" in form:
        told = beside("offer", expression)
        if told is None or not told["is_over"]:
            del form.over_places
    if "alternative" in form:
        named = set(expression.alternatives or [])
        found = [each for each in suggestions(expression) if each.slug in named]
        form.alternative.choices = [(each.slug, each.title) for each in found]
        form.alternative.option_hints = {each.slug: each.why for each in found}


def fill(form: Any, expression: Any) -> None:
    """What stands in the fields before anybody types."""
    if "talk_way" in form and not form.talk_way.data:
        before = expression.talk_how or (PHONE if expression.applicant.phone else "")
        form.talk_way.data = way_of(before)
        form.talk_where.data = before.partition(": ")[2]


def take_up(form: Any, act: str, expression: Any) -> None:
    """A prepared decision stands in its fields again, to be changed."""
    waiting = pending_of(expression) if expression.pending_verb == act else None
    if waiting is None:
        return
    for name, value in waiting.details.items():
        if name in form:
            form[name].process(None, value)
    edited = waiting.letter.edited
    form.letter.data = "edit" if edited else "send" if waiting.letter.is_sent else "none"
    if edited is not None:
        form.letter_subject.data, form.letter_body.data = edited.subject, edited.body.strip()


def details(form: Any) -> dict[str, Any]:
    """What was typed, as `perform` takes it. Raises `NotComplete` where words are not enough."""
    found: dict[str, Any] = {}
    if "talk_on" in form and form.talk_on.data:
        found["talk_at"] = _moment(form, "talk_on", "talk_time")
    if "first_on" in form:
        pairs = [(f"{number}_on", f"{number}_time") for number in NUMBERS]
        given = [_moment(form, on, at) for on, at in pairs if form[on].data]
        if given:
            found["talk_times"] = given
    if "talk_way" in form and form.talk_way.data:
        found["talk_how"] = _how(form)
    if "slot" in form and form.slot.data in {value for value, _ in form.slot.choices}:
        found["talk_at"] = datetime.fromisoformat(form.slot.data)
    if "alternatives" in form and form.alternatives.data:
        found["alternatives"] = list(form.alternatives.data)
        if len(found["alternatives"]) > MOST_NAMED:
            raise NotComplete("alternatives", f"Tick at most {MOST_NAMED}.")
    return found


def _moment(form: Any, on: str, at: str) -> datetime:
    typed: date = form[on].data
    found = time_of(form[at].data or "")
    if found is None:
        raise NotComplete(at, "Enter the time, for example 6.30pm.")
    return clock.start_of(typed, found)


def _how(form: Any) -> str:
    way, where = str(form.talk_way.data), (form.talk_where.data or "").strip()
    if way == IN_PERSON and not where:
        raise NotComplete("talk_where", "Say where you meet, with the room and the building.")
    return f"{way}: {where}" if where else way


def time_of(text: str) -> time | None:
    """A time as people write it: 6pm, 6.30pm, 18:30, midday. None when it is none."""
    text = text.strip().lower()
    if text in _WORDS_OF_TIME:
        return _WORDS_OF_TIME[text]
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


# --- beside the act -------------------------------------------------------------------------------


def beside(act: str, expression: Any) -> dict[str, Any] | None:
    """What is said before a place is given or refused: how many are left, and who is told when."""
    if act not in TOGETHER or expression.opportunity is None:
        return None
    now, joint = capacity(expression.opportunity), is_joint(act, expression)
    words = capacity_words(now) if act == "offer" else ""
    if act == "wait":
        words = f"They would be number {position(expression)} on the waiting list today."
    is_over = act == "offer" and now.is_full and not joint
    return {"words": words, "is_over": is_over, "is_joint": joint}


def around(expression: Any) -> dict[str, Any]:
    """What waits for this form or because of it: a decision prepared, times, a place that is free.

    Read only where it can be so: an ordinary form costs one statement.
    """
    found: dict[str, Any] = {"times": [], "prepared": None, "next": None}
    if expression.status is Status.NEEDS_INFO and expression.talk_times:
        found["times"] = [datetime.fromisoformat(at) for at in expression.talk_times]
    if expression.pending_verb:
        found["prepared"] = prepared_words(expression)
    is_over = expression.status is Status.WAITING_LIST or not expression.is_open
    has_places = expression.opportunity is not None and expression.opportunity.places is not None
    if is_over and has_places and KINDS[expression.kind].may_be_offered:
        first = next_waiting(expression.opportunity_id)
        if first is not None and not capacity(expression.opportunity).is_full:
            found["next"] = first
    return found


def prepared_words(expression: Any) -> dict[str, Any] | None:
    """The decision that waits for its release: what it is, and by whom."""
    waiting = pending_of(expression)
    if waiting is None:
        return None
    decider = db.session.get(Person, waiting.by_id)
    label = LIFE.transitions[waiting.verb].label
    return {"act": waiting.verb, "label": label, "by": decider.name if decider else "somebody"}


def capacity_words(now: Capacity) -> str:
    """6 places: 4 joined, 1 offered, 1 free."""
    if now.places is None:
        return f"No number of places is set. {now.joined} joined, {now.offered} offered."
    free = now.free or 0
    left = f"{free} free" if free >= 0 else f"{-free} more than there are"
    return f"{plural(now.places, 'place')}: {now.joined} joined, {now.offered} offered, {left}."
