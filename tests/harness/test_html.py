"""The quick check of HTML finds what a person would trip over."""

import pytest

from tests.support.html import slips

PAGE = '<!doctype html><html lang="en"><head><title>Page</title></head><body>{}</body></html>'
GOOD = '<main><h1>Page</h1><label for="name">Name</label><input id="name" name="name"></main>'


def test_a_good_page_has_none() -> None:
    assert slips(PAGE.format(GOOD)) == []


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<input name="n">', "no label for <input name=n>"),
        ('<p style="color:red">', "inline style on <p>"),
        ("<script>alert()</script>", "inline script: alert()"),
        ('<b onclick="go()">', "onclick on <b>"),
        ('<b id="name"></b>', "id 'name' 2 times"),
        ("<h1>Another</h1>", "2 h1 headings"),
        ("<main></main>", "2 main regions"),
        ("</section>", "line 1: end-tag-too-early {'name': 'section'}"),
    ],
)
def test_a_slip_is_named(html: str, found: str) -> None:
    assert found in slips(PAGE.format(GOOD + html))


def test_a_page_needs_a_language_and_a_title() -> None:
    bare = f"<!doctype html><html><head></head><body>{GOOD}</body></html>"
    assert slips(bare) == ["no lang on <html>", "no title"]


def test_a_fragment_needs_no_frame() -> None:
    assert slips("<p>Saved</p>", is_fragment=True) == []
