"""The page of contact details of a form, as its person may change it here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from ppflow.applicants.models import Applicant
from ppflow.expressions.models import Expression
from ppflow.kinds import Context, Page
from ppflow.kinds.reaching import contact_page

HERE: Final = {"contact_by", "phone", "best_time", "post_address"}  # the address: a page of its own


def contact_of(expression: Expression) -> tuple[Page, Context]:
    """How we reach them: the questions of the form, without the email address."""
    page = contact_page()
    fields = tuple(field for field in page.fields if field.key in HERE)
    about = Context(expression.programme, expression.opportunity, expression.project)
    return replace(page, fields=fields), about


def contact_values(applicant: Applicant) -> dict[str, Any]:
    """What these questions hold now; the email is needed to check that email may be chosen."""
    message = ["message"] if applicant.may_leave_message else []
    return {
        "contact_by": applicant.contact_by.value,
        "phone": applicant.phone,
        "post_address": applicant.post_address,
        "best_time": [*applicant.best_time, *message],
        "email": applicant.email,
    }
