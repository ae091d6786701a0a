"""Our macros give the design system's own markup; its Python port is the measure.

The two are parsed and compared: white space folded, attributes in any order.
"""

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup

from tests.support.macros import drawn

THEIRS = Environment(
    loader=PackageLoader("nhsuk_frontend_jinja"),
    undefined=ChainableUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def official(component: str, **params: Any) -> str:
    """What the port draws; its macro is named as its folder, in camel case."""
    macro = re.sub(r"-(\w)", lambda letter: letter[1].upper(), component)
    source = f'{{% from "nhsuk/components/{component}/macro.jinja" import {macro} %}}'
    return THEIRS.from_string(f"{source}{{{{ {macro}(p) }}}}").render(p=params)


def dom(html: str) -> list[Any]:
    """A page as nested lists, the same for two spellings of the same page."""
    return _children(BeautifulSoup(html, "html.parser"))


def _children(tag: Tag) -> list[Any]:
    found: list[Any] = []
    for child in tag.children:
        if isinstance(child, Tag):
            attributes = sorted((name, str(value)) for name, value in child.attrs.items())
            found.append([child.name, attributes, _children(child)])
        elif isinstance(child, NavigableString) and child.strip():
            found.append(" ".join(child.split()))
    return found


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"text": words, **more}


NAMED = {"id": "p", "name": "p", "label": text("Phone")}
SMALL = {"id": "p", "name": "p", "label": text("Phone", classes="nhsuk-label--s")}
HEADING = text("Phone", classes="nhsuk-label--l", isPageHeading=True)
WRONG = {"hint": text("Any kind"), "errorMessage": text("Enter a number")}
LEGEND = {"legend": text("Fruit", classes="nhsuk-fieldset__legend--m")}
TOP = {"legend": text("Fruit", classes="nhsuk-fieldset__legend--l", isPageHeading=True)}
ITEMS = [
    text("Apple", value="a", hint=text("Green")),
    text("Banana", value="b", checked=True),
    text("Neither", value="n"),
]
LINES = [
    text("Apple", value="a"),
    text("Banana", value="b", selected=True),
    text("Neither", value="n"),
]
EXCLUSIVE = [*ITEMS[:2], {**ITEMS[2], "exclusive": True}]
FRUIT = {"idPrefix": "p", "name": "p", "fieldset": LEGEND}
KIND = {"type": "tel", "autocomplete": "tel", "inputmode": "tel", "spellcheck": False}
BUTTON = text("Send", preventDoubleClick=True, name="act", value="go")
PROBLEM = {"titleText": "There is a problem", "descriptionText": "Kept."}
CHANGE = {"items": [text("Change", href="/x", visuallyHiddenText="your name")]}
NAME_ROW = {"key": text("Name"), "value": text("Rowan")}
AREA_ROW = {"key": text("Area"), "value": text("Walsall")}
SHORT = {
    "OPTIONS": '[("a", "Apple", "Green"), ("b", "Banana", ""), ("n", "Neither")]',
    "BAD": 'hint="Any kind", error="Enter a number"',
    "KIND": 'type="tel", autocomplete="tel", inputmode="tel", spellcheck=False',
    "SMALL": 'size="l", classes="nhsuk-radios--small"',
}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ('fields.input("p", "p", "Phone")', "input", NAMED),
    (
        'fields.input("p", "p", "Phone", "01", width="nhsuk-input--width-20", size="s", KIND, BAD)',
        "input",
        {**SMALL, **WRONG, **KIND, "value": "01", "classes": "nhsuk-input--width-20"},
    ),
    (
        'fields.input("p", "p", "Phone", size="l", is_heading=True)',
        "input",
        {**NAMED, "label": HEADING},
    ),
    (
        'fields.textarea("p", "p", "Phone", "typed", rows=8, size="s", BAD)',
        "textarea",
        {**SMALL, **WRONG, "rows": 8, "value": "typed"},
    ),
    (
        'fields.textarea("p", "p", "Phone", "typed", max_words=150, BAD)',
        "character-count",
        {**NAMED, **WRONG, "maxlength": 150, "countType": "words", "value": "typed"},
    ),
    ('fields.select("p", "p", "Phone", OPTIONS, "b")', "select", {**NAMED, "items": LINES}),
    (
        'fields.select("p", "p", "Phone", OPTIONS, "b", size="s", BAD)',
        "select",
        {**SMALL, **WRONG, "items": LINES},
    ),
    (
        'fields.radios("p", "p", "Fruit", OPTIONS, "b", size="m")',
        "radios",
        {**FRUIT, "items": ITEMS},
    ),
    (
        'fields.radios("p", "p", "Fruit", OPTIONS, "b", is_heading=True, SMALL, BAD)',
        "radios",
        {**FRUIT, **WRONG, "fieldset": TOP, "items": ITEMS, "classes": "nhsuk-radios--small"},
    ),
    (
        'fields.checkboxes("p", "p", "Fruit", OPTIONS, ["b"], size="m", exclusive="n", BAD)',
        "checkboxes",
        {**FRUIT, **WRONG, "items": EXCLUSIVE},
    ),
    (
        'fields.checkboxes("p", "p", "", [("b", "Banana")], ["b"])',
        "checkboxes",
        {"idPrefix": "p", "name": "p", "items": ITEMS[1:2]},
    ),
    (
        'fields.checkboxes("p", "p", "", [("a", "Apple", "Green"), ("n", "Neither")], BAD)',
        "checkboxes",
        {"idPrefix": "p", "name": "p", **WRONG, "items": [ITEMS[0], ITEMS[2]]},
    ),
    (
        'fields.password("p", "p", "Phone", size="s", BAD)',
        "password-input",
        {**SMALL, **WRONG},
    ),
    ('forms.button("Send", once=True, name="act", value="go")', "button", BUTTON),
    (
        'forms.button("Send", "secondary", small=True)',
        "button",
        text("Send", variant="secondary", small=True),
    ),
    ('forms.link_button("Go", "/x")', "button", text("Go", href="/x")),
    (
        'forms.search_box("p", "p", "Phone", "care")',
        "search-input",
        {**NAMED, "value": "care"},
    ),
    (
        'forms.error_summary([("p", "Enter a number")], "Kept.")',
        "error-summary",
        {**PROBLEM, "errorList": [text("Enter a number", href="#p")]},
    ),
    ('parts.tag("New", "blue")', "tag", text("New", classes="nhsuk-tag--blue")),
    ('parts.back_link("/x", "All")', "back-link", text("All", href="/x")),
    (
        'parts.pages("/p", "/n", "1 to 25", "51 to 75")',
        "pagination",
        {
            "previous": {"href": "/p", "labelText": "1 to 25"},
            "next": {"href": "/n", "labelText": "51 to 75"},
        },
    ),
    ('parts.pages("", "/n")', "pagination", {"next": {"href": "/n"}}),
    (
        'parts.summary_list([("Name", "Rowan", "/x", "your name"), ("Area", "Walsall", "")])',
        "summary-list",
        {"rows": [{**NAME_ROW, "actions": CHANGE}, AREA_ROW]},
    ),
    ('parts.summary_list([("Name", "Rowan", "")])', "summary-list", {"rows": [NAME_ROW]}),
]


@pytest.mark.parametrize(("call", "component", "params"), CASES)
def test_a_macro_is_the_design_systems(call: str, component: str, params: dict[str, Any]) -> None:
    for short, long in SHORT.items():
        call = call.replace(short, long)
    ours = drawn(f"{{{{ {call} }}}}")
    assert dom(ours) == dom(official(component, **params))


TAX = "Important: tax"
BODY = {"html": Markup("<p>Text</p>")}
BLOCKS: list[tuple[str, str, dict[str, Any]]] = [
    ('forms.details("More")', "details", {"summaryText": "More", **BODY}),
    ('forms.fieldset("Fruit", size="l", is_heading=True)', "fieldset", {**TOP, **BODY}),
    ("parts.inset()", "inset-text", BODY),
    ('parts.panel("Sent")', "panel", {"titleText": "Sent", **BODY}),
    ('parts.warning_callout("Important: tax", 3)', "warning-callout", {"heading": TAX, **BODY}),
]


@pytest.mark.parametrize(("call", "component", "params"), BLOCKS)
def test_a_macro_round_a_text_is_the_design_systems(
    call: str, component: str, params: dict[str, Any]
) -> None:
    ours = drawn(f"{{% call {call} %}}<p>Text</p>{{% endcall %}}")
    assert dom(ours) == dom(official(component, **params))


@pytest.mark.parametrize("bad", [{}, WRONG])
def test_a_date_is_the_design_systems_with_our_names(bad: dict[str, Any]) -> None:
    extra = ', hint="Any kind", error="Enter a number"' if bad else ""
    ours = drawn(
        f'{{{{ fields.date_input("p", "p", "Fruit", {{"day": "31"}}, size="m"{extra}) }}}}'
    )
    theirs = official(
        "date-input", id="p", namePrefix="p", fieldset=LEGEND, values={"day": "31"}, **bad
    )
    assert dom(ours) == dom(re.sub(r"p\[(\w+)\]", r"p-\1", theirs))
