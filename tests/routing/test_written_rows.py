"""What is written past the session is in the session just as the database has it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import clock
from ppflow.applicants.models import Draft, StatusLink
from ppflow.db import Base, db, reading, writing
from ppflow.expressions.models import Expression
from ppflow.opportunities.models import Opportunity
from ppflow.statements import change_now, insert_now
from tests.support.arrivals import Register
from tests.support.cast import Cast


def as_stored(thing: Any) -> dict[str, Any]:
    """What the database has of this row."""
    table = thing.__table__
    row = db.session.connection().execute(select(table).where(table.c.id == thing.id)).one()
    return dict(row._mapping)


def as_known(thing: Base) -> dict[str, Any]:
    """What its object says, without asking the database again."""
    columns = set(thing.__table__.c.keys())
    return {name: value for name, value in vars(thing).items() if name in columns}


@pytest.mark.parametrize("is_set_aside", [False, True])
def test_a_form_that_came_is_known_as_it_is_stored(
    cast: Cast, register: Register, is_set_aside: bool
) -> None:
    rosa = register("Rosa Reed", cast.panel, is_set_aside=is_set_aside)
    with reading():
        for thing in (rosa, rosa.applicant):
            assert as_known(thing) == as_stored(thing)
            assert not db.session.is_modified(thing)


def test_its_private_link_is_known_with_its_hash(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with reading():
        [link] = db.session.scalars(select(StatusLink).where(StatusLink.expression_id == rosa.id))
        assert link.token_hash
        assert as_known(link) == as_stored(link)


def test_a_later_change_is_written_by_the_session_as_ever(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with writing():
        rosa.applicant.first_name, rosa.has_needs = "Rosalind", True
    with reading():
        assert as_stored(rosa.applicant)["first_name"] == "Rosalind"
        assert as_stored(rosa)["has_needs"] is True


def change_in_vain(draft: Draft) -> None:
    with writing():
        change_now(draft, sealed=b"words", version=draft.version + 1)
        assert as_stored(draft)["sealed"] == b"words"
        raise ZeroDivisionError


def test_a_change_made_at_once_goes_when_the_rest_goes(app: Flask, cast: Cast) -> None:
    draft = Draft(key_hash="k", submission_key="s", kind="general", expires_at=clock.now())
    with writing():
        insert_now(draft)
    with pytest.raises(ZeroDivisionError):
        change_in_vain(draft)
    with reading():
        assert (as_stored(draft)["sealed"], as_stored(draft)["version"]) == (None, 1)
        kept = db.session.get_one(Draft, draft.id)
        assert (kept.sealed, kept.version) == (None, 1)


def test_what_it_is_about_is_pointed_at_by_its_id(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel)
    with reading():
        [panel] = db.session.scalars(select(Opportunity).where(Opportunity.slug == cast.panel.slug))
        [stored] = db.session.execute(
            select(Expression.programme_id, Expression.project_id, Expression.opportunity_id)
        )
        assert tuple(stored) == (panel.programme_id, panel.project_id, panel.id)
        assert rosa.assignee is not None
        assert rosa.assignee.id == cast.facilitator.id
