"""Somebody is erased: the words by which staff looked for them go from kept searches too."""

from __future__ import annotations

import pytest

from ppflow import events
from ppflow.bulk import acts as bulk
from ppflow.bulk.workflow import ACTS
from ppflow.db import KEEPS_QUERY, db, writing
from ppflow.erasing import acts
from ppflow.expressions.models import Expression
from ppflow.saved.models import SavedView
from tests.support.arrivals import Register, standing
from tests.support.cast import Cast

ZOE = {"email": "zoe.quill@mail.example", "phone": "0121 496 0777"}


@pytest.fixture
def zoe(cast: Cast, register: Register) -> Expression:
    return register("Zoë Quill-Marsh", cast.panel, **ZOE)


def view(cast: Cast, query: str, name: str = "A list") -> SavedView:
    with writing():
        kept = SavedView(name=name, query=query, owner_id=cast.facilitator.id)
        db.session.add(kept)
    return kept


def erase(expression: Expression) -> None:
    with writing():
        acts.erase(expression, by=events.APPLICANT)


def now(kept: SavedView) -> tuple[str, str]:
    db.session.refresh(kept)
    return kept.name, kept.query


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("zo%C3%AB", "view=open"),
        ("ZO%C3%8B+quill-marsh", "view=open"),
        ("Quill", "view=open"),
        ("marsh+walking", "view=open&q=walking"),
        ("zoe.quill%40mail.example", "view=open"),
        ("0121+496+0777", "view=open"),
        ("01214960777", "view=open"),
        ("sleep+diary", "view=open&q=sleep+diary"),
        ("zo", "view=open&q=zo"),
        ("quilling", "view=open&q=quilling"),
        ("0121", "view=open&q=0121"),
    ],
)
def test_words_that_are_theirs_go_and_the_others_stay(
    cast: Cast, zoe: Expression, typed: str, left: str
) -> None:
    kept = view(cast, f"view=open&q={typed}")
    erase(zoe)
    assert now(kept) == ("A list", left)


def test_their_reference_goes_and_the_filters_stay(cast: Cast, zoe: Expression) -> None:
    query = f"view=open&q={zoe.reference.lower()}&status=received&sort=newest"
    kept = view(cast, query)
    erase(zoe)
    assert now(kept)[1] == "view=open&status=received&sort=newest"


def test_the_name_of_a_view_is_cleaned_too(cast: Cast, zoe: Expression) -> None:
    first = view(cast, "view=open", "Zoë and others")
    second = view(cast, "view=closed", "Zoë Quill-Marsh")
    other = view(cast, "view=mine", "Others  and I")
    erase(zoe)
    assert now(first)[0] == f"and others {first.id}"
    assert now(second)[0] == f"View {second.id}"
    assert now(other)[0] == "Others  and I"


def test_a_list_that_somebody_acted_on_forgets_them_too(cast: Cast, zoe: Expression) -> None:
    with writing():
        kept = bulk.choose(
            ACTS["message"], [(zoe.id, zoe.version)], by=standing(cast.facilitator),
            query="view=open&q=Quill+list",
        )  # fmt: skip
    erase(zoe)
    db.session.refresh(kept)
    assert kept.query == "view=open&q=list"


def test_a_helpers_name_goes_with_the_form(cast: Cast, register: Register) -> None:
    rosa = register("Rosa Reed", cast.panel, helper_name="Dagny Holm")
    kept = view(cast, "view=open&q=dagny")
    erase(rosa)
    assert now(kept)[1] == "view=open"


def test_somebody_without_a_name_or_phone_takes_no_words_along(
    cast: Cast, register: Register
) -> None:
    rosa = register("R", cast.panel, email="", phone="")
    kept = view(cast, "view=open&q=r+sleep+12", "Sleep")
    erase(rosa)
    assert now(kept) == ("Sleep", "view=open&q=r+sleep+12")


@pytest.mark.sqlite_only
def test_every_kept_address_of_the_queue_is_looked_through() -> None:
    """A later table that keeps one says so, or erasing would pass it by."""
    kept = [column for table in db.metadata.sorted_tables for column in table.c
            if column.name in {"query", "search", "address_of_list"}]  # fmt: skip
    assert {column.table.name for column in kept} == {"saved_view", "bulk_run"}
    assert all(column.info.get(KEEPS_QUERY) for column in kept)
