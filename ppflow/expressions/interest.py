"""The one stored number: how many people are interested in an opportunity or project."""

from __future__ import annotations

from sqlalchemy import update

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
            db.session.execute(
                update(model)
                .where(model.id == thing_id)
                .values(interest_count=model.interest_count + step)
                .execution_options(synchronize_session=False)
            )
