"""The one stored number: how many people are interested in an opportunity or project."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Integer, bindparam, update

from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.expressions.workflow import COUNTED
from ppflow.opportunities.models import Opportunity
from ppflow.projects.models import Project


def is_counted(expression: Expression) -> bool:
    """Does this person stand in the public number of people interested?"""
    return expression.set_aside_at is None and expression.status in COUNTED


def recount_interest(expression: Expression, was_counted: bool) -> None:
    """Keep the stored number of interested people true after a change."""
    step = is_counted(expression) - was_counted
    if step:
        count_interest(expression, step)


def count_interest(expression: Expression, step: int) -> None:
    """Move the stored number of people interested by `step`, without a race."""
    for model, thing_id in (
        (Opportunity, expression.opportunity_id),
        (Project, expression.project_id if not expression.opportunity_id else None),
    ):
        if thing_id is not None:
            db.session.connection().execute(_MOVED[model], {"thing": thing_id, "step": step})


# Built once: every form that is sent moves a number.
_MOVED: Final = {
    model: update(model)
    .where(model.id == bindparam("thing"))
    .values(interest_count=model.interest_count + bindparam("step", type_=Integer()))
    for model in (Opportunity, Project)
}
