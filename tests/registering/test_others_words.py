"""Empty fields are drawn once for everybody; what somebody typed stands on their own page alone."""

from __future__ import annotations

from flask import Flask

from tests.registering import walking
from tests.support.cast import Cast
from tests.support.pages import Page, Visitor, filled, new_visitor

TYPED = "I look after a neighbour at number nine."


def at_interest(visitor: Visitor, cast: Cast) -> Page:
    """The page that asks why, by its first way there."""
    page = walking.start(visitor, f"/opportunities/{cast.panel.slug}/register")
    return page.submit(walking.PUBLIC["eligibility"], button="Save and continue")


def body(page: Page) -> str:
    """The page but for what names its form: its token and key."""
    form = page.form("Save and continue")
    for hidden in form.select("input[type=hidden]"):
        hidden.decompose()
    return str(form)


def test_what_somebody_typed_is_on_nobody_elses_page(app: Flask, cast: Cast) -> None:
    first, second = new_visitor(app), new_visitor(app)
    empty = at_interest(first, cast)
    wrong = empty.submit({"why": TYPED, "how_work": ["unheard of"]}, status=422)
    assert TYPED in str(wrong.soup)
    empty.submit({**walking.PUBLIC["interest"], "why": TYPED}, button="Save and continue")
    assert TYPED in str(first.visit(empty.path).soup)
    other = at_interest(second, cast)
    assert TYPED not in str(other.soup)
    assert filled(other.form("Save and continue"))["why"] == ""
    assert not other.errors


def test_the_same_page_is_drawn_alike_before_and_after_it_was_kept(app: Flask, cast: Cast) -> None:
    drawn = {body(at_interest(new_visitor(app), cast)) for _ in range(3)}
    assert len(drawn) == 1


def test_a_field_that_was_emptied_is_empty(app: Flask, cast: Cast) -> None:
    visitor = new_visitor(app)
    page = at_interest(visitor, cast)
    page.submit(walking.PUBLIC["interest"], button="Save and continue")
    again = visitor.visit(page.path)
    assert filled(again.form("Save and continue")).getlist("how_work") == ["group"]
    missing = again.submit({"why": "", "how_work": []}, status=422)
    assert len(missing.errors) == 1
    assert filled(missing.form("Save and continue"))["why"] == ""
