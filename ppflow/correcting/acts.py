"""Putting answers right: a new version, one event that names the fields, and the assignee told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ppflow import events
from ppflow.answers import acts as answers
from ppflow.answers.models import Consent
from ppflow.correcting.queries import Sent
from ppflow.db import db
from ppflow.events import Actor, ActorKind
from ppflow.kinds import Page
from ppflow.visiting.acts import tell_of_change


def correct(
    form: Sent,
    page: Page,
    typed: Mapping[str, Any],
    *,
    by: Actor,
    forget: list[str],
    consent: str = "",
) -> list[str]:
    """Put one page right, in the caller's transaction; gives the names of what changed.

    `consent` is the wording agreed to for new sensitive answers. Staff who have a decision open
    find that the form has changed (409).
    """
    expression = form.expression
    db.session.refresh(expression, with_for_update=True)
    changed = answers.correct(expression, [page], typed, form.about, forget=forget)
    values = _of_applicant(page, form.merged(page, typed, forget))
    changed += events.changed_fields(expression.applicant, values)
    if not changed:
        return []
    if consent and form.adds_special(page, typed):
        db.session.add(_given(expression.id, consent, by))
    expression.has_needs = answers.has_needs(expression.id)
    expression.version += 1
    events.record("correct_answers", expression, by, fields=changed)
    db.session.flush()
    answers.index(expression)
    if by.kind is ActorKind.APPLICANT:
        tell_of_change(expression)
    db.session.expire(expression, ["answers", "consents"])
    return changed


def _given(expression_id: int, wording: str, by: Actor) -> Consent:
    return Consent(
        expression_id=expression_id,
        key="consent_special",
        wording=wording,
        read_out_by_id=by.person_id,
    )


def _of_applicant(page: Page, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the applicant that this page fills."""
    asked = {field.key for field in page.fields}
    found: dict[str, Any] = {
        key: values[key] for key in ("first_name", "last_name") if key in asked
    }
    if "on_behalf" in asked:
        is_for_other = values.get("on_behalf") == "someone"
        found |= {
            "is_for_someone_else": is_for_other,
            "helper_name": values.get("helper_name", "") if is_for_other else "",
            "helper_relation": values.get("helper_relation", "") if is_for_other else "",
            "contact_is_helper": is_for_other and values.get("who_to_contact") == "helper",
        }
    return found
