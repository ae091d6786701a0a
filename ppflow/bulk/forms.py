"""What an act on many asks, and how its answers are kept: encrypted, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from wtforms import HiddenField

from ppflow import clock, forms
from ppflow.access import Standing
from ppflow.bulk.workflow import TYPED_ABOVE, BulkAct
from ppflow.deciding.planning import if_given
from ppflow.errors import NotComplete
from ppflow.expressions.acts import MISSING
from ppflow.expressions.guards import LAPSE_AFTER
from ppflow.expressions.reasons import REASONS
from ppflow.expressions.workflow import ACCEPT_WITHIN_DAYS
from ppflow.forms import MaxCharacters
from ppflow.places.queries import MOST_NAMED, Suggestion
from ppflow.tagging.acts import word_of
from ppflow.triage.options import options

LONGEST: Final = 5000
SEND, NONE = "send", "none"
DAYS: Final = ("next_reply_by", "accept_by")
WORDS_FOR: Final = {
    **MISSING,
    "colleague": "Choose who answers from now on.",
    "sure": "Tick the box if that is so.",
    "tag": "Write a word, for example: summer panel.",
}


class ManyForm(forms.PageForm):
    """Every field that an act on many may ask; `for_act` takes away what it does not."""

    colleague = forms.Choice("Who answers from now on", [if_given], choices=[])
    note = forms.LongText(
        "Note for the colleague (staff only, optional)", [MaxCharacters(LONGEST)], rows=3,
        hint="It stands on each form. The people never see it.",
    )  # fmt: skip
    reason = forms.Radios("Reason", [if_given], choices=[])
    alternatives = forms.Checkboxes(
        "Others that may suit them (optional)", [if_given], choices=[],
        hint=f"Tick up to {MOST_NAMED}. Each person reads only of those that fit their form.",
    )  # fmt: skip
    tag = forms.Text("Tag", hint="For example, summer panel. No personal words.", width="20")
    accept_by = forms.Day("Last day to answer", [if_given])
    over_places = forms.Tick("Offer more than there are places, if need be", [if_given])
    next_reply_by = forms.Day("They will next hear by", [if_given])
    body = forms.LongText("Your message", [MaxCharacters(LONGEST)], rows=6)
    sure = forms.Tick("I have read them, and no person needs an answer", [if_given])
    letter = forms.Radios(
        "What happens with the emails", [if_given], default=SEND,
        choices=[(SEND, "Send them"), (NONE, "Do not send any email")],
    )  # fmt: skip


class GoForm(forms.PageForm):
    """The last step: what stood on the page, and how many that were."""

    version = HiddenField()
    number = forms.Number("", width="5")


def wrong_number(form: GoForm, many: int) -> str:
    """What is wrong with the number that was typed; empty when it is right, or none is asked."""
    typed = (form.number.data or "").replace(",", "")
    if many <= TYPED_ABOVE or typed == str(many):
        return ""
    return f"Type {many} in the box, so that we know that you mean so many."


def for_act(
    act: BulkAct, standing: Standing, others: Sequence[Suggestion] = (), **given: Any
) -> ManyForm:
    """The form of one act; `formdata` gives other words, or None for none.

    `others` are the opportunities that may be named beside a "not this time".
    """
    form = ManyForm(**given)
    wanted = {*act.fields, "csrf_token"} | ({"letter"} if act.letter else set())
    for name in [field.name for field in form if field.name not in wanted]:
        del form[name]
    if "body" in form:
        form.body.label.text = act.body_label
    if "reason" in form:
        form.reason.choices = [(key, reason.label) for key, reason in REASONS.items()]
        form.reason.option_hints = {k: f"They read: “{r.words}”" for k, r in REASONS.items()}
    _offer(form, others)
    if "colleague" in form:
        choice: Any = form.colleague
        choice.choices = [("", "Choose"), *options(standing).assignee]
    if act.key == "ask":
        form.next_reply_by.label.text = "Ask them to answer by (optional)"
        form.next_reply_by.hint = f"Without a date they have {LAPSE_AFTER.days} days."
    if act.key == "message":
        form.next_reply_by.label.text = "They will next hear by (optional)"
        form.next_reply_by.hint = "Without a date, our promise for each kind of form counts."
    return form


def _offer(form: ManyForm, others: Sequence[Suggestion]) -> None:
    if "alternatives" not in form:
        return
    form.alternatives.choices = [(each.slug, each.title) for each in others]
    form.alternatives.option_hints = {each.slug: each.why for each in others}
    if not others:
        del form.alternatives


def fill(form: ManyForm, kept: Mapping[str, Any]) -> None:
    """What stands in the fields: what was kept, or what we propose."""
    if "accept_by" in form:
        form.accept_by.process(None, clock.working_days_after(clock.today(), ACCEPT_WITHIN_DAYS))
    for name, value in kept.items():
        if name in form:
            form[name].process(None, value)


def details(act: BulkAct, form: ManyForm) -> dict[str, Any]:
    """What was typed, without what is empty. Raises `NotComplete` for what the act still needs."""
    found = {field.name: field.data for field in form if field.data and field.name != "csrf_token"}
    for name in act.needed:
        if name not in found:
            raise NotComplete(name, WORDS_FOR[name])
    if found.get("reason") == "other" and "body" not in found:
        raise NotComplete("body", "Say the reason in your own words.")
    if len(found.get("alternatives", ())) > MOST_NAMED:
        raise NotComplete("alternatives", f"Tick at most {MOST_NAMED}.")
    if "tag" in found:
        found["tag"] = word_of(found["tag"])
    for name in DAYS:
        if name in found and found[name] < clock.today():
            raise NotComplete(name, "Choose a date that is not in the past.")
    return found


def as_json(found: Mapping[str, Any]) -> dict[str, Any]:
    """Details as they are kept."""
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in found.items()}


def from_json(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The same details again."""
    return {k: date.fromisoformat(v) if k in DAYS else v for k, v in kept.items()}
