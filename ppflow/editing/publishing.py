"""Publishing an opportunity: the checklist, the steps open to it now, and copying it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from ppflow import access, web
from ppflow.access import Role
from ppflow.db import db
from ppflow.editing import queries
from ppflow.editing.opportunities import sheet_of
from ppflow.editing.sheet import actor
from ppflow.errors import NotComplete, NotNow
from ppflow.expressions.models import Expression
from ppflow.opportunities import acts
from ppflow.opportunities.forms import OpportunityForm
from ppflow.opportunities.models import PUBLICATION_LABELS, Opportunity, Publication
from ppflow.opportunities.workflow import Check, steps_from

pages = Blueprint("editing_publishing", __name__)


@pages.get("/opportunities/<slug>/publication")
@access.staff(Role.COORDINATOR)
def publication(slug: str) -> Response:
    """What stands in the way, what to do about it, and the steps open now."""
    return web.personal(web.page("editing/publication.html", **_context(queries.opportunity(slug))))


def _context(opportunity: Opportunity) -> dict[str, Any]:
    checks = acts.checklist(opportunity)
    steps = steps_from(opportunity.publication)
    opens = any(step.target is Publication.PUBLISHED for step in steps)
    return {
        "sheet": sheet_of(opportunity, "Publish, pause or close", "editing_publishing.publication"),
        "slug": opportunity.slug,
        "state": PUBLICATION_LABELS[opportunity.publication],
        "checks": [(check, _field_id(check)) for check in checks],
        "blocks": [check for check in checks if check.is_block and not check.holds],
        "warnings": [check for check in checks if not check.is_block and not check.holds],
        "steps": steps,
        "opens": opens,
        "waiting": queries.count_open(Expression.opportunity_id, opportunity.id),
        "errors": [],
    }


def _field_id(check: Check) -> str:
    """Where on the edit page it is mended; a date begins at its day."""
    is_day = check.field in {"closes_on", "decision_by"}
    assert hasattr(OpportunityForm, check.field)
    return f"{check.field}-day" if is_day else check.field


@pages.post("/opportunities/<slug>/publication")
@access.staff(Role.COORDINATOR)
def move(slug: str) -> Response:
    """Publish, pause, close or open again."""
    opportunity = queries.opportunity(slug)
    if request.form.get("version", type=int) != opportunity.version:
        error = "Somebody else changed it first. This is how it stands now."
        return _again(opportunity, 409, [("", error)])
    try:
        step = acts.move(
            opportunity,
            request.form.get("verb", ""),
            by=actor(),
            has_read_warnings=bool(request.form.get("has_read_warnings")),
        )
    except NotNow as error:
        return _again(opportunity, 409, [("", str(error))])
    except NotComplete as error:
        return _again(opportunity, 422, [(error.field, str(error))])
    db.session.commit()
    web.say(step.done)
    return web.see_other(f"/opportunities/{slug}")


def _again(opportunity: Opportunity, status: int, errors: list[tuple[str, str]]) -> Response:
    context = {**_context(opportunity), "errors": errors}
    return web.personal(web.invalid("editing/publication.html", status=status, **context))


@pages.post("/opportunities/<slug>/copy")
@access.staff(Role.COORDINATOR)
def copy(slug: str) -> Response:
    """A draft with the same texts and questions, to date anew."""
    twin = acts.copy(queries.opportunity(slug), by=actor())
    db.session.commit()
    web.say("This is the copy. Give it a title and its dates.")
    return web.see_other(f"/opportunities/{twin.slug}/edit")
