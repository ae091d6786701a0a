"""The quick check of HTML finds what a person would trip over."""

from pathlib import Path

import pytest

from tests.support.html import VNU, faults_of_all, slips
from tests.support.shapes import places, shape

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


def test_pages_of_one_shape_differ_in_words_alone() -> None:
    assert shape('<a href="/people/1">Ann</a>') == shape('<a href="/people/22">Zoë Quist</a>')


@pytest.mark.parametrize(
    "other",
    [
        '<a id="y" href="/people">Ann</a>',
        '<a id="x" href="/peo ple?">Ann</a>',
        '<a id="x" href="/people"></a>',
        '<a id="x" href="/people">Ann & Bob</a>',
        '<a id="x" href="/people">Ann<b></b></a>',
        '<a id="x" href="/people" class="y">Ann</a>',
        '<a id="x" href="">Ann</a>',
    ],
)
def test_whatever_may_be_a_slip_is_of_another_shape(other: str) -> None:
    assert shape(other) != shape('<a id="x" href="/people">Ann</a>')


ROWS = """<ul><li><a href="/people/1?page=2&amp;q=x" id="row-1">Ann</a></li>{row}</ul>
<form method="post"><label for="age-1">Age</label><input id="age-1" name="age" value="7">
<p id="age-hint">Years</p><input name="no" aria-label="No" aria-describedby="age-hint">
<button formaction="/keep/1">Keep</button></form>"""
ROW = '<li><a href="/people/2?page=3&amp;q=y" id="row-2">Zoë Quist</a></li>'
KNOWN = places(PAGE.format(GOOD + ROWS.format(row=ROW)))


def test_one_row_more_and_other_numbers_are_nothing_new() -> None:
    more = ROW + ROW.replace("row-2", "row-3")
    page = PAGE.format(GOOD + ROWS.format(row=more).replace("age-1", "age-22"))
    assert places(page.replace("/keep/1", "/keep/22#here")) <= KNOWN


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</a></li></ul>", "</a></ul>"),
        ("</ul>", "</ul></section>"),
        ("<ul>", "<p><ul>"),
        ("</ul>", "stray words</ul>"),
        ("</ul>", "<tr><td>Cell</td></tr></ul>"),
        ("</h1>", "</h1><h1>Again</h1>"),
        ("<h1>Page</h1>", ""),
        ("<main>", "<main></main><main>"),
        (' lang="en"', ""),
        ("<title>Page</title>", "<title></title>"),
        ('id="row-2"', 'id="row-1"'),
        ('id="row-2"', 'id="row 2"'),
        ('id="row-2"', 'id=""'),
        ('for="age-1"', 'for="age-2"'),
        ('aria-label="No" ', ""),
        ('aria-describedby="age-hint"', 'aria-describedby="nothing"'),
        ("<button ", "<button hidden "),
        ('formaction="/keep/1"', 'formaction="/keep one/{}"'),
        ("<li><a", '<li style="color:red"><a'),
        ("q=y", "q=y&b"),
        ("Zoë Quist", "Zoë & Quist"),
        ("Zoë Quist", "Zoë < Quist"),
        ("Zoë Quist", "<button>Zoë</button>"),
        ("Zoë Quist", ""),
        ("</body>", "<script>alert()</script></body>"),
    ],
)
def test_whatever_may_be_a_slip_is_new(old: str, new: str) -> None:
    page = PAGE.format(GOOD + ROWS.format(row=ROW))
    assert old in page
    assert not places(page.replace(old, new)) <= KNOWN


@pytest.mark.skipif(not VNU.exists(), reason="the validator is not here; .ci/run fetches it")
def test_the_validator_names_the_page_and_the_fault(tmp_path: Path) -> None:
    (tmp_path / "good.200.html").write_text(PAGE.format(GOOD))
    assert faults_of_all(tmp_path) == []
    (tmp_path / "bad.200.html").write_text(
        PAGE.format(GOOD + '<a href="/"><button>Go</button></a>')
    )
    [fault] = faults_of_all(tmp_path)
    assert fault.startswith("bad.200.html: The element “button” must not appear as a descendant")
