"""Many made-up expressions: true to life, to the database's rules, and to their seed."""

from collections.abc import Callable
from math import gcd
from random import Random

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select

from ppflow import clock, keys
from ppflow.answers.models import Answers
from ppflow.db import db, writing
from ppflow.errors import PpflowError
from ppflow.events import Event
from ppflow.expressions.models import Assignment, Expression
from ppflow.expressions.workflow import COUNTED, OPEN
from ppflow.importing import bulk
from ppflow.importing.bulk import make_load, targets
from ppflow.importing.chances import NUMBERS, STRIDE, reference
from ppflow.importing.made_up import Form, Maker
from ppflow.opportunities.models import Opportunity
from ppflow.projects.models import Project
from ppflow.search import SearchEntry, matching
from tests.support.cast import Cast
from tests.support.pages import Visitor

COUNT = 2000


def silently(_done: int) -> None:
    """Nobody listens."""


def number(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_they_are_like_life_and_hold_together(cast: Cast) -> None:
    told: list[int] = []
    make_load(COUNT, seed=7, told=told.append)
    assert told == [COUNT]
    assert (number(Expression), number(Answers), number(Assignment)) == (COUNT, COUNT, COUNT)
    still_open = db.session.scalar(
        select(func.count()).select_from(Expression).where(Expression.status.in_(OPEN))
    )
    assert 0.02 * COUNT < (still_open or 0) < 0.04 * COUNT
    for one in db.session.scalars(select(Expression).limit(50)):
        assert one.received_at <= clock.now()
        assert (one.closed_at is None) == one.is_open
        verbs = db.session.scalars(
            select(Event.verb).where(Event.subject == one.event_subject).order_by(Event.id)
        )
        assert list(verbs)[:2] == ["receive", "assign"]


@pytest.mark.parametrize(("share", "least", "most"), [(0.5, 130, 170), (0, 0, 0), (1, 300, 300)])
def test_how_many_are_open_can_be_said(cast: Cast, share: float, least: int, most: int) -> None:
    make_load(300, seed=7, told=silently, open_share=share)
    still_open = select(func.count()).select_from(Expression).where(Expression.closed_at.is_(None))
    assert least <= (db.session.scalar(still_open) or 0) <= most


def test_stored_numbers_stay_true(cast: Cast) -> None:
    make_load(COUNT, seed=7, told=silently)
    interested = select(func.count()).select_from(Expression).where(Expression.status.in_(COUNTED))
    other = cast.other_project
    about_other = (Expression.project_id == other.id) & Expression.opportunity_id.is_(None)
    for model, thing, column in (
        (Opportunity, cast.panel, Expression.opportunity_id == cast.panel.id),
        (Project, other, about_other),
    ):
        stored = db.session.scalar(select(model.interest_count).where(model.id == thing.id))
        assert stored == db.session.scalar(interested.where(column))
        assert stored


def test_more_can_follow_made_up_or_real(
    cast: Cast, client: Visitor, register: Callable[..., Expression]
) -> None:
    make_load(100, seed=1, told=silently)
    make_load(100, seed=1, told=silently)
    with writing():
        register()
    assert number(Expression) == 201
    one = db.session.scalars(select(Expression).limit(1)).one()
    found = matching("expression", one.reference)
    assert found is not None
    assert db.session.scalars(found).all() == [one.id]


def test_indexes_laid_aside_are_all_there_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def indexes() -> set[str]:
        db.session.rollback()
        found = inspect(db.engine)
        return {str(i["name"]) for t in ("expression", "event") for i in found.get_indexes(t)}

    before = indexes()
    monkeypatch.setattr(bulk, "BATCH", 50)
    make_load(100, seed=1, told=silently)
    assert indexes() == before
    assert "ix_expression_open" in before


def test_open_and_closed_are_searched_apart(cast: Cast) -> None:
    make_load(300, seed=1, told=silently)
    of_state = select(func.count()).select_from(SearchEntry).join(
        Expression, Expression.id == SearchEntry.thing_id
    )  # fmt: skip
    is_open = Expression.closed_at.is_(None)
    wrong = ((SearchEntry.state == "open") != is_open) & (SearchEntry.room == "expression")
    assert db.session.scalar(of_state.where(wrong)) == 0
    assert db.session.scalar(of_state.where(is_open, SearchEntry.state == "open"))


@pytest.mark.sqlite_only
def test_locked_answers_can_be_opened(cast: Cast) -> None:
    make_load(200, seed=1, told=silently)
    locked = db.session.scalars(select(Answers).where(Answers.sealed.is_not(None))).all()
    assert locked
    assert all(keys.unseal(answers.sealed) for answers in locked)


@pytest.mark.sqlite_only
def test_the_same_seed_gives_the_same_people(cast: Cast) -> None:
    forms = {t.kind: Form(1, "why", is_sealed=False) for t in targets()}
    offsets = dict.fromkeys(("applicant", "expression", "answers", "assignment", "search_entry"), 0)
    now = clock.now()
    one, other = (Maker(Random(5), targets(), forms, offsets, now).batch(1, 50) for _ in "ab")
    assert one == other
    assert one != Maker(Random(6), targets(), forms, offsets, now).batch(1, 50)


@pytest.mark.sqlite_only
def test_there_must_be_something_to_be_interested_in(app: Flask) -> None:
    with pytest.raises(PpflowError, match="Load some first: ppflow demo"):
        make_load(10, seed=1, told=silently)


def test_no_reference_comes_twice() -> None:
    assert gcd(NUMBERS, STRIDE) == 1
    references = {reference(number) for number in range(20_000)}
    assert len(references) == 20_000
    assert all(set(r.removeprefix("PP-")) <= set(keys.REFERENCE_ALPHABET) for r in references)
