"""What the macros promise beyond the design system's markup, the pages about faults, the files."""

import gzip
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from ppflow.forms import Drawn
from tests.support.html import slips
from tests.support.macros import TEMPLATES, drawn, environment

STATIC = TEMPLATES.parent / "static"
VENDOR = STATIC / "vendor"
NASTY = "<script>alert(1)</script>"


def one(html: str, selector: str) -> Any:
    """The one element a selector finds."""
    found = BeautifulSoup(html, "html.parser").select(selector)
    assert len(found) == 1, f"{len(found)} of {selector} in {html}"
    return found[0]


def test_a_bound_field_draws_itself_marked_optional_with_its_wrong_text_kept() -> None:
    phone = Drawn("tel", "phone", "phone", "Phone", "", "0121 <b>", error="Too short", width="20")
    html = drawn("{{ fields.field(f) }}", f=phone)
    assert one(html, "label").get_text() == "Phone"
    assert one(html, "input")["value"] == "0121 <b>"
    assert "nhsuk-input--width-20" in one(html, "input")["class"]
    assert one(html, "input")["aria-describedby"] == one(html, ".nhsuk-error-message")["id"]
    optional = Drawn("tel", "phone", "phone", "Phone", is_optional=True)
    assert one(drawn("{{ fields.field(f) }}", f=optional), "label").get_text() == "Phone (optional)"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", NASTY),
        ("number", NASTY),
        ("textarea", NASTY),
        ("radios", NASTY),
        ("select", NASTY),
        ("checkboxes", [NASTY]),
        ("checkbox", True),
        ("date", {"day": NASTY, "month": "", "year": ""}),
    ],
)
def test_every_kind_of_field_is_valid_and_never_runs_what_was_typed(kind: str, value: Any) -> None:
    field = Drawn(kind, "x", "x", NASTY, NASTY, value, [(NASTY, NASTY, NASTY)], NASTY)
    html = drawn("{{ fields.field(f) }}", f=field)
    assert "<script" not in html
    assert slips(html, is_fragment=True) == []


def test_the_honeypot_is_out_of_everyones_way() -> None:
    html = drawn('{{ forms.honeypot("second_line") }}')
    assert one(html, "div")["aria-hidden"] == "true"
    assert (one(html, "input")["tabindex"], one(html, "input")["autocomplete"]) == ("-1", "off")


def test_an_email_shows_where_the_private_link_will_be() -> None:
    body = "Dear <b>Al</b>\n\n[private link]\n\nGrace"
    html = drawn('{{ staff.email_preview("a@example.org", "", "PP-0001", body) }}', body=body)
    assert one(html, ".pp-private-link").get_text() == "[private link]"
    assert "<b>Al" not in html


@pytest.mark.parametrize("most", [0, 1, 4, 7, 39, 1234, 98765])
def test_no_bar_of_a_chart_leaves_its_picture(most: int) -> None:
    rows = [("12 Oct", most, 0), ("19 Oct", 0, most)]
    html = drawn('{{ charts.bars("Each week", "Week of", rows, ["In", "Out"]) }}', rows=rows)
    tops = [float(y) for y in re.findall(r'bar\d" d="M[\d.]+ ([\d.]+)h', html)]
    assert len(tops) == 4
    assert all(20 <= top <= 140 for top in tops)
    assert slips(html, is_fragment=True) == []


def test_a_line_skips_weeks_without_a_number() -> None:
    rows = [("12 Oct", 4.5, 2), ("19 Oct", "–", 0), ("26 Oct", 3, 1)]
    html = drawn('{{ charts.line("Days", "Week of", rows, ["Median", "Late"], 5) }}', rows=rows)
    assert html.count("<circle") == 2
    assert "–" in one(html, "table").get_text()


@pytest.mark.parametrize("path", sorted((TEMPLATES / "ui").glob("*.html")), ids=lambda p: p.stem)
def test_a_file_of_macros_begins_with_what_it_offers(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    comment = source.split("-#}")[0]
    public = [name for name in re.findall(r"{% macro (\w+)", source) if name[0] != "_"]
    assert source.startswith("{#-")
    assert "Example:" in comment
    assert [name for name in public if f"{name}(" not in comment] == []


class Programme:
    name, slug = "West Midlands Progression Plan", "wm-progression-plan"
    contact_phone, contact_hours = "0121 496 0100", "Monday to Friday, 9am to 4.30pm"


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (TEMPLATES / "errors").glob("*.html"))
)
def test_a_page_about_a_fault_stands_even_when_nothing_else_does(name: str) -> None:
    page = environment.get_template(f"errors/{name}")
    assert slips(page.render()) == []
    kept = [("Your message", "I typed <this>")]
    full = page.render(programme=Programme(), is_demonstration=True, kept=kept)
    assert slips(full) == []
    assert 'href="tel:01214960100"' in full
    assert "I typed &lt;this&gt;" in full


def test_vendored_files_are_those_that_were_checked() -> None:
    lines = (VENDOR / "CHECKSUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = [path for path in VENDOR.rglob("*") if path.is_file() and path.name != "CHECKSUMS"]
    present = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    assert present == listed


def test_the_design_system_brings_no_font_and_finds_its_pictures() -> None:
    folder = VENDOR / "nhsuk-10.6.1"
    css = (folder / "nhsuk.min.css").read_text(encoding="utf-8")
    assert "@font-face" not in css
    assert [url for url in re.findall(r"url\(([^)]+)\)", css) if not (folder / url).is_file()] == []


def test_a_first_visit_leaves_room_for_the_page() -> None:
    """70 KB in all, of which a long page takes up to 12."""
    html = environment.get_template("errors/404.html").render(programme=Programme())
    files = set(re.findall(r'/static/([^"]+)', html)) | {"vendor/nhsuk-10.6.1/nhsuk.min.js"}
    size = sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in files)
    assert len(files) == 6
    assert size <= 58 * 1024
