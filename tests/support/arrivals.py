"""Expressions that have just arrived: routed, promised, letters written, without walking a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from ppflow import clock, keys
from ppflow.access import Standing
from ppflow.answers.models import Answers, Consent, FormVersion
from ppflow.applicants.models import Applicant, ContactBy
from ppflow.db import db, writing
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity
from ppflow.people.models import Person
from ppflow.people.queries import standing_of
from ppflow.programmes.models import Programme
from ppflow.projects.models import Project
from ppflow.projects.queries import projects_of
from ppflow.routing import acts as routing
from tests.support.cast import Cast, Staff, Thing

Register = Callable[..., Expression]


def standing(staff: Staff | Person) -> Standing:
    """What somebody is here, as a request would load it."""
    return standing_of(db.session.get_one(Person, staff.id), projects_of(staff.id))


@pytest.fixture
def register(cast: Cast) -> Register:
    """Make an expression as if somebody had sent a form.

    `register("Rosa Reed", cast.panel)`; `about` is an opportunity, a project, or None (general).
    Keyword arguments are columns of the applicant; `kind`, `plain`, `sealed`, `agreed` and
    `is_set_aside` say what else was in the form.
    """

    def make(
        name: str = "Rosa Reed",
        about: Thing | None = None,
        *,
        kind: str = "",
        plain: dict[str, Any] | None = None,
        sealed: dict[str, Any] | None = None,
        agreed: tuple[str, ...] = ("keep_for_future",),
        is_set_aside: bool = False,
        **columns: Any,
    ) -> Expression:
        first, _, last = name.partition(" ")
        by_email = columns.get("contact_by", ContactBy.EMAIL) is ContactBy.EMAIL
        address = f"{first.lower()}@mail.example" if by_email else ""
        facts = {"first_name": first, "last_name": last, "email": address, **columns}
        with writing():
            expression = _expression(cast, Applicant(**facts), about, kind)
            wording = _form_version(expression.kind)
            expression.set_aside_at = clock.now() if is_set_aside else None
            answers = Answers(
                form_version=wording,
                plain=plain or {"why": "I like walking"},
                sealed=keys.seal(sealed) if sealed else None,
            )
            routing.receive(expression, plain=answers.plain)
            expression.answers.append(answers)
            expression.consents += [Consent(key=key, wording=f"I agree: {key}") for key in agreed]
        return expression

    return make


def _form_version(kind: str) -> FormVersion:
    digest = f"test-{kind}"
    found = db.session.scalars(select(FormVersion).where(FormVersion.digest == digest)).first()
    if found is None:
        found = FormVersion(digest=digest, kind=kind, wording={"why": "Why does it interest you?"})
        db.session.add(found)
    return found


def _expression(cast: Cast, applicant: Applicant, about: Thing | None, kind: str) -> Expression:
    expression = Expression(reference=keys.new_reference(), applicant=applicant)
    slug = about.slug if about else ""
    opportunity = db.session.scalars(select(Opportunity).where(Opportunity.slug == slug)).first()
    project = db.session.scalars(select(Project).where(Project.slug == slug)).first()
    if opportunity is not None:
        expression.opportunity, expression.project = opportunity, opportunity.project
        expression.programme, expression.kind = opportunity.programme, opportunity.expression_kind
    elif project is not None:
        expression.project, expression.programme = project, project.programme
        expression.kind = "staff_volunteer"
    else:
        expression.programme = db.session.get_one(Programme, cast.programme.id)
        expression.kind = "general"
    expression.kind = kind or expression.kind
    return expression
