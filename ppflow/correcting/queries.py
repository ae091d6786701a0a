"""The pages of a form that was sent, as they may be put right; locked answers are never shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ppflow import keys
from ppflow.answers.queries import in_words, latest, meaning_of
from ppflow.applicants.models import Applicant
from ppflow.expressions.models import Expression
from ppflow.kinds import KINDS, Context, Field, Page, Sensitivity
from ppflow.kinds.asked import pages_for
from ppflow.kinds.checking import check, lines_of, stop_of
from ppflow.kinds.reaching import CONTACT_FIELDS
from ppflow.registering.queries import Target
from ppflow.registering.workflow import WHERE_EMPTY_SAYS_NOTHING, Journey

ELSEWHERE: Final = {field.key for field in CONTACT_FIELDS}  # how we reach them: pages of its own
LOCKED: Final = "Kept locked, so it is not shown here. {act} to replace it. Left empty, it stays."
CHOSEN: Final = {"radios", "checkboxes", "select"}
GIVEN: Final = "Answered. It is kept locked, so it is not shown here."
ASK_US: Final = "This cannot be changed here. Please ring us, or write to us on your page."
Row = tuple[str, Any, str, str]  # short name, lines, change address, hidden words


@dataclass(frozen=True)
class Sent:
    """A form that was sent: its pages, what may be shown, and which answers are kept locked."""

    expression: Expression
    about: Context
    pages: tuple[Page, ...]
    shown: Mapping[str, Any]
    locked: Mapping[str, Any]

    def page(self, slug: str) -> Page | None:
        return next((page for page in self.pages if page.slug == slug), None)

    def drawn(self, page: Page) -> Page:
        """The page with its locked answers said to be there, and not needed again."""
        return replace(page, fields=tuple(self._drawn(field) for field in page.fields))

    def _drawn(self, field: Field) -> Field:
        if field.key not in self.locked:
            return field
        locked = LOCKED.format(act="Choose again" if field.input in CHOSEN else "Type")
        return replace(field, hint=f"{field.hint} {locked}".strip(), is_needed=False)

    def seen(self, page: Page) -> str:
        """A keyed hash of what this page held when it was drawn, locked answers too."""
        held = {**self.shown, **self.locked}
        values = {field.key: held.get(field.key) for field in page.fields}
        return keys.fingerprint(json.dumps(values, sort_keys=True), "answers as they stood")

    def holds(self, page: Page, values: Mapping[str, Any]) -> bool:
        """Is this what the page holds already, as after a second press of the same button?"""
        held = {**self.shown, **self.locked}
        pairs = [(held.get(field.key), values.get(field.key)) for field in page.fields]
        return all((before or "") == (now or "") for before, now in pairs)

    def stands(self, page: Page) -> list[tuple[str, str]]:
        """(short name, words) of what this page holds now; locked answers are not shown."""
        pairs = [
            (each.short, GIVEN if each.key in self.locked else ", ".join(_lines(self, each)))
            for each in page.fields
        ]
        return [(short, words) for short, words in pairs if words]

    def merged(self, page: Page, typed: Mapping[str, Any], forget: list[str]) -> dict[str, Any]:
        """What this page would hold: as typed, with the locked answers that stay."""
        stays = {
            field.key: self.locked[field.key]
            for field in page.fields
            if field.key in self.locked and not typed.get(field.key) and field.key not in forget
        }
        return {**typed, **stays}

    def errors(self, page: Page, typed: Mapping[str, Any], forget: list[str]) -> dict[str, str]:
        """What must change on this page, by field. A form that would have ended stays as it is."""
        values = self.merged(page, typed, forget)
        stopped = {
            field.key: ASK_US
            for field in page.fields
            if stop_of(replace(page, fields=(field,)), values, self.about)
        }
        return check(page, values, self.about) | stopped

    def forgettable(self, page: Page) -> list[tuple[str, str]]:
        """(key, label) of the locked answers of this page that need not be there."""
        return [
            (field.key, field.label)
            for field in page.fields
            if field.key in self.locked and not field.is_needed
        ]

    def consent_wording(self, page: Page) -> str:
        """The permission that new sensitive answers of this page need; empty: given, or none."""
        sensitive = [field for field in page.fields if _is_special(field)]
        if not sensitive:
            return ""
        answers = {**self.shown, **self.locked, **{field.key: "yes" for field in sensitive}}
        target = Target(KINDS[self.expression.kind], self.about, "")
        journey = Journey(target, answers)
        given = [
            consent.wording
            for consent in self.expression.consents
            if consent.key == "consent_special" and consent.withdrawn_at is None
        ]
        is_given = any(all(g in words for g in journey.special_groups()) for words in given)
        return "" if is_given else journey.special_wording()

    def adds_special(self, page: Page, typed: Mapping[str, Any]) -> bool:
        """Does this page bring a sensitive answer?"""
        return any(_is_special(field) and typed.get(field.key) for field in page.fields)


def _is_special(field: Field) -> bool:
    return field.is_need or field.sensitivity is Sensitivity.SPECIAL


def sent(expression: Expression) -> Sent:
    """The form as it was sent, and corrected since."""
    answers = latest(expression.id)
    plain = dict(answers.plain) if answers else {}
    locked = keys.unseal(answers.sealed) if answers else {}
    about = Context(expression.programme, expression.opportunity, expression.project)
    shown = {**plain, **_of_applicant(expression.applicant)}
    fitted = pages_for(KINDS[expression.kind], about, {**shown, **locked})
    pages = [replace(page, fields=tuple(filter(_is_ours, page.fields))) for page in fitted]
    return Sent(expression, about, tuple(page for page in pages if page.fields), shown, locked)


def _is_ours(field: Field) -> bool:
    """Permissions are taken back, and ways to reach somebody changed, on pages of their own."""
    return not field.is_consent and field.key not in ELSEWHERE


def _of_applicant(applicant: Applicant) -> dict[str, Any]:
    contact = "helper" if applicant.contact_is_helper else "person"
    return {
        "first_name": applicant.first_name,
        "last_name": applicant.last_name,
        "helper_name": applicant.helper_name,
        "helper_relation": applicant.helper_relation,
        "who_to_contact": contact if applicant.is_for_someone_else else "",
    }


def rows(form: Sent, path: str) -> dict[str, list[Row]]:
    """By heading, a row for each answer with the address where it is put right, below `path`."""
    found: dict[str, list[Row]] = {}
    for page in form.pages:
        shorts: dict[tuple[str, str], list[str]] = {}
        for field in page.fields:
            lines = [GIVEN] if field.key in form.locked else _lines(form, field)
            group = field.group or page.group or page.title
            shorts.setdefault((group, field.short), []).extend(lines)
        for (group, short), lines in shorts.items():
            if short in WHERE_EMPTY_SAYS_NOTHING and not lines:
                continue
            said = [" ".join(lines)] if short == "Name" else list(dict.fromkeys(lines))
            row = (short, said, f"{path}/{page.slug}", short.lower())
            found.setdefault(group, []).append(row)
    if left := _left(form):
        found["Other answers"] = left
    return found


def _lines(form: Sent, field: Field) -> list[str]:
    return lines_of(field, form.shown.get(field.key), form.about)


def _left(form: Sent) -> list[Row]:
    """Answers to questions that the form no longer asks: shown, and changed by us if they ask."""
    asked = {field.key for page in form.pages for field in page.fields}
    answers = latest(form.expression.id)
    if answers is None:
        return []
    found: list[Row] = []
    for key, value in answers.plain.items():
        field = next((f for f in KINDS[form.expression.kind].fields() if f.key == key), None)
        if key not in asked and not (field and field.is_consent):
            meaning = meaning_of(answers, key)
            found.append((meaning["short"], in_words(value, meaning), "", ""))
    return found
