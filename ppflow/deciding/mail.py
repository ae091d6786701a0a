"""The email of an act as it would go, shown before anything happens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import ceil
from typing import Any, Final

from ppflow import config
from ppflow.access import Standing
from ppflow.db import db
from ppflow.deciding.forms import NONE, ActForm
from ppflow.deciding.workflow import NextDate, Panel
from ppflow.errors import NotComplete
from ppflow.expressions import acts, mail, replacing
from ppflow.expressions.acts import Done
from ppflow.expressions.effects import next_promise
from ppflow.expressions.models import Expression
from ppflow.expressions.undoing import NEVER_UNDONE
from ppflow.expressions.workflow import LIFE, talk_off
from ppflow.letters import Rendered
from ppflow.outbox.workflow import LetterState
from ppflow.people.models import Person
from ppflow.releasing.acts import is_joint
from ppflow.web import day, moment, short_day

ALSO_TOLD: Final = {
    "assign": "The colleague gets an email without personal details.",
    "pass_on": "Whoever answers from now on gets an email without personal details.",
    "not_spam": "The person gets the receipt. Whoever answers gets an email.",
}


def refuse_missing(panel: Panel, details: Mapping[str, Any]) -> None:
    """Raises `NotComplete` for the first thing that the act needs and nobody gave."""
    for name in _missing(panel, details):
        raise NotComplete(name, acts.MISSING[name])


def _missing(panel: Panel, details: Mapping[str, Any]) -> list[str]:
    transition = LIFE.transitions.get(panel.act)
    return [name for name in (transition.needs if transition else ()) if not details.get(name)]


def promise(panel: Panel, expression: Expression, details: Mapping[str, Any]) -> date | None:
    """The date by which they hear next once this is done; None where the form is closed by it."""
    if panel.next_date is NextDate.ENDS:
        return None
    if panel.next_date is NextDate.FOLLOWS and _missing(panel, details):
        return None
    return next_promise(panel.act, expression, details)


def preview(
    panel: Panel, expression: Expression, by: Standing, details: Mapping[str, Any]
) -> Rendered | None:
    """The letter exactly as it goes; None when there is none, or not yet enough to write it."""
    if panel.letter is None or _missing(panel, details):
        return None
    sender = db.session.get_one(Person, by.person_id)
    known = {**details, "next_reply_by": promise(panel, expression, details)}
    return mail.for_applicant(panel.letter, expression, sender, **known)


def address_line(expression: Expression) -> str:
    """Where it goes, for the line "To"."""
    applicant = expression.applicant
    if applicant.has_email:
        return applicant.email
    name = applicant.greeting_name or applicant.name
    if applicant.post_address:
        return f"{name}, by post"
    return f"{name}, by phone {applicant.phone}".removesuffix(" ")


def also_told(panel: Panel) -> str:
    """Who else gets an email from this act, beside the person."""
    return ALSO_TOLD.get(panel.act, "")


def button_words(panel: Panel, expression: Expression, form: ActForm) -> str:
    """What the button does: "Offer and send 1 email", or "Close and keep 1 letter to print"."""
    if is_joint(panel.act, expression):
        return "Prepare this decision"
    if panel.letter is None:
        return panel.does
    if form.letter.data == NONE:
        does = "Keep it" if panel.does == "Send" else panel.does
        return f"{does} and send no email"
    if not expression.applicant.has_email:
        return f"{panel.does} and keep 1 letter to print or read out"
    if panel.does == "Send":
        return "Send 1 email"
    return f"{panel.does} and send 1 email"


def date_words(panel: Panel, expression: Expression, next_by: date | None) -> str:
    """What happens to the date by which they hear; empty where staff name it in the form."""
    if is_joint(panel.act, expression):
        return "Their date does not move before the decision is released."
    now = expression.reply_by if expression.is_open else None
    if panel.next_date is NextDate.ENDS:
        return "No date follows: nobody waits for an answer after this."
    if panel.next_date is NextDate.FOLLOWS:
        if next_by is None:
            return ""
        before = f" Now it is {short_day(now)}." if now and now != next_by else ""
        return f"They will next hear by {day(next_by)}.{before}"
    if panel.next_date is NextDate.KEPT and now:
        return f"The date does not move: they will hear by {day(now)}."
    return ""


def undo_minutes(panel: Panel, expression: Expression) -> int:
    """How long this can be taken back; 0 when it cannot."""
    if is_joint(panel.act, expression):
        return 0
    if panel.letter is None or panel.act in NEVER_UNDONE or not expression.applicant.has_email:
        return 0
    gone = [fate.letter for fate in replacing.fates(panel.act, expression) if fate.is_replaced]
    hold = replacing.hold_for(panel.letter, expression, but=gone)
    return ceil(hold.total_seconds() / 60)


def on_the_way(panel: Panel, expression: Expression) -> list[str]:
    """What this does to emails that have not gone yet, said before it is done."""
    if panel.act not in LIFE.transitions or is_joint(panel.act, expression):
        return []
    found = replacing.fates(panel.act, expression)
    words = [fate.words for fate in found if fate.letter.is_about_status]
    off = talk_off(panel.act, expression)
    if off is None:
        return words
    tell = "" if panel.letter else " Tell them: no email says so."
    return [*words, f"The conversation of {moment(off)} does not take place then.{tell}"]


def result_words(panel: Panel, done: Done | None, *, is_prepared: bool = False) -> str:
    """What has happened, said on the next page."""
    if is_prepared:
        return f"{panel.title}: prepared. Nobody is told until it is released."
    replaced = [fate.words_after for fate in replacing.decided(done.replaced)] if done else []
    return " ".join([f"{panel.title}: done.", _mailed(done), *replaced])


def _mailed(done: Done | None) -> str:
    letters = done.letters if done else []
    if not letters:
        return "No email goes to them."
    if letters[0].state is LetterState.BY_HAND:
        return "There is 1 letter to print or read out."
    minutes = config.current().hold_decisions_minutes if letters[0].is_held else 0
    return f"1 email goes{' soon' if minutes else ' now'}."
